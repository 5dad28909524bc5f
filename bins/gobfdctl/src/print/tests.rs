//! Every form, to the byte.

use std::time::Duration;

use bfd_api::Timestamp;
use bfd_api::v1::watch_session_events_response::EventType;
use bfd_api::v1::*;

use super::{Table, detail, echo_sessions, groups, json, sessions, yaml};
use crate::view::{EchoView, EventView, MicroView, SessionView};

fn millis(value: u64) -> bfd_api::Duration {
    Duration::from_millis(value).into()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(1_767_323_045 + seconds, 678_000_000)
}

/// As the last release would have described it.
fn old() -> BfdSession {
    BfdSession {
        peer_address: "10.0.0.2".into(),
        local_address: "10.0.0.1".into(),
        r#type: SessionType::SESSION_TYPE_SINGLE_HOP.into(),
        local_state: SessionState::Up.into(),
        remote_state: SessionState::Up.into(),
        local_diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_NONE.into(),
        local_discriminator: 42,
        remote_discriminator: 7,
        desired_min_tx_interval: Some(millis(300)).into(),
        required_min_rx_interval: Some(millis(1_000)).into(),
        detect_multiplier: 3,
        negotiated_tx_interval: Some(millis(0)).into(),
        detection_time: Some(millis(90_000)).into(),
        auth_type: AuthenticationType::AUTHENTICATION_TYPE_NONE.into(),
        last_state_change: Some(at(0)).into(),
        last_packet_received: Some(at(60)).into(),
        counters: Some(SessionCounters {
            packets_sent: 100,
            packets_received: 99,
            state_transitions: 2,
            ..Default::default()
        })
        .into(),
        ..Default::default()
    }
}

/// With everything that can be said.
fn full() -> BfdSession {
    BfdSession {
        peer_address: "2001:db8::2".into(),
        interface_name: "eth0".into(),
        local_state: SessionState::Down.into(),
        local_diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_CONTROL_TIME_EXPIRED.into(),
        remote_min_rx_interval: Some(millis(50)).into(),
        owner: "config".into(),
        role: SessionRole::SESSION_ROLE_PASSIVE.into(),
        overridden: true,
        timer_override: Some(SessionTimers {
            required_min_rx_interval: Some(millis(50)).into(),
            detect_multiplier: 5,
            ..Default::default()
        })
        .into(),
        configured_timers: Some(SessionTimers {
            desired_min_tx_interval: Some(millis(300)).into(),
            required_min_rx_interval: Some(millis(1_000)).into(),
            detect_multiplier: 3,
        })
        .into(),
        admin_down: true,
        auth_keys: Some(AuthenticationKeys {
            chain: "core".into(),
            send: 2,
            accept: vec![1, 2],
            stand_in: false,
        })
        .into(),
        path_problem: PathProblem::PATH_PROBLEM_NO_ROUTE.into(),
        min_ttl: 255,
        padded_pdu_size: 1472,
        source_port: 49152,
        poll_active: true,
        created: Some(at(-5)).into(),
        counters: Some(SessionCounters {
            packets_sent: 100,
            packets_received: 99,
            packets_dropped: 4,
            state_transitions: 2,
            auth_failures: 1,
            flaps: 5,
            tx_errors: 6,
        })
        .into(),
        discards: vec![
            DiscardCount {
                reason: "ttl".into(),
                count: 3,
            },
            DiscardCount {
                reason: "auth_unexpected".into(),
                count: 1,
            },
        ],
        last_discard: Some(LastDiscard {
            reason: "ttl".into(),
            ttl: 64,
            timestamp: Some(at(61)).into(),
        })
        .into(),
        arrivals: Some(ArrivalStatistics {
            min: Some(millis(40)).into(),
            max: Some(millis(61)).into(),
            mean: Some(millis(45)).into(),
        })
        .into(),
        remote: Some(RemoteValues {
            desired_min_tx_interval: Some(millis(50)).into(),
            required_min_rx_interval: Some(millis(50)).into(),
            required_min_echo_rx_interval: Some(millis(0)).into(),
            detect_multiplier: 5,
            diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_NEIGHBOR_DOWN.into(),
            control_plane_independent: true,
            demand: false,
            negotiated_tx_interval: Some(millis(1_000)).into(),
            detection_time: Some(millis(900)).into(),
        })
        .into(),
        last_down: Some(SessionDown {
            verdict: "peer-silent".into(),
            sentence: "nothing came from the peer for a detection time".into(),
            timestamp: Some(at(59)).into(),
            evidence: Some(SessionEvidence {
                window: Some(millis(180_000)).into(),
                arrivals_before: vec![millis(90_001), millis(90_050)],
                gap: Some(millis(90_001)).into(),
                limit: Some(millis(90_000)).into(),
                discards: 1,
                remote_state: SessionState::Up.into(),
                remote_diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_NONE.into(),
                ..Default::default()
            })
            .into(),
        })
        .into(),
        ..old()
    }
}

