//! An ExaBGP that hangs: the pipe is full.

use std::collections::BTreeSet;
use std::process::ChildStdout;
use std::time::Duration;

use bfd_api::v1::SessionState;
use rustix::io::ioctl_fionread;
use rustix::pipe::fcntl_setpipe_size;
use rustix::process::Signal;

use crate::support::{Bridge, Daemon, Lines, eventually};

/// The least that Linux makes a pipe hold.
const PIPE: usize = 4096;

/// Changes the session until not one line more fits into the pipe; the last change is to Down.
fn fill(daemon: &Daemon, stdout: &ChildStdout) {
    eventually("a full pipe", || {
        for state in [SessionState::Up, SessionState::Down] {
            daemon.change(state);
            std::thread::sleep(Duration::from_millis(1));
        }
        let waiting = usize::try_from(ioctl_fionread(stdout).unwrap()).unwrap();
        waiting + "withdraw route 198.51.100.1/32 next-hop self\n".len() > PIPE
    });
}

fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse().unwrap()
}

fn config() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bridge.yml");
    let text = "routes:\n\
        - {prefix: 198.51.100.1/32, peers: [{peer: 192.0.2.1}]}\n\
        - {prefix: 198.51.100.2/32, peers: [{peer: 192.0.2.2}]}\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

#[test]
fn the_last_wanted_state_is_told_and_nothing_queues_up() {
    let daemon = Daemon::with(SessionState::Up);
    let (_folder, file) = config();
    let (bridge, stdout) = Bridge::unread(&daemon, &[], &["-config", &file]);
    fcntl_setpipe_size(&stdout, PIPE).unwrap();
    bridge.wait_log("announced route", 1);
    fill(&daemon, &stdout);
    let before = resident(bridge.pid());
    // Fewer than the fake daemon keeps for a slow watcher.
    for _ in 0..300 {
        daemon.change(SessionState::Up);
        daemon.change(SessionState::Down);
        std::thread::sleep(Duration::from_millis(1));
    }
    // The last word: the first route is down, the second up.
    daemon.change_of(2, "192.0.2.2", SessionState::Up);
    assert!(
        resident(bridge.pid()) < before + 16 * 1024,
        "memory grows while nobody reads"
    );

    let lines = Lines::of(stdout);
    let mut believed = BTreeSet::new();
    let wanted = BTreeSet::from(["198.51.100.2/32".to_owned()]);
    while believed != wanted {
        read(&mut believed, &lines.next());
    }
    bridge.signal(Signal::TERM);
    for line in lines.rest() {
        read(&mut believed, &line);
    }
    assert_eq!(believed, BTreeSet::new());
}

fn read(believed: &mut BTreeSet<String>, line: &str) {
    let words: Vec<_> = line.split_whitespace().collect();
    match words[..] {
        ["announce", "route", prefix, "next-hop", "self"] => believed.insert(prefix.into()),
        ["withdraw", "route", prefix, "next-hop", "self"] => believed.remove(prefix),
        _ => panic!("{line:?}"),
    };
}

#[test]
fn a_full_pipe_does_not_keep_it_from_stopping() {
    let daemon = Daemon::with(SessionState::Up);
    let (mut bridge, stdout) = Bridge::unread(&daemon, &[], &[]);
    fcntl_setpipe_size(&stdout, PIPE).unwrap();
    bridge.wait_log("announced route", 1);
    fill(&daemon, &stdout);
    daemon.change(SessionState::Up);
    daemon.change(SessionState::Down);
    bridge.signal(Signal::TERM);
    assert_eq!(bridge.wait().code(), Some(0));
}
