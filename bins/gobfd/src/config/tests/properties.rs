use proptest::collection::vec;
use proptest::prelude::*;

use crate::config::keys;
use crate::config::{Environment, parse};

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
}
