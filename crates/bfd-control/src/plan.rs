//! The difference between what shall run and what runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use bfd_proto::SessionSpec;

use crate::intent::Wanted;
use crate::key::SessionKey;
use crate::keychain::KeyChain;

/// What is to be done so that the running sessions become the wanted ones.
///
/// A session whose values do not differ appears nowhere in it. Keys are in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Plan {
    /// Sessions to start.
    pub add: Vec<(SessionKey, Wanted)>,
    /// Sessions to end.
    pub remove: Vec<SessionKey>,
    /// Sessions to change while they run.
    pub change: Vec<(SessionKey, Change)>,
}

/// What is different about a session that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its new values, if they differ.
    pub spec: Option<SessionSpec>,
    /// Its new keys, if they differ.
    pub keys: Option<KeyChange>,
    /// Its new administrative state, if it differs.
    pub admin_down: Option<bool>,
}

/// Other keys for a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// No authentication any more.
    Off,
    /// These.
    To(Arc<KeyChain>),
}

impl KeyChange {
    /// The keys from now on.
    #[must_use]
    pub fn keys(self) -> Option<Arc<KeyChain>> {
        match self {
            Self::Off => None,
            Self::To(keys) => Some(keys),
        }
    }
}

impl Change {
    /// The difference; `None` if there is none.
    #[must_use]
    pub fn between(running: &Wanted, wanted: &Wanted) -> Option<Self> {
        let spec = (running.spec != wanted.spec).then_some(wanted.spec);
        let keys = (running.keys != wanted.keys)
            .then(|| wanted.keys.clone().map_or(KeyChange::Off, KeyChange::To));
        let admin = (running.admin_down != wanted.admin_down).then_some(wanted.admin_down);
        (spec.is_some() || keys.is_some() || admin.is_some()).then_some(Self {
            spec,
            keys,
            admin_down: admin,
        })
    }
}

impl Plan {
    /// The plan that leads from `running` to `wanted`.
    #[must_use]
    pub fn between(
        running: &BTreeMap<SessionKey, Wanted>,
        wanted: &BTreeMap<SessionKey, Wanted>,
    ) -> Self {
        let mut plan = Self::default();
        for (key, wanted) in wanted {
            match running.get(key) {
                None => plan.add.push((*key, wanted.clone())),
                Some(running) => {
                    let change = Change::between(running, wanted);
                    plan.change.extend(change.map(|change| (*key, change)));
                }
            }
        }
        plan.remove = running
            .keys()
            .filter(|key| !wanted.contains_key(*key))
            .copied()
            .collect();
        plan
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && self.change.is_empty()
    }
}

#[cfg(test)]
mod tests;
