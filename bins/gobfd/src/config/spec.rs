//! What a session is asked to be, read from any section that describes one: the elements of
//! `sessions`, and sections that make sessions by themselves.

use bfd_packet::{DetectMult, Micros};
use bfd_program::config::{Scalar, join};
use bfd_proto::{Interval, PaddedPduSize, Role, SessionKind, SessionSpec};

use super::profiles::Profiles;
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

/// What counts where a section or an element gives no value of its own.
pub(crate) struct Lower {
    /// Section `bfd`; `None` only together with a problem.
    pub(crate) defaults: Option<Defaults>,
    /// What a profile says goes before the defaults.
    pub(crate) profiles: Profiles,
}

/// The values one section or element gives, and no presets: what is `None` is for a lower layer to
/// say.
#[derive(Clone, Copy, Default)]
pub(crate) struct Layer {
    desired_min_tx: Option<Interval>,
    required_min_rx: Option<Interval>,
    detect_mult: Option<DetectMult>,
    padded_pdu_size: Option<Option<PaddedPduSize>>,
    passive: Option<bool>,
    min_ttl: Option<u8>,
}

impl Layer {
    /// The keys of `scope`. A key that the scope does not have counts as left out, and so does a
    /// faulty value, which is reported.
    pub(crate) fn read(values: &mut Values<'_>, scope: &Scope) -> Self {
        let mut written = |name| values.written(scope, name);
        Self {
            desired_min_tx: written("desired_min_tx").and_then(interval),
            required_min_rx: written("required_min_rx").and_then(interval),
            detect_mult: written("detect_mult").and_then(multiplier),
            padded_pdu_size: written("padded_pdu_size").and_then(padding),
            passive: written("passive").and_then(flag),
            min_ttl: written("min_ttl").and_then(ttl),
        }
    }

    /// These values, and where they say nothing, those of `below`.
    fn over(self, below: Self) -> Self {
        Self {
            desired_min_tx: self.desired_min_tx.or(below.desired_min_tx),
            required_min_rx: self.required_min_rx.or(below.required_min_rx),
            detect_mult: self.detect_mult.or(below.detect_mult),
            padded_pdu_size: self.padded_pdu_size.or(below.padded_pdu_size),
            passive: self.passive.or(below.passive),
            min_ttl: self.min_ttl.or(below.min_ttl),
        }
    }
}

/// The keys of `scope` that say what a session is, over its profile, over the defaults; `None` only
/// together with a problem.
pub(crate) fn read(values: &mut Values<'_>, scope: &Scope, lower: &Lower) -> Option<SessionSpec> {
    let own = Layer::read(values, scope);
    let profile = lower.profiles.of(values, scope);
    let said = own.over(profile);
    let kind = kind(values, scope, own.min_ttl.is_some(), said.min_ttl);
    let defaults = lower.defaults?;
    let align = |interval: Interval| {
        if defaults.align {
            interval.aligned()
        } else {
            interval
        }
    };
    Some(SessionSpec {
        kind: kind?,
        role: if said.passive == Some(true) {
            Role::Passive
        } else {
            Role::Active
        },
        desired_min_tx: align(said.desired_min_tx.unwrap_or(defaults.desired_min_tx)),
        required_min_rx: align(said.required_min_rx.unwrap_or(defaults.required_min_rx)),
        detect_mult: said.detect_mult.unwrap_or(defaults.detect_mult),
        padded_pdu_size: said.padded_pdu_size.unwrap_or(defaults.padded_pdu_size),
    })
}

fn kind(
    values: &mut Values<'_>,
    scope: &Scope,
    is_own: bool,
    min_ttl: Option<u8>,
) -> Option<SessionKind> {
    // A type that cannot be read is reported by whoever reads it for the session's identity.
    if values.given(&join(&scope.path, "type")) == Some("multi_hop") {
        let preset = || Values::preset(scope, "min_ttl").and_then(ttl);
        let min_ttl = min_ttl.or_else(preset)?;
        return Some(SessionKind::MultiHop { min_ttl });
    }
    // A profile may serve sessions of both types.
    let path = join(&scope.path, "min_ttl");
    if let (true, Some(origin)) = (is_own, values.origin(&path)) {
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

fn flag(value: Scalar) -> Option<bool> {
    match value {
        Scalar::Bool(flag) => Some(flag),
        _ => None,
    }
}

fn ttl(value: Scalar) -> Option<u8> {
    match value {
        Scalar::Integer(ttl) => u8::try_from(ttl).ok(),
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
