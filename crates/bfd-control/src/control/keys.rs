//! The keys that sessions use now, of the chains they are to use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::SystemTime;

use bfd_proto::Authentication;

use crate::keychain::{InUse, KeyChain};

/// A chain, and what of it counts.
pub(super) struct Held {
    chain: Arc<KeyChain>,
    in_use: InUse,
    /// When that was found out.
    since: SystemTime,
}

impl Held {
    pub(super) fn new(chain: Arc<KeyChain>, now: SystemTime) -> Self {
        Self {
            in_use: chain.at(now),
            chain,
            since: now,
        }
    }

    pub(super) fn authentication(&self) -> Arc<Authentication> {
        Arc::clone(&self.in_use.authentication)
    }

    /// The id of the key sent.
    pub(super) fn sends(&self) -> u8 {
        self.in_use.authentication.send_key_id()
    }

    /// Whether something else may count: time went on far enough, or the clock was set back.
    pub(super) fn is_due(&self, now: SystemTime) -> bool {
        now < self.since || self.in_use.until.is_some_and(|until| until <= now)
    }

    /// Finds out what counts now. Returns whether that is something else.
    pub(super) fn turn(&mut self, now: SystemTime) -> bool {
        let old = std::mem::replace(&mut self.in_use, self.chain.at(now));
        self.since = now;
        old.authentication != self.in_use.authentication
    }
}

/// What has been said of chains, each by its name: thousands of sessions may share one, and one
/// line is enough for all.
#[derive(Default)]
pub(super) struct Told {
    /// Sessions that send another key since the last line, and which.
    changed: BTreeMap<String, (u8, usize)>,
    /// Chains of which a key stands in.
    lapsed: BTreeSet<String>,
}

impl Told {
    /// Another key of the chain is sent.
    pub(super) fn changed(&mut self, held: &Held) {
        let name = held.chain.name().to_owned();
        self.changed.entry(name).or_insert((held.sends(), 0)).1 += 1;
    }

    /// Warns when a key begins to stand in.
    pub(super) fn look_at(&mut self, held: &Held) {
        let chain = held.chain.name();
        if !held.in_use.stand_in {
            self.lapsed.remove(chain);
        } else if self.lapsed.insert(chain.to_owned()) {
            tracing::warn!(
                chain,
                key = held.sends(),
                "no key of the chain may be sent now: the closest one stands in, renew the chain"
            );
        }
    }

    /// Tells of the changes, one line for each chain.
    pub(super) fn tell(&mut self) {
        for (chain, (key, sessions)) in std::mem::take(&mut self.changed) {
            tracing::info!(chain, key, sessions, "authentication key changed");
        }
    }
}
