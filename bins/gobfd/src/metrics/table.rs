//! The table of metric families.

use bfd_program::exposition::{Samples, Type};
use bfd_proto::State;

use super::groups::Group;
use super::input::{KubernetesSample, MetricsInput, WorkerSample};

/// One family.
pub(super) struct Family {
    /// Name on the page.
    pub(super) name: &'static str,
    /// Type on the page.
    pub(super) kind: Type,
    /// The line after `# HELP`.
    pub(super) help: &'static str,
    /// Labels of every series.
    pub(super) labels: &'static [&'static str],
    /// What the manual says beyond the help.
    pub(super) remark: &'static str,
    /// Adds the samples.
    pub(super) read: fn(&Scrape<'_>, &mut Samples<'_>),
}

/// What readers read.
pub(super) struct Scrape<'a> {
    pub(super) input: &'a MetricsInput<'a>,
    pub(super) groups: &'a [Group],
}

/// The state changes that can happen (RFC 5880 §6.2, §6.8.6, §6.8.16); each has a series from the
/// session's creation, so that `increase()` sees the first one.
pub(super) const TRANSITIONS: [(State, State); 9] = [
    (State::AdminDown, State::Down),
    (State::Down, State::AdminDown),
    (State::Down, State::Init),
    (State::Down, State::Up),
    (State::Init, State::AdminDown),
    (State::Init, State::Down),
    (State::Init, State::Up),
    (State::Up, State::AdminDown),
    (State::Up, State::Down),
];

const ADDRESSES: &[&str] = &["peer_addr", "local_addr"];
const TYPED: &[&str] = &["peer_addr", "local_addr", "session_type"];
const WORKER: &[&str] = &["worker"];

/// Every family, in the order of the page.
pub(super) fn families() -> impl Iterator<Item = &'static Family> {
    FAMILIES.iter().chain(super::gobgp::FAMILIES).chain(LAST)
}

