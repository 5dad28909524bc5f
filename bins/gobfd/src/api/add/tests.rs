use bfd_api::v1::{AddSessionRequest, AuthenticationType, SessionType};
use bfd_control::{Hops, InterfaceName, KeyChain};
use bfd_proto::{AuthType, Key, Role, Secret, SessionKind};
use buffa::view::{MessageView as _, OwnedView};
use buffa::{EnumValue, Message as _, MessageField};
use buffa_types::google::protobuf::Duration;
use connectrpc::ErrorCode;

use super::intent;

/// A request that is fine, changed by `change`.
fn request(change: impl FnOnce(&mut AddSessionRequest)) -> AddSessionRequest {
    let mut request = AddSessionRequest {
        peer_address: "192.0.2.1".into(),
        r#type: SessionType::SESSION_TYPE_SINGLE_HOP.into(),
        detect_multiplier: 3,
        ..Default::default()
    };
    change(&mut request);
    request
}

fn read(
    change: impl FnOnce(&mut AddSessionRequest),
) -> Result<bfd_control::Intent, (ErrorCode, String)> {
    let octets = request(change).encode_to_bytes();
    let view = bfd_api::v1::__buffa::view::AddSessionRequestView::decode_view(&octets);
    let view = view.expect("our own octets");
    intent(&view).map_err(|error| (error.code, error.message.unwrap_or_default()))
}

fn duration(seconds: i64, nanos: i32) -> MessageField<Duration, buffa::Inline<Duration>> {
    MessageField::some(Duration {
        seconds,
        nanos,
        ..Default::default()
    })
}

#[test]
fn what_is_left_out_has_a_default() {
    let intent = read(|_| ()).expect("fine");
    let spec = intent.wanted.spec;
    assert_eq!(spec.desired_min_tx.micros().0, 1_000_000);
    assert_eq!(spec.required_min_rx.micros().0, 1_000_000);
    assert_eq!(
        (spec.kind, spec.role),
        (SessionKind::SingleHop, Role::Active)
    );
    assert_eq!(spec.padded_pdu_size, None);
    assert_eq!((intent.key.local, intent.key.interface), (None, None));
    assert!(!intent.wanted.admin_down);
}

#[test]
fn everything_can_be_given() {
    let intent = read(|request| {
        request.peer_address = "2001:db8::1".into();
        request.local_address = "2001:db8::2".into();
        request.interface_name = "eth0".into();
        request.r#type = SessionType::SESSION_TYPE_MULTI_HOP.into();
        request.desired_min_tx_interval = duration(0, 300_000_000);
        request.required_min_rx_interval = duration(0, 1_000);
        request.detect_multiplier = 255;
        request.auth_type = AuthenticationType::AUTHENTICATION_TYPE_NONE.into();
        request.passive = true;
        request.min_ttl = 64;
        request.padded_pdu_size = 1500;
    })
    .expect("fine");
    let spec = intent.wanted.spec;
    assert_eq!(intent.key.hops, Hops::Multi);
    assert_eq!(
        intent.key.interface.as_ref().map(InterfaceName::as_str),
        Some("eth0")
    );
    assert_eq!(spec.kind, SessionKind::MultiHop { min_ttl: 64 });
    assert_eq!(spec.role, Role::Passive);
    assert_eq!(spec.desired_min_tx.micros().0, 300_000);
    assert_eq!(spec.required_min_rx.micros().0, 1);
    assert_eq!(spec.padded_pdu_size.map(|size| size.octets()), Some(1500));
}

/// Keyed SHA1, key 7, a secret of so many octets.
fn authenticate(request: &mut AddSessionRequest, octets: usize) {
    request.auth_type = AuthenticationType::AUTHENTICATION_TYPE_KEYED_SHA1.into();
    request.auth_key_id = 7;
    request.auth_secret = vec![0xa5; octets];
}

#[test]
fn a_session_authenticates_with_the_key_of_its_request() {
    let keys = |octets| {
        let intent = read(|request| authenticate(request, octets)).expect("fine");
        intent.wanted.keys.expect("keys")
    };
    for octets in [1, 20] {
        let secret = Secret::new(&vec![0xa5; octets]).expect("1 to 20 octets");
        let wanted = KeyChain::single(AuthType::KeyedSha1, Key { id: 7, secret });
        assert_eq!(*keys(octets), wanted.expect("legal"));
    }
    assert!(read(|_| ()).expect("fine").wanted.keys.is_none());
}

#[test]
fn a_zone_is_the_interface() {
    let with_zone = read(|request| request.peer_address = "fe80::1%eth0".into()).expect("fine");
    let with_name = read(|request| {
        request.peer_address = "fe80::1".into();
        request.interface_name = "eth0".into();
    });
    assert_eq!(with_zone.key, with_name.expect("fine").key);
}

