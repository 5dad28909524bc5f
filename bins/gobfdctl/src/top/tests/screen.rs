//! The terminal after a panic: this test program runs itself in one.

use std::fs::File;
use std::io::Read;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

const ITSELF: &str = "top::tests::screen::a_panic_leaves_the_terminal_as_it_was";
/// Tells the program that it is the one in the terminal.
const INSIDE: &str = "GOBFDCTL_TEST_PANIC";

#[test]
fn a_panic_leaves_the_terminal_as_it_was() {
    if std::env::var_os(INSIDE).is_some() {
        let outcome = super::super::on_screen(|_| panic!("on purpose"));
        unreachable!("{:?}", outcome.is_ok());
    }
    let main = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&main).unwrap();
    unlockpt(&main).unwrap();
    let path = ptsname(&main, Vec::new()).unwrap().into_string().unwrap();
    let end = || File::options().read(true).write(true).open(&path).unwrap();
    // Held open, so that its settings can be read when the program has gone.
    let terminal = end();
    let before = tcgetattr(&terminal).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", ITSELF, "--nocapture"])
        .env(INSIDE, "yes")
        .env_remove("RUST_BACKTRACE")
        .stdin(end())
        .stdout(end())
        .stderr(end())
        .spawn()
        .unwrap();
    assert!(!child.wait().unwrap().success());
    let after = tcgetattr(&terminal).unwrap();
    assert_eq!(before.local_modes, after.local_modes);
    assert!(
        after
            .local_modes
            .contains(LocalModes::ICANON | LocalModes::ECHO)
    );

    drop(terminal);
    let mut octets = Vec::new();
    // With nobody at the other end a terminal ends in an error.
    let _ = File::from(main).read_to_end(&mut octets);
    let text = String::from_utf8_lossy(&octets);
    let (_, behind) = text.split_once("\x1b[?1049h").expect("it took the screen");
    let (_, behind) = behind.split_once("\x1b[?1049l").expect("it gave it back");
    // Said where it can be read.
    assert!(behind.contains("on purpose"), "{text:?}");
}
