//! One route, and the two commands that ExaBGP knows of it.

use std::fmt;
use std::net::IpAddr;

use crate::attributes::Attributes;
use crate::peer::Peer;
use crate::prefix::Prefix;

/// Longest command with its line feed, in octets. Linux writes so much to a pipe as a whole or not
/// at all (`PIPE_BUF`), so ExaBGP never reads half a command of a process that died.
const LONGEST_COMMAND: usize = 4096;

/// A prefix to announce while its peers are reachable. Always one that ExaBGP understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    prefix: Prefix,
    next_hop: NextHop,
    attributes: Attributes,
    condition: Condition,
    peers: Vec<Peer>,
}

/// Where the traffic is to go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NextHop {
    /// The address that ExaBGP speaks from.
    #[default]
    Own,
    /// This address.
    Address(IpAddr),
}

/// How many of its peers a route needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// At least one.
    #[default]
    Any,
    /// Every one.
    All,
}

/// Why a route makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RouteError {
    /// The next hop is of the other family.
    #[error("next hop {next_hop} is not of the family of {prefix}; give one that is, or self")]
    Family {
        /// The prefix.
        prefix: Prefix,
        /// The next hop.
        next_hop: IpAddr,
    },
    /// Without a peer there is no condition.
    #[error("{0} has no peer; give at least one")]
    NoPeer(Prefix),
    /// ExaBGP might read the command in two parts.
    #[error(
        "the command for {prefix} is {length} octets long, {LONGEST_COMMAND} is the most; \
         give fewer communities or a shorter AS path"
    )]
    TooLong {
        /// The prefix.
        prefix: Prefix,
        /// Octets of the command.
        length: usize,
    },
}

impl Route {
    /// A route to `prefix` that hangs on `peers`.
    ///
    /// # Errors
    /// What does not fit together.
    pub fn new(
        prefix: Prefix,
        next_hop: NextHop,
        attributes: Attributes,
        condition: Condition,
        peers: Vec<Peer>,
    ) -> Result<Self, RouteError> {
        if let NextHop::Address(next_hop) = next_hop
            && next_hop.is_ipv4() != prefix.is_ipv4()
        {
            return Err(RouteError::Family { prefix, next_hop });
        }
        if peers.is_empty() {
            return Err(RouteError::NoPeer(prefix));
        }
        let route = Self {
            prefix,
            next_hop,
            attributes,
            condition,
            peers,
        };
        match route.announcement().len() {
            length if length > LONGEST_COMMAND => Err(RouteError::TooLong { prefix, length }),
            _ => Ok(route),
        }
    }

    /// The destination.
    #[must_use]
    pub const fn prefix(&self) -> Prefix {
        self.prefix
    }

    /// The peers it hangs on; at least one.
    #[must_use]
    pub fn peers(&self) -> &[Peer] {
        &self.peers
    }

    /// How many of them it needs.
    #[must_use]
    pub const fn condition(&self) -> Condition {
        self.condition
    }

    /// The command that announces it, with its line feed.
    #[must_use]
    pub fn announcement(&self) -> String {
        let (prefix, next_hop) = (self.prefix, self.next_hop);
        format!(
            "announce route {prefix} next-hop {next_hop}{}\n",
            self.attributes
        )
    }

    /// The command that withdraws it, with its line feed. ExaBGP knows a route by its prefix.
    #[must_use]
    pub fn withdrawal(&self) -> String {
        let (prefix, next_hop) = (self.prefix, self.next_hop);
        format!("withdraw route {prefix} next-hop {next_hop}\n")
    }
}

/// As ExaBGP spells it.
impl fmt::Display for NextHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("self"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers() -> Vec<Peer> {
        vec![Peer::any_session("192.0.2.1".parse().unwrap())]
    }

    fn route(prefix: &str, next_hop: NextHop, attributes: Attributes) -> Result<Route, String> {
        let prefix = prefix.parse().unwrap();
        Route::new(prefix, next_hop, attributes, Condition::Any, peers())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_commands_are_those_of_old() {
        let route = route("198.51.100.1/32", NextHop::Own, Attributes::default()).unwrap();
        assert_eq!(
            route.announcement(),
            "announce route 198.51.100.1/32 next-hop self\n"
        );
        assert_eq!(
            route.withdrawal(),
            "withdraw route 198.51.100.1/32 next-hop self\n"
        );
    }

    #[test]
    fn attributes_stand_behind_the_next_hop() {
        let next_hop = NextHop::Address("2001:db8::7".parse().unwrap());
        let attributes = Attributes {
            med: Some(7),
            ..Attributes::default()
        };
        let route = route("2001:db8:1::/48", next_hop, attributes).unwrap();
        assert_eq!(
            route.announcement(),
            "announce route 2001:db8:1::/48 next-hop 2001:db8::7 med 7\n"
        );
        assert_eq!(
            route.withdrawal(),
            "withdraw route 2001:db8:1::/48 next-hop 2001:db8::7\n"
        );
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let next_hop = NextHop::Address("2001:db8::7".parse().unwrap());
        assert_eq!(
            route("198.51.100.1/32", next_hop, Attributes::default()).unwrap_err(),
            "next hop 2001:db8::7 is not of the family of 198.51.100.1/32; \
             give one that is, or self"
        );
        let attributes = Attributes {
            as_path: vec![4_200_000_000; 400],
            ..Attributes::default()
        };
        let refused = route("198.51.100.1/32", NextHop::Own, attributes).unwrap_err();
        assert!(
            refused.starts_with("the command for 198.51.100.1/32 is 44"),
            "{refused}"
        );
        let alone = Route::new(
            "198.51.100.1/32".parse().unwrap(),
            NextHop::Own,
            Attributes::default(),
            Condition::All,
            Vec::new(),
        );
        assert!(matches!(alone, Err(RouteError::NoPeer(_))));
    }
}
