use bfd_control::InterfaceName;
use bfd_program::logging::{LogFormat, LogLevel};

use bfd_engine::Scheduler;

use super::{config, faults};
use crate::config::{Environment, parse};

#[test]
fn an_empty_text_is_the_defaults() {
    for text in [
        "",
        "\n",
        "# nothing\n",
        "---\n",
        "sessions:\n",
        "{}",
        "\u{feff}",
        "log:\nbfd: ~\n",
    ] {
        let config = config(text);
        assert_eq!(config.grpc.addr.to_string(), "127.0.0.1:50051");
        assert_eq!(config.grpc.unix, None);
        assert_eq!(config.metrics.addr.to_string(), ":9100");
        assert_eq!(config.metrics.path, "/metrics");
        assert_eq!(config.log.level, LogLevel::Info);
        assert_eq!(config.log.format, LogFormat::Json);
        assert_eq!(config.engine.workers, None);
        assert_eq!(config.engine.receive_buffer, 4_194_304);
        assert!(config.sessions.is_empty());
    }
}

#[test]
fn all_sections_are_read() {
    let config = config(
        "
grpc: {addr: '[::1]:50051', unix: /run/gobfd/api.sock}
metrics: {addr: 'localhost:9101', path: /m}
log: {level: WARN, format: text}
engine: {workers: 2, receive_buffer: 8388608}
",
    );
    assert_eq!(config.grpc.addr.to_string(), "[::1]:50051");
    assert_eq!(
        config.grpc.unix.as_deref(),
        Some(std::path::Path::new("/run/gobfd/api.sock"))
    );
    assert_eq!(config.metrics.addr.to_string(), "localhost:9101");
    assert_eq!(config.log.level, LogLevel::Warn);
    assert_eq!(config.log.format, LogFormat::Text);
    assert_eq!(config.engine.workers.map(u16::from), Some(2));
    assert_eq!(config.engine.receive_buffer, 8_388_608);
}

#[test]
fn the_older_buffer_name_counts_until_the_new_one_is_given() {
    assert_eq!(
        config("socket: {read_buffer_size: 65536}")
            .engine
            .receive_buffer,
        65_536
    );
    let text = "socket: {read_buffer_size: 65536, write_buffer_size: 65536}
engine: {receive_buffer: 131072}";
    let loaded = parse("", text, &Environment::default()).expect("accepted");
    assert_eq!(loaded.config.engine.receive_buffer, 131_072);
    assert_eq!(loaded.warnings.len(), 2, "{:?}", loaded.warnings);
}

#[test]
fn the_scheduler_is_one_of_three_and_only_fifo_has_a_priority() {
    let scheduler = |text| config(text).engine.scheduler;
    assert_eq!(scheduler(""), Scheduler::Normal);
    assert_eq!(
        scheduler("engine: {scheduler: fifo}"),
        Scheduler::Fifo { priority: 60 }
    );
    assert_eq!(
        scheduler("engine: {scheduler: fifo, priority: 99}"),
        Scheduler::Fifo { priority: 99 }
    );
    assert_eq!(
        scheduler("engine: {scheduler: deadline}"),
        Scheduler::Deadline
    );
    let text = "engine: {scheduler: deadline, priority: 9}";
    let loaded = parse("", text, &Environment::default()).expect("accepted");
    assert_eq!(
        loaded.warnings,
        ["engine.priority: counts only with engine.scheduler: fifo"]
    );
    let faults = faults("engine: {scheduler: rr, priority: 100}");
    assert_eq!(faults.lines().count(), 2, "{faults}");
}

