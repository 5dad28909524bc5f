//! Records BFD beside a daemon, and checks what was recorded against the wire rules.
//!
//! The capture container of every integration stack runs `record`; its verify step runs `check` there.
#![forbid(unsafe_code)]

mod record;
mod silence;
mod table;

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use bfd_testbed::wire::{self, Ours};
use bfd_testbed::{Frame, Recording, Result};
use clap::Parser;

use silence::Silence;

/// Record BFD packets, and check them against the RFCs
#[derive(Parser)]
#[command(name = "gobfd-verify")]
enum Command {
    /// Record the BFD packets of all interfaces until FILE has 100 MB, and beside it how busy the machine is
    Record {
        /// The recording (pcapng)
        file: PathBuf,
    },
    /// Check a recording: our packets must keep every rule, those of peers are shown
    Check {
        /// An address whose packets GoBFD sent; may be repeated
        #[arg(long, required = true, value_name = "ADDRESS")]
        ours: Vec<IpAddr>,
        /// Seconds since the epoch, FROM..TO, when ours may be unheard; may be repeated
        #[arg(long, value_name = "FROM..TO")]
        silent: Vec<Silence>,
        /// The recording (pcapng)
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Record { file } => record::record(&file).map(|()| true),
        Command::Check { ours, silent, file } => check(&ours, &silent, &file),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("gobfd-verify: {error}");
            ExitCode::FAILURE
        }
    }
}

fn check(ours: &[IpAddr], silent: &[Silence], file: &std::path::Path) -> Result<bool> {
    let recording = Recording::read(file, record::noise(file)?)?;
    let mut good = true;
    for address in ours {
        let mut rules = Ours::new([*address]).before_peers().amid(recording.noise);
        for silence in silent {
            rules = rules.silent(silence.from, silence.to);
        }
        let frames = conversation(&recording.frames, *address);
        let report = wire::check(&frames, &rules);
        good &= table::show(*address, &frames, &report);
    }
    Ok(good)
}

/// The packets of one speaker and of those it speaks with.
fn conversation(frames: &[Frame], address: IpAddr) -> Vec<Frame> {
    let mine = |frame: &&Frame| [frame.source, frame.destination].contains(&address);
    frames.iter().filter(mine).cloned().collect()
}
