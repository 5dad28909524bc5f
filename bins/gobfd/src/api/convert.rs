//! A session of the control plane as a message.

use std::time::{Duration, UNIX_EPOCH};

use bfd_api::v1;
use bfd_control::{Control, Hops, SessionInfo, SessionMeta, TimerOverride};
use bfd_proto::{
    AuthType, Diagnostic, Discard, Instant, Interval, Path, PathProblem, Role, SessionView, State,
};
use buffa::MessageField;
use buffa_types::google::protobuf as wkt;

use crate::calendar::Calendar;

type DurationField = MessageField<wkt::Duration, buffa::Inline<wkt::Duration>>;
type TimestampField = MessageField<wkt::Timestamp, buffa::Inline<wkt::Timestamp>>;

/// Everything the API shows of a session.
pub(super) fn session(
    control: &Control,
    calendar: &Calendar,
    session: &SessionInfo,
) -> v1::BfdSession {
    let SessionInfo { meta, view } = session;
    let heard = view.remote.detect_mult.is_some();
    // The wish, not the view: a worker takes a changed one over a moment later.
    let wanted = &meta.wanted.spec;
    v1::BfdSession {
        peer_address: meta.key.peer.to_string(),
        local_address: meta
            .local()
            .map(|local| local.to_string())
            .unwrap_or_default(),
        interface_name: meta
            .key
            .interface
            .map(|name| name.to_string())
            .unwrap_or_default(),
        r#type: session_type(meta.key.hops).into(),
        local_state: state(view.state).into(),
        remote_state: state(view.remote.state).into(),
        local_diagnostic: diagnostic(view.diagnostic).into(),
        local_discriminator: meta.id.discriminator.get(),
        remote_discriminator: view.remote.discriminator.map_or(0, |theirs| theirs.get()),
        desired_min_tx_interval: duration(wanted.desired_min_tx.duration()),
        required_min_rx_interval: duration(wanted.required_min_rx.duration()),
        remote_min_rx_interval: present(heard, view.remote.min_rx.duration()),
        detect_multiplier: wanted.detect_mult.get().into(),
        negotiated_tx_interval: duration(view.negotiated_tx),
        detection_time: duration(view.detection_time),
        auth_type: auth_type(meta.wanted.keys.as_ref().map(|chain| chain.kind())).into(),
        last_state_change: moment(calendar, view.last_change),
        last_packet_received: moment(calendar, view.last_received),
        counters: MessageField::some(counters(view)),
        last_down: last_down(calendar, session),
        discards: discards(view),
        last_discard: last_discard(calendar, view),
        arrivals: arrivals(view),
        remote: if heard {
            MessageField::some(remote(view))
        } else {
            MessageField::none()
        },
        poll_active: view.poll_active,
        path_problem: path_problem(view.path).into(),
        admin_down: meta.wanted.admin_down,
        overridden: meta.overridden.is_some(),
        owner: meta.owner.label().to_owned(),
        role: role(view.spec.role).into(),
        min_ttl: view.spec.kind.min_ttl().into(),
        padded_pdu_size: view
            .spec
            .padded_pdu_size
            .map_or(0, |size| size.octets().into()),
        source_port: source_port(control, session),
        created: moment(calendar, Some(meta.created)),
        observed_at: moment(calendar, Some(calendar.now())),
        timer_override: timer_override(&meta.timers()),
        configured_timers: configured_timers(meta),
        auth_keys: auth_keys(calendar, meta),
    }
}

type TimersField = MessageField<v1::SessionTimers, buffa::Inline<v1::SessionTimers>>;

/// Absent when nothing is laid over; else what is.
fn timer_override(timers: &TimerOverride) -> TimersField {
    if timers.is_empty() {
        return MessageField::none();
    }
    let interval = |value: Option<Interval>| match value {
        Some(value) => duration(value.duration()),
        None => MessageField::none(),
    };
    MessageField::some(v1::SessionTimers {
        desired_min_tx_interval: interval(timers.desired_min_tx),
        required_min_rx_interval: interval(timers.required_min_rx),
        detect_multiplier: timers.detect_mult.map_or(0, |mult| mult.get().into()),
    })
}

/// What lies below, if anything is laid over.
fn configured_timers(meta: &SessionMeta) -> TimersField {
    if meta.timers().is_empty() {
        return MessageField::none();
    }
    let spec = &meta.base().spec;
    MessageField::some(v1::SessionTimers {
        desired_min_tx_interval: duration(spec.desired_min_tx.duration()),
        required_min_rx_interval: duration(spec.required_min_rx.duration()),
        detect_multiplier: spec.detect_mult.get().into(),
    })
}

/// Those of the wanted chain, as the wall clock has it.
fn auth_keys(
    calendar: &Calendar,
    meta: &SessionMeta,
) -> MessageField<v1::AuthenticationKeys, buffa::Inline<v1::AuthenticationKeys>> {
    let Some(chain) = &meta.wanted.keys else {
        return MessageField::none();
    };
    let in_use = chain.at(UNIX_EPOCH + calendar.wall(calendar.now()));
    let keys = &in_use.authentication;
    MessageField::some(v1::AuthenticationKeys {
        chain: chain.name().to_owned(),
        send: keys.send_key_id().into(),
        accept: keys.accepted_key_ids().map(u32::from).collect(),
        stand_in: in_use.stand_in,
    })
}

