use std::collections::{BTreeMap, BTreeSet};

use bfd_proto::{Counters, Discard, SessionKind, State};

use super::{MULTI, input, session};
use crate::metrics::table::{TRANSITIONS, families};
use crate::metrics::{SessionSample, Totals, manual_page, page};

fn text(sessions: Vec<SessionSample>) -> String {
    page(&input(sessions, &Totals::default()))
}

/// The samples of a page: series and value.
fn samples(page: &str) -> BTreeMap<&str, &str> {
    let lines = page.lines().filter(|line| !line.starts_with('#'));
    let pairs: Vec<(&str, &str)> = lines
        .map(|line| line.rsplit_once(' ').expect("series and value"))
        .collect();
    let map: BTreeMap<&str, &str> = pairs.iter().copied().collect();
    assert_eq!(map.len(), pairs.len(), "a series appears twice in\n{page}");
    map
}

fn busy(mut sample: SessionSample, state: State) -> SessionSample {
    let mut counters = Counters {
        sent: 10,
        received: 9,
        flaps: 2,
        ..Counters::default()
    };
    counters.discards[Discard::Ttl.index()] = 3;
    counters.discards[Discard::AuthUnexpected.index()] = 1;
    counters.transitions[usize::from(State::Up.bits())][usize::from(State::Down.bits())] = 2;
    sample.view.counters = counters;
    sample.view.state = state;
    sample
}

#[test]
fn the_families_of_0_6_keep_name_help_and_type() {
    let page = text(vec![session(
        "192.0.2.1",
        "192.0.2.2",
        "",
        SessionKind::SingleHop,
    )]);
    for head in [
        "# HELP gobfd_bfd_sessions Number of currently active BFD sessions.\n# TYPE gobfd_bfd_sessions gauge\n",
        "# HELP gobfd_bfd_packets_sent_total Total BFD Control packets transmitted.\n# TYPE gobfd_bfd_packets_sent_total counter\n",
        "# HELP gobfd_bfd_packets_received_total Total BFD Control packets received.\n# TYPE gobfd_bfd_packets_received_total counter\n",
        "# HELP gobfd_bfd_packets_dropped_total Total BFD Control packets dropped due to validation or buffer overflow.\n# TYPE gobfd_bfd_packets_dropped_total counter\n",
        "# HELP gobfd_bfd_state_transitions_total Total BFD session FSM state transitions.\n# TYPE gobfd_bfd_state_transitions_total counter\n",
        "# HELP gobfd_bfd_auth_failures_total Total BFD authentication verification failures (RFC 5880 Section 6.7).\n# TYPE gobfd_bfd_auth_failures_total counter\n",
    ] {
        assert!(page.contains(head), "{head}");
    }
}

#[test]
fn overridden_sessions_are_counted() {
    let of = |overridden| SessionSample {
        overridden,
        ..session("192.0.2.1", "192.0.2.2", "", SessionKind::SingleHop)
    };
    for (sessions, count) in [(vec![], "0"), (vec![of(true), of(false), of(true)], "2")] {
        let page = text(sessions);
        assert_eq!(
            samples(&page).get("gobfd_bfd_sessions_overridden"),
            Some(&count)
        );
    }
}

#[test]
fn every_series_of_a_session_exists_from_the_start() {
    let page = text(vec![session("2001:DB8::1", "2001:db8::2", "", MULTI)]);
    let samples = samples(&page);
    let addresses = "peer_addr=\"2001:db8::1\",local_addr=\"2001:db8::2\"";
    let value = |series: &str| samples.get(series).copied();
    assert_eq!(
        value(&format!(
            "gobfd_bfd_sessions{{{addresses},session_type=\"MultiHop\"}}"
        )),
        Some("1")
    );
    for family in [
        "packets_sent",
        "packets_received",
        "packets_dropped",
        "auth_failures",
    ] {
        assert_eq!(
            value(&format!("gobfd_bfd_{family}_total{{{addresses}}}")),
            Some("0")
        );
    }
    for (from, to) in TRANSITIONS {
        let series = format!(
            "gobfd_bfd_state_transitions_total{{{addresses},from_state=\"{from}\",to_state=\"{to}\"}}"
        );
        assert_eq!(value(&series), Some("0"), "{series}");
    }
    assert_eq!(
        value(&format!(
            "gobfd_bfd_session_state{{{addresses},session_type=\"MultiHop\"}}"
        )),
        Some("1")
    );
    let own = samples
        .keys()
        .filter(|series| series.contains(addresses))
        .count();
    assert_eq!(own, 16, "at most 20 series per session");
}

#[test]
fn values_are_those_of_the_session() {
    let quiet = session("192.0.2.1", "192.0.2.2", "eth0", SessionKind::SingleHop);
    let page = text(vec![busy(quiet, State::Up)]);
    let labels = "peer_addr=\"192.0.2.1\",local_addr=\"192.0.2.2\",interface=\"eth0\"";
    for line in [
        format!("gobfd_bfd_packets_sent_total{{{labels}}} 10\n"),
        format!("gobfd_bfd_packets_received_total{{{labels}}} 9\n"),
        format!("gobfd_bfd_packets_dropped_total{{{labels}}} 4\n"),
        format!("gobfd_bfd_auth_failures_total{{{labels}}} 1\n"),
        format!(
            "gobfd_bfd_state_transitions_total{{{labels},from_state=\"Up\",to_state=\"Down\"}} 2\n"
        ),
        format!("gobfd_bfd_session_state{{{labels},session_type=\"SingleHop\"}} 3\n"),
        format!("gobfd_bfd_session_flaps_total{{{labels},session_type=\"SingleHop\"}} 2\n"),
    ] {
        assert!(page.contains(&line), "{line}");
    }
}

