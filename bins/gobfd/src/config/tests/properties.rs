use proptest::collection::vec;
use proptest::prelude::*;

use super::config;
use crate::config::keys;
use crate::config::{Config, Diff, Environment, parse};

/// Text made of pieces that occur in configurations, in any order.
fn plausible() -> impl Strategy<Value = String> {
    let words = keys::all()
        .flat_map(|key| key.path.split(['.', '[']))
        .map(str::to_owned);
    let mut pieces: Vec<String> = words.collect();
    let more = [
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "\"",
        "'",
        "&a",
        "*a",
        "<<",
        "!!str ",
        "!!int ",
        "#",
        "|",
        ">",
        "~",
        "true",
        "300ms",
        "192.0.2.1",
        "fe80::1",
        "255",
        "1e309",
        "0x",
        "-",
        "\t",
        "---",
        "...",
        "%",
        "\u{feff}",
        "ü",
        "\u{0}",
        "? ",
    ];
    pieces.extend(more.map(str::to_owned));
    vec(proptest::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

/// A configuration with up to eight sessions over few peers, so that keys repeat between two.
fn sessions() -> impl Strategy<Value = Config> {
    let session = (1..5_u8, 1..4_u8, any::<bool>());
    proptest::collection::btree_map(1..9_u8, session, 0..8).prop_map(|chosen| {
        let lines = chosen.iter().map(|(peer, (mult, interval, multi))| {
            let kind = if *multi { "multi_hop" } else { "single_hop" };
            format!(
                "  - {{peer: 192.0.2.{peer}, detect_mult: {mult}, desired_min_tx: {interval}s, \
                 type: {kind}}}\n"
            )
        });
        config(&format!("sessions:\n{}", lines.collect::<String>()))
    })
}

/// What a reload makes of the running sessions.
fn applied(old: &Config, diff: &Diff) -> Vec<crate::config::SessionSettings> {
    let mut running = old.sessions.clone();
    running.retain(|session| !diff.removed.contains(session));
    for session in &mut running {
        if let Some((_, new)) = diff.changed.iter().find(|(old, _)| old == session) {
            *session = new.clone();
        }
    }
    running.extend(diff.added.iter().cloned());
    running.sort_by(|a, b| a.key.cmp(&b.key));
    running
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = parse("x", &text, &Environment::default());
    }

    #[test]
    fn no_plausible_text_makes_it_panic(text in plausible(), value in any::<String>()) {
        let environment = Environment::of([
            ("GOBFD_SESSIONS_0_PEER", value.as_str()),
            ("GOBFD_GRPC_ADDR", value.as_str()),
        ]);
        let _ = parse("x", &text, &environment);
    }

    #[test]
    fn a_refusal_always_says_something(text in plausible()) {
        if let Err(error) = parse("x", &text, &Environment::default()) {
            prop_assert!(!error.problems().is_empty());
            prop_assert!(error.problems().iter().all(|problem| !problem.message.is_empty()));
        }
    }

    #[test]
    fn applying_a_difference_leads_to_the_new(old in sessions(), new in sessions()) {
        let diff = Diff::between(&old, &new);
        let mut wanted = new.sessions.clone();
        wanted.sort_by(|a, b| a.key.cmp(&b.key));
        prop_assert_eq!(applied(&old, &diff), wanted);
        prop_assert!(Diff::between(&new, &new).is_empty());
        let back = Diff::between(&new, &old);
        prop_assert_eq!(back.added.len(), diff.removed.len());
        prop_assert_eq!(back.changed.len(), diff.changed.len());
    }
}
