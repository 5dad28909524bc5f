//! The table of configuration keys.
//!
//! It is the only place that knows which keys exist. Unknown-key detection, environment
//! variables, defaults, ranges and the manual page `docs/en/03-configuration.md` are all read off it.
//! In a path, `[]` stands for an element of a list and `<name>` for a key chosen by the operator.

mod authentication;
mod finished;
mod gobgp;
mod kubernetes;
mod profiles;
mod unfinished;

use bfd_program::config::Kind;
use bfd_proto::AuthType;

/// The release that reads files of GoBFD 0.6 and brought the keys marked with it.
const NEW: &str = "0.7";

/// One key.
pub(crate) struct Key {
    /// `sessions[].peer`.
    pub(crate) path: &'static str,
    /// What it holds.
    pub(crate) kind: Kind,
    /// What counts when it is left out.
    pub(crate) preset: Preset,
    /// When a changed value counts.
    pub(crate) applies: Applies,
    /// The first release that has the key.
    pub(crate) since: &'static str,
    /// What it does, in sentences for the manual.
    pub(crate) meaning: &'static str,
}

/// What counts when a key is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Preset {
    /// This value, written as in a file.
    Value(&'static str),
    /// The value of this key.
    From(&'static str),
    /// Nothing; the words say what that means.
    Nothing(&'static str),
    /// The key must be given.
    Required,
}

/// When a changed value of a key counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applies {
    /// On reload, to the sessions whose values it changes.
    Sessions,
    /// On reload.
    Reload,
    /// On reload, which restarts the integration alone.
    Integration,
    /// After a restart.
    Restart,
    /// The value is accepted and has no effect.
    Never,
    /// Not yet: the feature is not finished, its section is accepted only while disabled.
    Later(Feature),
}

/// A feature whose section is known and refused until the feature is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feature {
    Unsolicited,
    Echo,
    MicroBfd,
    Vxlan,
    Geneve,
}

impl Feature {
    /// The name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unsolicited => "unsolicited BFD (RFC 9468)",
            Self::Echo => "BFD echo (RFC 9747)",
            Self::MicroBfd => "micro-BFD (RFC 7130)",
            Self::Vxlan => "BFD over VXLAN (RFC 8971)",
            Self::Geneve => "BFD over Geneve (RFC 9521)",
        }
    }
}

/// Octets a socket buffer may be asked for: the kernel doubles the number and keeps it in an int.
const BUFFER: Kind = Kind::Integer {
    min: 4096,
    max: 1 << 30,
};
const MULTIPLIER: Kind = Kind::Integer { min: 1, max: 255 };
const PADDING: Kind = Kind::OffOr { min: 24, max: 9000 };
/// Types of authentication (RFC 5880 §4.1).
const AUTH_TYPES: &[&str] = &[
    AuthType::SimplePassword.name(),
    AuthType::KeyedMd5.name(),
    AuthType::MeticulousKeyedMd5.name(),
    AuthType::KeyedSha1.name(),
    AuthType::MeticulousKeyedSha1.name(),
];
const TYPES: Kind = Kind::Word(&["single_hop", "multi_hop"]);
const ANY: Kind = Kind::Integer {
    min: 0,
    max: u64::MAX,
};

/// Every key, in the order of the manual.
pub(crate) fn all() -> impl Iterator<Item = &'static Key> + Clone {
    finished::KEYS
        .iter()
        .chain(authentication::KEYS)
        .chain(profiles::KEYS)
        .chain(gobgp::KEYS)
        .chain(kubernetes::KEYS)
        .chain(unfinished::KEYS)
}

const fn key(
    path: &'static str,
    kind: Kind,
    preset: Preset,
    applies: Applies,
    meaning: &'static str,
) -> Key {
    Key {
        path,
        kind,
        preset,
        applies,
        since: "0.6",
        meaning,
    }
}

const fn later(path: &'static str, kind: Kind, feature: Feature) -> Key {
    key(path, kind, Preset::Nothing(""), Applies::Later(feature), "")
}

impl Key {
    const fn since(mut self, release: &'static str) -> Self {
        self.since = release;
        self
    }
}