#[test]
fn sessions_with_equal_labels_are_added_up() {
    let single = || session("192.0.2.1", "192.0.2.2", "", SessionKind::SingleHop);
    let page = text(vec![
        busy(single(), State::Up),
        busy(single(), State::Down),
        busy(session("192.0.2.1", "192.0.2.2", "", MULTI), State::Init),
        session("192.0.2.1", "192.0.2.2", "eth0", SessionKind::SingleHop),
        session("192.0.2.1", "192.0.2.2", "eth1", SessionKind::SingleHop),
        session("192.0.2.1", "", "eth1", SessionKind::SingleHop),
    ]);
    let samples = samples(&page);
    let labels = "peer_addr=\"192.0.2.1\",local_addr=\"192.0.2.2\"";
    let value = |series: String| samples[series.as_str()];
    assert_eq!(
        value(format!("gobfd_bfd_packets_sent_total{{{labels}}}")),
        "30"
    );
    assert_eq!(
        value(format!(
            "gobfd_bfd_sessions{{{labels},session_type=\"SingleHop\"}}"
        )),
        "2"
    );
    assert_eq!(
        value(format!(
            "gobfd_bfd_sessions{{{labels},session_type=\"MultiHop\"}}"
        )),
        "1"
    );
    assert_eq!(
        value(format!(
            "gobfd_bfd_session_state{{{labels},session_type=\"SingleHop\"}}"
        )),
        "1"
    );
    assert_eq!(
        value(format!(
            "gobfd_bfd_session_state{{{labels},session_type=\"MultiHop\"}}"
        )),
        "2"
    );
}

#[test]
fn no_session_is_a_number_too() {
    let page = text(Vec::new());
    assert!(page.contains(
        "gobfd_bfd_sessions{peer_addr=\"\",local_addr=\"\",session_type=\"SingleHop\"} 0\n"
    ));
}

#[test]
fn the_daemon_has_all_its_series() {
    let page = text(Vec::new());
    for line in [
        "gobfd_bfd_downs_total{verdict=\"peer-silent\"} 0\n",
        "gobfd_bfd_discards_total{reason=\"ttl\"} 0\n",
        "gobfd_engine_loop_lateness_seconds_bucket{worker=\"1\",le=\"0.00001\"} 3\n",
        "gobfd_engine_loop_lateness_seconds_bucket{worker=\"1\",le=\"+Inf\"} 4\n",
        "gobfd_engine_loop_lateness_seconds_sum{worker=\"0\"} 0.0015\n",
        "gobfd_engine_detection_lateness_seconds_count{worker=\"0\"} 4\n",
        "gobfd_engine_socket_drops_total{worker=\"0\"} 5\n",
        "gobfd_engine_receive_buffer_short{worker=\"1\"} 1\n",
        "gobfd_engine_reservation_short{worker=\"1\"} 1\n",
        "gobfd_engine_misdirected_packets_total{worker=\"1\"} 6\n",
        "gobfd_engine_mailbox_depth{worker=\"1\"} 7\n",
        "gobfd_kubernetes_connected 1\n",
        "gobfd_kubernetes_peers 2\n",
        "gobfd_kubernetes_sessions 4\n",
        "gobfd_kubernetes_lists_total 1\n",
        "gobfd_kubernetes_failures_total 3\n",
        "gobfd_config_reloads_total{result=\"ok\"} 8\n",
        "gobfd_config_reloads_total{result=\"error\"} 9\n",
        "gobfd_log_lost_lines_total 10\n",
        "gobfd_build_info{version=\"0.7.0\",commit=\"abc\\\"\\\\1234\",date=\"unknown\"} 1\n",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    assert_eq!(
        page.matches("gobfd_bfd_discards_total{").count(),
        Discard::COUNT
    );
}

/// The labels of the page are those of the table, and the manual describes every family.
#[test]
fn table_page_and_manual_agree() {
    let page = text(vec![session(
        "192.0.2.1",
        "192.0.2.2",
        "",
        SessionKind::SingleHop,
    )]);
    let manual = manual_page();
    for family in families() {
        let found: BTreeSet<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix(family.name)?.strip_prefix(['{', '_']))
            .filter(|rest| {
                let first = family.labels.first();
                first.is_some_and(|label| rest.starts_with(label)) || rest.starts_with("bucket{")
            })
            .flat_map(|rest| {
                rest.split(['{', ','])
                    .filter_map(|part| part.split_once("=\""))
            })
            .map(|(label, _)| label)
            .filter(|label| *label != "le")
            .collect();
        assert_eq!(
            found,
            family.labels.iter().copied().collect(),
            "{}",
            family.name
        );
        assert!(manual.contains(&format!("### `{}`\n", family.name)));
    }
}

#[test]
fn a_page_of_five_thousand_sessions_has_no_series_twice() {
    let sessions = (0..5_000_u32).map(|index| {
        let peer = std::net::Ipv4Addr::from(0x0a00_0001 + index / 2).to_string();
        let interface = if index % 2 == 0 { "" } else { "eth0" };
        session(&peer, "10.255.0.1", interface, SessionKind::SingleHop)
    });
    let page = text(sessions.collect());
    assert!(samples(&page).len() > 5_000 * 16);
}
