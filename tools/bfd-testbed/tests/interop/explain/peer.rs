//! Causes that lie in the peer, in the path, or between two configurations that do not fit.

use std::fs;

use bfd_testbed::{Bird, Frr, Gobfd, Result, Router, Session, Stage, State};

use super::{Expected, blind_interface, ours::eat_what_we_send};
use crate::setup::Pair;

/// Our daemon with one session, and a router with another idea of it.
fn mismatch<R: Router>(stage: &Stage, session: &Session, theirs: Session) -> Result<(Gobfd, R)> {
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(session))?;
    let theirs = R::start(&stage.them, &[theirs])?;
    Ok((ours, theirs))
}

#[test]
fn up() -> Result<()> {
    let pair = Pair::<Frr>::up()?;
    let expected = Expected {
        cause: "up",
        answer: "10.0.0.2 on eth0 is Up: since ",
        evidence: "arrival gaps: shortest ",
        remedy: "",
    };
    expected.comes(&pair.ours, pair.peer()).map(drop)
}

#[test]
fn nothing_is_received() -> Result<()> {
    let pair = Pair::<Bird>::up()?;
    pair.stage.link.cut()?;
    let expected = Expected {
        cause: "nothing-received",
        answer: "nothing is received from the peer since ",
        evidence: "last went down",
        remedy: "`ping 10.0.0.2`",
    };
    let seen = expected.comes(&pair.ours, pair.peer())?;
    let silent = seen
        .evidence
        .iter()
        .any(|line| line.ends_with("(peer-silent)"));
    assert!(silent, "{seen}");
    Ok(())
}

#[test]
fn nothing_was_ever_received() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v6();
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    let expected = Expected {
        cause: "nothing-received",
        answer: "fd00::2 on eth0 is Down: nothing was ever received from the peer",
        evidence: "0 received, 0 refused",
        remedy: "is BFD enabled on the peer, as a single-hop session to fd00::1?",
    };
    expected.comes(&ours, session.peer).map(drop)
}

/// What a handshake that just began and one that leads nowhere look like is the same at first.
fn the_peer_does_not_hear_us<R: Router>() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let rules = "table inet deaf { chain in { type filter hook input priority 0; \
                 udp dport 3784 drop; }; }";
    stage.them.run("nft", &[rules])?;
    let (ours, _theirs) = mismatch::<R>(&stage, &session, session.mirrored())?;
    let expected = Expected {
        cause: "coming-up",
        answer: "the peer is heard and signals Down; the handshake is under way",
        evidence: "state Init",
        remedy: "ask again in a few seconds",
    };
    expected.comes(&ours, session.peer)?;
    let expected = Expected {
        cause: "peer-signals-down",
        answer: "the peer is heard but signals Down",
        evidence: "Down at the peer",
        remedy: "udp port 3784 from 10.0.0.1 must arrive",
    };
    expected.comes(&ours, session.peer).map(drop)
}

#[test]
fn frr_does_not_hear_us() -> Result<()> {
    the_peer_does_not_hear_us::<Frr>()
}

#[test]
fn bird_does_not_hear_us() -> Result<()> {
    the_peer_does_not_hear_us::<Bird>()
}

/// The peer signals Down here too, but the fault is ours, and that is what has to be said.
#[test]
fn the_peer_does_not_hear_us_because_our_kernel_refuses_to_send() -> Result<()> {
    let pair = Pair::<Frr>::up()?;
    eat_what_we_send(&pair.stage)?;
    let expected = Expected {
        cause: "cannot-send",
        answer: "the kernel refused to send",
        evidence: "(tx-failed)",
        remedy: "the output chains of the packet filter",
    };
    expected.comes(&pair.ours, pair.peer()).map(drop)
}

#[test]
fn the_peer_is_held_down() -> Result<()> {
    let pair = Pair::<Frr>::up()?;
    pair.theirs.shut_down(&pair.sessions[0].mirrored(), true)?;
    let expected = Expected {
        cause: "peer-admin-down",
        answer: "the operator of the peer holds it down",
        evidence: "AdminDown at the peer",
        remedy: "FRR: no shutdown",
    };
    expected.comes(&pair.ours, pair.peer()).map(drop)
}

