//! The codec against the vectors of `spec/vectors`, each by its id.
#![allow(missing_docs, reason = "a test target has no readers of docs")]

use bfd_packet::{
    AuthBytes, AuthSection, ControlPacket, Diagnostic, MAX_SECTION_LEN, ParseError, State,
};
use bfd_spec::{Auth, Fields, Judge, Malformed, Vector, malformed, vectors};

/// Offset of the digest in a packet with MD5 or SHA1 authentication (RFC 5880 §4.3, §4.4).
const DIGEST_AT: usize = 32;

fn parse<'a>(id: &str, payload: &'a [u8]) -> ControlPacket<'a> {
    ControlPacket::parse(payload).unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn flags(packet: &ControlPacket<'_>) -> String {
    let flags = [
        (packet.poll, 'P'),
        (packet.final_, 'F'),
        (packet.control_plane_independent, 'C'),
        (packet.auth.is_some(), 'A'),
        (packet.demand, 'D'),
    ];
    flags
        .iter()
        .filter(|(set, _)| *set)
        .map(|(_, letter)| letter)
        .collect()
}

fn assert_fields(id: &str, packet: &ControlPacket<'_>, wanted: &Fields) {
    let your = packet
        .your_discriminator
        .map_or(0, bfd_packet::Discriminator::get);
    assert_eq!(
        packet.diagnostic.bits(),
        wanted.diagnostic,
        "{id}: diagnostic"
    );
    assert_eq!(packet.state.name(), wanted.state, "{id}: state");
    assert_eq!(flags(packet), wanted.flags, "{id}: flags");
    assert_eq!(
        packet.detect_mult.get(),
        wanted.detect_mult,
        "{id}: multiplier"
    );
    assert_eq!(
        packet.my_discriminator.get(),
        wanted.my,
        "{id}: my discriminator"
    );
    assert_eq!(your, wanted.your, "{id}: your discriminator");
    assert_eq!(packet.desired_min_tx.0, wanted.tx, "{id}: desired min tx");
    assert_eq!(packet.required_min_rx.0, wanted.rx, "{id}: required min rx");
    assert_eq!(
        packet.required_min_echo_rx.0, wanted.echo,
        "{id}: required min echo rx"
    );
}

/// A packet without authentication is written back exactly, Length and padding apart.
fn assert_written_back(vector: &Vector, packet: &ControlPacket<'_>) {
    let mut octets = [0; 256];
    let length = packet.write(&mut octets);
    let expected = &vector.payload()[..length];
    assert_eq!(octets[..3], expected[..3], "{}: first octets", vector.id);
    assert_eq!(
        octets[4..length],
        expected[4..],
        "{}: behind Length",
        vector.id
    );
    if vector.id != "P-05" {
        assert_eq!(octets[3], vector.fields.length, "{}: Length", vector.id);
    }
}

fn assert_valid(vector: &Vector) {
    let payload = vector.payload();
    let packet = parse(&vector.id, &payload);
    assert_fields(&vector.id, &packet, &vector.fields);
    assert_written_back(vector, &packet);
    match (&vector.auth, packet.auth) {
        (Some(wanted), Some(auth)) => assert_auth(vector, &payload, wanted, auth),
        (None, None) => {}
        (wanted, found) => panic!("{}: {wanted:?} against {found:?}", vector.id),
    }
}

fn assert_auth(vector: &Vector, payload: &[u8], wanted: &Auth, auth: AuthBytes<'_>) {
    let id = &vector.id;
    let section = auth
        .section()
        .unwrap_or_else(|error| panic!("{id}: {error}"));
    // Reserved is written as zero, whatever it was.
    if id != "A-15" {
        let mut octets = [0xaa; MAX_SECTION_LEN];
        assert_eq!(section.write(&mut octets), auth, "{id}: written back");
    }
    match section {
        AuthSection::SimplePassword { key_id, password } => {
            assert_eq!((1, key_id), (wanted.kind, wanted.key_id), "{id}");
            assert_eq!(password, &*wanted.password, "{id}: password");
        }
        AuthSection::Digest(found) => {
            assert_eq!(found.kind.code(), wanted.kind, "{id}: type");
            assert_eq!(found.key_id, wanted.key_id, "{id}: key");
            assert_eq!(found.sequence, wanted.sequence, "{id}: sequence");
            assert_eq!(found.digest, &*wanted.digest, "{id}: digest field");
            let packet = &payload[..usize::from(vector.fields.length)];
            assert_eq!(
                digest(packet, wanted.kind, &wanted.key),
                found.digest,
                "{id}: digest recomputed"
            );
        }
    }
}

/// The digest of a packet: the key, padded with zeros, stands where the digest will be.
fn digest(packet: &[u8], kind: u8, key: &[u8]) -> Vec<u8> {
    use sha1::Digest as _;
    let mut input = packet.to_vec();
    let field = &mut input[DIGEST_AT..];
    field.fill(0);
    field[..key.len()].copy_from_slice(key);
    match kind {
        2 | 3 => md5::Md5::digest(&input).to_vec(),
        _ => sha1::Sha1::digest(&input).to_vec(),
    }
}

// covers: 5880-4.1-01..04, 5880-4.1-10, 5880-6-01, SP-32, SP-33
#[test]
fn plain_packets_are_read_and_written() {
    vectors("control").unwrap().iter().for_each(assert_valid);
}

// covers: 5880-4.1-01
#[test]
fn payloads_of_frames_are_read_and_written() {
    vectors("frames").unwrap().iter().for_each(assert_valid);
}

