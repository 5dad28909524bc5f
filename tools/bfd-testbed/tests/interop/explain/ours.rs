//! Causes that lie in this system.

use bfd_testbed::{Gobfd, Result, Session, Stage, State};

use super::Expected;

#[test]
fn held_down_here() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    ours.shut_down(session.peer, true)?;
    let expected = Expected {
        cause: "admin-down",
        answer: "is AdminDown: an operator of this system holds it down",
        evidence: "state AdminDown",
        remedy: "gobfdctl session admin-up",
    };
    let seen = expected.comes(&ours, session.peer)?;
    // The remedy is a command, and does what it promises.
    let command: Vec<&str> = seen.remedy[0].split_whitespace().skip(1).collect();
    ours.ctl(&command)?;
    ours.wait_for(session.peer, State::Down).map(drop)
}

#[test]
fn the_interface_is_missing() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = Session::single_hop(stage.v4.0, stage.v4.1, "eth7");
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    let expected = Expected {
        cause: "interface-missing",
        answer: "interface eth7 does not exist",
        evidence: "packets: 0 sent, 0 received, 0 refused",
        remedy: "create interface eth7",
    };
    expected.comes(&ours, session.peer).map(drop)
}

#[test]
fn the_interface_is_down_or_has_no_carrier() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    let expected = Expected {
        cause: "interface-down",
        answer: "interface eth0 is down or has no carrier",
        evidence: "state Down",
        remedy: "interface eth0 must be UP and LOWER_UP",
    };
    stage.link.right.set_down()?;
    expected.comes(&ours, session.peer)?;
    stage.link.right.set_up()?;
    ours.wait_explained(session.peer, "nothing-received")?;
    stage.link.left.set_down()?;
    expected.comes(&ours, session.peer).map(drop)
}

#[test]
fn the_local_address_is_missing() -> Result<()> {
    let stage = Stage::one_link()?;
    let mut session = stage.session_v4();
    session.local = "10.0.0.77".parse().expect("an address");
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    let expected = Expected {
        cause: "address-missing",
        answer: "local address 10.0.0.77 is not configured on this system",
        evidence: "packets: 0 sent",
        remedy: "add local address 10.0.0.77 (`ip address`)",
    };
    expected.comes(&ours, session.peer)?;
    stage.link.left.add_address("10.0.0.77/24")?;
    ours.wait_explained(session.peer, "nothing-received")
        .map(drop)
}

#[test]
fn no_route_leads_to_the_peer() -> Result<()> {
    let stage = Stage::one_link()?;
    let mut session = stage.multihop_v4();
    session.peer = "203.0.113.9".parse().expect("an address");
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    let expected = Expected {
        cause: "no-route",
        answer: "203.0.113.9 (multi-hop) is Down: no route leads to 203.0.113.9",
        evidence: "packets: 0 sent",
        remedy: "`ip route get 203.0.113.9` must find a way",
    };
    expected.comes(&ours, session.peer).map(drop)
}

/// Such a session cannot be made at all, so nobody has to explain it: file and API refuse it.
#[test]
fn addresses_of_two_families_are_refused_at_once() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = Session::multihop(stage.v6.0, stage.v4.1);
    let refused = Gobfd::start(&stage.us, &[session]).expect_err("refused");
    let said = refused.to_string();
    assert!(said.contains("sessions[0].local"), "{said}");
    assert!(
        said.contains("expected an address of the family of peer 10.0.0.2"),
        "{said}"
    );

    let ours = Gobfd::start(&stage.us, &[])?;
    let add = ["session", "add", "--peer", "10.0.0.2", "--local", "fd00::1"];
    let said = ours.ctl(&add).expect_err("refused").to_string();
    assert!(said.contains("are of different families"), "{said}");
    Ok(())
}

#[test]
fn the_kernel_refuses_to_send() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4();
    eat_what_we_send(&stage)?;
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    let expected = Expected {
        cause: "cannot-send",
        answer: "the kernel refused to send",
        evidence: "not sent because of an error",
        remedy: "the output chains of the packet filter",
    };
    expected.comes(&ours, session.peer).map(drop)
}

pub(super) fn eat_what_we_send(stage: &Stage) -> Result<()> {
    let rules = "table inet eater { chain out { type filter hook output priority 0; \
                 udp dport 3784 drop; }; }";
    stage.us.run("nft", &[rules]).map(drop)
}

#[test]
fn a_passive_session_waits() -> Result<()> {
    let stage = Stage::one_link()?;
    let session = stage.session_v4().passive();
    let ours = Gobfd::start(&stage.us, std::slice::from_ref(&session))?;
    let expected = Expected {
        cause: "passive-waits",
        answer: "passive, it waits for the peer to begin",
        evidence: "packets: 0 sent, 0 received",
        remedy: "make the peer active, or this session (passive: false)",
    };
    expected.comes(&ours, session.peer).map(drop)
}
