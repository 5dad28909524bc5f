//! What `gobfdctl explain` answers, and with which code it ends.

use std::fmt;
use std::net::IpAddr;

use serde::Deserialize;

use crate::gobfd::{API, gobfdctl, parse};
use crate::{Error, Namespace, Result};

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Explained {
    /// The cause, as programs read it.
    pub cause: String,
    /// One sentence.
    pub answer: String,
    /// What it rests on.
    pub evidence: Vec<String>,
    /// What to do.
    pub remedy: Vec<String>,
    /// Exit code of the command.
    #[serde(skip)]
    pub exit: i32,
}

impl Explained {
    /// Asks in this namespace, whether or not a daemon runs there.
    ///
    /// # Errors
    /// `gobfdctl` is missing, or its answer is not exactly one explanation.
    pub fn ask(namespace: &Namespace, peer: IpAddr) -> Result<Self> {
        Self::ask_at(namespace, API, peer)
    }

    /// The same, with another address of the API.
    ///
    /// # Errors
    /// As [`Explained::ask`].
    pub fn ask_at(namespace: &Namespace, address: &str, peer: IpAddr) -> Result<Self> {
        let args = ["--format", "json", "explain", &peer.to_string()];
        let (text, exit) = match gobfdctl(namespace, address, &args) {
            Ok(text) => (text, 0),
            Err(Error::Command { status, output, .. }) => (output, status.code().unwrap_or(-1)),
            Err(error) => return Err(error),
        };
        let [answer]: [Self; 1] = parse("gobfdctl explain", &text)?;
        Ok(Self { exit, ..answer })
    }
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} (exit code {}): {}",
            self.cause, self.exit, self.answer
        )?;
        let evidence = self.evidence.iter().map(|line| ("evidence", line));
        let remedy = self.remedy.iter().map(|line| ("remedy", line));
        let mut lines = evidence.chain(remedy);
        lines.try_for_each(|(what, line)| writeln!(f, "  {what}: {line}"))
    }
}
