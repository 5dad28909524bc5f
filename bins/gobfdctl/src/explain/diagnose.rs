//! From a session to the cause: a pure function over the message.
//!
//! The order is that of certainty: what this system knows of itself, then what the peer
//! says, then what came and was refused, and silence last.

use std::time::Duration;

use bfd_api::v1::{BfdSession, LastDiscard, PathProblem, SessionRole, SessionState, SessionType};

use super::answer::Explanation;
use super::cause::Cause;
use super::evidence;
use crate::{go, keys, names};

/// A peer that is not Up sends once a second or so; what is older than this is over.
const RECENT: Duration = Duration::from_secs(5);
/// A handshake takes three packets at one a second.
const HANDSHAKE: Duration = Duration::from_secs(4);

/// Explains the state of `session`.
pub(crate) fn diagnose(session: &BfdSession) -> Explanation {
    let (cause, why, remedy) = find(session);
    let state = names::state(session.local_state.as_known());
    Explanation {
        cause,
        answer: format!("{} is {state}: {why}", name(session)),
        evidence: evidence::lines(session),
        remedy,
    }
}

/// Cause, the end of the answer, and remedies.
type Finding = (Cause, String, Vec<String>);

fn find(session: &BfdSession) -> Finding {
    up(session)
        .or_else(|| admin_down(session))
        .or_else(|| path(session))
        .or_else(|| heard(session))
        .or_else(|| refused(session))
        .or_else(|| unsent(session))
        .unwrap_or_else(|| silence(session))
}

/// `192.0.2.1`, with what tells it from other sessions to the peer.
fn name(session: &BfdSession) -> String {
    let multihop = session.r#type == SessionType::SESSION_TYPE_MULTI_HOP;
    let interface = match session.interface_name.as_str() {
        "" => String::new(),
        interface => format!(" on {interface}"),
    };
    format!(
        "{}{interface}{}",
        session.peer_address,
        if multihop { " (multi-hop)" } else { "" }
    )
}

fn up(session: &BfdSession) -> Option<Finding> {
    (session.local_state == SessionState::Up).then(|| {
        let since = session.last_state_change.as_option().map(go::time);
        let since = since.map_or_else(String::new, |since| format!("since {since}, "));
        (
            Cause::Up,
            format!("{since}{}", evidence::arrival(session)),
            Vec::new(),
        )
    })
}

fn admin_down(session: &BfdSession) -> Option<Finding> {
    let held = session.admin_down || session.local_state == SessionState::AdminDown;
    held.then(|| {
        let remedy = format!("gobfdctl session admin-up {}", session.local_discriminator);
        (
            Cause::AdminDown,
            "an operator of this system holds it down".into(),
            vec![remedy],
        )
    })
}

fn path(session: &BfdSession) -> Option<Finding> {
    let interface = named(&session.interface_name, "interface", "its interface");
    let address = named(&session.local_address, "local address", "its local address");
    let peer = &session.peer_address;
    let (cause, why, remedy) = match session.path_problem.as_known()? {
        PathProblem::PATH_PROBLEM_INTERFACE_MISSING => (
            Cause::InterfaceMissing,
            format!("{interface} does not exist"),
            format!("create {interface}, or correct the name; the session starts by itself"),
        ),
        PathProblem::PATH_PROBLEM_INTERFACE_DOWN => (
            Cause::InterfaceDown,
            format!("{interface} is down or has no carrier"),
            format!("look at the cable and at `ip link`; {interface} must be UP and LOWER_UP"),
        ),
        PathProblem::PATH_PROBLEM_ADDRESS_MISSING => (
            Cause::AddressMissing,
            format!("{address} is not configured on this system"),
            format!("add {address} (`ip address`), or correct the session"),
        ),
        PathProblem::PATH_PROBLEM_NO_ROUTE => (
            Cause::NoRoute,
            format!("no route leads to {peer}"),
            format!("`ip route get {peer}` must find a way"),
        ),
        PathProblem::PATH_PROBLEM_ADDRESS_FAMILY => (
            Cause::AddressFamily,
            "local and peer address are of different families".into(),
            "give both as IPv4, or both as IPv6".into(),
        ),
        PathProblem::PATH_PROBLEM_UNSPECIFIED => return None,
    };
    Some((cause, why, vec![remedy]))
}

fn named(name: &str, what: &str, otherwise: &str) -> String {
    if name.is_empty() {
        otherwise.into()
    } else {
        format!("{what} {name}")
    }
}

