//! What keeps the daemon from starting, said in one sentence.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bfd_testbed::{Namespace, Process, Result};

use crate::support::{Daemon, GOBFD, config, lonely};

/// The one line a daemon leaves on standard error when it cannot start.
fn fails(daemon: &mut Process) -> Result<String> {
    let status = daemon.wait(Duration::from_secs(20))?;
    assert_eq!(status.code(), Some(1), "{}", daemon.log());
    let log = daemon.log();
    // Its last words, in one line.
    let line = log.lines().last().unwrap_or_default();
    assert!(line.contains("gobfd exited with error"), "{log}");
    Ok(line.to_owned())
}

fn second(host: &Namespace, config: &str) -> Result<Process> {
    let path = host.folder().join("second.yml");
    std::fs::write(&path, config).expect("the folder of a namespace");
    let args = ["--config", &path.display().to_string()];
    Process::start(host, "second", Path::new(GOBFD), &args, host.folder())
}

#[test]
fn a_second_daemon_is_told_of_the_first() -> Result<()> {
    let (_topology, host) = lonely()?;
    let first = Daemon::start(&host, &config(&["10.0.0.2"]))?;
    let elsewhere = "grpc: {addr: \"127.0.0.1:0\"}\nmetrics: {addr: \"127.0.0.1:0\"}\n";
    let line = fails(&mut second(&host, elsewhere)?)?;
    assert!(line.contains("another daemon"), "{line}");
    assert!(line.contains(&first.process.pid().to_string()), "{line}");
    assert_eq!(first.sessions().len(), 1, "the first one lives on");
    Ok(())
}

#[test]
fn a_port_in_use_names_its_key() -> Result<()> {
    let (_topology, host) = lonely()?;
    let _first = Daemon::start(&host, &config(&[]))?;
    let line = fails(&mut second(&host, &config(&[]))?)?;
    assert!(
        line.contains("cannot listen for the API on 127.0.0.1:50051"),
        "{line}"
    );
    assert!(line.contains("set grpc.addr"), "{line}");
    let line = fails(&mut second(&host, "grpc: {addr: \"127.0.0.1:0\"}\n")?)?;
    assert!(line.contains("set metrics.addr"), "{line}");
    Ok(())
}

#[test]
fn a_unix_socket_in_use_names_its_key() -> Result<()> {
    let (_topology, host) = lonely()?;
    let socket = host.folder().join("api.sock").display().to_string();
    let _first = Daemon::start(&host, &format!("grpc: {{unix: \"{socket}\"}}\n"))?;
    let config = format!("grpc: {{addr: \"127.0.0.1:0\", unix: \"{socket}\"}}\n");
    let line = fails(&mut second(&host, &config)?)?;
    assert!(
        line.contains(&format!("cannot listen for the API on {socket}")),
        "{line}"
    );
    assert!(line.contains("set grpc.unix to another address"), "{line}");
    let config = "grpc: {unix: /nonexistent/api.sock, addr: \"127.0.0.1:0\"}\n";
    let line = fails(&mut second(&host, config)?)?;
    assert!(
        line.contains("the folder does not exist; correct grpc.unix"),
        "{line}"
    );
    Ok(())
}

#[test]
fn an_address_of_another_host_names_its_key() -> Result<()> {
    let (_topology, host) = lonely()?;
    let line = fails(&mut second(&host, "grpc: {addr: \"192.0.2.99:50051\"}\n")?)?;
    assert!(
        line.contains("this host does not have that address; correct grpc.addr"),
        "{line}"
    );
    Ok(())
}

#[test]
fn bfd_ports_in_use_are_named() -> Result<()> {
    let (_topology, host) = lonely()?;
    let script = "import socket,time; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); \
                  s.bind(('0.0.0.0',3784)); print('bound',flush=True); time.sleep(120)";
    let python = Path::new("python3");
    let holder = Process::start(&host, "holder", python, &["-c", script], host.folder())?;
    bfd_testbed::eventually("the port to be taken", || {
        holder
            .log()
            .contains("bound")
            .then_some(())
            .ok_or_else(|| holder.log())
    })?;
    let line = fails(&mut second(&host, &config(&[]))?)?;
    assert!(line.contains("cannot receive on UDP port 3784"), "{line}");
    assert!(line.contains("another BFD daemon"), "{line}");
    Ok(())
}

#[test]
fn a_missing_permission_is_named() -> Result<()> {
    let (_topology, host) = lonely()?;
    let setpriv = Path::new("setpriv");
    let args = ["--bounding-set=-net_raw", "--inh-caps=-net_raw", GOBFD];
    let mut daemon = Process::start(&host, "second", setpriv, &args, host.folder())?;
    let line = fails(&mut daemon)?;
    assert!(line.contains("CAP_NET_RAW"), "{line}");
    Ok(())
}

/// Without the right to exceed the sysctl, buffers are short: at the start against the configured
/// size, later against the load. Both are said, and the daemon runs.
#[test]
fn buffers_that_are_too_small_are_told_with_the_remedy() -> Result<()> {
    let (_topology, host) = lonely()?;
    let text = "engine: {receive_buffer: 1073741824}\n\
                sessions: [{peer: 10.0.0.2, required_min_rx: 10us}]\n";
    let path = host.folder().join("gobfd.yml");
    std::fs::write(&path, text).expect("the folder of a namespace");
    let config = path.display().to_string();
    let setpriv = Path::new("setpriv");
    let rights = ["--bounding-set=-net_admin", "--inh-caps=-net_admin"];
    let args = [rights[0], rights[1], GOBFD, "--config", &config];
    let mut daemon = Process::start(&host, "short", setpriv, &args, host.folder())?;
    for sentence in [
        "the receive buffer of UDP port 3784 (IPv4) has ",
        "the receive buffers hold less than a second of what the sessions may receive",
    ] {
        bfd_testbed::eventually(sentence, || {
            let log = daemon.log();
            let line = log.lines().find(|line| line.contains(sentence));
            let line = line.ok_or_else(|| log.clone())?;
            assert!(line.contains("\"level\":\"WARN\""), "{line}");
            assert!(
                line.contains("raise net.core.rmem_max or grant CAP_NET_ADMIN"),
                "{line}"
            );
            Ok::<_, String>(())
        })?;
    }
    assert!(daemon.terminate(Duration::from_secs(10))?.success());
    Ok(())
}

#[test]
fn a_bad_configuration_keeps_it_from_starting() -> Result<()> {
    let (_topology, host) = lonely()?;
    let mut daemon = second(&host, "sessions: [{peer: 10.0.0.2, tpye: single_hop}]\n")?;
    let status = daemon.wait(Duration::from_secs(20))?;
    assert_eq!(status.code(), Some(1));
    let log = daemon.log();
    assert!(log.contains("failed to load configuration"), "{log}");
    assert!(log.contains("sessions[0].tpye"), "{log}");
    Ok(())
}

#[test]
fn it_runs_without_a_configuration() -> Result<()> {
    let (_topology, host) = lonely()?;
    let mut daemon = Process::start(&host, "bare", Path::new(GOBFD), &[], host.folder())?;
    bfd_testbed::eventually("an answer", || {
        let probe = Command::new("ip")
            .args(["netns", "exec", host.name(), "curl", "-sf"])
            .arg(format!("http://{}:9100/readyz", Ipv4Addr::LOCALHOST))
            .status();
        match probe {
            Ok(status) if status.success() => Ok(()),
            _ => Err(daemon.log()),
        }
    })?;
    assert!(daemon.terminate(Duration::from_secs(10))?.success());
    Ok(())
}
