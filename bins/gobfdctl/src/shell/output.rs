//! Output between prompts.

use std::io::{self, Write};

/// Knows whether its last line is ended: JSON has no line end, a prompt needs a line of its own.
pub(super) struct Output<'a> {
    out: &'a mut dyn Write,
    ended: bool,
}

impl<'a> Output<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, ended: true }
    }

    /// Ends the last line if it is not, and shows all.
    pub(super) fn end_line(&mut self) -> io::Result<()> {
        if !self.ended {
            self.write_all(b"\n")?;
        }
        self.flush()
    }
}

impl Write for Output<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let written = self.out.write(octets)?;
        if let Some(last) = octets[..written].last() {
            self.ended = *last == b'\n';
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
