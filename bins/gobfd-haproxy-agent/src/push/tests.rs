use super::command::commands;
use super::reply::{info, replies};
use super::runtime::Target;
use crate::board::Answer;

#[test]
fn replies_are_told_apart() {
    let text = "\nagent checks are not enabled on this server.\n\nNo such server.\n\n\nUnknown \
                command, but maybe one of the following ones is a better match:\n  help\n  quit\n\n\n";
    let found = replies(text, 6).expect("six replies");
    assert_eq!(
        found,
        [
            "",
            "agent checks are not enabled on this server.",
            "No such server.",
            "",
            "Unknown command, but maybe one of the following ones is a better match: help quit",
            "",
        ]
    );
    assert_eq!(replies("\n\n", 3), None, "HAProxy broke off");
    assert_eq!(replies("No such server.\n", 1), None, "HAProxy broke off");
    assert_eq!(replies("", 0), Some(Vec::new()));
}

#[test]
fn the_process_is_found_in_its_information() {
    let text = "Name: HAProxy\nProcess_num: 1\nPid: 4711\nUptime: 0d 0h00m00s\n";
    assert_eq!(info(text, "Pid"), Some("4711"));
    assert_eq!(info(text, "Start_time_sec"), None);
}

#[test]
fn commands_do_what_agent_checks_do() {
    let said = |drained, wanted| commands("be/s1", drained, wanted);
    assert_eq!(said(false, Answer::Up), ["set server be/s1 agent up"]);
    assert_eq!(said(false, Answer::Down), ["set server be/s1 agent down"]);
    assert_eq!(said(false, Answer::Drain), ["set server be/s1 state drain"]);
    assert_eq!(said(true, Answer::Down), ["set server be/s1 agent down"]);
    let lifted = ["set server be/s1 state ready", "set server be/s1 agent up"];
    assert_eq!(said(true, Answer::Up), lifted);
}

#[test]
fn sockets_are_written_in_several_ways() {
    for (text, shown) in [
        ("/run/haproxy.sock", "/run/haproxy.sock"),
        ("unix:/run/haproxy.sock", "/run/haproxy.sock"),
        ("unix@/run/haproxy.sock", "/run/haproxy.sock"),
        ("127.0.0.1:9999", "127.0.0.1:9999"),
        ("[::1]:9999", "[::1]:9999"),
        ("haproxy:9999", "haproxy:9999"),
    ] {
        let target: Target = text.parse().expect(text);
        assert_eq!(target.to_string(), shown);
    }
    for text in ["", "/", "haproxy.sock", ":9999", "h:0", "h:x", "unix:x"] {
        assert!(text.parse::<Target>().is_err(), "{text}");
    }
}