/// A change that makes a request bad, and the code and the message it gets.
type Fault = (fn(&mut AddSessionRequest), ErrorCode, &'static str);

#[test]
fn each_fault_has_its_code_and_message() {
    use ErrorCode::InvalidArgument as Invalid;
    #[rustfmt::skip]
    let faults: &[Fault] = &[
        (|r| r.peer_address.clear(), Invalid, "parse peer address \"\": "),
        (|r| r.peer_address = "example.org".into(), Invalid, "parse peer address \"example.org\": "),
        (|r| r.peer_address = "192.0.2.1%eth0".into(), Invalid, "only IPv6 addresses have a zone"),
        (|r| r.peer_address = "224.0.0.1".into(), Invalid, "not the address of one host"),
        (|r| r.peer_address = "::".into(), Invalid, "not the address of one host"),
        (|r| r.peer_address = "fe80::1".into(), Invalid, "interface_name or a zone"),
        (|r| r.local_address = "x".into(), Invalid, "parse local address \"x\": "),
        (|r| r.local_address = "fd00::1".into(), Invalid, "are of different families"),
        (|r| r.local_address = "::ffff:192.0.2.1".into(), Invalid, "are both 192.0.2.1"),
        (|r| r.local_address = "0.0.0.0".into(), Invalid, "not an address to send from"),
        (|r| r.r#type = EnumValue::default(), Invalid, "SESSION_TYPE_UNSPECIFIED: invalid session type"),
        (|r| r.r#type = EnumValue::Unknown(77), Invalid, "77: invalid session type"),
        (|r| r.r#type = SessionType::SESSION_TYPE_ECHO.into(), Invalid,
            "SESSION_TYPE_ECHO: session type requires dedicated transport configuration, \
             which is not part of this release"),
        (|r| r.r#type = SessionType::SESSION_TYPE_MICRO_BFD.into(), Invalid, "SESSION_TYPE_MICRO_BFD: "),
        (|r| r.r#type = SessionType::SESSION_TYPE_VXLAN.into(), Invalid, "SESSION_TYPE_VXLAN: "),
        (|r| r.r#type = SessionType::SESSION_TYPE_GENEVE.into(), Invalid, "SESSION_TYPE_GENEVE: "),
        (|r| r.auth_type = EnumValue::Unknown(77), Invalid, "auth type mismatch"),
        (|r| r.auth_key_id = 1, Invalid, "api auth key material requires auth_type"),
        (|r| r.auth_secret = b"x".to_vec(), Invalid, "api auth key material requires auth_type"),
        (|r| r.auth_type = AuthenticationType::AUTHENTICATION_TYPE_KEYED_SHA1.into(), Invalid,
            "api auth key material is required"),
        (|r| { authenticate(r, 21); r.auth_key_id = 256; }, Invalid, "api auth_key_id exceeds maximum 255"),
        (|r| authenticate(r, 21), Invalid, "auth secret length invalid"),
        (|r| { authenticate(r, 17); r.auth_type = AuthenticationType::AUTHENTICATION_TYPE_KEYED_MD5.into(); },
            Invalid, "auth secret length invalid"),
        (|r| { authenticate(r, 1); r.padded_pdu_size = 25; }, Invalid, "padded_pdu_size 25 "),
        (|r| r.detect_multiplier = 0, Invalid, "detect multiplier must be >= 1"),
        (|r| r.detect_multiplier = 256, Invalid, "value 256: detect multiplier exceeds maximum 255"),
        (|r| r.desired_min_tx_interval = duration(0, 0), Invalid, "desired min TX interval must be > 0"),
        (|r| r.desired_min_tx_interval = duration(-1, 0), Invalid, "desired min TX interval must be > 0"),
        (|r| r.desired_min_tx_interval = duration(0, 999), Invalid, "at least one microsecond"),
        (|r| r.required_min_rx_interval = duration(0, 0), Invalid, "required min RX interval must be > 0"),
        (|r| r.required_min_rx_interval = duration(4295, 0), Invalid,
            "wire interval must fit uint32 microseconds"),
        (|r| r.min_ttl = 200, Invalid, "min_ttl is for multihop"),
        (|r| { r.r#type = SessionType::SESSION_TYPE_MULTI_HOP.into(); r.min_ttl = 256; }, Invalid,
            "min_ttl 256 is not in 1..=255"),
        (|r| r.padded_pdu_size = 23, Invalid, "padded_pdu_size 23 "),
        (|r| r.padded_pdu_size = 9001, Invalid, "padded_pdu_size 9001 "),
        (|r| r.interface_name = "a/b".into(), Invalid, "\"a/b\" is not the name of an interface"),
        (|r| r.interface_name = "sixteen-octets-x".into(), Invalid, "is not the name of an interface"),
        (|r| r.interface_name = "a:b".into(), Invalid, "\"a:b\" is not the name of an interface"),
        (|r| { r.peer_address = "fe80::1%eth0".into(); r.interface_name = "eth1".into(); }, Invalid,
            "interface_name eth1 and the zone eth0 of the peer address differ"),
    ];
    for (change, code, message) in faults {
        let (got, text) = read(change).expect_err(message);
        assert_eq!(got, *code, "{message}: {text}");
        assert!(text.contains(message), "{message}: {text}");
    }
}

#[test]
fn checks_come_in_the_documented_order() {
    // Everything is wrong; repairing one thing after the other shows the next.
    let wrong = |request: &mut AddSessionRequest, repaired: usize| {
        if repaired < 1 {
            request.peer_address.clear();
        }
        if repaired < 2 {
            request.local_address = "x".into();
        }
        if repaired < 3 {
            request.r#type = EnumValue::default();
        }
        if repaired < 4 {
            request.auth_key_id = 1;
        }
        if repaired < 5 {
            request.detect_multiplier = 0;
        }
        request.desired_min_tx_interval = duration(0, 0);
    };
    let order = [
        "parse peer",
        "parse local",
        "session type",
        "auth key",
        "multiplier",
        "TX",
    ];
    for (repaired, expected) in order.into_iter().enumerate() {
        let (_, text) = read(|request| wrong(request, repaired)).expect_err(expected);
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn an_owned_view_reads_the_same() {
    let octets = request(|_| ()).encode_to_bytes();
    let view =
        OwnedView::<bfd_api::v1::__buffa::view::AddSessionRequestView<'static>>::decode(octets);
    assert!(intent(view.expect("our own octets").reborrow()).is_ok());
}
