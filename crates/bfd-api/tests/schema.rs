//! What clients of 0.6.1 were compiled with: every name, type and number of its schema is still there.
//!
//! That the generated code is the schema's is checked by `cargo xtask codegen --check`.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;
use std::path::Path;

/// The fields of the messages of 0.6.1, in the order of their numbers, which begin at 1.
#[rustfmt::skip]
const MESSAGES: &[(&str, &[&str])] = &[
    ("BfdSession", &[
        "string peer_address", "string local_address", "string interface_name", "SessionType type",
        "SessionState local_state", "SessionState remote_state", "DiagnosticCode local_diagnostic",
        "uint32 local_discriminator", "uint32 remote_discriminator",
        "google.protobuf.Duration desired_min_tx_interval",
        "google.protobuf.Duration required_min_rx_interval",
        "google.protobuf.Duration remote_min_rx_interval", "uint32 detect_multiplier",
        "google.protobuf.Duration negotiated_tx_interval", "google.protobuf.Duration detection_time",
        "AuthenticationType auth_type", "google.protobuf.Timestamp last_state_change",
        "google.protobuf.Timestamp last_packet_received", "SessionCounters counters",
    ]),
    ("SessionCounters", &[
        "uint64 packets_sent", "uint64 packets_received", "uint64 packets_dropped",
        "uint64 state_transitions", "uint64 auth_failures",
    ]),
    ("AddSessionRequest", &[
        "string peer_address", "string local_address", "string interface_name", "SessionType type",
        "google.protobuf.Duration desired_min_tx_interval",
        "google.protobuf.Duration required_min_rx_interval", "uint32 detect_multiplier",
        "AuthenticationType auth_type", "uint32 auth_key_id", "bytes auth_secret",
    ]),
    ("AddSessionResponse", &["BfdSession session"]),
    ("DeleteSessionRequest", &["uint32 local_discriminator"]),
    ("ListSessionsResponse", &["repeated BfdSession sessions"]),
    ("GetSessionRequest", &["uint32 local_discriminator", "string peer_address"]),
    ("GetSessionResponse", &["BfdSession session"]),
    ("WatchSessionEventsRequest", &["bool include_current"]),
    ("WatchSessionEventsResponse", &[
        "EventType type", "BfdSession session", "SessionState previous_state",
        "google.protobuf.Timestamp timestamp",
    ]),
    ("EchoSession", &[
        "string peer_address", "string local_address", "string interface_name",
        "google.protobuf.Duration tx_interval", "uint32 detect_multiplier",
        "uint32 local_discriminator", "SessionState local_state", "DiagnosticCode local_diagnostic",
        "uint64 packets_sent", "uint64 packets_received", "google.protobuf.Timestamp last_state_change",
    ]),
    ("AddEchoSessionRequest", &[
        "string peer_address", "string local_address", "string interface_name",
        "google.protobuf.Duration tx_interval", "uint32 detect_multiplier",
    ]),
    ("AddEchoSessionResponse", &["EchoSession session"]),
    ("DeleteEchoSessionRequest", &["uint32 local_discriminator"]),
    ("ListEchoSessionsResponse", &["repeated EchoSession sessions"]),
    ("MicroBFDGroup", &[
        "string lag_interface", "repeated string member_links", "string peer_address",
        "string local_address", "google.protobuf.Duration desired_min_tx_interval",
        "google.protobuf.Duration required_min_rx_interval", "uint32 detect_multiplier",
        "uint32 min_active_links", "bool aggregate_up", "uint32 up_member_count",
    ]),
    ("AddMicroBFDGroupRequest", &[
        "string lag_interface", "repeated string member_links", "string peer_address",
        "string local_address", "google.protobuf.Duration desired_min_tx_interval",
        "google.protobuf.Duration required_min_rx_interval", "uint32 detect_multiplier",
        "uint32 min_active_links",
    ]),
    ("AddMicroBFDGroupResponse", &["MicroBFDGroup group"]),
    ("DeleteMicroBFDGroupRequest", &["string lag_interface"]),
    ("ListMicroBFDGroupsResponse", &["repeated MicroBFDGroup groups"]),
];