/// A state as the API names it.
pub(super) const fn state(state: State) -> v1::SessionState {
    match state {
        State::AdminDown => v1::SessionState::SESSION_STATE_ADMIN_DOWN,
        State::Down => v1::SessionState::SESSION_STATE_DOWN,
        State::Init => v1::SessionState::SESSION_STATE_INIT,
        State::Up => v1::SessionState::SESSION_STATE_UP,
    }
}

const fn auth_type(kind: Option<AuthType>) -> v1::AuthenticationType {
    use v1::AuthenticationType as Named;
    match kind {
        None => Named::AUTHENTICATION_TYPE_NONE,
        Some(AuthType::SimplePassword) => Named::AUTHENTICATION_TYPE_SIMPLE_PASSWORD,
        Some(AuthType::KeyedMd5) => Named::AUTHENTICATION_TYPE_KEYED_MD5,
        Some(AuthType::MeticulousKeyedMd5) => Named::AUTHENTICATION_TYPE_METICULOUS_KEYED_MD5,
        Some(AuthType::KeyedSha1) => Named::AUTHENTICATION_TYPE_KEYED_SHA1,
        Some(AuthType::MeticulousKeyedSha1) => Named::AUTHENTICATION_TYPE_METICULOUS_KEYED_SHA1,
    }
}

/// A moment as a field; absent when there is none.
pub(super) fn moment(calendar: &Calendar, moment: Option<Instant>) -> TimestampField {
    let Some(moment) = moment else {
        return MessageField::none();
    };
    let wall = calendar.wall(moment);
    MessageField::some(wkt::Timestamp {
        seconds: i64::try_from(wall.as_secs()).unwrap_or(i64::MAX),
        nanos: nanos(wall),
        ..Default::default()
    })
}

pub(super) const fn session_type(hops: Hops) -> v1::SessionType {
    match hops {
        Hops::Single => v1::SessionType::SESSION_TYPE_SINGLE_HOP,
        Hops::Multi => v1::SessionType::SESSION_TYPE_MULTI_HOP,
    }
}

pub(super) fn duration(value: Duration) -> DurationField {
    MessageField::some(wkt::Duration {
        seconds: i64::try_from(value.as_secs()).unwrap_or(i64::MAX),
        nanos: nanos(value),
        ..Default::default()
    })
}

fn present(is: bool, value: Duration) -> DurationField {
    if is {
        duration(value)
    } else {
        MessageField::none()
    }
}

/// Nanoseconds of a second always fit.
fn nanos(value: Duration) -> i32 {
    i32::try_from(value.subsec_nanos()).unwrap_or(i32::MAX)
}

/// The code of the RFC plus one; codes above 8 have no name in the schema.
pub(super) fn diagnostic(diagnostic: Diagnostic) -> v1::DiagnosticCode {
    use v1::DiagnosticCode as Code;
    match diagnostic {
        Diagnostic::NONE => Code::DIAGNOSTIC_CODE_NONE,
        Diagnostic::CONTROL_TIME_EXPIRED => Code::DIAGNOSTIC_CODE_CONTROL_TIME_EXPIRED,
        Diagnostic::ECHO_FAILED => Code::DIAGNOSTIC_CODE_ECHO_FAILED,
        Diagnostic::NEIGHBOR_DOWN => Code::DIAGNOSTIC_CODE_NEIGHBOR_DOWN,
        Diagnostic::FORWARDING_RESET => Code::DIAGNOSTIC_CODE_FORWARDING_RESET,
        Diagnostic::PATH_DOWN => Code::DIAGNOSTIC_CODE_PATH_DOWN,
        Diagnostic::CONCAT_PATH_DOWN => Code::DIAGNOSTIC_CODE_CONCAT_PATH_DOWN,
        Diagnostic::ADMIN_DOWN => Code::DIAGNOSTIC_CODE_ADMIN_DOWN,
        Diagnostic::REVERSE_CONCAT_PATH_DOWN => Code::DIAGNOSTIC_CODE_REVERSE_CONCAT_PATH_DOWN,
        _ => Code::DIAGNOSTIC_CODE_UNSPECIFIED,
    }
}

const fn role(role: Role) -> v1::SessionRole {
    match role {
        Role::Active => v1::SessionRole::SESSION_ROLE_ACTIVE,
        Role::Passive => v1::SessionRole::SESSION_ROLE_PASSIVE,
    }
}

