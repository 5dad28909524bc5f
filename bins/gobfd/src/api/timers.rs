//! From a `SetSessionTimersRequest` to a change of what is laid over a session's timers.

use bfd_api::v1::__buffa::view::SetSessionTimersRequestView;
use bfd_control::{SessionInfo, TimerChange, TimerOverride};
use bfd_program::logging::Took;
use bfd_program::serve::Caller;
use bfd_proto::{DetectMult, Interval};
use buffa_types::google::protobuf::__buffa::view::DurationView;
use connectrpc::ConnectError;

use super::add;

/// The change a request asks for.
///
/// # Errors
/// The first thing wrong with it, as `invalid_argument`.
pub(super) fn change(
    request: &SetSessionTimersRequestView<'_>,
) -> Result<TimerChange, ConnectError> {
    let lay = TimerOverride {
        desired_min_tx: interval(
            "desired min TX",
            request.desired_min_tx_interval.as_option(),
        )?,
        required_min_rx: interval(
            "required min RX",
            request.required_min_rx_interval.as_option(),
        )?,
        detect_mult: detect_mult(request.detect_multiplier)?,
    };
    if lay.is_empty() && !request.reset {
        return Err(ConnectError::invalid_argument(
            "nothing to set: give an interval, the detect multiplier or reset",
        ));
    }
    Ok(TimerChange {
        reset: request.reset,
        lay,
    })
}

/// Says who laid what over which session, for whoever wonders later.
pub(super) fn log(session: &SessionInfo, caller: Option<&Caller>) {
    let (meta, spec) = (&session.meta, &session.meta.wanted.spec);
    let message = if meta.timers().is_empty() {
        "session timers are the configured ones again"
    } else {
        "session timers overridden"
    };
    tracing::info!(
        peer = %meta.key.peer,
        local_discr = meta.id.discriminator.get(),
        owner = meta.owner.label(),
        client = caller.map(tracing::field::display),
        overridden = laid_over(&meta.timers()),
        desired_min_tx = Took(spec.desired_min_tx.duration()).field(),
        required_min_rx = Took(spec.required_min_rx.duration()).field(),
        detect_mult = spec.detect_mult.get(),
        "{message}"
    );
}

/// Names of the timers that are laid over, as the configuration calls them.
fn laid_over(timers: &TimerOverride) -> String {
    let all = [
        (timers.desired_min_tx.is_some(), "desired_min_tx"),
        (timers.required_min_rx.is_some(), "required_min_rx"),
        (timers.detect_mult.is_some(), "detect_mult"),
    ];
    let names = all.into_iter().filter(|(is, _)| *is).map(|(_, name)| name);
    names.collect::<Vec<_>>().join(",")
}

fn interval(
    name: &str,
    value: Option<&DurationView<'_>>,
) -> Result<Option<Interval>, ConnectError> {
    value
        .map(|value| add::given_interval(name, value))
        .transpose()
}

fn detect_mult(value: u32) -> Result<Option<DetectMult>, ConnectError> {
    match value {
        0 => Ok(None),
        value => add::detect_mult(value).map(Some),
    }
}

#[cfg(test)]
mod tests;
