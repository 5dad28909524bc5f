//! Section `gobgp`: its settings, and what its keys say together.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use bfd_program::config::{GrpcTarget, Origin, Scalar, Threshold};
use ipnet::IpNet;

use super::settings::GrpcSettings;
use super::values::{Scope, Values};

/// Section `gobgp`, switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GobgpSettings {
    /// Where GoBGP's API listens.
    pub addr: GrpcTarget,
    /// What BFD does to GoBGP.
    pub strategy: Strategy,
    /// Longest time for one call; not zero.
    pub action_timeout: Duration,
    /// How TLS is spoken; `None`: clear text.
    pub tls: Option<TlsSettings>,
    /// How flaps are dampened; `None`: they are not.
    pub dampening: Option<DampeningSettings>,
}

/// What BFD does to GoBGP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Disables BGP peers.
    DisablePeer,
    /// Announces and withdraws these prefixes; none appears twice.
    WithdrawRoutes(Vec<Route>),
}

impl Strategy {
    /// The word of the configuration.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DisablePeer => "disable-peer",
            Self::WithdrawRoutes(_) => "withdraw-routes",
        }
    }
}

/// One prefix of strategy `withdraw-routes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// What is announced.
    pub prefix: IpNet,
    /// Its next hop, of the same family.
    pub next_hop: IpAddr,
    /// The BFD peer that decides; `None`: all.
    pub peer: Option<IpAddr>,
}

/// What is announced, without who decides: `198.51.100.1/32 via 192.0.2.1`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} via {}", self.prefix, self.next_hop)
    }
}

/// Section `gobgp.tls`, switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// Roots in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Name in the server's certificate in place of the host.
    pub server_name: Option<String>,
    /// Our certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// Section `gobgp.dampening`, switched on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DampeningSettings {
    /// Penalty from which a peer is held down.
    pub suppress_threshold: Threshold,
    /// Penalty below which it is not; less than the other.
    pub reuse_threshold: Threshold,
    /// Longest time it is held down.
    pub max_suppress_time: Duration,
    /// Time in which a penalty halves; not zero.
    pub half_life: Duration,
}

/// The outer `None` only together with a problem; the inner: switched off.
pub(crate) fn read(
    values: &mut Values<'_>,
    api: Option<&GrpcSettings>,
) -> Option<Option<GobgpSettings>> {
    if !values.flag("gobgp.enabled") {
        return Some(None);
    }
    let addr = target(values, api);
    let strategy = strategy(values);
    let action_timeout = positive(values, "gobgp.action_timeout");
    let tls = tls(values);
    let dampening = dampening(values);
    Some(Some(GobgpSettings {
        addr: addr?,
        strategy: strategy?,
        action_timeout: action_timeout?,
        tls: tls?,
        dampening: dampening?,
    }))
}

fn target(values: &mut Values<'_>, api: Option<&GrpcSettings>) -> Option<GrpcTarget> {
    let Scalar::GrpcTarget(target) = values.value("gobgp.addr")? else {
        return None;
    };
    if let (GrpcTarget::Tcp { port, .. }, Some(api)) = (&target, api)
        && target.is_local()
        && *port == api.addr.port()
    {
        let text = format!(
            "this daemon's own API has port {port} too: give one of them another, such as \
             grpc.addr: 127.0.0.1:50052"
        );
        complain(values, "gobgp.addr", text);
    }
    Some(target)
}

fn strategy(values: &mut Values<'_>) -> Option<Strategy> {
    let word = values.word("gobgp.strategy");
    let first = values.elements(ROUTES).first().cloned();
    match (word?, first) {
        ("withdraw-routes", Some(_)) => routes(values).map(Strategy::WithdrawRoutes),
        ("withdraw-routes", None) => {
            let text = "withdraw-routes needs gobgp.routes: which prefixes?";
            complain(values, "gobgp.strategy", text);
            None
        }
        (_, Some(first)) => {
            values.problem(first, ROUTES, "only for gobgp.strategy: withdraw-routes");
            None
        }
        (_, None) => Some(Strategy::DisablePeer),
    }
}

const ROUTES: &str = "gobgp.routes";

fn routes(values: &mut Values<'_>) -> Option<Vec<Route>> {
    let elements = values.elements(ROUTES);
    let mut first: HashMap<IpNet, usize> = HashMap::new();
    let mut routes = Vec::with_capacity(elements.len());
    for (index, origin) in elements.iter().enumerate() {
        let Some(route) = route(values, index, origin) else {
            continue;
        };
        if let Some(other) = first.insert(route.prefix, index) {
            let text = format!("the same prefix as {ROUTES}[{other}]: {}", route.prefix);
            complain_of(values, &format!("{ROUTES}[{index}].prefix"), origin, text);
        }
        routes.push(route);
    }
    (routes.len() == elements.len()).then_some(routes)
}