// covers: 5880-4.1-11, 5880-4.2-01, 5880-4.3-01, 5880-4.3-02, 5880-4.3-04, 5880-4.4-01, SP-24
#[test]
fn authentication_sections_are_read_and_their_digests_match() {
    vectors("auth").unwrap().iter().for_each(assert_valid);
}

// covers: 5880-4.1-07, 9764-3-02, 9764-4.1-01, D-09, SP-25
#[test]
fn padding_behind_length_is_not_looked_at() {
    vectors("padded").unwrap().iter().for_each(assert_valid);
}

#[test]
fn payloads_of_later_encapsulations_are_read_and_written() {
    for file in ["vxlan", "geneve", "micro-bfd", "s-bfd", "unaffiliated-echo"] {
        vectors(file).unwrap().iter().for_each(assert_valid);
    }
}

/// X-02 is multipoint: valid there, illegal for a classic session.
// covers: 5880-4.1-06, 5880-6.8.6-05
#[test]
fn a_multipoint_packet_is_none_of_ours() {
    for vector in vectors("other").unwrap() {
        if vector.fields.flags.contains('M') {
            let found = ControlPacket::parse(&vector.payload()).err();
            assert_eq!(found, Some(ParseError::Multipoint), "{}", vector.id);
        } else {
            assert_valid(&vector);
        }
    }
}

/// The name of a rule, as the discard counters will show it.
fn rule(error: ParseError) -> &'static str {
    match error {
        ParseError::Truncated => "truncated",
        ParseError::Version => "version",
        ParseError::LengthTooShort => "length_too_short",
        ParseError::LengthExceedsPayload => "length_exceeds_payload",
        ParseError::ZeroDetectMult => "zero_detect_mult",
        ParseError::Multipoint => "multipoint",
        ParseError::ZeroMyDiscriminator => "zero_my_discriminator",
        ParseError::ZeroYourDiscriminator => "zero_your_discriminator",
        ParseError::AuthType => "auth_type",
        ParseError::AuthLength => "auth_length",
    }
}

/// The first rule that the octets alone break, the authentication section included.
fn broken_rule(packet: &Malformed) -> Option<&'static str> {
    let parsed = ControlPacket::parse(&packet.payload);
    let section = parsed.and_then(|packet| packet.auth.map(|auth| auth.section()).transpose());
    section.err().map(rule)
}

// covers: 5880-6.8.6-01..06, 5880-6.8.6-08, 5880-4.1-06, 5880-A-01, SP-08, SP-23
#[test]
fn malformed_packets_break_the_rule_they_name() {
    for packet in malformed().unwrap() {
        let expected = match packet.judge {
            Judge::Codec => packet.discard.as_deref(),
            Judge::Demux | Judge::Session => None,
        };
        assert_eq!(
            broken_rule(&packet),
            expected,
            "{} {}",
            packet.id,
            packet.title
        );
    }
}

/// The digest of these was spoilt; the other malformed packets have a good one and are refused for
/// their type, key or sequence number.
const SPOILT: [&str; 5] = ["M-43", "M-44", "M-45", "M-46", "M-47"];

// covers: 5880-4.3-04, 5880-4.4-02
#[test]
fn only_spoilt_digests_do_not_match() {
    for packet in malformed()
        .unwrap()
        .iter()
        .filter(|packet| packet.rule == "5880-6.8.6-12")
    {
        let parsed = parse(&packet.id, &packet.payload);
        let Some(Ok(AuthSection::Digest(found))) = parsed.auth.map(|auth| auth.section()) else {
            continue;
        };
        let good = digest(&packet.payload, found.kind.code(), b"secret") == found.digest;
        assert_eq!(good, !SPOILT.contains(&packet.id.as_str()), "{}", packet.id);
    }
}

// covers: 5880-6.8.6-01..03
#[test]
fn a_short_payload_shows_the_first_rule_it_breaks() {
    let broken = |payload: &[u8]| ControlPacket::parse(payload).unwrap_err();
    assert_eq!(broken(&[0x00]), ParseError::Version);
    assert_eq!(broken(&[0x20]), ParseError::Truncated);
    assert_eq!(broken(&[0x20, 0xc0, 3, 23]), ParseError::LengthTooShort);
    assert_eq!(
        broken(&[0x20, 0xc0, 3, 24]),
        ParseError::LengthExceedsPayload
    );
    assert_eq!(broken(&[0x20, 0xc4, 3, 25]), ParseError::LengthTooShort);
    assert_eq!(broken(&[0x40, 0xc4, 3, 25]), ParseError::Version);
}

#[test]
fn each_rule_of_the_codec_has_a_malformed_packet() {
    let rules: Vec<_> = malformed()
        .unwrap()
        .iter()
        .filter_map(broken_rule)
        .collect();
    for error in ParseError::ALL {
        assert!(rules.contains(&rule(error)), "{error:?}");
    }
}

// covers: 5880-4.1-04, 5880-6-01
#[test]
fn each_diagnostic_is_carried_through() {
    let mut payload = vectors("control").unwrap()[0].payload();
    for code in 0..32 {
        payload[0] = 0x20 | code;
        assert_eq!(
            parse("C-01", &payload).diagnostic,
            Diagnostic::from_bits(code)
        );
    }
}

// covers: 5880-4.1-03
#[test]
fn states_have_the_codes_of_the_standard() {
    let names = ["AdminDown", "Down", "Init", "Up"];
    assert_eq!(State::ALL.map(State::name), names);
    assert_eq!(State::ALL.map(State::bits), [0, 1, 2, 3]);
}
