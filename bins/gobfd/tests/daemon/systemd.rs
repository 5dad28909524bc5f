//! What systemd hears: the exact messages, in their order, on a real socket.

use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::AsFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use bfd_testbed::{Namespace, PATIENCE, Process, Result, Signal, eventually};

use crate::support::{Daemon, GOBFD, Pair, config, lonely};

/// A daemon with a service manager, and what that one hears.
pub(crate) struct Notified {
    pub(crate) process: Process,
    socket: UnixDatagram,
    config: PathBuf,
}

impl Notified {
    /// `environment`: more variables, such as `WATCHDOG_USEC=200000`.
    pub(crate) fn start(host: &Namespace, text: &str, environment: &[&str]) -> Result<Self> {
        let path = host.folder().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        Self::start_on(host, text, environment, path.as_os_str(), socket)
    }

    fn start_on(
        host: &Namespace,
        text: &str,
        environment: &[&str],
        name: &OsStr,
        socket: UnixDatagram,
    ) -> Result<Self> {
        socket.set_read_timeout(Some(PATIENCE)).expect("a limit");
        let config = host.folder().join("gobfd.yml");
        std::fs::write(&config, text).expect("the folder of a namespace");
        let variable = format!("NOTIFY_SOCKET={}", name.display());
        let path = config.display().to_string();
        let mut args = vec!["-u", "WATCHDOG_USEC", "-u", "WATCHDOG_PID", &variable];
        args.extend(environment);
        args.extend([GOBFD, "--config", &path]);
        let process = Process::start(host, "notified", Path::new("env"), &args, host.folder())?;
        Ok(Self {
            process,
            socket,
            config,
        })
    }

    /// The next message, line by line.
    pub(crate) fn heard(&self) -> Vec<String> {
        let mut octets = [0; 4096];
        let length = self.socket.recv(&mut octets);
        let length = length.unwrap_or_else(|error| panic!("{error}\n{}", self.process.log()));
        let text = String::from_utf8(octets[..length].to_vec()).expect("text");
        assert!(text.ends_with('\n'), "{text:?}");
        text.lines().map(str::to_owned).collect()
    }

    /// Reads up to a message whose first line is this; returns its last line.
    pub(crate) fn status_of(&self, first: &str) -> String {
        loop {
            let said = self.heard();
            if said[0] == first {
                return said.last().cloned().expect("not empty");
            }
        }
    }

    /// Whether nothing is said for so long.
    pub(crate) fn is_silent(&self, time: Duration) -> bool {
        self.socket.set_read_timeout(Some(time)).expect("a limit");
        let said = self.socket.recv(&mut [0; 4096]);
        self.socket
            .set_read_timeout(Some(PATIENCE))
            .expect("a limit");
        said.is_err()
    }

    fn reload(&self, text: &str) -> Result<()> {
        std::fs::write(&self.config, text).expect("the folder of a namespace");
        self.process.signal(Signal::HUP)
    }
}

/// `STATUS=BEFORE…AFTER`, with a time between.
fn assert_status(line: &str, before: &str, after: &str) {
    let time = line
        .strip_prefix("STATUS=")
        .and_then(|rest| rest.strip_prefix(before))
        .and_then(|rest| rest.strip_suffix(after))
        .unwrap_or_else(|| panic!("{line:?} is not {before:?} TIME {after:?}"));
    let shape: String = time
        .chars()
        .map(|one| if one.is_ascii_digit() { '0' } else { one })
        .collect();
    assert_eq!(shape, "0000-00-00 00:00:00 UTC", "{line:?}");
}

