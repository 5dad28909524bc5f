//! The program under test, with the test in ExaBGP's place.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bfd_api::v1::watch_session_events_response::EventType;
use bfd_api::v1::{BfdSession, SessionState, SessionType, WatchSessionEventsResponse};
use bfd_fake::{Fake, Server};
use rustix::process::{Pid, Signal, kill_process};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_gobfd-exabgp-bridge");
/// How long anything may take on a busy machine before it counts as never.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const ANNOUNCE: &str = "announce route 198.51.100.1/32 next-hop self\n";
pub(crate) const WITHDRAW: &str = "withdraw route 198.51.100.1/32 next-hop self\n";

/// A daemon that can go and come back at the same place.
pub(crate) struct Daemon {
    pub(crate) fake: Fake,
    folder: tempfile::TempDir,
    server: Option<Server>,
}

impl Daemon {
    /// With the session of discriminator 1 in this state.
    pub(crate) fn with(state: SessionState) -> Self {
        let mut daemon = Self {
            fake: Fake::new(vec![session(1, "192.0.2.1", state)]),
            folder: tempfile::tempdir().unwrap(),
            server: None,
        };
        daemon.come_back();
        daemon
    }

    pub(crate) fn address(&self) -> String {
        format!("unix:{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("api.sock")
    }

    pub(crate) fn go_away(&mut self) {
        self.server = None;
        eventually("the streams to end", || self.fake.watchers() == 0);
    }

    pub(crate) fn come_back(&mut self) {
        let _ = std::fs::remove_file(self.socket());
        self.server = Some(self.fake.serve_unix(&self.socket()));
    }

    /// The session changes, and its watchers are told.
    pub(crate) fn change(&self, state: SessionState) {
        self.change_of(1, "192.0.2.1", state);
    }

    pub(crate) fn change_of(&self, discriminator: u32, peer: &str, state: SessionState) {
        self.fake.send(WatchSessionEventsResponse {
            r#type: EventType::EVENT_TYPE_STATE_CHANGE.into(),
            session: Some(session(discriminator, peer, state)).into(),
            ..Default::default()
        });
    }
}

pub(crate) fn session(discriminator: u32, peer: &str, state: SessionState) -> BfdSession {
    BfdSession {
        local_discriminator: discriminator,
        peer_address: peer.into(),
        r#type: SessionType::SingleHop.into(),
        local_state: state.into(),
        ..Default::default()
    }
}

/// A running bridge; killed when dropped.
pub(crate) struct Bridge {
    child: Child,
    stdin: Option<ChildStdin>,
    log: Arc<Mutex<String>>,
}

impl Bridge {
    /// As in 0.6.1: one peer and one prefix, from the environment. Its output is read at once.
    pub(crate) fn start(daemon: &Daemon, more: &[(&str, &str)]) -> (Self, Lines) {
        let (bridge, stdout) = Self::unread(daemon, more, &[]);
        (bridge, Lines::of(stdout))
    }

    /// The same, but nobody reads its output yet.
    pub(crate) fn unread(
        daemon: &Daemon,
        more: &[(&str, &str)],
        arguments: &[&str],
    ) -> (Self, ChildStdout) {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).env("GOBFD_ADDR", daemon.address());
        if arguments.is_empty() {
            command.env("GOBFD_PEER", "192.0.2.1");
            command.env("ANYCAST_PREFIX", "198.51.100.1/32");
        }
        command.envs(more.iter().copied());
        let pipes = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let log = collect(child.stderr.take().unwrap());
        let stdin = child.stdin.take();
        (Self { child, stdin, log }, stdout)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).unwrap();
    }

    pub(crate) fn tell(&mut self, text: &str) {
        self.stdin
            .as_mut()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
    }

    pub(crate) fn close_stdin(&mut self) {
        self.stdin = None;
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        eventually("the bridge to end", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap()
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn wait_log(&self, text: &str, times: usize) {
        eventually(text, || self.log().matches(text).count() >= times);
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- log of the bridge\n{}", self.log());
        }
    }
}

/// The lines of standard output as they come, with their line feeds.
pub(crate) struct Lines(Receiver<String>);

impl Lines {
    pub(crate) fn of(stdout: ChildStdout) -> Self {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            loop {
                let mut line = String::new();
                match stdout.read_line(&mut line) {
                    Ok(octets) if octets > 0 && sender.send(line).is_ok() => {}
                    _ => return,
                }
            }
        });
        Self(receiver)
    }

    #[track_caller]
    pub(crate) fn expect(&self, line: &str) {
        assert_eq!(self.next(), line);
    }

    #[track_caller]
    pub(crate) fn next(&self) -> String {
        self.0.recv_timeout(PATIENCE).expect("a line")
    }

    /// What comes until the program ends.
    pub(crate) fn rest(&self) -> Vec<String> {
        self.0.iter().collect()
    }
}

fn collect(mut stderr: ChildStderr) -> Arc<Mutex<String>> {
    let log = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&log);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(octets @ 1..) = stderr.read(&mut buffer) {
            let text = String::from_utf8_lossy(&buffer[..octets]);
            sink.lock().unwrap().push_str(&text);
        }
    });
    log
}

#[track_caller]
pub(crate) fn eventually(what: &str, mut probe: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !probe() {
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
