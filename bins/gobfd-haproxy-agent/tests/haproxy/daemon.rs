//! The whole way: two real daemons, a link that breaks, the agent, HAProxy.

use std::path::Path;
use std::time::{Duration, SystemTime};

use bfd_testbed::{Gobfd, PATIENCE, Process, Result, Signal, Stage, State, eventually, mirrored};

use crate::support::{AGENT, DOWN, Haproxy, UP, serve_haproxy};

struct Chain {
    stage: Stage,
    ours: Gobfd,
    theirs: Gobfd,
    agent: Process,
    haproxy: Haproxy,
}

impl Chain {
    fn start(push: bool, agent_inter: &str) -> Result<Self> {
        let stage = Stage::one_link()?;
        let sessions = [stage.session_v4().timed(50, 50, 3)];
        let ours = Gobfd::start(&stage.us, &sessions)?;
        let theirs = Gobfd::start(&stage.them, &mirrored(&sessions))?;
        ours.wait_for(stage.v4.1, State::Up)?;
        let socket = stage.us.folder().join("haproxy.sock");
        let haproxy = serve_haproxy(&stage.us, &socket, 1, agent_inter)?;
        let mut config = "gobfd_addr: 127.0.0.1:50051\n".to_owned();
        if push {
            config.push_str(&format!("haproxy: {{socket: {}}}\n", socket.display()));
        }
        let server = if push { ", server: be/s0" } else { "" };
        let peer = stage.v4.1;
        config.push_str(&format!(
            "backends: [{{peer: '::ffff:{peer}', agent_port: 20000{server}}}]\n"
        ));
        let file = stage.us.folder().join("agent.yml");
        std::fs::write(&file, config).expect("the folder of a namespace");
        let args = ["-config", &file.display().to_string()];
        let folder = stage.us.folder();
        let agent = Process::start(&stage.us, "agent", Path::new(AGENT), &args, folder)?;
        // The agent's word, not HAProxy's own first guess.
        eventually("the agent to know the session", || {
            let log = agent.log();
            log.contains("to=up").then_some(()).ok_or(log)
        })?;
        haproxy.wait_asked()?;
        haproxy.wait(&[UP])?;
        Ok(Self {
            stage,
            ours,
            theirs,
            agent,
            haproxy,
        })
    }

    /// From the daemon's decision, as its log has it, to HAProxy's state.
    fn measure(&self) -> Result<Duration> {
        let cut = self.stage.link.cut()?;
        let effect = loop {
            if self.haproxy.status(0) == DOWN {
                break SystemTime::now();
            }
            assert!(cut.elapsed().unwrap_or_default() < PATIENCE, "never down");
        };
        let change = self.ours.wait_change(self.stage.v4.1, State::Down, cut)?;
        self.stage.link.heal()?;
        self.haproxy.wait(&[UP])?;
        Ok(effect.duration_since(change.time).unwrap_or_default())
    }
}

fn measured(name: &str, push: bool, agent_inter: &str, aim: Duration) -> Result<()> {
    let chain = Chain::start(push, agent_inter)?;
    let mut delays = Vec::new();
    for _ in 0..5 {
        delays.push(chain.measure()?);
    }
    delays.sort();
    println!("BFD Down to server down by {name}: {delays:.1?}, aim {aim:?}");
    assert!(delays[2] <= 10 * aim, "median of {delays:?}");
    Ok(())
}

#[test]
fn a_dead_path_takes_its_server_out_by_push() -> Result<()> {
    measured("push", true, "60s", Duration::from_millis(5))
}

#[test]
fn a_dead_path_takes_its_server_out_by_agent_check() -> Result<()> {
    measured(
        "agent-inter 100ms",
        false,
        "100ms",
        Duration::from_millis(120),
    )
}

#[test]
fn the_daemon_may_crash_stop_and_come_back() -> Result<()> {
    let mut chain = Chain::start(true, "100ms")?;
    let before = chain.haproxy.column("chkdown");
    let peer = chain.stage.v4.1;
    chain.ours.crash();
    chain.ours.restart()?;
    chain.ours.wait_for(peer, State::Up)?;
    chain.ours.process().signal(Signal::TERM)?;
    chain.ours.process().wait(PATIENCE)?;
    chain.ours.restart()?;
    chain.ours.wait_for(peer, State::Up)?;
    chain.haproxy.wait(&[UP])?;
    assert_eq!(
        chain.haproxy.column("chkdown"),
        before,
        "{}",
        chain.agent.log()
    );
    // And it is still listened to.
    chain.theirs.crash();
    chain.haproxy.wait(&[DOWN])?;
    chain.theirs.restart()?;
    chain.haproxy.wait(&[UP])
}

#[test]
fn an_operator_here_or_there_drains_or_downs() -> Result<()> {
    let chain = Chain::start(false, "100ms")?;
    let (ours, theirs) = chain.stage.v4;
    chain.ours.shut_down(theirs, true)?;
    chain.haproxy.wait(&[DOWN])?;
    let log = chain.agent.log();
    assert!(
        log.contains("reason=\"an operator holds the session down\""),
        "{log}"
    );
    chain.ours.shut_down(theirs, false)?;
    chain.haproxy.wait(&[UP])?;
    chain.theirs.shut_down(ours, true)?;
    chain.haproxy.wait(&[DOWN])?;
    let count = chain
        .agent
        .log()
        .matches("an operator holds the session down")
        .count();
    assert_eq!(count, 2);
    chain.theirs.shut_down(ours, false)?;
    chain.haproxy.wait(&[UP])
}
