//! The interactive shell against a fake daemon: in a terminal, and by a pipe.
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bfd_api::v1::{BfdSession, SessionState, SessionType};
use bfd_fake::{Fake, Server};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gobfdctl");
const PROMPT: &str = "gobfdctl > ";
/// How long a busy machine may take to answer.
const PATIENCE: Duration = Duration::from_secs(45);
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const ARROW_UP: &str = "\x1b[A";

fn server() -> Server {
    Fake::new(vec![BfdSession {
        peer_address: "192.0.2.9".into(),
        local_address: "192.0.2.1".into(),
        r#type: SessionType::SESSION_TYPE_SINGLE_HOP.into(),
        local_discriminator: 7,
        local_state: SessionState::Up.into(),
        remote_state: SessionState::Up.into(),
        ..Default::default()
    }])
    .serve()
}

fn shell(server: &Server, format: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    let address = server.address.unwrap().to_string();
    command.args(["--addr", &address, "--format", format, "shell"]);
    command
}

/// A terminal with the shell in it.
struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// What came and was not yet expected.
    seen: String,
}

impl Terminal {
    fn open(mut command: Command) -> Self {
        let main = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&main).unwrap();
        unlockpt(&main).unwrap();
        let size = Winsize {
            ws_row: 50,
            ws_col: 200,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&main, size).unwrap();
        let path = ptsname(&main, Vec::new()).unwrap().into_string().unwrap();
        let end = || File::options().read(true).write(true).open(&path).unwrap();
        let child = command
            .env("TERM", "xterm")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        // The copies of the command would keep the terminal open after the shell's end.
        drop(command);
        let keyboard = File::from(main);
        let screen = follow(keyboard.try_clone().unwrap().into());
        Self {
            child,
            keyboard,
            screen,
            seen: String::new(),
        }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// What a terminal makes of Ctrl-C while a command runs.
    fn interrupt(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until the screen has shown this behind what was expected before.
    fn expect(&mut self, text: &str) {
        while !self.seen.contains(text) {
            let Ok(octets) = self.screen.recv_timeout(PATIENCE) else {
                panic!("no {text:?} in {:?}", self.seen);
            };
            self.seen.push_str(&String::from_utf8_lossy(&octets));
        }
        let end = self.seen.find(text).unwrap() + text.len();
        self.seen.drain(..end);
    }

    fn end(mut self) {
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

/// Reads the screen until the last program has left it.
fn follow(main: OwnedFd) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut main = File::from(main);
        let mut octets = [0; 4096];
        loop {
            match main.read(&mut octets) {
                Ok(count) if send.send(octets[..count].to_vec()).is_ok() => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                _ => return,
            }
        }
    });
    receive
}

#[test]
fn in_a_terminal_it_edits_completes_and_remembers() {
    let server = server();
    let mut terminal = Terminal::open(shell(&server, "table"));
    terminal.expect("GoBFD interactive shell. Type 'help' for available commands, 'exit' to quit.");
    terminal.expect("Press Tab for autocomplete suggestions.");
    terminal.expect(PROMPT);
    terminal.press("help\r");
    terminal.expect("Available commands:");
    terminal.expect("  session show <id>");
    terminal.expect(PROMPT);
    // Two words by Tab, and a letter taken back.
    terminal.press("ses\tlx\x7f\t\r");
    terminal.expect("DISCRIMINATOR");
    terminal.expect("192.0.2.9");
    terminal.expect(PROMPT);
    // What was typed last, from the history, with more behind it.
    terminal.press(&format!("{ARROW_UP}--nonsense\r"));
    terminal.expect("Error: unexpected argument '--nonsense' found");
    terminal.expect(PROMPT);
    terminal.press(&format!("half a line{CTRL_C}"));
    terminal.expect(PROMPT);
    terminal.press("monitor --current\r");
    terminal.expect("SessionAdded  peer=192.0.2.9");
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.press("version\r");
    terminal.expect("built:");
    terminal.expect(PROMPT);
    terminal.press("quit\r");
    terminal.end();
}

/// A daemon that hangs must not hold the shell.
#[test]
fn a_command_that_hangs_is_given_up() {
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = mute.local_addr().unwrap().to_string();
    let mut command = Command::new(PROGRAM);
    command.args(["--addr", &address, "shell"]);
    let mut terminal = Terminal::open(command);
    terminal.expect(PROMPT);
    terminal.press("session list\r");
    // It has called, and waits.
    let (_called, _) = mute.accept().unwrap();
    terminal.interrupt();
    terminal.expect(PROMPT);
    terminal.press("exit\r");
    terminal.end();
}

#[test]
fn it_ends_by_control_d() {
    let server = server();
    let mut terminal = Terminal::open(shell(&server, "json"));
    terminal.expect(PROMPT);
    terminal.press("session list\r");
    // JSON has no line end, and still the prompt begins a line.
    terminal.expect("]\r\n");
    terminal.expect(PROMPT);
    terminal.press(CTRL_D);
    terminal.end();
}

fn piped(mut command: Command, text: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn by_a_pipe_only_the_answers_are_printed() {
    let server = server();
    let text = "# all of them\nsession list\n\nexplain 192.0.2.9\nexit\nsession list\n";
    let output = piped(shell(&server, "table"), text);
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(out.starts_with("DISCRIMINATOR"), "{out}");
    assert_eq!(out.matches("DISCRIMINATOR").count(), 1, "{out}");
    assert!(out.contains("192.0.2.9 is Up: "), "{out}");
    assert!(!out.contains(PROMPT), "{out}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn by_a_pipe_a_failure_is_told_and_the_rest_runs() {
    let server = server();
    let text = "session show 192.0.2.77\nsession delete x\necho list\nsession show 7";
    let output = piped(shell(&server, "json"), text);
    let errors = String::from_utf8(output.stderr).unwrap();
    let expected = "Error: get session: not_found: session not found\n\
                    Error: parse discriminator \"x\": invalid digit found in string\n\
                    Error: list echo sessions: unimplemented: not in this release\n";
    assert_eq!(errors, expected);
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.starts_with('{') && out.ends_with("}\n"), "{out}");
    assert_eq!(output.status.code(), Some(0));
}