/// The peer's packets are accepted: what it says decides.
fn heard(session: &BfdSession) -> Option<Finding> {
    let last = session.last_packet_received.as_option()?;
    if fell_silent(session, last) {
        return None;
    }
    let silence = age(session, last);
    let limit = go::wire(session.detection_time.as_option())
        .unwrap_or_default()
        .max(RECENT);
    if silence > limit {
        return None;
    }
    match session.remote_state.as_known() {
        Some(SessionState::AdminDown) => Some(peer_admin_down()),
        // It says that it does not hear us. Where we could not speak, that is why.
        Some(SessionState::Down) if verdict(session) == Some("tx-failed") => {
            Some(cannot_send(session))
        }
        Some(SessionState::Down) if settled(session) => {
            unsent(session).or_else(|| Some(peer_down(session)))
        }
        _ => Some(coming_up(session)),
    }
}

/// The session went Down after its last packet, and not because of what that packet said.
fn fell_silent(session: &BfdSession, last: &bfd_api::Timestamp) -> bool {
    let spoken = ["peer-admin-down", "peer-signalled", "one-way"];
    let silent = verdict(session).is_some_and(|verdict| !spoken.contains(&verdict));
    let changed = session.last_state_change.as_option();
    let after = changed.is_some_and(|changed| !go::between(last, changed).is_zero());
    session.local_state == SessionState::Down && silent && after
}

/// Why the session went Down the last time.
fn verdict(session: &BfdSession) -> Option<&str> {
    let down = session.last_down.as_option()?;
    Some(&down.verdict)
}

fn peer_admin_down() -> Finding {
    let why = "the operator of the peer holds it down (the peer signals AdminDown)";
    let remedy = "enable the session on the peer (FRR: no shutdown)";
    (Cause::PeerAdminDown, why.into(), vec![remedy.into()])
}

/// Long enough in this state for a handshake to have ended.
fn settled(session: &BfdSession) -> bool {
    let since = session
        .last_state_change
        .as_option()
        .or(session.created.as_option());
    since.is_none_or(|since| age(session, since) > HANDSHAKE)
}

fn peer_down(session: &BfdSession) -> Finding {
    let remote = session.remote.as_option();
    let diagnostic = remote.map_or("Unknown", |r| names::diagnostic(r.diagnostic.as_known()));
    let port = evidence::port(session);
    let why = format!(
        "the peer is heard but signals Down ({diagnostic}): our packets do not reach it, \
         or it refuses them"
    );
    let remedies = vec![
        format!(
            "capture on the peer: udp port {port} from {} must arrive",
            local(session)
        ),
        "on the peer, compare address, interface, session type, smallest TTL and \
         authentication with this session"
            .into(),
        "look for packet filters between the two, in the direction to the peer".into(),
    ];
    (Cause::PeerSignalsDown, why, remedies)
}

fn local(session: &BfdSession) -> &str {
    match session.local_address.as_str() {
        "" => "this system",
        address => address,
    }
}

fn coming_up(session: &BfdSession) -> Finding {
    let remote = names::state(session.remote_state.as_known());
    let why = format!("the peer is heard and signals {remote}; the handshake is under way");
    let remedy = "ask again in a few seconds; if it stays so, the peer may not hear us";
    (Cause::ComingUp, why, vec![remedy.into()])
}

/// Packets come and are refused: the last reason counts.
fn refused(session: &BfdSession) -> Option<Finding> {
    let last = session.last_discard.as_option()?;
    let old = last
        .timestamp
        .as_option()
        .is_some_and(|at| age(session, at) > RECENT);
    (!old).then(|| refusal(session, last))
}

fn refusal(session: &BfdSession, last: &LastDiscard) -> Finding {
    match last.reason.as_str() {
        "ttl" => wrong_ttl(session, last.ttl),
        "wrong_port" => wrong_port(session),
        "wrong_interface" => wrong_interface(session),
        reason if reason.starts_with("auth") => authentication(session, reason),
        reason => (
            Cause::Refused,
            format!("packets of the peer arrive and are refused ({reason})"),
            vec![format!(
                "capture what the peer sends: udp port {}; {}",
                evidence::port(session),
                hint(reason)
            )],
        ),
    }
}

fn wrong_ttl(session: &BfdSession, ttl: u32) -> Finding {
    if session.r#type == SessionType::SESSION_TYPE_MULTI_HOP {
        let least = session.min_ttl;
        let why =
            format!("the peer's packets arrive with TTL {ttl}, the least accepted is {least}");
        let remedies = vec![
            format!("if the peer sends with a small TTL on purpose, set min_ttl to {ttl} or less"),
            "otherwise make the peer send with TTL 255, or set min_ttl to 255 minus the \
             number of routers on the way"
                .into(),
        ];
        return (Cause::WrongTtl, why, remedies);
    }
    let why = format!(
        "the peer's packets arrive with TTL {ttl}, and single hop accepts 255 only \
         (RFC 5881 section 5)"
    );
    let remedies = vec![
        "if routers lie between the two, use a multihop session on both ends".into(),
        "otherwise the peer must send with TTL 255".into(),
    ];
    (Cause::WrongTtl, why, remedies)
}

