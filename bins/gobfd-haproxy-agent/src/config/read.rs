//! The keys of the file.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use bfd_api::Endpoint;
use bfd_program::config::{ListenAddress, Section, Zoned};
use bfd_program::logging::{LogFormat, LogLevel, LogSettings};

use super::settings::{Backend, Settings};
use crate::board::{Answer, Away, Policy, Selector};
use crate::push::Target;

/// How long the last answer is kept while the daemon is away: enough for its upgrade.
const KEEP_FOR: Duration = Duration::from_secs(60);
const LOG: LogSettings = LogSettings {
    level: LogLevel::Info,
    format: LogFormat::Text,
};

/// Reads everything; `fallback` is where the daemon is if the file does not say.
pub(super) fn settings(root: &mut Section<'_>, fallback: Endpoint) -> Option<Settings> {
    let daemon = root.parsed("gobfd_addr", |text| {
        text.parse::<Endpoint>().map_err(|error| error.to_string())
    });
    let log = LogSettings::read(root, LOG);
    let metrics = root.within("metrics", |metrics| {
        let addr = metrics.listen("addr");
        metrics.required("addr", addr, "where to serve metrics and probes")
    });
    let policy = Policy {
        away: root
            .within("daemon_away", away)
            .unwrap_or(Away::KeepLast(KEEP_FOR)),
        admin_down: answer(root.word("admin_down", &["down", "drain"])),
    };
    let push = root.within("haproxy", |haproxy| {
        let socket = haproxy.parsed("socket", str::parse::<Target>);
        haproxy.required("socket", socket, "HAProxy's runtime socket")
    });
    let agent_addr = root.address("agent_addr").map(|zoned| zoned.address);
    let pushes = root.is_given("haproxy");
    let backends = backends(root, agent_addr, pushes);
    if pushes && backends.iter().all(|backend| backend.server.is_none()) {
        root.complain(
            "haproxy",
            "no backend has a server to push to; add server: BACKEND/SERVER",
        );
    }
    Some(Settings {
        daemon: daemon.unwrap_or(fallback),
        log,
        metrics,
        policy,
        push,
        backends,
    })
}

fn away(section: &mut Section<'_>) -> Option<Away> {
    let word = section.word("answer", &["keep-last", "up", "down"]);
    let keep_for = section.duration("keep_for");
    match word {
        None | Some("keep-last") => Some(Away::KeepLast(keep_for.unwrap_or(KEEP_FOR))),
        word => {
            if keep_for.is_some() {
                section.complain("keep_for", "only for answer: keep-last");
            }
            Some(Away::Fail(answer(word)))
        }
    }
}

fn answer(word: Option<&str>) -> Answer {
    match word {
        Some("up") => Answer::Up,
        Some("drain") => Answer::Drain,
        _ => Answer::Down,
    }
}

fn backends(root: &mut Section<'_>, agent_addr: Option<IpAddr>, pushes: bool) -> Vec<Backend> {
    let mut ports = Seen::default();
    let mut servers = Seen::default();
    root.each("backends", |section| {
        let selector = selector(section);
        let port = section.integer("agent_port", 0, 65_535);
        let port = section.required("agent_port", port, "the port of HAProxy's agent-port");
        let server = section.parsed("server", server);
        if server.is_some() && !pushes {
            section.complain(
                "server",
                "without haproxy.socket nothing is pushed; give both",
            );
        }
        // Port 0 is a different one each time.
        let fixed = port.filter(|port| *port != 0);
        ports.check(section, "agent_port", fixed);
        servers.check(section, "server", server.clone());
        Some(Backend {
            selector: selector?,
            listen: ListenAddress::new(agent_addr, u16::try_from(port?).ok()?),
            server,
        })
    })
}

/// The first element that had a value that may occur once.
struct Seen<T>(HashMap<T, String>);

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Hash + Eq> Seen<T> {
    fn check(&mut self, section: &mut Section<'_>, name: &str, value: Option<T>) {
        let Some(value) = value else { return };
        let here = section.path().to_owned();
        if let Some(first) = self.0.get(&value) {
            section.complain(name, format!("the same as in {first}"));
        } else {
            self.0.insert(value, here);
        }
    }
}

fn selector(section: &mut Section<'_>) -> Option<Selector> {
    let peer = section.address("peer");
    let peer = section.required("peer", peer, "the address of the BFD peer");
    let local = section.address("local");
    let named = section.interface("interface");
    let interface = interface(section, named, [("peer", &peer), ("local", &local)]);
    let (peer, local) = (peer?.address, local.map(|local| local.address));
    if is_link_local(peer) && interface.is_none() {
        let text = "a link-local address needs interface, or a zone: fe80::1%eth0";
        section.complain("peer", text);
    }
    if local.is_some_and(|local| local.is_ipv4() != peer.is_ipv4()) {
        let text = format!("expected an address of the family of peer {peer}");
        section.complain("local", text);
    }
    Some(Selector {
        peer,
        interface,
        local,
    })
}

/// The interface that the key and the zones of the addresses agree on.
fn interface(
    section: &mut Section<'_>,
    named: Option<String>,
    addresses: [(&str, &Option<Zoned>); 2],
) -> Option<String> {
    let mut interface = named;
    for (key, address) in addresses {
        let Some(zone) = address.as_ref().and_then(|zoned| zoned.zone.as_ref()) else {
            continue;
        };
        match &interface {
            Some(other) if other != zone => {
                let text = format!("the zone {zone} contradicts interface {other}");
                section.complain(key, text);
            }
            _ => interface = Some(zone.clone()),
        }
    }
    interface
}

fn is_link_local(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.is_unicast_link_local())
}

/// `BACKEND/SERVER` in the letters that HAProxy allows; anything else could be another command.
fn server(text: &str) -> Result<String, String> {
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    let is_name = |name: &str| !name.is_empty() && name.len() <= 255 && name.bytes().all(letter);
    match text.split_once('/') {
        Some((backend, server)) if is_name(backend) && is_name(server) => Ok(text.to_owned()),
        _ => Err(format!(
            "expected BACKEND/SERVER as HAProxy names them, found {}",
            bfd_program::config::quoted(text)
        )),
    }
}