/// The values of the enums of 0.6.1, in the order of their numbers, which begin at 0.
#[rustfmt::skip]
const ENUMS: &[(&str, &str, &[&str])] = &[
    ("SessionState", "SESSION_STATE_", &["UNSPECIFIED", "ADMIN_DOWN", "DOWN", "INIT", "UP"]),
    ("DiagnosticCode", "DIAGNOSTIC_CODE_", &[
        "UNSPECIFIED", "NONE", "CONTROL_TIME_EXPIRED", "ECHO_FAILED", "NEIGHBOR_DOWN",
        "FORWARDING_RESET", "PATH_DOWN", "CONCAT_PATH_DOWN", "ADMIN_DOWN",
        "REVERSE_CONCAT_PATH_DOWN",
    ]),
    ("AuthenticationType", "AUTHENTICATION_TYPE_", &[
        "UNSPECIFIED", "NONE", "SIMPLE_PASSWORD", "KEYED_MD5", "METICULOUS_KEYED_MD5",
        "KEYED_SHA1", "METICULOUS_KEYED_SHA1",
    ]),
    ("SessionType", "SESSION_TYPE_", &[
        "UNSPECIFIED", "SINGLE_HOP", "MULTI_HOP", "ECHO", "MICRO_BFD", "VXLAN", "GENEVE",
    ]),
    ("WatchSessionEventsResponse.EventType", "EVENT_TYPE_", &[
        "UNSPECIFIED", "STATE_CHANGE", "SESSION_ADDED", "SESSION_DELETED",
    ]),
];

/// The procedures of 0.6.1; `stream` stands before a streamed answer.
const PROCEDURES: &[(&str, &[&str])] = &[
    (
        "BfdService",
        &[
            "AddSession",
            "DeleteSession",
            "ListSessions",
            "GetSession",
            "stream WatchSessionEvents",
        ],
    ),
    (
        "EchoService",
        &["AddEchoSession", "DeleteEchoSession", "ListEchoSessions"],
    ),
    (
        "MicroBFDService",
        &[
            "AddMicroBFDGroup",
            "DeleteMicroBFDGroup",
            "ListMicroBFDGroups",
        ],
    ),
];

/// The schema as a set of sentences such as `BfdSession: string peer_address = 1`.
fn schema() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../api/bfd/v1/bfd.proto");
    let text = std::fs::read_to_string(path).expect("the schema");
    let mut around: Vec<String> = Vec::new();
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default().trim();
        if let Some(head) = code.strip_suffix('{') {
            around.push(name(head));
        } else if code == "}" {
            around.pop();
        } else if let Some(statement) = code.strip_suffix(';') {
            // A choice is no message of its own.
            let scope = around.iter().filter(|name| !name.is_empty());
            let scope = scope.cloned().collect::<Vec<_>>().join(".");
            found.insert(format!("{scope}: {statement}"));
        }
    }
    found
}

/// `message BfdSession` is `BfdSession`; `oneof identifier` is nothing.
fn name(head: &str) -> String {
    match head.trim().split_once(' ') {
        Some(("message" | "enum" | "service", name)) => name.to_owned(),
        _ => String::new(),
    }
}

#[track_caller]
fn assert_there(schema: &BTreeSet<String>, sentence: &str) {
    assert!(schema.contains(sentence), "0.6.1 had `{sentence}`");
}

#[test]
fn fields_keep_name_type_and_number() {
    let schema = schema();
    for (message, fields) in MESSAGES {
        for (field, number) in fields.iter().zip(1..) {
            assert_there(&schema, &format!("{message}: {field} = {number}"));
        }
    }
}

#[test]
fn values_keep_name_and_number() {
    let schema = schema();
    for (kind, prefix, values) in ENUMS {
        for (value, number) in values.iter().zip(0..) {
            assert_there(&schema, &format!("{kind}: {prefix}{value} = {number}"));
        }
    }
}

#[test]
fn procedures_keep_their_place() {
    let schema = schema();
    assert_there(&schema, ": package bfd.v1");
    for (service, procedures) in PROCEDURES {
        for procedure in *procedures {
            let (stream, name) = match procedure.split_once(' ') {
                Some((stream, name)) => (format!("{stream} "), name),
                None => (String::new(), *procedure),
            };
            let sentence =
                format!("{service}: rpc {name}({name}Request) returns ({stream}{name}Response)");
            assert_there(&schema, &sentence);
        }
    }
}