#[test]
fn every_fault_is_reported_with_its_place() {
    let text = "grpc:
  addr: 50051
metrics: []
log:
  level: loud
  colour: yes
bfd:
  default_desired_min_tx: 300
  default_detect_multiplier: 0
sessions:
  - peer: 192.0.2.1
    desired_min_tx: 0s
    required_min_rx: 2h
    detect_mult: 256
    padded_pdu_size: 20
    pasive: true
  - local: 192.0.2.1
  - 7
  -
";
    let expected = "\
gobfd.yml:2:9: grpc.addr: expected HOST:PORT or :PORT, an IPv6 address in brackets, the port a number, found \"50051\"
gobfd.yml:3:10: metrics: expected a section of keys and values, found a list
gobfd.yml:5:10: log.level: expected debug, info, warn or error in upper or lower case, found \"loud\"
gobfd.yml:6:3: log.colour: unknown key; expected one of format, level
gobfd.yml:8:27: bfd.default_desired_min_tx: expected a duration in whole microseconds such as 300ms, from 1us to 4294967295us; a number needs its unit: 300ms or 300us
gobfd.yml:9:30: bfd.default_detect_multiplier: expected a whole number from 1 to 255, found \"0\"
gobfd.yml:12:21: sessions[0].desired_min_tx: expected a duration in whole microseconds such as 300ms, from 1us to 4294967295us, found \"0s\"
gobfd.yml:13:22: sessions[0].required_min_rx: expected a duration in whole microseconds such as 300ms, from 1us to 4294967295us, found \"2h\"
gobfd.yml:14:18: sessions[0].detect_mult: expected a whole number from 1 to 255, found \"256\"
gobfd.yml:15:22: sessions[0].padded_pdu_size: expected 0 (off) or a whole number from 24 to 9000, found \"20\"
gobfd.yml:16:5: sessions[0].pasive: unknown key; did you mean passive?
gobfd.yml:17:5: sessions[1].peer: missing: the address of the neighbour is required
gobfd.yml:18:5: sessions[2]: expected a section of keys and values, found \"7\"
gobfd.yml:18:5: sessions[2].peer: missing: the address of the neighbour is required
gobfd.yml:19:4: sessions[3].peer: missing: the address of the neighbour is required";
    assert_eq!(faults(text), expected);
}

