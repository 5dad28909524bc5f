//! Keys of finished features.

use bfd_program::config::Kind;
use bfd_program::logging::{LogFormat, LogLevel};

use super::{Applies, BUFFER, Key, MULTIPLIER, NEW, PADDING, Preset, TYPES, key};

/// Every key of a finished feature, in the order of the manual.
pub(super) const KEYS: &[Key] = &[
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
        LogLevel::KIND,
        Preset::Value("info"),
        Applies::Reload,
        "Least severity that is logged.",
    ),
    key(
        "log.format",
        LogFormat::KIND,
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
        "Number of data-plane threads. `auto` is one thread, which serves some thousand sessions.",
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
        "engine.scheduler",
        Kind::Word(&["normal", "fifo", "deadline"]),
        Preset::Value("normal"),
        Applies::Restart,
        "Who runs the data-plane threads. `normal` shares the processors with every other \
         program. `fifo` (SCHED_FIFO) lets workers go before all threads of lower priority. \
         `deadline` (SCHED_DEADLINE) reserves processor time for workers and front desk, ahead \
         of everything else; the daemon must then be free to run on every processor. Both need \
         CAP_SYS_NICE; what is refused is logged with its remedy, and the thread runs on as \
         with `normal`.",
    )
    .since(NEW),
    key(
        "engine.priority",
        Kind::Integer { min: 1, max: 99 },
        Preset::Value("60"),
        Applies::Restart,
        "Priority of the workers with `scheduler: fifo`.",
    )
    .since(NEW),
    key(
        "engine.lock_memory",
        Kind::Bool,
        Preset::Value("false"),
        Applies::Restart,
        "Keeps the memory of the daemon from being written out to disk (`mlockall`). Needs \
         CAP_IPC_LOCK or a sufficient RLIMIT_MEMLOCK; a refusal is logged.",
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
        "sessions[].profile",
        Kind::Text,
        Preset::Nothing("no profile"),
        Applies::Sessions,
        "Element of `profiles`, by its name, whose values count where the session gives none.",
    )
    .since(NEW),
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
];
