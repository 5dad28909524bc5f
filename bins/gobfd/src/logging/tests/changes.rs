use std::time::Duration;

use bfd_program::logging::LogFormat;
use bfd_proto::Discriminator;
use serde_json::Value;

use super::{down, seconds, timeless, up, written};
use crate::logging::{ChangeLine, ChangeLog};

fn line(change: bfd_proto::StateChange) -> ChangeLine<'static> {
    ChangeLine {
        peer: "192.0.2.1".parse().expect("an address"),
        interface: None,
        discriminator: Discriminator::new(7).expect("not zero"),
        change,
    }
}

#[test]
fn a_change_has_the_fields_that_tools_match() {
    let lines = written(LogFormat::Text, || {
        let mut log = ChangeLog::new();
        log.write(
            seconds(10),
            &ChangeLine {
                interface: Some("eth0"),
                ..line(up(seconds(10)))
            },
        );
        log.write(seconds(10), &line(down(seconds(10))));
    });
    assert_eq!(
        timeless(&lines[0]),
        "level=INFO msg=\"session state changed\" peer=192.0.2.1 local_discr=7 old_state=Init \
         new_state=Up diag=None interface=eth0"
    );
    assert_eq!(
        timeless(&lines[1]),
        "level=INFO msg=\"session state changed\" peer=192.0.2.1 local_discr=7 old_state=Up \
         new_state=Down diag=\"Control Detection Time Expired\" verdict=peer-silent \
         cause=\"nothing came from the peer for a detection time\" gap=151ms limit=150ms \
         window=600ms socket_drops=0 stall=0s discards=0 tx_errors=0 arrivals=\"151ms 201ms\" \
         remote_state=Up remote_diag=None"
    );
}

#[test]
fn a_change_in_json_has_numbers() {
    let lines = written(LogFormat::Json, || {
        ChangeLog::new().write(seconds(10), &line(down(seconds(10))));
    });
    let value: Value = serde_json::from_str(&lines[0]).expect("JSON");
    assert_eq!(value["msg"], "session state changed");
    assert_eq!(value["peer"], "192.0.2.1");
    assert_eq!(value["local_discr"], 7);
    assert_eq!(value["gap"], 151_000_000);
    assert_eq!(value["socket_drops"], 0);
}

#[test]
fn a_mass_failure_ends_in_sums() {
    let lines = written(LogFormat::Text, || {
        let mut log = ChangeLog::new();
        for _ in 0..1_000 {
            log.write(seconds(10), &line(down(seconds(10))));
        }
        assert_eq!(log.due(), Some(seconds(11)));
        log.tick(seconds(11));
        log.flush(seconds(11));
        log.flush(seconds(11) + Duration::from_secs(1));
    });
    assert_eq!(lines.len(), 201);
    assert_eq!(
        timeless(&lines[200]),
        "level=INFO msg=\"session state changes summarized\" changes=800 to_admin_down=0 \
         to_down=800 to_init=0 to_up=0 verdicts=peer-silent:800 period=1s"
    );
}
