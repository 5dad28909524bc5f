//! From an `AddSessionRequest` to a wish, with every check in its order.

use std::net::IpAddr;
use std::sync::Arc;

use bfd_api::v1::__buffa::view::AddSessionRequestView;
use bfd_api::v1::{AuthenticationType, SessionType};
use bfd_control::{Hops, Intent, InterfaceName, KeyChain, SessionKey, Wanted};
use bfd_proto::{
    AuthType, DetectMult, Interval, Key, Micros, PaddedPduSize, Role, Secret, SessionKind,
    SessionSpec,
};
use buffa::EnumValue;
use buffa_types::google::protobuf::__buffa::view::DurationView;
use connectrpc::ConnectError;

/// Smallest TTL of multihop packets when none is asked for.
const DEFAULT_MIN_TTL: u8 = 254;

/// The wish a request expresses.
///
/// # Errors
/// The first thing wrong with it, as `invalid_argument`.
pub(super) fn intent(request: &AddSessionRequestView<'_>) -> Result<Intent, ConnectError> {
    let (peer, zone) = peer(request.peer_address)?;
    let local = local(request.local_address)?;
    let hops = hops(request.r#type)?;
    let keys = authentication(request)?;
    let detect_mult = detect_mult(request.detect_multiplier)?;
    let desired_min_tx = interval(
        "desired min TX",
        request.desired_min_tx_interval.as_option(),
    )?;
    let required_min_rx = interval(
        "required min RX",
        request.required_min_rx_interval.as_option(),
    )?;
    let kind = kind(hops, request.min_ttl)?;
    let padded_pdu_size = padding(request.padded_pdu_size, keys.is_some())?;
    let interface = interface(request.interface_name, zone)?;
    let key = SessionKey {
        peer,
        local,
        interface,
        hops,
    };
    fits(&key)?;
    if key.needs_interface() && key.interface.is_none() {
        return Err(invalid(format!(
            "peer address {peer} is link-local: interface_name or a zone ({peer}%eth0) is required"
        )));
    }
    let role = if request.passive {
        Role::Passive
    } else {
        Role::Active
    };
    let spec = SessionSpec {
        kind,
        role,
        desired_min_tx,
        required_min_rx,
        detect_mult,
        padded_pdu_size,
    };
    Ok(Intent {
        key,
        wanted: Wanted {
            spec,
            keys: keys.map(Arc::new),
            admin_down: false,
        },
    })
}

/// What the addresses of a session say together.
fn fits(key: &SessionKey) -> Result<(), ConnectError> {
    match key.local {
        Some(local) if local.is_ipv4() != key.peer.is_ipv4() => Err(invalid(format!(
            "local address {local} and peer address {} are of different families",
            key.peer
        ))),
        Some(local) if local == key.peer => Err(invalid(format!(
            "local address and peer address are both {local}"
        ))),
        _ => Ok(()),
    }
}

/// An address and its zone, as `fe80::1%eth0`.
pub(super) fn peer(text: &str) -> Result<(IpAddr, Option<&str>), ConnectError> {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    let fault = |why: String| invalid(format!("parse peer address \"{text}\": {why}"));
    let address: IpAddr = address.parse().map_err(|error| fault(format!("{error}")))?;
    if zone.is_some() && !address.is_ipv6() {
        return Err(fault("only IPv6 addresses have a zone".to_owned()));
    }
    if address.is_unspecified() || address.is_multicast() {
        return Err(fault("not the address of one host".to_owned()));
    }
    // One host, one key: an IPv4 address in the clothes of IPv6 is the IPv4 address.
    Ok((address.to_canonical(), zone))
}

/// A local address; empty: none.
pub(super) fn local(text: &str) -> Result<Option<IpAddr>, ConnectError> {
    if text.is_empty() {
        return Ok(None);
    }
    let fault = |why: &str| invalid(format!("parse local address \"{text}\": {why}"));
    let address: IpAddr = text.parse().map_err(|error| fault(&format!("{error}")))?;
    if address.is_unspecified() || address.is_multicast() {
        return Err(fault("not an address to send from"));
    }
    Ok(Some(address.to_canonical()))
}

fn hops(kind: EnumValue<SessionType>) -> Result<Hops, ConnectError> {
    let EnumValue::Known(known) = kind else {
        return Err(invalid(format!("{}: invalid session type", kind.to_i32())));
    };
    match known {
        SessionType::SESSION_TYPE_SINGLE_HOP => Ok(Hops::Single),
        SessionType::SESSION_TYPE_MULTI_HOP => Ok(Hops::Multi),
        SessionType::SESSION_TYPE_UNSPECIFIED => {
            Err(invalid(format!("{known:?}: invalid session type")))
        }
        _ => Err(invalid(format!(
            "{known:?}: session type requires dedicated transport configuration, \
             which is not part of this release"
        ))),
    }
}

/// The one key of the session; `None`: no authentication. The checks are those of 0.6.1, in its
/// order and words.
fn authentication(request: &AddSessionRequestView<'_>) -> Result<Option<KeyChain>, ConnectError> {
    let (id, secret) = (request.auth_key_id, request.auth_secret);
    let Some(kind) = auth_type(request.auth_type)? else {
        if id != 0 || !secret.is_empty() {
            return Err(invalid("api auth key material requires auth_type"));
        }
        return Ok(None);
    };
    if secret.is_empty() {
        return Err(invalid("api auth key material is required"));
    }
    let id = u8::try_from(id).map_err(|_| invalid("api auth_key_id exceeds maximum 255"))?;
    let too_long = || invalid("auth secret length invalid");
    let secret = Secret::new(secret).ok_or_else(too_long)?;
    let chain = KeyChain::single(kind, Key { id, secret });
    chain.map(Some).map_err(|_| too_long())
}

fn auth_type(named: EnumValue<AuthenticationType>) -> Result<Option<AuthType>, ConnectError> {
    use AuthenticationType as Named;
    let EnumValue::Known(known) = named else {
        return Err(invalid("auth type mismatch"));
    };
    Ok(match known {
        Named::AUTHENTICATION_TYPE_UNSPECIFIED | Named::AUTHENTICATION_TYPE_NONE => None,
        Named::AUTHENTICATION_TYPE_SIMPLE_PASSWORD => Some(AuthType::SimplePassword),
        Named::AUTHENTICATION_TYPE_KEYED_MD5 => Some(AuthType::KeyedMd5),
        Named::AUTHENTICATION_TYPE_METICULOUS_KEYED_MD5 => Some(AuthType::MeticulousKeyedMd5),
        Named::AUTHENTICATION_TYPE_KEYED_SHA1 => Some(AuthType::KeyedSha1),
        Named::AUTHENTICATION_TYPE_METICULOUS_KEYED_SHA1 => Some(AuthType::MeticulousKeyedSha1),
    })
}

/// A multiplier as packets carry it.
pub(super) fn detect_mult(value: u32) -> Result<DetectMult, ConnectError> {
    let octet = u8::try_from(value).map_err(|_| {
        invalid(format!(
            "value {value}: detect multiplier exceeds maximum 255"
        ))
    })?;
    DetectMult::new(octet).ok_or_else(|| invalid("detect multiplier must be >= 1"))
}

/// Absent means one second.
fn interval(name: &str, value: Option<&DurationView<'_>>) -> Result<Interval, ConnectError> {
    match value {
        Some(value) => given_interval(name, value),
        None => Interval::new(Micros::SECOND).ok_or_else(|| invalid("no interval")),
    }
}

/// An interval as packets carry it.
pub(super) fn given_interval(
    name: &str,
    value: &DurationView<'_>,
) -> Result<Interval, ConnectError> {
    let nanos = i128::from(value.seconds) * 1_000_000_000 + i128::from(value.nanos);
    if nanos <= 0 {
        return Err(invalid(format!("{name} interval must be > 0")));
    }
    let micros = u32::try_from(nanos / 1000).map_err(|_| {
        invalid(format!(
            "{name} interval: wire interval must fit uint32 microseconds"
        ))
    })?;
    Interval::new(Micros(micros))
        .ok_or_else(|| invalid(format!("{name} interval must be at least one microsecond")))
}

fn kind(hops: Hops, min_ttl: u32) -> Result<SessionKind, ConnectError> {
    match (hops, min_ttl) {
        (Hops::Single, 0 | 255) => Ok(SessionKind::SingleHop),
        (Hops::Single, _) => Err(invalid(
            "min_ttl is for multihop; single hop accepts only 255",
        )),
        (Hops::Multi, 0) => Ok(SessionKind::MultiHop {
            min_ttl: DEFAULT_MIN_TTL,
        }),
        (Hops::Multi, value) => match u8::try_from(value) {
            Ok(min_ttl) => Ok(SessionKind::MultiHop { min_ttl }),
            Err(_) => Err(invalid(format!("min_ttl {value} is not in 1..=255"))),
        },
    }
}

/// With authentication 26 is the least (RFC 9764 §3).
fn padding(octets: u32, authenticates: bool) -> Result<Option<PaddedPduSize>, ConnectError> {
    if octets == 0 {
        return Ok(None);
    }
    if authenticates && octets < 26 {
        let least = "is neither 0 nor in 26..=9000, as authentication needs";
        return Err(invalid(format!("padded_pdu_size {octets} {least}")));
    }
    let size = u16::try_from(octets).ok().and_then(PaddedPduSize::new);
    let fault = || {
        invalid(format!(
            "padded_pdu_size {octets} is neither 0 nor in 24..=9000"
        ))
    };
    size.map(Some).ok_or_else(fault)
}

fn interface(name: &str, zone: Option<&str>) -> Result<Option<InterfaceName>, ConnectError> {
    let name = match (name, zone) {
        ("", None) => return Ok(None),
        ("", Some(zone)) => zone,
        (name, Some(zone)) if name != zone => {
            return Err(invalid(format!(
                "interface_name {name} and the zone {zone} of the peer address differ"
            )));
        }
        (name, _) => name,
    };
    let fault = |_| invalid(format!("\"{name}\" is not the name of an interface"));
    name.parse().map(Some).map_err(fault)
}

fn invalid(message: impl Into<String>) -> ConnectError {
    ConnectError::invalid_argument(message)
}

#[cfg(test)]
mod tests;