const FAMILIES: &[Family] = &[
    Family {
        name: "gobfd_bfd_sessions",
        kind: Type::Gauge,
        help: "Number of currently active BFD sessions.",
        labels: TYPED,
        remark: "Sessions in any state count. Without a session there is one series at 0 that has \
                 no addresses, so that `sum(gobfd_bfd_sessions) == 0` fires.",
        read: sessions,
    },
    Family {
        name: "gobfd_bfd_packets_sent_total",
        kind: Type::Counter,
        help: "Total BFD Control packets transmitted.",
        labels: ADDRESSES,
        remark: "",
        read: |scrape, out| each(scrape, out, |group| group.sent),
    },
    Family {
        name: "gobfd_bfd_packets_received_total",
        kind: Type::Counter,
        help: "Total BFD Control packets received.",
        labels: ADDRESSES,
        remark: "Packets that the session accepted.",
        read: |scrape, out| each(scrape, out, |group| group.received),
    },
    Family {
        name: "gobfd_bfd_packets_dropped_total",
        kind: Type::Counter,
        help: "Total BFD Control packets dropped due to validation or buffer overflow.",
        labels: ADDRESSES,
        remark: "Packets that were meant for the session and broke a rule; the reasons are in \
                 `gobfd_bfd_discards_total` and, for one session, in `gobfdctl explain`.",
        read: |scrape, out| each(scrape, out, |group| group.dropped),
    },
    Family {
        name: "gobfd_bfd_state_transitions_total",
        kind: Type::Counter,
        help: "Total BFD session FSM state transitions.",
        labels: &["peer_addr", "local_addr", "from_state", "to_state"],
        remark: "States are `AdminDown`, `Down`, `Init` and `Up`. The nine changes that can \
                 happen are there from the start.",
        read: transitions,
    },
    Family {
        name: "gobfd_bfd_auth_failures_total",
        kind: Type::Counter,
        help: "Total BFD authentication verification failures (RFC 5880 Section 6.7).",
        labels: ADDRESSES,
        remark: "",
        read: |scrape, out| each(scrape, out, |group| group.auth_failures),
    },
    Family {
        name: "gobfd_bfd_session_state",
        kind: Type::Gauge,
        help: "State of the BFD session: 0 AdminDown, 1 Down, 2 Init, 3 Up.",
        labels: TYPED,
        remark: "The codes of RFC 5880 §4.1.",
        read: |scrape, out| each_kind(scrape, out, |kind| kind.state.bits().into()),
    },
    Family {
        name: "gobfd_bfd_session_flaps_total",
        kind: Type::Counter,
        help: "Times the BFD session left Up, other than by our own operator.",
        labels: TYPED,
        remark: "",
        read: |scrape, out| each_kind(scrape, out, |kind| kind.flaps),
    },
    Family {
        name: "gobfd_bfd_sessions_overridden",
        kind: Type::Gauge,
        help: "Sessions that an operator changed while they run.",
        labels: &[],
        remark: "By `gobfdctl session set`, `admin-down` or `admin-up`, or through the API: what counts \
                 is not what the configuration says. `gobfdctl session list` marks them.",
        read: |scrape, out| {
            let sessions = scrape.input.sessions.iter();
            let overridden = sessions.filter(|session| session.overridden).count();
            out.add("", overridden);
        },
    },
    Family {
        name: "gobfd_bfd_downs_total",
        kind: Type::Counter,
        help: "BFD sessions that went down, by the verdict on the cause.",
        labels: &["verdict"],
        remark: "Every verdict has a series from the start.",
        read: |scrape, out| named(out, "verdict", scrape.input.totals.verdicts()),
    },
    Family {
        name: "gobfd_bfd_discards_total",
        kind: Type::Counter,
        help: "Received packets that were not used, by the rule they broke.",
        labels: &["reason"],
        remark: "Packets for sessions and packets that no session claims together. Every reason \
                 has a series from the start.",
        read: |scrape, out| named(out, "reason", scrape.input.totals.discards()),
    },
    Family {
        name: "gobfd_engine_loop_lateness_seconds",
        kind: Type::Histogram,
        help: "Delay between the moment a worker wanted to run and the moment it ran.",
        labels: WORKER,
        remark: "Half a detection time here makes the verdict `local-stall`.",
        read: |scrape, out| {
            each_worker(scrape, |labels, worker| {
                out.add_histogram(labels, &worker.loop_lateness)
            });
        },
    },
    Family {
        name: "gobfd_engine_detection_lateness_seconds",
        kind: Type::Histogram,
        help: "Delay between the end of a detection time and the Down it causes.",
        labels: WORKER,
        remark: "",
        read: |scrape, out| {
            each_worker(scrape, |labels, worker| {
                out.add_histogram(labels, &worker.detection_lateness);
            });
        },
    },
    Family {
        name: "gobfd_engine_socket_drops_total",
        kind: Type::Counter,
        help: "Packets the kernel dropped because a receive buffer of ours was full.",
        labels: WORKER,
        remark: "A Down in the same window has the verdict `local-drop`.",
        read: |scrape, out| {
            each_worker(scrape, |labels, worker| {
                out.add(labels, worker.socket_drops)
            });
        },
    },
    Family {
        name: "gobfd_engine_receive_buffer_short",
        kind: Type::Gauge,
        help: "1 while the receive buffers hold less than a second of what the sessions may receive.",
        labels: WORKER,
        remark: "Raise `net.core.rmem_max` or grant `CAP_NET_ADMIN`; the log says so once.",
        read: |scrape, out| {
            each_worker(scrape, |labels, worker| {
                out.add(labels, u64::from(worker.buffer_short));
            });
        },
    },
    Family {
        name: "gobfd_engine_reservation_short",
        kind: Type::Gauge,
        help: "1 while the scheduler reserves less processor time than the sessions may need.",
        labels: WORKER,
        remark: "Only with `engine.scheduler: deadline`. Run fewer workers or free what others \
                 reserve; the log says so once.",
        read: |scrape, out| {
            each_worker(scrape, |labels, worker| {
                out.add(labels, u64::from(worker.reservation_short));
            });
        },
    },
    Family {
        name: "gobfd_engine_misdirected_packets_total",
        kind: Type::Counter,
        help: "Packets that arrived on the wrong worker and were passed on.",
        labels: WORKER,
        remark: "More than a few mean that the kernel's steering does not work.",
        read: |scrape, out| {
            each_worker(scrape, |labels, worker| out.add(labels, worker.misdirected));
        },
    },
    Family {
        name: "gobfd_engine_mailbox_depth",
        kind: Type::Gauge,
        help: "Messages that wait for a worker.",
        labels: WORKER,
        remark: "",
        read: |scrape, out| {
            each_worker(scrape, |labels, worker| {
                out.add(labels, worker.mailbox_depth)
            });
        },
    },
    Family {
        name: "gobfd_kubernetes_connected",
        kind: Type::Gauge,
        help: "1 while the Kubernetes nodes are listed and watched, else 0.",
        labels: &[],
        remark: "Like the other four of the node mesh it has no sample while `kubernetes.enabled` is \
                 false. Sessions stay as they are while it is 0.",
        read: |scrape, out| mesh(scrape, out, |mesh| mesh.connected.into()),
    },
    Family {
        name: "gobfd_kubernetes_peers",
        kind: Type::Gauge,
        help: "Other nodes of the Kubernetes node mesh.",
        labels: &[],
        remark: "0 also while our own node is not selected.",
        read: |scrape, out| mesh(scrape, out, |mesh| mesh.peers),
    },
    Family {
        name: "gobfd_kubernetes_sessions",
        kind: Type::Gauge,
        help: "Sessions that the Kubernetes node mesh asks for.",
        labels: &[],
        remark: "",
        read: |scrape, out| mesh(scrape, out, |mesh| mesh.sessions),
    },
    Family {
        name: "gobfd_kubernetes_lists_total",
        kind: Type::Counter,
        help: "Complete lists of the Kubernetes nodes that were read.",
        labels: &[],
        remark: "One at the start and after each reload; each further one means that the server no longer \
                 knew where the watch was.",
        read: |scrape, out| mesh(scrape, out, |mesh| mesh.lists),
    },
    Family {
        name: "gobfd_kubernetes_failures_total",
        kind: Type::Counter,
        help: "Lists and watches of the Kubernetes nodes that failed.",
        labels: &[],
        remark: "",
        read: |scrape, out| mesh(scrape, out, |mesh| mesh.failures),
    },
];

