//! Network namespaces that vanish with their value, also when a test fails.

use std::{
    fs::File,
    os::fd::AsFd,
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::eventually;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A network namespace with loopback up.
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    pub(crate) fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("bfdnet-{}-{number}", process::id());
        run("ip", &["netns", "add", &name]);
        let namespace = Self { name };
        namespace.ip("link set lo up");
        namespace
    }

    /// Runs `ip` inside the namespace.
    pub(crate) fn ip(&self, arguments: &str) {
        self.command("ip", arguments);
    }

    /// Runs `tc` inside the namespace.
    pub(crate) fn tc(&self, arguments: &str) {
        self.command("tc", arguments);
    }

    fn command(&self, program: &str, arguments: &str) {
        let within = ["-n", &self.name].into_iter();
        let all: Vec<_> = within.chain(arguments.split_whitespace()).collect();
        run(program, &all);
    }

    /// Runs `body` on a thread inside the namespace; sockets opened there stay there.
    pub(crate) fn run<T: Send>(&self, body: impl FnOnce() -> T + Send) -> T {
        let path = format!("/run/netns/{}", self.name);
        thread::scope(|scope| {
            let inside = scope.spawn(|| {
                let file = File::open(path).expect("the namespace exists");
                move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
                    .expect("root may enter a namespace");
                body()
            });
            inside
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // A failure here must not hide the one that unwinds; the next run uses other names.
        let _ = Command::new("ip")
            .args(["netns", "del", &self.name])
            .status();
    }
}

/// Two namespaces joined by a cable: `veth0` on both sides, hardware addresses of the vectors.
pub(crate) struct Pair {
    pub(crate) a: Namespace,
    pub(crate) b: Namespace,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let pair = Self {
            a: Namespace::new(),
            b: Namespace::new(),
        };
        pair.cable("veth0");
        pair.address("192.0.2.1/24", "192.0.2.2/24", "veth0");
        pair.address("2001:db8:0:1::1/64", "2001:db8:0:1::2/64", "veth0");
        pair
    }

    /// Lays one more cable, with `fe80::a` and `fe80::b` on its ends.
    pub(crate) fn cable(&self, name: &str) {
        let peer = &self.b.name;
        self.a.ip(&format!(
            "link add {name} type veth peer name {name} netns {peer}"
        ));
        for (end, letter) in [(&self.a, 'a'), (&self.b, 'b')] {
            end.ip(&format!("link set {name} addrgenmode none"));
            end.ip(&format!(
                "link set {name} address 02:00:00:00:00:0{letter} up"
            ));
        }
        for end in [&self.a, &self.b] {
            end.run(|| eventually(|| carrier(name)));
        }
        self.address("fe80::a/64", "fe80::b/64", name);
    }

    pub(crate) fn address(&self, a: &str, b: &str, device: &str) {
        for (end, address) in [(&self.a, a), (&self.b, b)] {
            let nodad = if address.contains(':') { "nodad" } else { "" };
            end.ip(&format!("addr add {address} dev {device} {nodad}"));
        }
    }
}

/// Until the kernel has noticed the carrier, an interface throws packets away.
fn carrier(name: &str) -> Result<(), String> {
    let shown = show(name);
    if shown.contains(" state UP ") {
        Ok(())
    } else {
        Err(shown)
    }
}

/// Index of an interface in the namespace of the calling thread.
pub(crate) fn ifindex(name: &str) -> u32 {
    let text = show(name);
    let number = text
        .split(':')
        .next()
        .and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("no index of {name} in {text:?}"))
}

fn show(name: &str) -> String {
    let output = Command::new("ip")
        .args(["-o", "link", "show", "dev", name])
        .output();
    String::from_utf8(output.expect("ip runs").stdout).expect("ip writes text")
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|e| panic!("{program} (iproute2) does not run: {e}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {}: {stderr}",
        arguments.join(" ")
    );
}
