use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tracing::{debug, error, info, trace, warn};

use super::{LogControl, LogFormat, LogLevel, LogSettings, Took, captured, failure};

fn written(level: LogLevel, format: LogFormat, run: impl FnOnce(&LogControl)) -> Vec<String> {
    captured(LogSettings { level, format }, run)
}

/// A text line without its time.
fn timeless(line: &str) -> &str {
    let rest = line.strip_prefix("time=").expect("a time");
    rest.split_once(' ').expect("a level").1
}

fn event() {
    info!(
        number = 3_u32,
        negative = -3,
        share = 0.5,
        flag = true,
        took = Took(Duration::from_micros(1_500)).field(),
        plain = "eth0.1/[fe80::1]",
        empty = "",
        quoted = "a \"b\"=c\\d\n",
        shown = %std::net::Ipv4Addr::LOCALHOST,
        absent = None::<u32>,
        "BFD listener started"
    );
}

#[test]
fn text_is_that_of_slog() {
    let lines = written(LogLevel::Info, LogFormat::Text, |_| event());
    assert_eq!(lines.len(), 1);
    assert_eq!(
        timeless(&lines[0]),
        "level=INFO msg=\"BFD listener started\" number=3 negative=-3 share=0.5 flag=true \
         took=1.5ms plain=eth0.1/[fe80::1] empty=\"\" quoted=\"a \\\"b\\\"=c\\\\d\\n\" \
         shown=127.0.0.1"
    );
    let time = lines[0].split([' ', '=']).nth(1).expect("a time");
    assert_eq!(time.len(), "2026-01-02T03:04:05.123456789Z".len());
    time.parse::<Timestamp>().expect("RFC 3339");
}

#[test]
fn json_is_that_of_slog() {
    let lines = written(LogLevel::Info, LogFormat::Json, |_| event());
    let line = &lines[0];
    assert!(line.starts_with("{\"time\":\""), "{line}");
    assert!(line.contains("\",\"level\":\"INFO\",\"msg\":\"BFD listener started\",\"number\":3,"));
    let value: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(value["took"], 1_500_000);
    assert_eq!(value["negative"], -3);
    assert_eq!(value["share"], 0.5);
    assert_eq!(value["flag"], true);
    assert_eq!(value["quoted"], "a \"b\"=c\\d\n");
    assert_eq!(value["shown"], "127.0.0.1");
    assert_eq!(value.get("absent"), None);
}

#[test]
fn whatever_a_field_holds_the_line_stays_one() {
    let nasty: String = (0..0x100)
        .filter_map(char::from_u32)
        .chain("\u{2028}💥".chars())
        .collect();
    for format in [LogFormat::Json, LogFormat::Text] {
        let lines = written(LogLevel::Info, format, |_| {
            info!(nasty, infinite = f64::NAN, "x")
        });
        assert!(!lines[0].contains(char::is_control), "{}", lines[0]);
        if format == LogFormat::Json {
            let value: Value = serde_json::from_str(&lines[0]).expect("JSON");
            assert_eq!(value["nasty"], nasty);
        }
    }
}

#[test]
fn errors_are_written_by_what_they_say() {
    let error = std::io::Error::other("no such thing");
    let lines = written(LogLevel::Info, LogFormat::Text, |_| {
        warn!(error = &error as &dyn std::error::Error, "failed");
    });
    assert_eq!(
        timeless(&lines[0]),
        "level=WARN msg=failed error=\"no such thing\""
    );
}

#[test]
fn level_and_form_change_while_running() {
    fn all() {
        error!("e");
        warn!("w");
        info!("i");
        debug!("d");
        trace!("t");
    }
    let lines = written(LogLevel::Warn, LogFormat::Text, |control| {
        all();
        control.set(LogSettings {
            level: LogLevel::Debug,
            format: LogFormat::Json,
        });
        all();
        control.set(LogSettings {
            level: LogLevel::Error,
            format: LogFormat::Text,
        });
        all();
    });
    let levels: Vec<&str> = ["ERROR", "WARN", "INFO", "DEBUG"].into();
    let found: Vec<&str> = lines
        .iter()
        .filter_map(|line| levels.iter().copied().find(|level| line.contains(level)))
        .collect();
    assert_eq!(
        found,
        ["ERROR", "WARN", "ERROR", "WARN", "INFO", "DEBUG", "ERROR"]
    );
    assert!(lines[0].starts_with("time=") && lines[2].starts_with('{'));
}

#[test]
fn strangers_are_heard_from_warnings_on() {
    let lines = written(LogLevel::Debug, LogFormat::Text, |_| {
        debug!(target: "h2::codec", "frame");
        info!(target: "hyper", "connection");
        warn!(target: "hyper", "trouble");
        debug!(target: "bfd_engine::worker", "turn");
        debug!("own");
    });
    let messages: Vec<&str> = lines.iter().map(|line| timeless(line)).collect();
    assert_eq!(
        messages,
        [
            "level=WARN msg=trouble",
            "level=DEBUG msg=turn",
            "level=DEBUG msg=own"
        ]
    );
}

#[test]
fn a_failure_before_the_log_exists_is_one_text_line() {
    let line = failure("failed to load configuration", &"a: b\nc: d");
    assert_eq!(
        timeless(&line),
        "level=ERROR msg=\"failed to load configuration\" error=\"a: b\\nc: d\"\n"
    );
}