const LAST: &[Family] = &[
    Family {
        name: "gobfd_config_reloads_total",
        kind: Type::Counter,
        help: "Reloads of the configuration, by result.",
        labels: &["result"],
        remark: "`ok`: in force. `error`: refused, the one before stays in force; the log says why.",
        read: |scrape, out| {
            let program = scrape.input.program;
            out.add("result=\"ok\"", program.reloads);
            out.add("result=\"error\"", program.failed_reloads);
        },
    },
    Family {
        name: "gobfd_log_lost_lines_total",
        kind: Type::Counter,
        help: "Lines of the log that could not be written.",
        labels: &[],
        remark: "The disk is full, or nobody reads the pipe. The daemon runs on; once there is room, a \
                 line `log lines lost` says how many.",
        read: |scrape, out| out.add("", scrape.input.program.lost_lines),
    },
    Family {
        name: "gobfd_build_info",
        kind: Type::Gauge,
        help: "What the daemon was built from; the value is 1.",
        labels: &["version", "commit", "date"],
        remark: "",
        read: |scrape, out| out.add_build(scrape.input.build),
    },
];

fn sessions(scrape: &Scrape<'_>, out: &mut Samples<'_>) {
    if scrape.groups.is_empty() {
        out.add(
            "peer_addr=\"\",local_addr=\"\",session_type=\"SingleHop\"",
            0,
        );
    }
    each_kind(scrape, out, |kind| kind.sessions);
}

fn transitions(scrape: &Scrape<'_>, out: &mut Samples<'_>) {
    for group in scrape.groups {
        for (from, to) in TRANSITIONS {
            let labels = format!("{},from_state=\"{from}\",to_state=\"{to}\"", group.labels);
            let count = group.transitions[usize::from(from.bits())][usize::from(to.bits())];
            out.add(&labels, count);
        }
    }
}

fn mesh(scrape: &Scrape<'_>, out: &mut Samples<'_>, value: fn(&KubernetesSample) -> u64) {
    if let Some(mesh) = &scrape.input.kubernetes {
        out.add("", value(mesh));
    }
}

fn each(scrape: &Scrape<'_>, out: &mut Samples<'_>, value: fn(&Group) -> u64) {
    for group in scrape.groups {
        out.add(&group.labels, value(group));
    }
}

fn each_kind(scrape: &Scrape<'_>, out: &mut Samples<'_>, value: fn(&super::groups::Kind) -> u64) {
    for group in scrape.groups {
        for kind in &group.kinds {
            let labels = format!("{},session_type=\"{}\"", group.labels, kind.name);
            out.add(&labels, value(kind));
        }
    }
}

fn each_worker(scrape: &Scrape<'_>, mut add: impl FnMut(&str, &WorkerSample)) {
    for (number, worker) in scrape.input.workers.iter().enumerate() {
        add(&format!("worker=\"{number}\""), worker);
    }
}

fn named(out: &mut Samples<'_>, label: &str, values: impl Iterator<Item = (&'static str, u64)>) {
    for (name, value) in values {
        out.add(&format!("{label}=\"{name}\""), value);
    }
}
