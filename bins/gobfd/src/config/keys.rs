//! The table of configuration keys.
//!
//! It is the only place that knows which keys exist. Unknown-key detection, environment
//! variables, defaults, ranges and the manual page `docs/en/configuration.md` are all read off it.
//! In a path, `[]` stands for an element of a list and `<name>` for a key chosen by the operator.

use super::kind::Kind;

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
    Authentication,
    Unsolicited,
    Echo,
    MicroBfd,
    Vxlan,
    Geneve,
    Gobgp,
}

impl Feature {
    /// The name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Authentication => "BFD authentication",
            Self::Unsolicited => "unsolicited BFD (RFC 9468)",
            Self::Echo => "BFD echo (RFC 9747)",
            Self::MicroBfd => "micro-BFD (RFC 7130)",
            Self::Vxlan => "BFD over VXLAN (RFC 8971)",
            Self::Geneve => "BFD over Geneve (RFC 9521)",
            Self::Gobgp => "the GoBGP integration",
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
const TYPES: Kind = Kind::Word(&["single_hop", "multi_hop"]);
const ANY: Kind = Kind::Integer {
    min: 0,
    max: u64::MAX,
};

/// Every key, in the order of the manual.
pub(crate) const KEYS: &[Key] = &[
    key(
        "grpc.addr",
        Kind::Listen,
        Preset::Value("127.0.0.1:50051"),
        Applies::Restart,
        "TCP address of the API. The API has no authentication: whoever reaches it may change \
         sessions. `:50051` listens on all addresses.",
    ),
    key(
        "grpc.unix",
        Kind::SocketPath,
        Preset::Nothing("no Unix socket"),
        Applies::Restart,
        "Unix socket on which the API is offered as well.",
    )
    .since(NEW),
    key(
        "metrics.addr",
        Kind::Listen,
        Preset::Value(":9100"),
        Applies::Restart,
        "TCP address of the metrics page and of the probes `/healthz` and `/readyz`.",
    ),
    key(
        "metrics.path",
        Kind::UrlPath,
        Preset::Value("/metrics"),
        Applies::Restart,
        "Path of the metrics page.",
    ),
    key(
        "log.level",
        Kind::AnyCase(&["debug", "info", "warn", "error"]),
        Preset::Value("info"),
        Applies::Reload,
        "Least severity that is logged.",
    ),
    key(
        "log.format",
        Kind::Word(&["json", "text"]),
        Preset::Value("json"),
        Applies::Reload,
        "One JSON object per line, or `key=value` text.",
    ),
    key(
        "bfd.default_desired_min_tx",
        Kind::Interval,
        Preset::Value("1s"),
        Applies::Sessions,
        "Desired Min TX Interval of sessions that give none (RFC 5880 §6.8.1).",
    ),
    key(
        "bfd.default_required_min_rx",
        Kind::Interval,
        Preset::Value("1s"),
        Applies::Sessions,
        "Required Min RX Interval of sessions that give none (RFC 5880 §6.8.1).",
    ),
    key(
        "bfd.default_detect_multiplier",
        MULTIPLIER,
        Preset::Value("3"),
        Applies::Sessions,
        "Detect Mult of sessions that give none (RFC 5880 §6.8.1).",
    ),
    key(
        "bfd.align_intervals",
        Kind::Bool,
        Preset::Value("false"),
        Applies::Sessions,
        "Rounds the intervals of all configured sessions up to the set of RFC 7419: 3.3, 10, \
         20, 50 and 100 ms and 1 s. Longer intervals stay as they are.",
    ),
    key(
        "bfd.default_padded_pdu_size",
        PADDING,
        Preset::Value("0"),
        Applies::Sessions,
        "`padded_pdu_size` of sessions that give none (RFC 9764).",
    ),
    key(
        "engine.workers",
        Kind::AutoOr { min: 1, max: 64 },
        Preset::Value("auto"),
        Applies::Restart,
        "Number of data-plane threads. `auto` chooses by the cores the process may use.",
    )
    .since(NEW),
    key(
        "engine.receive_buffer",
        BUFFER,
        Preset::From("socket.read_buffer_size"),
        Applies::Restart,
        "Least size of each receive socket's buffer in octets. The daemon enlarges buffers by \
         itself as sessions are added.",
    )
    .since(NEW),
    key(
        "socket.read_buffer_size",
        BUFFER,
        Preset::Value("4194304"),
        Applies::Restart,
        "Older name of `engine.receive_buffer`, which goes first when both are given.",
    ),
    key(
        "socket.write_buffer_size",
        BUFFER,
        Preset::Value("4194304"),
        Applies::Never,
        "Accepted for older files, without effect: packets are handed to the kernel in \
         batches whose size the engine bounds.",
    ),
    key(
        "sessions[].peer",
        Kind::Address,
        Preset::Required,
        Applies::Sessions,
        "Address of the neighbour. A link-local address needs `interface` or a zone \
         (`fe80::1%eth0`). An IPv4-mapped IPv6 address counts as the IPv4 address.",
    ),
    key(
        "sessions[].local",
        Kind::Address,
        Preset::Nothing("the address the route chooses"),
        Applies::Sessions,
        "Our address, of the same family as `peer`.",
    ),
    key(
        "sessions[].interface",
        Kind::Interface,
        Preset::Nothing("any interface"),
        Applies::Sessions,
        "Interface that packets must leave and arrive on. It tells apart sessions with one \
         peer over several links, and need not exist yet.",
    ),
    key(
        "sessions[].type",
        TYPES,
        Preset::Value("single_hop"),
        Applies::Sessions,
        "`single_hop` (RFC 5881, port 3784) or `multi_hop` (RFC 5883, port 4784).",
    ),
    key(
        "sessions[].desired_min_tx",
        Kind::Interval,
        Preset::From("bfd.default_desired_min_tx"),
        Applies::Sessions,
        "Shortest interval at which we want to send.",
    ),
    key(
        "sessions[].required_min_rx",
        Kind::Interval,
        Preset::From("bfd.default_required_min_rx"),
        Applies::Sessions,
        "Shortest interval at which we can receive.",
    ),
    key(
        "sessions[].detect_mult",
        MULTIPLIER,
        Preset::From("bfd.default_detect_multiplier"),
        Applies::Sessions,
        "How many packets in a row may be lost before the peer says Down.",
    ),
    key(
        "sessions[].padded_pdu_size",
        PADDING,
        Preset::From("bfd.default_padded_pdu_size"),
        Applies::Sessions,
        "Pads each control packet to this number of octets and forbids fragments, so that the \
         session fails when the path's MTU does (RFC 9764). 0 turns padding off.",
    ),
    key(
        "sessions[].passive",
        Kind::Bool,
        Preset::Value("false"),
        Applies::Sessions,
        "Waits for the peer to send first (RFC 5880 §6.1, the passive role). At least one \
         side must be active.",
    )
    .since(NEW),
    key(
        "sessions[].min_ttl",
        Kind::Integer { min: 1, max: 255 },
        Preset::Value("254"),
        Applies::Sessions,
        "Least TTL or hop limit of received packets; only for `multi_hop`. A packet sent with \
         255 loses one per router. Some implementations send multihop packets with 64.",
    )
    .since(NEW),
    key(
        "sessions[].admin_down",
        Kind::Bool,
        Preset::Value("false"),
        Applies::Sessions,
        "Holds the session in AdminDown, and says so to the peer.",
    )
    .since(NEW),
    later(
        "sessions[].auth.type",
        Kind::Word(&[
            "none",
            "simple_password",
            "keyed_md5",
            "meticulous_keyed_md5",
            "keyed_sha1",
            "meticulous_keyed_sha1",
        ]),
        Feature::Authentication,
    ),
    later("sessions[].auth.key_id", ANY, Feature::Authentication),
    later(
        "sessions[].auth.secret",
        Kind::Secret,
        Feature::Authentication,
    ),
    later("unsolicited.enabled", Kind::Bool, Feature::Unsolicited),
    later("unsolicited.max_sessions", ANY, Feature::Unsolicited),
    later(
        "unsolicited.cleanup_timeout",
        Kind::Duration,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.interfaces.<name>.enabled",
        Kind::Bool,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.interfaces.<name>.allowed_prefixes",
        Kind::Texts,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.session_defaults.desired_min_tx",
        Kind::Interval,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.session_defaults.required_min_rx",
        Kind::Interval,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.session_defaults.detect_mult",
        MULTIPLIER,
        Feature::Unsolicited,
    ),
    later("echo.enabled", Kind::Bool, Feature::Echo),
    later("echo.default_tx_interval", Kind::Interval, Feature::Echo),
    later("echo.default_detect_multiplier", MULTIPLIER, Feature::Echo),
    later("echo.peers[].peer", Kind::Address, Feature::Echo),
    later("echo.peers[].local", Kind::Address, Feature::Echo),
    later("echo.peers[].interface", Kind::Interface, Feature::Echo),
    later("echo.peers[].tx_interval", Kind::Interval, Feature::Echo),
    later("echo.peers[].detect_mult", MULTIPLIER, Feature::Echo),
    later(
        "micro_bfd.groups[].lag_interface",
        Kind::Interface,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].member_links",
        Kind::Texts,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].peer_addr",
        Kind::Address,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].local_addr",
        Kind::Address,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].desired_min_tx",
        Kind::Interval,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].required_min_rx",
        Kind::Interval,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].detect_mult",
        MULTIPLIER,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].min_active_links",
        ANY,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.actuator.mode",
        Kind::Word(&["disabled", "dry-run", "enforce"]),
        Feature::MicroBfd,
    ),
    later("micro_bfd.actuator.backend", Kind::Text, Feature::MicroBfd),
    later(
        "micro_bfd.actuator.ovsdb_endpoint",
        Kind::Text,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.actuator.owner_policy",
        Kind::Text,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.actuator.down_action",
        Kind::Text,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.actuator.up_action",
        Kind::Text,
        Feature::MicroBfd,
    ),
    later("vxlan.enabled", Kind::Bool, Feature::Vxlan),
    later("vxlan.backend", Kind::Text, Feature::Vxlan),
    later("vxlan.management_vni", ANY, Feature::Vxlan),
    later(
        "vxlan.default_desired_min_tx",
        Kind::Interval,
        Feature::Vxlan,
    ),
    later(
        "vxlan.default_required_min_rx",
        Kind::Interval,
        Feature::Vxlan,
    ),
    later(
        "vxlan.default_detect_multiplier",
        MULTIPLIER,
        Feature::Vxlan,
    ),
    later("vxlan.peers[].peer", Kind::Address, Feature::Vxlan),
    later("vxlan.peers[].local", Kind::Address, Feature::Vxlan),
    later(
        "vxlan.peers[].desired_min_tx",
        Kind::Interval,
        Feature::Vxlan,
    ),
    later(
        "vxlan.peers[].required_min_rx",
        Kind::Interval,
        Feature::Vxlan,
    ),
    later("vxlan.peers[].detect_mult", MULTIPLIER, Feature::Vxlan),
    later("geneve.enabled", Kind::Bool, Feature::Geneve),
    later("geneve.backend", Kind::Text, Feature::Geneve),
    later("geneve.default_vni", ANY, Feature::Geneve),
    later(
        "geneve.default_desired_min_tx",
        Kind::Interval,
        Feature::Geneve,
    ),
    later(
        "geneve.default_required_min_rx",
        Kind::Interval,
        Feature::Geneve,
    ),
    later(
        "geneve.default_detect_multiplier",
        MULTIPLIER,
        Feature::Geneve,
    ),
    later("geneve.peers[].peer", Kind::Address, Feature::Geneve),
    later("geneve.peers[].local", Kind::Address, Feature::Geneve),
    later("geneve.peers[].vni", ANY, Feature::Geneve),
    later(
        "geneve.peers[].desired_min_tx",
        Kind::Interval,
        Feature::Geneve,
    ),
    later(
        "geneve.peers[].required_min_rx",
        Kind::Interval,
        Feature::Geneve,
    ),
    later("geneve.peers[].detect_mult", MULTIPLIER, Feature::Geneve),
    later("gobgp.enabled", Kind::Bool, Feature::Gobgp),
    later("gobgp.addr", Kind::Text, Feature::Gobgp),
    later("gobgp.strategy", Kind::Text, Feature::Gobgp),
    later("gobgp.action_timeout", Kind::Duration, Feature::Gobgp),
    later("gobgp.tls.enabled", Kind::Bool, Feature::Gobgp),
    later("gobgp.tls.ca_file", Kind::Text, Feature::Gobgp),
    later("gobgp.tls.server_name", Kind::Text, Feature::Gobgp),
    later("gobgp.dampening.enabled", Kind::Bool, Feature::Gobgp),
    later(
        "gobgp.dampening.suppress_threshold",
        Kind::Decimal,
        Feature::Gobgp,
    ),
    later(
        "gobgp.dampening.reuse_threshold",
        Kind::Decimal,
        Feature::Gobgp,
    ),
    later(
        "gobgp.dampening.max_suppress_time",
        Kind::Duration,
        Feature::Gobgp,
    ),
    later("gobgp.dampening.half_life", Kind::Duration, Feature::Gobgp),
];

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
