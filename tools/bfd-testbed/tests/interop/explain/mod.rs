//! `gobfdctl explain`: every cause is made to happen, and the answer held against it.

mod daemon;
mod ours;
mod peer;

use std::net::IpAddr;

use bfd_testbed::{Explained, Gobfd, Result, Stage};

/// What an answer must contain; its exit code follows from the cause.
struct Expected<'a> {
    cause: &'a str,
    answer: &'a str,
    evidence: &'a str,
    /// Empty: there is nothing to do.
    remedy: &'a str,
}

impl Expected<'_> {
    fn assert(&self, seen: &Explained) {
        let said = |lines: &[String], text: &str| lines.iter().any(|line| line.contains(text));
        assert_eq!(seen.cause, self.cause, "{seen}");
        assert!(seen.answer.contains(self.answer), "{seen}");
        assert!(said(&seen.evidence, self.evidence), "{seen}");
        if self.remedy.is_empty() {
            assert!(seen.remedy.is_empty(), "{seen}");
        } else {
            assert!(said(&seen.remedy, self.remedy), "{seen}");
        }
        let exit = if self.cause == "up" { 0 } else { 3 };
        assert_eq!(seen.exit, exit, "{seen}");
    }

    /// Waits for the cause, then holds the whole answer against it.
    fn comes(&self, ours: &Gobfd, peer: IpAddr) -> Result<Explained> {
        let seen = ours.wait_explained(peer, self.cause)?;
        println!("{seen}");
        self.assert(&seen);
        Ok(seen)
    }
}

/// Adds an interface that is up, has a carrier, and leads nowhere.
fn blind_interface(stage: &Stage, name: &str) -> Result<()> {
    let end = format!("{name}-end");
    stage
        .us
        .ip(&["link", "add", name, "type", "veth", "peer", "name", &end])?;
    stage.us.ip(&["link", "set", name, "up"])?;
    stage.us.ip(&["link", "set", &end, "up"]).map(drop)
}