const fn path_problem(path: Path) -> v1::PathProblem {
    use v1::PathProblem as Named;
    match path {
        Path::Ready => Named::PATH_PROBLEM_UNSPECIFIED,
        Path::Waiting(PathProblem::InterfaceMissing) => Named::PATH_PROBLEM_INTERFACE_MISSING,
        Path::Waiting(PathProblem::InterfaceDown) => Named::PATH_PROBLEM_INTERFACE_DOWN,
        Path::Waiting(PathProblem::AddressMissing) => Named::PATH_PROBLEM_ADDRESS_MISSING,
        Path::Waiting(PathProblem::AddressFamily) => Named::PATH_PROBLEM_ADDRESS_FAMILY,
        Path::Waiting(_) => Named::PATH_PROBLEM_NO_ROUTE,
    }
}

fn counters(view: &SessionView) -> v1::SessionCounters {
    let counters = &view.counters;
    v1::SessionCounters {
        packets_sent: counters.sent,
        packets_received: counters.received,
        packets_dropped: counters.discarded(),
        state_transitions: counters.state_transitions(),
        auth_failures: counters.auth_failures(),
        flaps: counters.flaps.into(),
        tx_errors: counters.tx_errors.into(),
    }
}

fn last_down(
    calendar: &Calendar,
    session: &SessionInfo,
) -> MessageField<v1::SessionDown, buffa::Inline<v1::SessionDown>> {
    let Some(down) = &session.view.last_down else {
        return MessageField::none();
    };
    let at = session.meta.down_at();
    let evidence = &down.evidence;
    // Ages need the moment of the Down; it is known as soon as its event was told.
    let ages = at.map(|at| {
        let arrivals = evidence.last_arrivals.iter().flatten();
        arrivals
            .map(|arrival| span(at.saturating_duration_since(*arrival)))
            .collect()
    });
    MessageField::some(v1::SessionDown {
        verdict: down.verdict.label().to_owned(),
        sentence: down.verdict.to_string(),
        evidence: MessageField::some(v1::SessionEvidence {
            window: duration(evidence.window),
            arrivals_before: ages.unwrap_or_default(),
            gap: duration(evidence.gap),
            limit: duration(evidence.limit),
            socket_drops: evidence.socket_drops,
            stall: duration(evidence.stall),
            discards: evidence.discards,
            tx_errors: evidence.tx_errors,
            remote_state: evidence.remote_state.map(state).unwrap_or_default().into(),
            remote_diagnostic: evidence
                .remote_diagnostic
                .map(diagnostic)
                .unwrap_or_default()
                .into(),
        }),
        timestamp: moment(calendar, at),
    })
}

fn span(value: Duration) -> wkt::Duration {
    duration(value).into_option().unwrap_or_default()
}

fn discards(view: &SessionView) -> Vec<v1::DiscardCount> {
    let counted = Discard::ALL.into_iter().zip(view.counters.discards);
    let occurred = counted.filter(|(_, count)| *count > 0);
    occurred
        .map(|(reason, count)| v1::DiscardCount {
            reason: reason.label().to_owned(),
            count: count.into(),
        })
        .collect()
}

fn last_discard(
    calendar: &Calendar,
    view: &SessionView,
) -> MessageField<v1::LastDiscard, buffa::Inline<v1::LastDiscard>> {
    let Some((at, reason, ttl)) = view.last_discard else {
        return MessageField::none();
    };
    MessageField::some(v1::LastDiscard {
        reason: reason.label().to_owned(),
        ttl: ttl.into(),
        timestamp: moment(calendar, Some(at)),
    })
}

fn arrivals(
    view: &SessionView,
) -> MessageField<v1::ArrivalStatistics, buffa::Inline<v1::ArrivalStatistics>> {
    if view.arrivals.count == 0 {
        return MessageField::none();
    }
    MessageField::some(v1::ArrivalStatistics {
        min: duration(view.arrivals.min),
        max: duration(view.arrivals.max),
        mean: duration(view.arrivals.mean()),
    })
}

fn remote(view: &SessionView) -> v1::RemoteValues {
    let remote = &view.remote;
    let sends = remote
        .desired_min_tx
        .duration()
        .max(view.spec.required_min_rx.duration());
    let ours = view
        .spec
        .desired_min_tx
        .duration()
        .max(remote.min_rx.duration());
    v1::RemoteValues {
        desired_min_tx_interval: duration(remote.desired_min_tx.duration()),
        required_min_rx_interval: duration(remote.min_rx.duration()),
        required_min_echo_rx_interval: duration(remote.min_echo_rx.duration()),
        detect_multiplier: remote.detect_mult.map_or(0, |mult| mult.get().into()),
        diagnostic: diagnostic(remote.diagnostic).into(),
        control_plane_independent: remote.control_plane_independent,
        demand: remote.demand,
        negotiated_tx_interval: duration(sends),
        detection_time: duration(
            ours.max(view.negotiated_tx) * u32::from(view.spec.detect_mult.get()),
        ),
    }
}

fn source_port(control: &Control, session: &SessionInfo) -> u32 {
    match session.view.path {
        Path::Ready => control
            .source_port(&session.meta)
            .unwrap_or_default()
            .into(),
        Path::Waiting(_) => 0,
    }
}

#[cfg(test)]
mod tests;