#[test]
fn a_router_on_the_way_takes_a_single_hop_ttl() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let rules = "table ip hops { chain out { type filter hook output priority 0; \
                 udp dport 3784 ip ttl set 254; }; }";
    stage.them.run("nft", &[rules])?;
    let (ours, _frr) = mismatch::<Frr>(&stage, &session, session.mirrored())?;
    let expected = Expected {
        cause: "wrong-ttl",
        answer: "the peer's packets arrive with TTL 254, and single hop accepts 255 only",
        evidence: "last refused: ttl with TTL 254",
        remedy: "use a multihop session on both ends",
    };
    expected.comes(&ours, session.peer).map(drop)
}

#[test]
fn the_peer_runs_a_multihop_session() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let (ours, _frr) = mismatch::<Frr>(&stage, &session, stage.multihop_v4().mirrored())?;
    let expected = Expected {
        cause: "wrong-port",
        answer: "arrive on port 4784, this session's port is 3784: the peer runs a multi-hop session",
        evidence: "last refused: wrong_port",
        remedy: "use the same session type on both ends",
    };
    expected.comes(&ours, session.peer).map(drop)
}

#[test]
fn the_peer_runs_a_single_hop_session() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.multihop_v4();
    let (ours, _bird) = mismatch::<Bird>(&stage, &session, stage.session_v4().mirrored())?;
    let expected = Expected {
        cause: "wrong-port",
        answer: "arrive on port 3784, this session's port is 4784: the peer runs a single-hop session",
        evidence: "last refused: wrong_port",
        remedy: "use the same session type on both ends",
    };
    expected.comes(&ours, session.peer).map(drop)
}

#[test]
fn the_session_is_bound_to_another_interface() -> Result<()> {
    let stage = Stage::one_link()?;
    blind_interface(&stage, "eth1")?;
    stage.us.add_address("eth1", "10.1.0.1/24")?;
    let ours_of = "10.1.0.1".parse().expect("an address");
    let session = Session::single_hop(ours_of, stage.v4.1, "eth1");
    let (ours, _frr) = mismatch::<Frr>(&stage, &session, stage.session_v4().mirrored())?;
    let expected = Expected {
        cause: "wrong-interface",
        answer: "the peer's packets arrive through another interface than interface eth1",
        evidence: "last refused: wrong_interface",
        remedy: "`ip route get 10.0.0.2` shows where the peer is expected",
    };
    expected.comes(&ours, session.peer).map(drop)
}

#[test]
fn the_peer_authenticates() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let (ours, bird) = mismatch::<Bird>(&stage, &session, session.mirrored())?;
    bird.wait_for(session.local, State::Up)?;
    let path = stage.them.folder().join("bird/bird.conf");
    let plain = fs::read_to_string(&path).expect("BIRD's configuration");
    let options = "passive off; authentication simple; password \"opensesame\";";
    fs::write(&path, plain.replace("passive off;", options)).expect("BIRD's configuration");
    bird.birdc("configure")?;
    let expected = Expected {
        cause: "authentication",
        answer: "the peer authenticates its packets, this session has no authentication",
        evidence: "last refused: auth_unexpected",
        remedy: "configure authentication on both ends or on none",
    };
    expected.comes(&ours, session.peer).map(drop)
}

/// No real peer breaks the format, so something on the way does: the version becomes 7.
#[test]
fn the_packets_break_another_rule() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let rules = "table ip spoiler { chain out { type filter hook output priority 0; \
                 udp dport 3784 @th,64,8 set 0xe0; }; }";
    stage.them.run("nft", &[rules])?;
    let (ours, _frr) = mismatch::<Frr>(&stage, &session, session.mirrored())?;
    let expected = Expected {
        cause: "refused",
        answer: "packets of the peer arrive and are refused (version)",
        evidence: "last refused: version with TTL 255",
        remedy: "the peer's BFD breaks RFC 5880 section 6.8.6",
    };
    expected.comes(&ours, session.peer).map(drop)
}
