//! A recording that still grows: each look decodes only what was added since the last.
//!
//! `tshark` reads whole files, so what was added is put into a file of its own behind the blocks that
//! describe the recording. Of the format (pcapng) only the frame of a block is known here: its type and
//! length. What is in the packets is `tshark`'s business.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use super::{Frame, decode};
use crate::{Error, Result};

/// Type and total length come first, each four octets in the order of the machine that records, which is
/// this one; the length stands once more at the end.
const SMALLEST: usize = 12;
/// Block types: the head of a section, and an interface.
const DESCRIPTION: [u32; 2] = [0x0a0d_0d0a, 1];
/// Block type: a packet of an interface, as `dumpcap` writes them.
const PACKET: u32 = 6;

/// The file, and what was read of it.
#[derive(Debug)]
pub(super) struct Growing {
    file: PathBuf,
    /// Octets that were read: whole blocks.
    read: u64,
    /// Packets in them, also those that are nobody's concern.
    packets: u32,
    description: Vec<u8>,
    frames: Vec<Frame>,
}

impl Growing {
    pub(super) const fn new(file: PathBuf) -> Self {
        Self {
            file,
            read: 0,
            packets: 0,
            description: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// Everything up to now; an unfinished block at the end waits for the next look.
    ///
    /// # Errors
    /// The file cannot be read, or `tshark` fails; the next look tries again.
    pub(super) fn look(&mut self) -> Result<&[Frame]> {
        let octets = self.added().map_err(Error::io("the recording"))?;
        let added = Portion::of(&octets);
        let description = [self.description.as_slice(), &added.description].concat();
        if added.count > 0 {
            let decoded = self.decode(&[description.as_slice(), &added.packets].concat())?;
            self.frames.extend(decoded);
        }
        self.read += added.octets;
        self.packets += added.count;
        self.description = description;
        Ok(&self.frames)
    }

    fn added(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.read))?;
        let mut added = Vec::new();
        file.read_to_end(&mut added)?;
        Ok(added)
    }

    fn decode(&self, recording: &[u8]) -> Result<Vec<Frame>> {
        let portion = self.file.with_extension("portion");
        fs::write(&portion, recording).map_err(Error::io("a portion of the recording"))?;
        let mut frames = decode(&portion)?;
        for frame in &mut frames {
            frame.number += self.packets;
        }
        Ok(frames)
    }
}

/// What was added, sorted.
#[derive(Default)]
struct Portion {
    octets: u64,
    description: Vec<u8>,
    packets: Vec<u8>,
    count: u32,
}

impl Portion {
    fn of(octets: &[u8]) -> Self {
        let mut portion = Self::default();
        for (kind, block) in Blocks(octets) {
            portion.octets += block.len() as u64;
            if kind == PACKET {
                portion.packets.extend_from_slice(block);
                portion.count += 1;
            } else if DESCRIPTION.contains(&kind) {
                portion.description.extend_from_slice(block);
            }
        }
        portion
    }
}

/// The whole blocks at the beginning of these octets, with their types.
struct Blocks<'a>(&'a [u8]);

impl<'a> Iterator for Blocks<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let number = |at: usize| {
            let octets = self.0.get(at..at + 4)?;
            Some(u32::from_ne_bytes(octets.try_into().ok()?))
        };
        let (kind, length) = (number(0)?, number(4)? as usize);
        let (block, rest) = self.0.split_at_checked(length.max(SMALLEST))?;
        self.0 = rest;
        Some((kind, block))
    }
}

#[cfg(test)]
mod tests {
    use super::Blocks;

    fn block(kind: u32, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(12 + content.len()).unwrap().to_ne_bytes();
        [&kind.to_ne_bytes(), &length, content, &length].concat()
    }

    #[test]
    fn an_unfinished_block_waits() {
        let (one, two) = (block(1, b"describe"), block(6, b"packet.."));
        let both = [one.clone(), two.clone()].concat();
        for end in 0..both.len() {
            let whole: Vec<_> = Blocks(&both[..end]).collect();
            let finished = usize::from(end >= one.len());
            assert_eq!(whole.len(), finished, "{end} octets");
        }
        let whole: Vec<_> = Blocks(&both).collect();
        assert_eq!(whole, [(1, one.as_slice()), (6, two.as_slice())]);
    }
}