#[test]
fn an_empty_list_has_its_header() {
    assert_eq!(
        sessions(&[]).to_string(),
        "DISCRIMINATOR  PEER  LOCAL  TYPE  STATE  REMOTE-STATE  DIAG  INTERFACE  OWNER  FLAPS  VERDICT  OVERRIDDEN\n"
    );
    let none: Vec<SessionView<'_>> = Vec::new();
    assert_eq!(json(&none).unwrap(), "[]");
    assert_eq!(yaml(&none).unwrap(), "[]\n");
}

#[test]
fn a_list_is_aligned() {
    let expected = "\
DISCRIMINATOR  PEER         LOCAL     TYPE        STATE  REMOTE-STATE  DIAG                INTERFACE  OWNER   FLAPS  VERDICT      OVERRIDDEN
42             10.0.0.2     10.0.0.1  single-hop  Up     Up            None                -          -       0      -            -
42             2001:db8::2  10.0.0.1  single-hop  Down   Up            ControlTimeExpired  eth0       config  5      peer-silent  yes
";
    assert_eq!(sessions(&[old(), full()]).to_string(), expected);
}

/// The lines of the last release, to the byte, and what comes after them.
#[test]
fn a_detail_begins_as_it_always_did() {
    let expected = "\
Peer Address:          10.0.0.2
Local Address:         10.0.0.1
Interface:             \n\
Type:                  single-hop
Local State:           Up
Remote State:          Up
Local Diagnostic:      None
Local Discriminator:   42
Remote Discriminator:  7
Detect Multiplier:     3
Desired Min TX:        300ms
Required Min RX:       1s
Negotiated TX:         0s
Detection Time:        1m30s
Auth Type:             None
Last State Change:     2026-01-02T03:04:05Z
Last Packet Received:  2026-01-02T03:05:05Z
Packets Sent:          100
Packets Received:      99
Packets Dropped:       0
State Transitions:     2
Auth Failures:         0
Flaps:                 0
TX Errors:             0
Role:                  unknown
Admin Down:            no
";
    assert_eq!(detail(&old()).to_string(), expected);
}

#[test]
fn a_detail_says_all_there_is() {
    let text = detail(&full()).to_string();
    let (_, new) = text.split_once("Auth Failures:").unwrap();
    let expected = "         1
Flaps:                 5
TX Errors:             6
Owner:                 config
Overridden:            yes
Role:                  passive
Admin Down:            yes
Path Problem:          no-route
Min TTL:               255
Source Port:           49152
Padded PDU Size:       1472
Poll Active:           yes
Created:               2026-01-02T03:04:00Z
Remote Desired TX:     50ms
Remote TX:             1s
Remote Detect Mult:    5
Remote Detection:      900ms
Remote Diagnostic:     NeighborDown
Remote C Bit:          yes
Arrival Gaps:          min 40ms mean 45ms max 61ms
Discards:              ttl=3 auth_unexpected=1
Last Discard:          ttl ttl=64 at 2026-01-02T03:05:06Z
Last Down:             2026-01-02T03:05:04Z
Verdict:               peer-silent
Verdict Text:          nothing came from the peer for a detection time
Evidence:              gap 1m30s limit 1m30s, last packets 1m30s 1m30s before, 1 discards, peer said Up (None)
Overridden RX:         50ms (configured 1s)
Overridden Mult:       5 (configured 3)
Auth Key:              2 of chain core, accepts 1 2
";
    let new = new.trim_start_matches(' ');
    assert_eq!(new, expected.trim_start_matches(' '));
}

