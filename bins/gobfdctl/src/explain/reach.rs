//! When there is no session to explain: no daemon, or none to this peer.

use bfd_api::ClientError;
use bfd_api::v1::BfdSession;

use super::answer::Explanation;
use super::cause::Cause;
use super::ports::Holder;

/// As the kernel shows the daemon's process.
const DAEMON: &str = "gobfd";

/// The daemon does not answer; `holders` have the BFD ports.
pub(crate) fn unreachable(error: &ClientError, holders: &[Holder]) -> Explanation {
    let foreign = holders.iter().find(|holder| !is_ours(holder));
    let (cause, answer, remedy) = match (foreign, holders.first()) {
        (Some(holder), _) => held(holder),
        (None, Some(holder)) => mute(holder),
        (None, None) => absent(),
    };
    let mut evidence = vec![format!("the API does not answer: {error}")];
    evidence.extend(holders.iter().map(line));
    if holders.is_empty() {
        evidence.push("nobody holds UDP ports 3784 and 4784 in this network namespace".into());
    }
    Explanation {
        cause,
        answer,
        evidence,
        remedy,
    }
}

/// The daemon answers and has no session that matches.
pub(crate) fn no_session(which: &str, known: &[BfdSession]) -> Explanation {
    let mut remedy = vec![
        format!(
            "add it to the configuration of the daemon and reload, or: gobfdctl session add --peer {which}"
        ),
        "gobfdctl session list".into(),
    ];
    if known.is_empty() {
        remedy.pop();
    }
    Explanation {
        cause: Cause::NoSession,
        answer: format!("{which} has no session here"),
        evidence: vec![format!(
            "the daemon has {} sessions, none matches",
            known.len()
        )],
        remedy,
    }
}

fn is_ours(holder: &Holder) -> bool {
    holder
        .process
        .as_ref()
        .is_some_and(|process| process.name == DAEMON)
}

type Finding = (Cause, String, Vec<String>);

fn held(holder: &Holder) -> Finding {
    let answer = format!("another daemon holds the BFD ports: {}", owner(holder));
    let remedy = "only one BFD daemon can run in a network namespace: stop the other one, or \
                  disable its BFD (FRR: bfdd=no in /etc/frr/daemons; BIRD: remove protocol bfd), \
                  then start gobfd";
    (Cause::PortsHeld, answer, vec![remedy.into()])
}

fn mute(holder: &Holder) -> Finding {
    let answer = format!(
        "{} runs, but its API does not answer at this address",
        owner(holder)
    );
    let remedy = "give the address of grpc.addr in its configuration with --addr, and look into \
                  its log";
    (Cause::NoDaemon, answer, vec![remedy.into()])
}

fn absent() -> Finding {
    let remedy = "start gobfd (systemctl start gobfd), or give the address of its API with \
                  --addr; its log says why it ended";
    (
        Cause::NoDaemon,
        "gobfd does not run here".into(),
        vec![remedy.into()],
    )
}

fn owner(holder: &Holder) -> String {
    match &holder.process {
        Some(process) => format!("{} (pid {})", process.name, process.pid),
        None => "a program that only root may see".into(),
    }
}

fn line(holder: &Holder) -> String {
    format!("UDP port {} is held by {}", holder.port, owner(holder))
}
