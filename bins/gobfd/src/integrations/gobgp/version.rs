//! What differs between GoBGP 3 and GoBGP 4: the service's name and the values of enums.
//!
//! A wrong guess would be silent: Up of GoBGP 3 is absent on the wire, Down of GoBGP 4 reads as
//! "prefix limit" of GoBGP 3.

use connectrpc::{Spec, StreamType};

/// The API that a GoBGP speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `apipb.GobgpApi`.
    V3,
    /// `api.GoBgpService`.
    V4,
}

/// Administrative state of a BGP peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AdminState {
    /// Enabled.
    Up,
    /// Disabled.
    Down,
    /// Stopped by GoBGP, because the peer sent too many prefixes.
    PrefixLimit,
}

impl Version {
    /// What it is called in API and logs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::V3 => "3",
            Self::V4 => "4",
        }
    }

    /// How far the values of enums have moved: GoBGP 4 keeps 0 for "not said".
    const fn shift(self) -> i32 {
        match self {
            Self::V3 => 0,
            Self::V4 => 1,
        }
    }

    /// Reads `PeerState.admin_state`; `None` for a value that is not known.
    pub(super) const fn admin_state(self, value: i32) -> Option<AdminState> {
        match value - self.shift() {
            0 => Some(AdminState::Up),
            1 => Some(AdminState::Down),
            2 => Some(AdminState::PrefixLimit),
            _ => None,
        }
    }

    /// `TableType` of the global table.
    pub(super) const fn global_table(self) -> i32 {
        self.shift()
    }

    /// `DefinedType` of sets of neighbours.
    pub(super) const fn neighbor_set(self) -> i32 {
        1 + self.shift()
    }
}

/// One procedure under both names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Method {
    pub(super) name: &'static str,
    v3: Spec,
    v4: Spec,
}

impl Method {
    pub(super) const fn of(&self, version: Version) -> Spec {
        match version {
            Version::V3 => self.v3,
            Version::V4 => self.v4,
        }
    }
}

macro_rules! methods {
    ($($constant:ident $name:literal $stream:ident;)+) => {$(
        pub(super) const $constant: Method = Method {
            name: $name,
            v3: Spec::client(concat!("/apipb.GobgpApi/", $name), StreamType::$stream),
            v4: Spec::client(concat!("/api.GoBgpService/", $name), StreamType::$stream),
        };
    )+};
}

methods! {
    GET_BGP "GetBgp" Unary;
    DISABLE_PEER "DisablePeer" Unary;
    ENABLE_PEER "EnablePeer" Unary;
    LIST_PEER "ListPeer" ServerStream;
    WATCH_EVENT "WatchEvent" ServerStream;
    ADD_DEFINED_SET "AddDefinedSet" Unary;
    DELETE_DEFINED_SET "DeleteDefinedSet" Unary;
    LIST_DEFINED_SET "ListDefinedSet" ServerStream;
    ADD_PATH "AddPath" Unary;
    DELETE_PATH "DeletePath" Unary;
    LIST_PATH "ListPath" ServerStream;
}

#[cfg(test)]
mod tests {
    use super::{AdminState, DISABLE_PEER, Version};

    #[test]
    fn enums_are_read_by_version() {
        let read = |version: Version| [0, 1, 2, 3].map(|value| version.admin_state(value));
        use AdminState::{Down, PrefixLimit, Up};
        assert_eq!(
            read(Version::V3),
            [Some(Up), Some(Down), Some(PrefixLimit), None]
        );
        assert_eq!(
            read(Version::V4),
            [None, Some(Up), Some(Down), Some(PrefixLimit)]
        );
        assert_eq!(
            [Version::V3, Version::V4].map(Version::global_table),
            [0, 1]
        );
        assert_eq!(
            [Version::V3, Version::V4].map(Version::neighbor_set),
            [1, 2]
        );
    }

    #[test]
    fn the_path_names_the_service_of_the_version() {
        let path = |version| DISABLE_PEER.of(version).procedure;
        assert_eq!(path(Version::V3), "/apipb.GobgpApi/DisablePeer");
        assert_eq!(path(Version::V4), "/api.GoBgpService/DisablePeer");
    }
}