fn wrong_port(session: &BfdSession) -> Finding {
    let ours = evidence::port(session);
    let (theirs, other) = if ours == 4784 {
        (3784, "single-hop")
    } else {
        (4784, "multi-hop")
    };
    let why = format!(
        "the peer's packets arrive on port {theirs}, this session's port is {ours}: the peer \
         runs a {other} session"
    );
    let remedy = "use the same session type on both ends";
    (Cause::WrongPort, why, vec![remedy.into()])
}

fn wrong_interface(session: &BfdSession) -> Finding {
    let interface = named(
        &session.interface_name,
        "interface",
        "the session's interface",
    );
    let why = format!("the peer's packets arrive through another interface than {interface}");
    let remedies = vec![
        format!(
            "`ip route get {}` shows where the peer is expected",
            session.peer_address
        ),
        "bind the session to the interface the packets come through, or to none".into(),
    ];
    (Cause::WrongInterface, why, remedies)
}

fn authentication(session: &BfdSession, reason: &str) -> Finding {
    let (why, remedy) = match reason {
        "auth_unexpected" => (
            "the peer authenticates its packets, this session has no authentication",
            "configure authentication on both ends or on none",
        ),
        "auth_missing" => (
            "the peer does not authenticate its packets, this session asks for it",
            "configure authentication on both ends or on none",
        ),
        "auth_type" => (
            "the peer authenticates with another type than this session",
            "use the same type on both ends",
        ),
        "auth_key_id" => (
            "the peer uses a key that this session does not accept now",
            "compare the key ids on both ends, and when each key is sent and accepted",
        ),
        "auth_digest" => (
            "the peer's packets do not match the secret of their key: the secrets differ, or \
             somebody forges packets",
            "set the secret of this key anew on both ends",
        ),
        "auth_sequence" => (
            "the peer's packets carry sequence numbers that are not next: the peer began anew, or \
             packets are repeated",
            "wait two detection times, in which a peer that began anew is let in; if it stays so, \
             look for a second system that sends with the peer's address",
        ),
        _ => (
            "packets of the peer fail authentication",
            "compare type, key id and secret on both ends",
        ),
    };
    let mut remedies = vec![remedy.to_owned()];
    if let Some(keys) = session.auth_keys.as_option() {
        remedies.push(format!(
            "this session sends with key {}",
            keys::in_words(keys)
        ));
    }
    (Cause::Authentication, format!("{why} ({reason})"), remedies)
}

fn hint(reason: &str) -> &'static str {
    match reason {
        "unknown_discriminator" => {
            "the peer still uses a session that is gone, and should stop soon"
        }
        "rate_limited" => "more packets come from this peer than BFD would send: look for a flood",
        "admin_down" => "this session is administratively down",
        _ => "the peer's BFD breaks RFC 5880 section 6.8.6",
    }
}

/// The kernel refuses most of what we want to send.
fn unsent(session: &BfdSession) -> Option<Finding> {
    let counters = session.counters.as_option()?;
    let most = counters.tx_errors > 0 && counters.tx_errors >= counters.packets_sent;
    most.then(|| cannot_send(session))
}

fn cannot_send(session: &BfdSession) -> Finding {
    let count = session.counters.as_option().map_or(0, |c| c.tx_errors);
    let why = format!("the kernel refused to send {count} packets");
    let remedy = format!(
        "`ip route get {}` and the output chains of the packet filter show why",
        session.peer_address
    );
    (Cause::CannotSend, why, vec![remedy])
}

fn silence(session: &BfdSession) -> Finding {
    let ever = session.last_packet_received.as_option();
    if ever.is_none() && session.role == SessionRole::SESSION_ROLE_PASSIVE {
        let why = "passive, it waits for the peer to begin, and nothing came yet";
        let remedy = "make the peer active, or this session (passive: false)";
        return (Cause::PassiveWaits, why.into(), vec![remedy.into()]);
    }
    let why = match ever {
        None => "nothing was ever received from the peer".into(),
        Some(at) => format!(
            "nothing is received from the peer since {}",
            go::rough(age(session, at))
        ),
    };
    let peer = &session.peer_address;
    let remedies = vec![
        format!("`ping {peer}`: is the peer reachable?"),
        format!(
            "is BFD enabled on the peer, as a {} session to {}?",
            names::kind(session.r#type.as_known()),
            local(session)
        ),
        format!(
            "capture here: udp port {} from {peer}; what arrives there and is not counted as \
             received is dropped by the packet filter of this system",
            evidence::port(session)
        ),
    ];
    (Cause::NothingReceived, why, remedies)
}

/// How long before the message was made; zero when it does not say when that was.
fn age(session: &BfdSession, at: &bfd_api::Timestamp) -> Duration {
    session
        .observed_at
        .as_option()
        .map_or(Duration::ZERO, |now| go::between(at, now))
}