#[test]
fn a_life_is_told_from_start_to_stop() -> Result<()> {
    let (_pair, host) = lonely()?;
    let text = config(&["10.0.0.2"]);
    let mut daemon = Notified::start(&host, &text, &[])?;
    let ready = daemon.heard();
    assert_eq!((ready.len(), ready[0].as_str()), (2, "READY=1"));
    assert_status(&ready[1], "1 session, 0 Up; configuration of ", "");

    // A good file.
    daemon.reload(&config(&["10.0.0.2", "10.0.0.3"]))?;
    let reloading = daemon.heard();
    let monotonic = reloading[1]
        .strip_prefix("MONOTONIC_USEC=")
        .expect("a moment");
    assert!(monotonic.parse::<u64>().is_ok_and(|moment| moment > 0));
    assert_eq!(
        [&reloading[0], &reloading[2]],
        ["RELOADING=1", "STATUS=reloading the configuration"]
    );
    let ready = daemon.heard();
    assert_eq!((ready.len(), ready[0].as_str()), (2, "READY=1"));
    assert_status(&ready[1], "2 sessions, 0 Up; configuration of ", "");

    // A bad one: the daemon is as ready as before, and says what is wrong in one line.
    daemon.reload("sessions: [{peer: nonsense}, {peer: rubbish}]\n")?;
    assert_eq!(daemon.heard()[0], "RELOADING=1");
    let ready = daemon.heard();
    assert_eq!((ready.len(), ready[0].as_str()), (2, "READY=1"));
    let status = ready[1].as_str();
    assert!(
        status.starts_with("STATUS=2 sessions, 0 Up; reload at ")
            && status.contains("changed nothing: ")
            && status.contains(":1:19: sessions[0].peer: ")
            && status.ends_with("(and 1 more)"),
        "{status}"
    );

    daemon.process.signal(Signal::TERM)?;
    assert_eq!(
        daemon.heard(),
        ["STOPPING=1", "STATUS=stopping: telling the peers"]
    );
    assert!(daemon.process.wait(Duration::from_secs(10))?.success());
    let log = daemon.process.log();
    let said: Vec<_> = log
        .lines()
        .filter_map(|line| line.split("notified systemd: ").nth(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let reload = ["RELOADING", "READY"];
    assert_eq!(
        said,
        [&["READY"], &reload[..], &reload, &["STOPPING"]].concat()
    );
    Ok(())
}

#[test]
fn the_status_line_follows_the_sessions() -> Result<()> {
    let pair = Pair::new()?;
    let ours = Notified::start(&pair.left, &config(&["10.0.0.2"]), &[])?;
    assert_status(
        &ours.status_of("READY=1"),
        "1 session, 0 Up; configuration of ",
        "",
    );
    let _theirs = Daemon::start(&pair.right, &config(&["10.0.0.1"]))?;
    let up = ours.heard();
    assert_eq!(up.len(), 1, "{up:?}");
    assert_status(&up[0], "1 session, 1 Up; configuration of ", "");
    pair.link.cut()?;
    assert_status(&ours.heard()[0], "1 session, 0 Up; configuration of ", "");
    Ok(())
}

#[test]
fn a_session_that_cannot_be_had_is_in_the_status_line() -> Result<()> {
    let (_pair, host) = lonely()?;
    let daemon = Notified::start(&host, "sessions: []\n", &[])?;
    assert_status(&daemon.heard()[1], "no sessions; configuration of ", "");
    eventually("a session of the API", || {
        let added = host.run(
            "curl",
            &[
                "-sSf",
                "-H",
                "content-type: application/json",
                "-d",
                r#"{"peerAddress":"10.0.0.2","type":"SESSION_TYPE_SINGLE_HOP","detectMultiplier":3}"#,
                "http://127.0.0.1:50051/bfd.v1.BfdService/AddSession",
            ],
        );
        added.map_err(|error| error.to_string())
    })?;
    assert_status(&daemon.heard()[0], "1 session, 0 Up; configuration of ", "");
    daemon.reload(&config(&["10.0.0.2"]))?;
    assert_eq!(daemon.heard()[0], "RELOADING=1");
    assert_status(
        &daemon.heard()[1],
        "1 session, 0 Up; configuration of ",
        ", 1 of its sessions left out",
    );
    Ok(())
}

/// Service managers of containers may name a socket that has no file.
#[test]
fn a_socket_without_a_file_is_heard_too() -> Result<()> {
    let (_pair, host) = lonely()?;
    let name = format!("gobfd-test-{}", std::process::id());
    let socket = nameless(&host, &name);
    let shown = format!("@{name}");
    let name = OsStr::from_bytes(shown.as_bytes());
    let daemon = Notified::start_on(&host, "sessions: []\n", &[], name, socket)?;
    assert_eq!(daemon.heard()[0], "READY=1");
    Ok(())
}

/// A socket with this name and no file; such names belong to a network namespace.
fn nameless(host: &Namespace, name: &str) -> UnixDatagram {
    let bind = || {
        let file = File::open(format!("/run/netns/{}", host.name())).expect("a namespace");
        move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).expect("root");
        let address = SocketAddr::from_abstract_name(name.as_bytes()).expect("short");
        UnixDatagram::bind_addr(&address).expect("a socket")
    };
    // A thread of its own, which stays there.
    std::thread::scope(|scope| scope.spawn(bind).join().expect("no panic"))
}

#[test]
fn the_watchdog_is_fed_again_and_again() -> Result<()> {
    let (_pair, host) = lonely()?;
    let daemon = Notified::start(&host, "sessions: []\n", &["WATCHDOG_USEC=200000"])?;
    let said: Vec<_> = (0..4).map(|_| daemon.heard()[0].clone()).collect();
    let of = |word: &str| said.iter().filter(|one| *one == word).count();
    assert_eq!((of("READY=1"), of("WATCHDOG=1")), (1, 3), "{said:?}");
    Ok(())
}
