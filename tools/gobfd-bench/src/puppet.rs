//! A swarm that does what it is told on standard input, a line at a time.

use std::io::BufRead;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::load::Load;
use crate::seen::Summary;
use crate::swarm::Swarm;
use crate::wire::Wire;

/// What a swarm understands.
pub(crate) const COMMANDS: &str = "up SECONDS, hold SECONDS, steady SECONDS, \
    fail PEERS SECONDS, trickle PEERS MILLISECONDS SECONDS, mute PEERS MILLISECONDS, reset";

/// Between two looks for a command; nanoseconds.
const LISTENING: u64 = 1_000_000;

/// The line that answers each command.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Status {
    /// When it was written, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) at: u64,
    /// Peers that are Up and seen Up.
    pub(crate) up: usize,
    /// How often a speaking peer was taken from Up.
    pub(crate) flaps: u64,
    /// Packets handed to the kernel.
    pub(crate) sent: u64,
    /// Packets taken from the kernel.
    pub(crate) received: u64,
    /// Packets the kernel would not send.
    pub(crate) refused: u64,
    /// Distributions since the last `reset`.
    pub(crate) seen: Summary,
}

impl Status {
    /// Packets in both directions.
    pub(crate) const fn packets(&self) -> u64 {
        self.sent + self.received
    }
}

/// Says once that it is ready, then obeys and answers until the input ends. The peers go on between
/// two commands: whoever gives them may be slow.
pub(crate) fn run(load: Load, steady: bool, tap: Option<&str>) -> anyhow::Result<()> {
    let _ = bfd_net::Realtime::named("swarm").apply();
    let wire = Wire::open(load.addresses(), tap)?;
    let mut swarm = Swarm::new(wire, load.pace()?, load.count, steady);
    answer(&swarm)?;
    let commands = commands();
    loop {
        match commands.try_recv() {
            Ok(line) => {
                let words: Vec<&str> = line.split_whitespace().collect();
                obey(&mut swarm, load.count, &words)
                    .with_context(|| format!("command '{line}'"))?;
                answer(&swarm)?;
            }
            Err(TryRecvError::Empty) => {
                swarm.run(Wire::now() + LISTENING, |_| false)?;
            }
            Err(TryRecvError::Disconnected) => return Ok(()),
        }
    }
}

/// Lines of standard input, read by a thread of its own.
fn commands() -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let lines = std::io::stdin().lock().lines().map_while(Result::ok);
        lines
            .map(|line| sender.send(line))
            .take_while(Result::is_ok)
            .for_each(drop);
    });
    receiver
}

fn answer(swarm: &Swarm) -> anyhow::Result<()> {
    let (sent, received, refused) = swarm.packets();
    let status = Status {
        at: Wire::now(),
        up: swarm.up(),
        flaps: swarm.flaps(),
        sent,
        received,
        refused,
        seen: swarm.seen.summary(),
    };
    println!("{}", serde_json::to_string(&status)?);
    Ok(())
}

fn obey(swarm: &mut Swarm, count: u32, words: &[&str]) -> anyhow::Result<()> {
    let all = usize::try_from(count)?;
    match *words {
        ["up", seconds] => {
            swarm.run(after(seconds, 1_000)?, |swarm| swarm.up() == all)?;
        }
        ["hold", seconds] => {
            swarm.run(after(seconds, 1_000)?, |_| false)?;
        }
        ["steady", seconds] => {
            let flaps = swarm.flaps();
            swarm.run(after(seconds, 1_000)?, |swarm| swarm.flaps() > flaps)?;
        }
        ["fail", peers, seconds] => {
            fail(
                swarm,
                peers.parse::<u32>()?.min(count),
                after(seconds, 1_000)?,
            )?;
        }
        ["trickle", peers, gap, seconds] => {
            let peers = peers.parse::<u32>()?.min(count);
            trickle(swarm, peers, gap, after(seconds, 1_000)?)?;
        }
        ["mute", peers, millis] => {
            swarm.mute(0..peers.parse::<u32>()?.min(count), after(millis, 1)?);
        }
        ["reset"] => swarm.seen = crate::seen::Seen::default(),
        _ => anyhow::bail!("not one of: {COMMANDS}"),
    }
    Ok(())
}

/// All at once, as with a cut cable.
fn fail(swarm: &mut Swarm, peers: u32, until: u64) -> anyhow::Result<()> {
    swarm.silence(0..peers);
    swarm.run(until, Swarm::all_called_down)?;
    swarm.restart(0..peers);
    swarm.run(until, Swarm::all_back)?;
    Ok(())
}

/// One after the other, so that each has the daemon for itself.
fn trickle(swarm: &mut Swarm, peers: u32, gap: &str, until: u64) -> anyhow::Result<()> {
    for peer in 0..peers {
        swarm.silence(peer..=peer);
        swarm.run(after(gap, 1)?, |_| false)?;
    }
    swarm.run(until, Swarm::all_called_down)?;
    for peer in 0..peers {
        swarm.restart(peer..=peer);
        swarm.run(after(gap, 1)?, |_| false)?;
    }
    swarm.run(until, Swarm::all_back)?;
    Ok(())
}

/// The moment that is so many units of `millis` milliseconds away.
fn after(count: &str, millis: u64) -> anyhow::Result<u64> {
    Ok(Wire::now() + count.parse::<u64>()? * millis * 1_000_000)
}
