//! The program itself: what it says of its configuration, its ports, and its end.

use std::path::Path;
use std::process::{Command, Output};

use bfd_testbed::{PATIENCE, Process, Result, Signal};

use crate::support::{AGENT, Host, PORT};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(AGENT);
    command.args(arguments).env_remove("GOBFD_ADDR");
    command.output().expect("the agent runs")
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[test]
fn the_version_has_the_lines_of_old() {
    let output = run(&["-version"]);
    assert!(output.status.success());
    let lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("gobfd-haproxy-agent "));
    assert!(lines[1].starts_with("  commit:  ") && lines[2].starts_with("  built:   "));
}

#[test]
fn without_backends_it_says_so() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    let words = "level=ERROR msg=\"no backends configured; use --config with backends list\"";
    assert!(said.contains(words), "{said}");
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn a_check_says_what_is_wrong_and_where() {
    let example =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/gobfd-haproxy-agent.example.yml");
    let output = run(&["--check", "--config", &example.display().to_string()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "ok: 2 backends\n");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bad.yml");
    std::fs::write(&file, "backends: [{peer: nowhere, agent_port: 1}]\n").expect("written");
    let name = file.display().to_string();
    let output = run(&["-check", "-config", &name]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        format!(
            "{name}:1:19: backends[0].peer: expected a unicast IPv4 or IPv6 address, found \
             \"nowhere\"\n"
        )
    );
    let output = run(&["-config", &name]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("msg=\"failed to load config\""), "{said}");
}

#[test]
fn a_taken_port_is_said_in_one_sentence() -> Result<()> {
    let host = Host::new(2)?;
    let config = host.config("", false);
    let _first = host.agent(&config)?;
    let other = host
        .config("", false)
        .replace("127.0.0.1:9111", "127.0.0.1:9112");
    let mut second = host.launch(&other)?;
    assert_eq!(second.wait(PATIENCE)?.code(), Some(1));
    let log = second.log();
    let sentence = format!(
        "cannot listen for agent checks of 10.1.0.1 on :{PORT}: Address already in use (os error \
         98): another program listens there; stop it or set backends[0].agent_port to another \
         address"
    );
    assert!(log.contains(&sentence), "{log}");
    Ok(())
}

#[test]
fn it_stops_when_asked_and_not_before() -> Result<()> {
    for signal in [Signal::TERM, Signal::INT] {
        let host = Host::new(1)?;
        let mut agent = host.agent(&host.config("", true))?;
        agent.signal(Signal::HUP)?;
        host.wait_log(&agent, "the configuration is read once", 1)?;
        agent.signal(signal)?;
        assert_eq!(agent.wait(PATIENCE)?.code(), Some(0));
        let log = agent.log();
        assert!(log.contains("msg=\"gobfd-haproxy-agent stopped\""), "{log}");
    }
    Ok(())
}

#[test]
fn a_port_of_zero_is_one_that_the_kernel_chooses() -> Result<()> {
    let host = Host::new(1)?;
    let config = host
        .config("agent_addr: 127.0.0.1\n", false)
        .replace(&format!("agent_port: {PORT}"), "agent_port: 0");
    let agent = host.agent(&config)?;
    let log = agent.log();
    let line = log
        .lines()
        .find(|line| line.contains("agent-check server listening"))
        .expect("it says where");
    let port = line.rsplit_once(":").expect("a port").1;
    assert_ne!(port.trim().parse::<u16>().expect("a port"), 0);
    Ok(())
}

#[test]
fn a_limit_of_open_files_is_raised_or_said() -> Result<()> {
    let host = Host::new(100)?;
    let file = host.write("agent.yml", &host.config("", false));
    let start = |limit: &str| {
        let command = format!(
            "ulimit {limit} 300; exec {AGENT} -config {}",
            file.display()
        );
        let (shell, folder) = (Path::new("sh"), host.namespace.folder());
        Process::start(&host.namespace, limit, shell, &["-c", &command], folder)
    };
    let mut refused = start("-n")?;
    assert_eq!(refused.wait(PATIENCE)?.code(), Some(1));
    let log = refused.log();
    let sentence = "100 backends need 356 open files and the limit is 300: raise it";
    assert!(log.contains(sentence), "{log}");
    let raised = start("-Sn")?;
    host.wait_log(&raised, "connected to gobfd", 1)
}

#[test]
fn the_metrics_are_well_formed() -> Result<()> {
    let host = Host::new(3)?;
    let haproxy = host.haproxy("100ms")?;
    let _agent = host.agent(&host.config("", true))?;
    haproxy.wait(&["UP"; 3])?;
    let file = host.namespace.folder().join("page");
    std::fs::write(&file, host.page("/metrics")?.1).expect("our own folder");
    let command = format!("promtool check metrics < {}", file.display());
    host.namespace.run("sh", &["-c", &command]).map(drop)
}
