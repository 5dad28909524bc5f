//! Keys of the GoBGP integration.

use bfd_program::config::Kind;

use super::{Applies, Key, NEW, Preset, key};

/// Every key of section `gobgp`, in the order of the manual.
pub(super) const KEYS: &[Key] = &[
    gobgp(
        "gobgp.enabled",
        Kind::Bool,
        Preset::Value("false"),
        "Lets BFD steer GoBGP: see [GoBGP](gobgp.md). The other keys of the section are not looked \
         at while this is `false`.",
    ),
    gobgp(
        "gobgp.addr",
        Kind::GrpcTarget,
        Preset::Value("127.0.0.1:50051"),
        "Where GoBGP's gRPC API listens. GoBGP and this daemon have the same default port, so one \
         of them needs another: `grpc.addr: 127.0.0.1:50052`.",
    ),
    gobgp(
        "gobgp.strategy",
        Kind::Word(&["disable-peer", "withdraw-routes"]),
        Preset::Value("disable-peer"),
        "`disable-peer` disables the BGP peer while BFD is Down. `withdraw-routes` announces the \
         prefixes of `gobgp.routes` while BFD is Up; the BGP session stays.",
    ),
    gobgp(
        "gobgp.action_timeout",
        Kind::Duration,
        Preset::Value("5s"),
        "Longest time for one call to GoBGP, and for what it asks to be in force.",
    ),
    gobgp(
        "gobgp.tls.enabled",
        Kind::Bool,
        Preset::Value("false"),
        "Speaks TLS 1.2 or newer to GoBGP.",
    ),
    gobgp(
        "gobgp.tls.ca_file",
        Kind::Text,
        Preset::Nothing("the certificates that the system trusts"),
        "PEM file with the certificates that may sign GoBGP's. Read again for each connection.",
    ),
    gobgp(
        "gobgp.tls.server_name",
        Kind::Text,
        Preset::Nothing("the host of `gobgp.addr`"),
        "The name that GoBGP's certificate must have.",
    ),
    gobgp(
        "gobgp.tls.cert_file",
        Kind::Text,
        Preset::Nothing("no client certificate"),
        "PEM file with the certificate this daemon shows, and those between it and the root.",
    )
    .since(NEW),
    gobgp(
        "gobgp.tls.key_file",
        Kind::Text,
        Preset::Nothing("no client certificate"),
        "PEM file with the private key of `gobgp.tls.cert_file`.",
    )
    .since(NEW),
    gobgp(
        "gobgp.dampening.enabled",
        Kind::Bool,
        Preset::Value("false"),
        "Holds a peer down that flaps. Each Down adds 1 to its penalty, which halves every \
         `gobgp.dampening.half_life`.",
    ),
    gobgp(
        "gobgp.dampening.suppress_threshold",
        Kind::Decimal,
        Preset::Value("3"),
        "From this penalty on a Down is final until the penalty has decayed: Up is not acted on.",
    ),
    gobgp(
        "gobgp.dampening.reuse_threshold",
        Kind::Decimal,
        Preset::Value("2"),
        "Below this penalty Up counts again. It must be less than \
         `gobgp.dampening.suppress_threshold`.",
    ),
    gobgp(
        "gobgp.dampening.max_suppress_time",
        Kind::Duration,
        Preset::Value("60s"),
        "Longest time that a peer is held down so, whatever its penalty.",
    ),
    gobgp(
        "gobgp.dampening.half_life",
        Kind::Duration,
        Preset::Value("15s"),
        "Time in which a penalty halves.",
    ),
    gobgp(
        "gobgp.routes[].prefix",
        Kind::Prefix,
        Preset::Required,
        "A prefix that GoBGP announces while BFD is Up; only for strategy `withdraw-routes`. This \
         daemon adds and removes it; configure it nowhere else.",
    )
    .since(NEW),
    gobgp(
        "gobgp.routes[].next_hop",
        Kind::Address,
        Preset::Required,
        "Next hop of the prefix, of the same family.",
    )
    .since(NEW),
    gobgp(
        "gobgp.routes[].peer",
        Kind::Address,
        Preset::Nothing("all sessions of the daemon"),
        "The BFD peer that decides about the prefix. Without it the prefix goes when the last \
         session that was Up has failed.",
    )
    .since(NEW),
];

const fn gobgp(path: &'static str, kind: Kind, preset: Preset, meaning: &'static str) -> Key {
    key(path, kind, preset, Applies::Integration, meaning)
}
