//! Standard input: what ExaBGP says to us.
//!
//! It answers each command with `done` or `error` (unless `exabgp.api.ack` is off), says `shutdown`
//! before it stops, and may be configured to send whole BGP messages. It waits without end for a
//! process that does not read, so a thread of its own reads everything; most is dropped here. That
//! thread never waits for more than the bridge's next turn.

use std::io::{self, Read};

use tokio::sync::mpsc;

/// Octets of a line that are kept; the rest is read and dropped.
const KEPT: usize = 256;
/// News that may wait for the bridge.
const WAITING: usize = 16;

/// What is worth knowing of what ExaBGP says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A command was refused.
    Refused(String),
    /// ExaBGP stops, or is gone.
    Gone(&'static str),
}

/// Reads until the end of `input` and tells what matters; the last is always [`Heard::Gone`].
///
/// # Errors
/// No thread can be made.
pub(crate) fn listen(mut input: impl Read + Send + 'static) -> io::Result<mpsc::Receiver<Heard>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    std::thread::Builder::new()
        .name("stdin".into())
        .spawn(move || {
            let end = read(&mut input, |heard| sender.blocking_send(heard).is_ok());
            let _ = sender.blocking_send(Heard::Gone(end));
        })?;
    Ok(receiver)
}

/// Hands on what is heard until `tell` has nobody to tell or the input ends; says why it ended.
fn read(input: &mut impl Read, mut tell: impl FnMut(Heard) -> bool) -> &'static str {
    let mut lines = Lines::default();
    let mut buffer = [0; 4096];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return "ExaBGP closed standard input",
            Ok(octets) => {
                for line in lines.split(&buffer[..octets]) {
                    if let Some(heard) = meaning(&line)
                        && !tell(heard)
                    {
                        return "nobody listens";
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return "standard input cannot be read",
        }
    }
}

fn meaning(line: &str) -> Option<Heard> {
    if line.starts_with("error") {
        Some(Heard::Refused(line.to_owned()))
    } else if line.starts_with("shutdown") {
        Some(Heard::Gone("ExaBGP stops"))
    } else {
        None
    }
}

/// The beginning of the line that has not ended yet.
#[derive(Debug, Default)]
struct Lines(Vec<u8>);

impl Lines {
    /// The lines that end in `octets`.
    fn split(&mut self, octets: &[u8]) -> Vec<String> {
        let mut ended = Vec::new();
        for part in octets.split_inclusive(|octet| *octet == b'\n') {
            let text = part.strip_suffix(b"\n").unwrap_or(part);
            let room = KEPT.saturating_sub(self.0.len()).min(text.len());
            self.0.extend_from_slice(&text[..room]);
            if part.len() > text.len() {
                ended.push(String::from_utf8_lossy(&self.0).into_owned());
                self.0.clear();
            }
        }
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives octets in pieces of one size, as a pipe might.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = self.1.min(self.0.len()).min(buffer.len());
            let (piece, rest) = self.0.split_at(size);
            buffer[..size].copy_from_slice(piece);
            self.0 = rest;
            Ok(size)
        }
    }

    fn heard(text: &[u8], size: usize) -> Vec<Heard> {
        let mut all = Vec::new();
        read(&mut Pieces(text, size), |heard| {
            all.push(heard);
            true
        });
        all
    }

    #[test]
    fn refusals_and_the_end_are_heard_however_they_are_cut() {
        let text = b"done\nerror\n\nneighbor 192.0.2.1 up\nerror: bad route\nshutdown 7 1\n";
        let expected = [
            Heard::Refused("error".into()),
            Heard::Refused("error: bad route".into()),
            Heard::Gone("ExaBGP stops"),
        ];
        for size in 1..text.len() {
            assert_eq!(heard(text, size), expected, "{size}");
        }
    }

    #[test]
    fn a_line_without_end_costs_no_memory() {
        let mut lines = Lines::default();
        for _ in 0..1000 {
            assert!(lines.split(&[b'x'; 4096]).is_empty());
            assert!(lines.0.len() <= KEPT);
        }
        assert_eq!(lines.split(b"\nerror\n").last().unwrap(), "error");
    }

    #[test]
    fn any_octets_are_taken() {
        let long = [b"error ".as_slice(), &[0xff; 5000], b"\n"].concat();
        assert!(matches!(&heard(&long, 4096)[..], [Heard::Refused(_)]));
    }
}
