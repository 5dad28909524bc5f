//! What a session is asked to be, read from any section that describes one: the elements of
//! `sessions`, and sections that make sessions by themselves.

use bfd_packet::{DetectMult, Micros};
use bfd_program::config::{Scalar, join};
use bfd_proto::{Interval, PaddedPduSize, Role, SessionKind, SessionSpec};

use super::values::{Scope, Values};

/// What a session gets that gives no value of its own. A default that could not be read has been
/// reported; a stand-in then keeps the reading of sessions going.
#[derive(Clone, Copy)]
pub(crate) struct Defaults {
    desired_min_tx: Interval,
    required_min_rx: Interval,
    detect_mult: DetectMult,
    padded_pdu_size: Option<PaddedPduSize>,
    align: bool,
}

impl Defaults {
    /// Section `bfd`; `None` only together with a problem.
    pub(crate) fn read(values: &mut Values<'_>) -> Option<Self> {
        let desired_min_tx = values
            .value("bfd.default_desired_min_tx")
            .and_then(interval);
        let required_min_rx = values
            .value("bfd.default_required_min_rx")
            .and_then(interval);
        let detect_mult = values
            .value("bfd.default_detect_multiplier")
            .and_then(multiplier);
        let padded_pdu_size = values
            .value("bfd.default_padded_pdu_size")
            .and_then(padding);
        let align = values.flag("bfd.align_intervals");
        Some(Self {
            desired_min_tx: desired_min_tx?,
            required_min_rx: required_min_rx?,
            detect_mult: detect_mult?,
            padded_pdu_size: padded_pdu_size?,
            align,
        })
    }
}

/// The keys of `scope` that say what a session is; `None` only together with a problem. A key that
/// the scope does not have counts as left out.
pub(crate) fn read(
    values: &mut Values<'_>,
    scope: &Scope,
    defaults: Option<Defaults>,
) -> Option<SessionSpec> {
    let kind = kind(values, scope);
    let role = if values.scoped(scope, "passive") == Some(Scalar::Bool(true)) {
        Role::Passive
    } else {
        Role::Active
    };
    let desired_min_tx = values.scoped(scope, "desired_min_tx").and_then(interval);
    let required_min_rx = values.scoped(scope, "required_min_rx").and_then(interval);
    let detect_mult = values.scoped(scope, "detect_mult").and_then(multiplier);
    let padded_pdu_size = values.scoped(scope, "padded_pdu_size").and_then(padding);
    let defaults = defaults?;
    let align = |interval: Interval| {
        if defaults.align {
            interval.aligned()
        } else {
            interval
        }
    };
    Some(SessionSpec {
        kind: kind?,
        role,
        desired_min_tx: align(desired_min_tx.unwrap_or(defaults.desired_min_tx)),
        required_min_rx: align(required_min_rx.unwrap_or(defaults.required_min_rx)),
        detect_mult: detect_mult.unwrap_or(defaults.detect_mult),
        padded_pdu_size: padded_pdu_size.unwrap_or(defaults.padded_pdu_size),
    })
}

fn kind(values: &mut Values<'_>, scope: &Scope) -> Option<SessionKind> {
    let min_ttl = match values.scoped(scope, "min_ttl")? {
        Scalar::Integer(ttl) => u8::try_from(ttl).ok()?,
        _ => return None,
    };
    // A type that cannot be read is reported by whoever reads it for the session's identity.
    if values.given(&join(&scope.path, "type")) == Some("multi_hop") {
        return Some(SessionKind::MultiHop { min_ttl });
    }
    let path = join(&scope.path, "min_ttl");
    if let (Some(_), Some(origin)) = (values.given(&path), values.origin(&path)) {
        let text = "only for type multi_hop: single-hop packets must arrive with TTL 255";
        values.problem(origin, path, text);
    }
    Some(SessionKind::SingleHop)
}

fn interval(value: Scalar) -> Option<Interval> {
    match value {
        Scalar::Interval(duration) => Interval::new(Micros::try_from(duration).ok()?),
        _ => None,
    }
}

fn multiplier(value: Scalar) -> Option<DetectMult> {
    match value {
        Scalar::Integer(number) => DetectMult::new(u8::try_from(number).ok()?),
        _ => None,
    }
}

/// The outer `None`: not given; the inner: given as 0, which means off.
fn padding(value: Scalar) -> Option<Option<PaddedPduSize>> {
    match value {
        Scalar::Integer(octets) => Some(PaddedPduSize::new(u16::try_from(octets).ok()?)),
        _ => None,
    }
}
