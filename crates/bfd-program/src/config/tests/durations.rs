use std::time::Duration;

use proptest::prelude::*;

use crate::config::{go_text, parse_duration as parse};

#[test]
fn reads_what_go_reads() {
    let ms = Duration::from_millis;
    for (text, expected) in [
        ("300ms", ms(300)),
        ("+300ms", ms(300)),
        ("1s", ms(1000)),
        ("1m30s", ms(90_000)),
        ("1.5s", ms(1500)),
        (".5s", ms(500)),
        ("1.s", ms(1000)),
        ("100us", Duration::from_micros(100)),
        ("100\u{b5}s", Duration::from_micros(100)),
        ("100\u{3bc}s", Duration::from_micros(100)),
        ("1h2m3.004s", ms(3_723_004)),
        ("5ns", Duration::from_nanos(5)),
        ("0.5ns", Duration::ZERO),
        ("0", Duration::ZERO),
        ("0s", Duration::ZERO),
        ("2540400h", Duration::from_secs(2_540_400 * 3600)),
    ] {
        assert_eq!(parse(text), Some(expected), "{text}");
    }
}

#[test]
fn refuses_the_rest() {
    for text in [
        "",
        "1",
        "300",
        "1.5",
        "s",
        ".s",
        "-1s",
        "1 s",
        " 1s",
        "1s ",
        "1..5s",
        "1.2.3s",
        "1d",
        "1S",
        "1msx",
        "s1",
        "++1s",
        "9999999999999999999999999999999999s",
        "2562048h",
        "1s2",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn prints_as_go_prints() {
    for (duration, text) in [
        (Duration::ZERO, "0s"),
        (Duration::from_nanos(7), "7ns"),
        (Duration::from_nanos(3_300_000), "3.3ms"),
        (Duration::from_nanos(1_500), "1.5µs"),
        (Duration::from_millis(300), "300ms"),
        (Duration::from_secs(1), "1s"),
        (Duration::from_millis(1_050), "1.05s"),
        (Duration::from_secs(60), "1m0s"),
        (Duration::from_secs(3_600), "1h0m0s"),
    ] {
        assert_eq!(go_text(duration), text);
    }
}

proptest! {
    #[test]
    fn printing_and_reading_are_inverse(nanos in 0..=i64::MAX.unsigned_abs()) {
        let duration = Duration::from_nanos(nanos);
        prop_assert_eq!(parse(&go_text(duration)), Some(duration));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[-+0-9.nuµmsh ]{0,40}") {
        let _ = parse(&text);
    }
}