fn route(values: &mut Values<'_>, index: usize, origin: &Origin) -> Option<Route> {
    let scope = Scope {
        path: format!("{ROUTES}[{index}]"),
        pattern: "gobgp.routes[]",
    };
    let prefix = match values.scoped(&scope, "prefix") {
        Some(Scalar::Prefix(prefix)) => Some(prefix),
        _ => None,
    };
    let next_hop = address(values, &scope, "next_hop");
    let peer = address(values, &scope, "peer");
    for key in ["prefix", "next_hop"] {
        let path = format!("{}.{key}", scope.path);
        if values.given(&path).is_none() {
            values.problem(origin.clone(), path, "missing: it is required");
        }
    }
    let (prefix, next_hop) = (prefix?, next_hop?);
    if prefix.addr().is_ipv4() != next_hop.is_ipv4() {
        let text = format!("expected an address of the family of prefix {prefix}");
        complain_of(values, &format!("{}.next_hop", scope.path), origin, text);
    }
    Some(Route {
        prefix,
        next_hop,
        peer,
    })
}

fn address(values: &mut Values<'_>, scope: &Scope, name: &str) -> Option<IpAddr> {
    match values.scoped(scope, name)? {
        Scalar::Address(zoned) => Some(zoned.address),
        _ => None,
    }
}

fn tls(values: &mut Values<'_>) -> Option<Option<TlsSettings>> {
    if !values.flag("gobgp.tls.enabled") {
        for path in ["ca_file", "server_name", "cert_file", "key_file"] {
            let path = format!("gobgp.tls.{path}");
            if values.given(&path).is_some() {
                complain(values, &path, "needs gobgp.tls.enabled: true");
            }
        }
        return Some(None);
    }
    let ca_file = values.text("gobgp.tls.ca_file").map(PathBuf::from);
    let server_name = values.text("gobgp.tls.server_name");
    let certificate = values.text("gobgp.tls.cert_file").map(PathBuf::from);
    let key = values.text("gobgp.tls.key_file").map(PathBuf::from);
    let identity = match (certificate, key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (Some(_), None) => {
            complain(values, "gobgp.tls.cert_file", "needs gobgp.tls.key_file");
            return None;
        }
        (None, Some(_)) => {
            complain(values, "gobgp.tls.key_file", "needs gobgp.tls.cert_file");
            return None;
        }
    };
    Some(Some(TlsSettings {
        ca_file,
        server_name,
        identity,
    }))
}

fn dampening(values: &mut Values<'_>) -> Option<Option<DampeningSettings>> {
    if !values.flag("gobgp.dampening.enabled") {
        return Some(None);
    }
    let suppress_threshold = threshold(values, "gobgp.dampening.suppress_threshold");
    let reuse_threshold = threshold(values, "gobgp.dampening.reuse_threshold");
    let max_suppress_time = positive(values, "gobgp.dampening.max_suppress_time");
    let half_life = positive(values, "gobgp.dampening.half_life");
    let (suppress_threshold, reuse_threshold) = (suppress_threshold?, reuse_threshold?);
    if suppress_threshold <= reuse_threshold {
        let text = format!("must be greater than reuse_threshold, which is {reuse_threshold}");
        complain(values, "gobgp.dampening.suppress_threshold", text);
    }
    Some(Some(DampeningSettings {
        suppress_threshold,
        reuse_threshold,
        max_suppress_time: max_suppress_time?,
        half_life: half_life?,
    }))
}

fn threshold(values: &mut Values<'_>, path: &'static str) -> Option<Threshold> {
    match values.value(path)? {
        Scalar::Decimal(threshold) => Some(threshold),
        _ => None,
    }
}

fn positive(values: &mut Values<'_>, path: &'static str) -> Option<Duration> {
    let Scalar::Duration(duration) = values.value(path)? else {
        return None;
    };
    if duration.is_zero() {
        complain(values, path, "must be greater than 0");
        return None;
    }
    Some(duration)
}

/// Adds a problem at the place of the key; of the whole if it has its preset.
fn complain(values: &mut Values<'_>, path: &str, text: impl Into<String>) {
    complain_of(values, path, &Origin::Whole, text);
}

fn complain_of(values: &mut Values<'_>, path: &str, otherwise: &Origin, text: impl Into<String>) {
    let origin = values.origin(path).unwrap_or_else(|| otherwise.clone());
    values.problem(origin, path, text);
}
