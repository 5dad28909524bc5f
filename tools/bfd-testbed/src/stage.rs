//! The two networks that the scenarios play in: one link, and two links with a router between them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::wire::Ours;
use crate::{Capture, Link, Namespace, Result, Session, Topology, on_link};

const INTERFACE: &str = "eth0";

/// Us on the left, the peer on the right. The link (or ours, if there are two) is [`Stage::link`].
#[derive(Debug)]
pub struct Stage {
    /// Where our daemon runs.
    pub us: Namespace,
    /// Where the peer runs.
    pub them: Namespace,
    /// The link at our end.
    pub link: Link,
    /// IPv4 addresses, ours first.
    pub v4: (IpAddr, IpAddr),
    /// IPv6 addresses, ours first.
    pub v6: (IpAddr, IpAddr),
    ours: BTreeSet<IpAddr>,
    _router: Option<Namespace>,
    _topology: Topology,
}

impl Stage {
    /// Both on one link.
    ///
    /// # Errors
    /// The namespaces cannot be made.
    pub fn one_link() -> Result<Self> {
        let topology = Topology::new()?;
        let (us, them) = (topology.namespace("us")?, topology.namespace("them")?);
        let link = topology.link((&us, INTERFACE), (&them, INTERFACE))?;
        let v4 = (address("10.0.0.1"), address("10.0.0.2"));
        let v6 = (address("fd00::1"), address("fd00::2"));
        for (ours, theirs) in [v4, v6] {
            link.left.add_address(&on_link(ours))?;
            link.right.add_address(&on_link(theirs))?;
        }
        Ok(Self::new(topology, us, them, link, (v4, v6), None))
    }

    /// A router between both: packets lose one TTL.
    ///
    /// # Errors
    /// The namespaces cannot be made.
    pub fn two_links() -> Result<Self> {
        let topology = Topology::new()?;
        let (us, them) = (topology.namespace("us")?, topology.namespace("them")?);
        let router = topology.namespace("router")?;
        router.forward()?;
        let near = topology.link((&us, INTERFACE), (&router, "near"))?;
        let far = topology.link((&router, "far"), (&them, INTERFACE))?;
        for (left, right, link) in [("1", "2", &near), ("3", "4", &far)] {
            let net = if link.right.interface() == "near" {
                1
            } else {
                2
            };
            link.left.add_address(&format!("10.0.{net}.{left}/24"))?;
            link.right.add_address(&format!("10.0.{net}.{right}/24"))?;
            link.left.add_address(&format!("fd00:{net}::{left}/64"))?;
            link.right.add_address(&format!("fd00:{net}::{right}/64"))?;
        }
        us.add_route("10.0.2.0/24", "10.0.1.2")?;
        us.add_route("fd00:2::/64", "fd00:1::2")?;
        them.add_route("10.0.1.0/24", "10.0.2.3")?;
        them.add_route("fd00:1::/64", "fd00:2::3")?;
        let v4 = (address("10.0.1.1"), address("10.0.2.4"));
        let v6 = (address("fd00:1::1"), address("fd00:2::4"));
        Ok(Self::new(topology, us, them, near, (v4, v6), Some(router)))
    }

    fn new(
        topology: Topology,
        us: Namespace,
        them: Namespace,
        link: Link,
        (v4, v6): ((IpAddr, IpAddr), (IpAddr, IpAddr)),
        router: Option<Namespace>,
    ) -> Self {
        Self {
            us,
            them,
            link,
            v4,
            v6,
            ours: [v4.0, v6.0].into(),
            _router: router,
            _topology: topology,
        }
    }

    /// Our end of a single-hop session over IPv4, 100 ms × 3.
    #[must_use]
    pub fn session_v4(&self) -> Session {
        Session::single_hop(self.v4.0, self.v4.1, INTERFACE)
    }

    /// Our end of a single-hop session over IPv6, 100 ms × 3.
    #[must_use]
    pub fn session_v6(&self) -> Session {
        Session::single_hop(self.v6.0, self.v6.1, INTERFACE)
    }

    /// Our end of a single-hop session between the link-local addresses.
    ///
    /// # Errors
    /// There are none.
    pub fn session_link_local(&mut self) -> Result<Session> {
        let local = IpAddr::V6(self.us.link_local(INTERFACE)?);
        let peer = IpAddr::V6(self.them.link_local(INTERFACE)?);
        self.ours.insert(local);
        Ok(Session::single_hop(local, peer, INTERFACE))
    }

    /// Our end of a multihop session over IPv4.
    #[must_use]
    pub const fn multihop_v4(&self) -> Session {
        Session::multihop(self.v4.0, self.v4.1)
    }

    /// Our end of a multihop session over IPv6.
    #[must_use]
    pub const fn multihop_v6(&self) -> Session {
        Session::multihop(self.v6.0, self.v6.1)
    }

    /// Records at our end of the link.
    ///
    /// # Errors
    /// `dumpcap` does not start.
    pub fn capture(&self) -> Result<Capture> {
        Capture::start(&self.link.left)
    }

    /// Whose packets are ours, for the judge.
    #[must_use]
    pub fn ours(&self) -> Ours {
        Ours::new(self.ours.iter().copied())
    }
}

/// The other ends of these sessions, with the same timers.
#[must_use]
pub fn mirrored(sessions: &[Session]) -> Vec<Session> {
    sessions.iter().map(Session::mirrored).collect()
}

fn address(text: &str) -> IpAddr {
    text.parse()
        .unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
}