const OLD_JSON: &str = r#"{
  "peer_address": "10.0.0.2",
  "local_address": "10.0.0.1",
  "type": "single-hop",
  "local_state": "Up",
  "remote_state": "Up",
  "local_diagnostic": "None",
  "local_discriminator": 42,
  "remote_discriminator": 7,
  "detect_multiplier": 3,
  "desired_min_tx_interval": "300ms",
  "required_min_rx_interval": "1s",
  "negotiated_tx_interval": "0s",
  "detection_time": "1m30s",
  "auth_type": "None",
  "last_state_change": "2026-01-02T03:04:05Z",
  "last_packet_received": "2026-01-02T03:05:05Z",
  "role": "unknown",
  "owner": "",
  "admin_down": false,
  "poll_active": false,
  "counters": {
    "packets_sent": 100,
    "packets_received": 99,
    "packets_dropped": 0,
    "state_transitions": 2,
    "auth_failures": 0,
    "flaps": 0,
    "tx_errors": 0
  }
}"#;

#[test]
fn json_has_no_line_end() {
    assert_eq!(json(&SessionView::from(&old())).unwrap(), OLD_JSON);
}

#[test]
fn yaml_has_the_same_keys() {
    let session = full();
    let expected = r#"peer_address: 2001:db8::2
local_address: 10.0.0.1
interface_name: eth0
type: single-hop
local_state: Down
remote_state: Up
local_diagnostic: ControlTimeExpired
local_discriminator: 42
remote_discriminator: 7
detect_multiplier: 3
desired_min_tx_interval: 300ms
required_min_rx_interval: 1s
remote_min_rx_interval: 50ms
negotiated_tx_interval: 0s
detection_time: 1m30s
auth_type: None
last_state_change: "2026-01-02T03:04:05Z"
last_packet_received: "2026-01-02T03:05:05Z"
role: passive
owner: config
admin_down: true
overridden: true
path_problem: no-route
min_ttl: 255
padded_pdu_size: 1472
source_port: 49152
poll_active: true
created: "2026-01-02T03:04:00Z"
counters:
    packets_sent: 100
    packets_received: 99
    packets_dropped: 4
    state_transitions: 2
    auth_failures: 1
    flaps: 5
    tx_errors: 6
discards:
    auth_unexpected: 1
    ttl: 3
last_discard:
    reason: ttl
    ttl: 64
    timestamp: "2026-01-02T03:05:06Z"
arrivals:
    min: 40ms
    max: 61ms
    mean: 45ms
remote:
    desired_min_tx_interval: 50ms
    required_min_rx_interval: 50ms
    detect_multiplier: 5
    diagnostic: NeighborDown
    control_plane_independent: true
    demand: false
    negotiated_tx_interval: 1s
    detection_time: 900ms
last_down:
    verdict: peer-silent
    sentence: nothing came from the peer for a detection time
    timestamp: "2026-01-02T03:05:04Z"
    evidence:
        window: 3m0s
        arrivals_before:
        - 1m30.001s
        - 1m30.05s
        gap: 1m30.001s
        limit: 1m30s
        socket_drops: 0
        discards: 1
        tx_errors: 0
        remote_state: Up
        remote_diagnostic: None
timer_override:
    required_min_rx_interval: 50ms
    detect_multiplier: 5
configured_timers:
    desired_min_tx_interval: 300ms
    required_min_rx_interval: 1s
    detect_multiplier: 3
auth_keys:
    chain: core
    send: 2
    accept:
    - 1
    - 2
"#;
    assert_eq!(yaml(&SessionView::from(&session)).unwrap(), expected);
}

#[test]
fn a_yaml_list_is_a_list_of_maps() {
    let sessions = [old()];
    let views: Vec<_> = sessions.iter().map(SessionView::from).collect();
    let text = yaml(&views).unwrap();
    assert!(
        text.starts_with("- peer_address: 10.0.0.2\n  local_address: 10.0.0.1\n"),
        "{text}"
    );
}

fn event() -> WatchSessionEventsResponse {
    WatchSessionEventsResponse {
        r#type: EventType::EVENT_TYPE_STATE_CHANGE.into(),
        session: Some(old()).into(),
        previous_state: SessionState::Init.into(),
        timestamp: Some(at(0)).into(),
        sequence: 9,
        ..Default::default()
    }
}