#[test]
fn syntax_errors_have_their_place() {
    for (text, place) in [
        ("grpc:\n  addr: [1\n", "gobfd.yml:"),
        ("a: 1\na: 2\n", "gobfd.yml:2:1: "),
        ("log:\n\tlevel: info\n", "gobfd.yml:2:"),
        ("log: {level: info}\n---\nlog: {}\n", "gobfd.yml:"),
        ("sessions: *nowhere\n", "gobfd.yml:1:"),
        ("- 1\n", "gobfd.yml:1:1: expected a section"),
        ("text", "gobfd.yml:1:1: expected a section"),
    ] {
        let found = faults(text);
        assert!(found.starts_with(place), "{text:?}: {found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
}

#[test]
fn bombs_are_defused() {
    let mut text = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (name, previous) in ["b", "c", "d", "e", "f", "g", "h"]
        .iter()
        .zip(["a", "b", "c", "d", "e", "f", "g"])
    {
        let items = vec![format!("*{previous}"); 9].join(",");
        text.push_str(&format!("{name}: &{name} [{items}]\n"));
    }
    assert!(faults(&text).contains("not valid YAML"));
    assert!(faults(&"[".repeat(100_000)).contains("not valid YAML"));
    assert!(faults(&"- ".repeat(100_000)).contains("not valid YAML"));
    assert!(faults(&"{a: ".repeat(100_000)).contains("not valid YAML"));
}

#[test]
fn many_faults_are_counted_beyond_the_first_fifty() {
    let text = format!("sessions:\n{}", "  - {peer: x}\n".repeat(80));
    let found = faults(&text);
    assert_eq!(found.lines().count(), 51);
    assert!(found.ends_with("and 30 more"), "{found}");
}

#[test]
fn unfinished_features_are_refused_once_each_and_accepted_while_off() {
    for (text, expected) in [
        (
            "echo: {enabled: true, peers: [{peer: x}]}",
            "echo.enabled: BFD echo (RFC 9747) is not available in this version: remove the section or set enabled: false",
        ),
        (
            "vxlan: {enabled: '1'}",
            "vxlan.enabled: BFD over VXLAN (RFC 8971) is not available",
        ),
        (
            "geneve: {enabled: true}",
            "geneve.enabled: BFD over Geneve (RFC 9521) is not available",
        ),
        (
            "unsolicited: {enabled: true}",
            "unsolicited.enabled: unsolicited BFD (RFC 9468) is not available",
        ),
        (
            "micro_bfd: {groups: [{lag_interface: bond0}]}",
            "micro_bfd.groups: micro-BFD (RFC 7130) is not available in this version: remove the section",
        ),
        (
            "micro_bfd: {actuator: {mode: dry-run}}",
            "micro_bfd.actuator.mode: micro-BFD (RFC 7130) is not available",
        ),
    ] {
        let found = faults(text);
        assert!(found.contains(expected), "{found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
    config(
        "
unsolicited:
  enabled: false
  max_sessions: 100
  cleanup_timeout: 0s
  interfaces: {eth0: {enabled: true, allowed_prefixes: [10.0.0.0/8]}, '': {enabled: true}}
  session_defaults: {desired_min_tx: 1s, required_min_rx: 1s, detect_mult: 3}
echo: {enabled: false, default_tx_interval: 1s, peers: [{peer: 10.0.0.1, tx_interval: 1s}]}
micro_bfd: {groups: [], actuator: {mode: disabled, backend: auto}}
vxlan: {enabled: false, backend: userspace-udp, management_vni: 1, peers: [{peer: 10.0.0.1}]}
geneve: {enabled: false, default_vni: 1, peers: [{peer: 10.0.0.1, vni: 2}]}
gobgp: {enabled: false, strategy: disable-peer, tls: {enabled: false, ca_file: ''}, dampening: {suppress_threshold: 3}}
sessions: [{peer: 192.0.2.1, auth: {type: none, key_id: 0, secret: ''}}]
",
    );
    assert!(faults("echo: {enabled: false, pears: []}").contains("did you mean peers?"));
}

#[test]
fn listen_addresses() {
    for good in [
        ":1",
        "127.0.0.1:0",
        "[::]:65535",
        "localhost:80",
        "my-host.example:80",
    ] {
        let text = format!("grpc: {{addr: '{good}'}}");
        assert_eq!(config(&text).grpc.addr.to_string(), good);
    }
    for bad in [
        "",
        "127.0.0.1",
        "1.2.3:80",
        "[::1]",
        "::1:80",
        "a b:80",
        ":65536",
        ":http",
        "x:",
        "[1.2.3.4]:1",
    ] {
        let found = faults(&format!("grpc: {{addr: '{bad}'}}"));
        assert!(
            found.contains("grpc.addr: expected HOST:PORT"),
            "{bad}: {found}"
        );
    }
}

#[test]
fn values_that_would_break_other_parts_are_refused() {
    for bad in [
        "metrics", "/a b", "/{x}", "/:x", "/*", "/healthz", "/readyz", "/a?b", "",
    ] {
        assert!(
            faults(&format!("metrics: {{path: '{bad}'}}")).contains("metrics.path"),
            "{bad}"
        );
    }
    for bad in ["a/b", "way-too-long-name", "..", "a b", "a:b"] {
        let found = faults(&format!(
            "sessions: [{{peer: 192.0.2.1, interface: '{bad}'}}]"
        ));
        assert!(
            found.contains("interface name of 1 to 15"),
            "{bad}: {found}"
        );
    }
    for bad in ["relative/path", "/", "@abstract"] {
        assert!(
            faults(&format!("grpc: {{unix: '{bad}'}}")).contains("absolute path"),
            "{bad}"
        );
    }
    for bad in ["010", "0x10", "1_000", "3.0", "-1", "+3", "three", "on"] {
        let found = faults(&format!(
            "sessions: [{{peer: 192.0.2.1, detect_mult: {bad}}}]"
        ));
        assert!(
            found.contains(&format!("found \"{bad}\"")),
            "{bad}: {found}"
        );
    }
}

#[test]
fn an_interface_keeps_its_spelling_whatever_yaml_takes_it_for() {
    for name in ["100", "0x1f", "1e3", "true", "1.50", "007"] {
        let config = config(&format!(
            "sessions: [{{peer: 192.0.2.1, interface: {name}}}]"
        ));
        let read = config.sessions[0].key.interface;
        assert_eq!(read.as_ref().map(InterfaceName::as_str), Some(name));
    }
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let found = faults("log: {level: \"\\e[31m\\0\"}\n\"\\e[2J\": 1\n");
    assert!(
        !found.contains('\u{1b}') && !found.contains('\0'),
        "{found:?}"
    );
}
