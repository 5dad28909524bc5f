//! What the figures were taken on.

use std::path::Path;
use std::process::Command;

use anyhow::ensure;

use crate::contender::Contender;

/// One for the daemon, one for the peers.
pub(crate) fn require_two_processors() -> anyhow::Result<()> {
    let count = std::thread::available_parallelism()?.get();
    ensure!(
        count >= 2,
        "measuring needs two processors: one for the daemon, one for its peers"
    );
    Ok(())
}

/// What a contender says of its version; a dash when it says nothing.
pub(crate) fn version(contender: &Contender) -> String {
    match contender {
        Contender::Bare => "-".to_owned(),
        Contender::Bird => number(&output("/usr/sbin/bird", "--version")),
        Contender::Frr => number(&output("/usr/lib/frr/bfdd", "--version")),
        Contender::Gobfd { program, .. } => said_by(program),
    }
}

/// The version of a `gobfd`.
pub(crate) fn said_by(gobfd: &Path) -> String {
    number(&output(&gobfd.to_string_lossy(), "-version"))
}

/// The first word of the first line that begins as a version does, or else its last.
fn number(said: &str) -> String {
    let first = said.lines().next().unwrap_or_default();
    let begins = |word: &&str| {
        word.trim_start_matches('v')
            .starts_with(|c: char| c.is_ascii_digit())
    };
    let mut words = first.split_whitespace();
    let last = first.split_whitespace().last();
    words
        .find(begins)
        .or(last)
        .unwrap_or("-")
        .trim_end_matches(',')
        .to_owned()
}

fn output(program: &str, option: &str) -> String {
    let output = Command::new(program).arg(option).output();
    output.map_or_else(
        |_| String::new(),
        |output| {
            // BIRD says it on standard error.
            let both = [output.stdout, output.stderr].concat();
            String::from_utf8_lossy(&both).into_owned()
        },
    )
}