#[test]
fn an_event_is_one_line() {
    assert_eq!(
        EventView::from(&event()).line(),
        "[2026-01-02T03:04:05Z] StateChange  peer=10.0.0.2  state=Up  prev=Init  discr=42"
    );
    let bare = WatchSessionEventsResponse::default();
    assert_eq!(
        EventView::from(&bare).line(),
        "[N/A] Unknown  peer=N/A  state=N/A  prev=Unknown  discr=N/A"
    );
    let down = WatchSessionEventsResponse {
        session: Some(full()).into(),
        previous_state: SessionState::Up.into(),
        lagged: true,
        ..event()
    };
    assert_eq!(
        EventView::from(&down).line(),
        "[2026-01-02T03:04:05Z] StateChange  peer=2001:db8::2  state=Down  prev=Up  discr=42  \
         verdict=peer-silent  lagged=true"
    );
}

#[test]
fn an_event_in_json_holds_the_session() {
    let session = OLD_JSON.replace('\n', "\n  ");
    let expected = format!(
        "{{\n  \"timestamp\": \"2026-01-02T03:04:05Z\",\n  \"event_type\": \"StateChange\",\n  \
         \"previous_state\": \"Init\",\n  \"session\": {session},\n  \"sequence\": 9\n}}"
    );
    assert_eq!(json(&EventView::from(&event())).unwrap(), expected);
}

#[test]
fn echo_sessions_keep_their_form() {
    let session = EchoSession {
        peer_address: "10.0.0.2".into(),
        local_address: "10.0.0.1".into(),
        interface_name: "eth0".into(),
        tx_interval: Some(millis(100)).into(),
        detect_multiplier: 3,
        local_discriminator: 5,
        local_state: SessionState::Up.into(),
        local_diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_NONE.into(),
        packets_sent: 10,
        packets_received: 9,
        ..Default::default()
    };
    let views = [EchoView::from(&session)];
    let expected = "\
DISCRIMINATOR  PEER      LOCAL     INTERFACE  STATE  TX-INTERVAL  DETECT-MULT  SENT  RCVD
5              10.0.0.2  10.0.0.1  eth0       Up     100ms        3            10    9
";
    assert_eq!(echo_sessions(&views).to_string(), expected);
    let expected = "\
- discriminator: 5
  peer_address: 10.0.0.2
  local_address: 10.0.0.1
  interface: eth0
  state: Up
  diagnostic: None
  tx_interval: 100ms
  detect_multiplier: 3
  packets_sent: 10
  packets_received: 9
";
    assert_eq!(yaml(&views).unwrap(), expected);
}

#[test]
fn groups_keep_their_form() {
    let group = MicroBFDGroup {
        lag_interface: "bond0".into(),
        member_links: vec!["eth0".into(), "eth1".into()],
        peer_address: "10.0.0.2".into(),
        local_address: "10.0.0.1".into(),
        detect_multiplier: 3,
        min_active_links: 1,
        aggregate_up: true,
        up_member_count: 2,
        ..Default::default()
    };
    let views = [MicroView::from(&group)];
    let expected = "\
LAG    PEER      LOCAL     MEMBERS    UP  MIN-ACTIVE  AGGREGATE
bond0  10.0.0.2  10.0.0.1  eth0,eth1  2   1           Up
";
    assert_eq!(groups(&views).to_string(), expected);
    let expected = r#"[
  {
    "lag_interface": "bond0",
    "peer_address": "10.0.0.2",
    "local_address": "10.0.0.1",
    "member_links": [
      "eth0",
      "eth1"
    ],
    "detect_multiplier": 3,
    "min_active_links": 1,
    "up_member_count": 2,
    "aggregate_up": true
  }
]"#;
    assert_eq!(json(&views).unwrap(), expected);
}

#[test]
fn wide_letters_count_as_one() {
    let mut table = Table::new(&["A", "B"]);
    table.row(["1.5µs", "x"]);
    table.row(["100ms", "y"]);
    assert_eq!(table.to_string(), "A      B\n1.5µs  x\n100ms  y\n");
}
