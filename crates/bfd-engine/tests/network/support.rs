//! Two network namespaces joined by a veth pair, and an engine in each.

use std::fs::File;
use std::net::IpAddr;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant as Clock};

use bfd_engine::{
    Egress, Endpoint, Engine, EngineConfig, EngineHandle, Event, NewSession, SessionId,
};
use bfd_proto::{
    DetectMult, Interval, Micros, PathProblem, Role, SessionKind, SessionSpec, SessionView, State,
};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Two namespaces; dropped, they are gone.
pub(crate) struct Namespaces([String; 2]);

impl Namespaces {
    /// `veth0` on either side: 10.0.0.1 and .2, fd00::1 and ::2, fe80::1 and ::2, up.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let base = format!("bfde-{}-{number}", std::process::id());
        let both = Self([format!("{base}-a"), format!("{base}-b")]);
        let [a, b] = &both.0;
        ip(&["netns", "add", a]);
        ip(&["netns", "add", b]);
        both.join("veth0");
        for side in [0, 1] {
            let host = side + 1;
            let lines = format!(
                "link set lo up\nlink set veth0 addrgenmode none\n\
                 addr add 10.0.0.{host}/24 dev veth0\n\
                 addr add fd00::{host}/64 dev veth0 nodad\n\
                 addr add fe80::{host}/64 dev veth0 nodad\nlink set veth0 up\n"
            );
            both.batch(side, &lines);
        }
        both
    }

    /// Joins both sides by another link; it is down.
    pub(crate) fn join(&self, name: &str) {
        let [a, b] = &self.0;
        ip(&[
            "link", "add", name, "netns", a, "type", "veth", "peer", "name", name, "netns", b,
        ]);
    }

    /// Runs a program on one side; it must succeed.
    pub(crate) fn run(&self, side: usize, command: &[&str]) {
        let mut words = vec!["netns", "exec", &self.0[side]];
        words.extend(command);
        ip(&words);
    }

    /// Runs many lines of `ip` on one side.
    pub(crate) fn batch(&self, side: usize, lines: &str) {
        use std::io::Write as _;
        let mut child = Command::new("ip")
            .args(["-n", &self.0[side], "-batch", "-"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("ip (Debian: iproute2)");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(lines.as_bytes()).expect("ip reads");
        drop(stdin);
        assert!(child.wait().expect("ip ends").success(), "{lines}");
    }

    /// Packets that reach this side from now on are lost, the carrier stays.
    pub(crate) fn cut(&self, side: usize) {
        let rules = "add table inet cut; add chain inet cut in { type filter hook prerouting priority -300; }; \
                     add rule inet cut in iifname veth0 meta l4proto udp drop";
        self.run(side, &["nft", rules]);
    }

    /// Packets reach this side again.
    pub(crate) fn mend(&self, side: usize) {
        self.run(side, &["nft", "delete table inet cut"]);
    }

    /// Runs `body` on a thread inside this side's namespace.
    pub(crate) fn inside<T: Send>(&self, side: usize, body: impl FnOnce() -> T + Send) -> T {
        let namespace = File::open(format!("/run/netns/{}", self.0[side])).expect("namespace");
        let enter = move || {
            let kind = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(std::os::fd::AsFd::as_fd(&namespace), kind).expect("setns");
            body()
        };
        thread::scope(|scope| scope.spawn(enter).join().expect("no panic inside"))
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        for name in &self.0 {
            let _ = Command::new("ip").args(["netns", "del", name]).status();
        }
    }
}

fn ip(words: &[&str]) {
    let status = Command::new("ip")
        .args(words)
        .status()
        .expect("ip (Debian: iproute2)");
    assert!(status.success(), "ip {words:?}");
}

/// An engine on one side, and the events it told.
pub(crate) struct End {
    engine: Option<Engine>,
    pub(crate) handle: EngineHandle,
    pub(crate) events: Vec<Event>,
}

impl End {
    pub(crate) fn start(namespaces: &Namespaces, side: usize) -> Self {
        let engine = namespaces.inside(side, || Engine::start(&EngineConfig::default()));
        let engine = engine.expect("engine starts");
        Self {
            handle: engine.handle(),
            engine: Some(engine),
            events: Vec::new(),
        }
    }

    /// Ends the engine on this side without a word to its peers.
    pub(crate) fn stop(&mut self) {
        self.engine.take().into_iter().for_each(Engine::stop);
    }

    /// The same, and starts another.
    pub(crate) fn restart(&mut self, namespaces: &Namespaces, side: usize) {
        self.stop();
        *self = Self::start(namespaces, side);
    }

    pub(crate) fn add(&self, session: NewSession) -> SessionId {
        let (done, added) = std::sync::mpsc::channel();
        let id = self
            .handle
            .add(session, move |id| done.send(id).expect("test waits"));
        let id = id.expect("session is added");
        assert_eq!(added.recv_timeout(PATIENCE), Ok(id));
        id
    }

    pub(crate) fn view(&self, id: SessionId) -> SessionView {
        self.handle.read(id).expect("session is there")
    }

    /// Waits until the session is in this state and returns it.
    pub(crate) fn await_state(&self, id: SessionId, state: State) -> SessionView {
        await_that(&format!("{id:?} is {state}"), || {
            self.view(id).state == state
        });
        self.view(id)
    }

    /// Takes in events until one fits.
    pub(crate) fn await_event(&mut self, fits: impl Fn(&Event) -> bool) {
        let begin = Clock::now();
        while !self.events.iter().any(&fits) {
            assert!(
                begin.elapsed() < PATIENCE,
                "no such event among {:?}",
                self.events
            );
            self.handle.drain_events(&mut self.events);
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits for something that may take long on a busy machine.
pub(crate) fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Clock::now();
    while !holds() {
        assert!(
            begin.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        thread::sleep(Duration::from_millis(1));
    }
}

/// 50 ms x 3.
pub(crate) fn spec(kind: SessionKind) -> SessionSpec {
    let interval = Interval::new(Micros(50_000)).expect("not zero");
    SessionSpec {
        kind,
        role: Role::Active,
        desired_min_tx: interval,
        required_min_rx: interval,
        detect_mult: DetectMult::new(3).expect("not zero"),
        padded_pdu_size: None,
    }
}

/// A session from `local` to `peer` over `veth0`.
pub(crate) fn session(kind: SessionKind, local: &str, peer: &str, ifindex: u32) -> NewSession {
    let (local, peer): (IpAddr, IpAddr) = (
        local.parse().expect("address"),
        peer.parse().expect("address"),
    );
    let single_hop = kind == SessionKind::SingleHop;
    NewSession {
        spec: spec(kind),
        authentication: None,
        endpoint: Endpoint {
            kind,
            peer,
            local: Some(local),
            ifindex: single_hop.then_some(ifindex),
        },
        path: Ok::<_, PathProblem>(Egress { local, ifindex }),
        admin_down: false,
    }
}

/// The index of `veth0` on one side.
pub(crate) fn ifindex(namespaces: &Namespaces, side: usize) -> u32 {
    ifindex_of(namespaces, side, "veth0")
}

/// The index of a link on one side.
pub(crate) fn ifindex_of(namespaces: &Namespaces, side: usize, link: &str) -> u32 {
    namespaces.inside(side, || {
        let text = Command::new("ip")
            .args(["-o", "link", "show", link])
            .output()
            .expect("ip");
        let text = String::from_utf8(text.stdout).expect("text");
        text.split(':')
            .next()
            .and_then(|n| n.trim().parse().ok())
            .expect("a number")
    })
}
