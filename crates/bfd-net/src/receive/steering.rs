//! Which socket of a group gets a datagram: a classic BPF filter and its model.
//!
//! Purpose: let the kernel hand each packet to the worker that owns its session (RFC 5880 §6.3:
//! Your Discriminator alone selects the session). Steering is an optimisation only; whoever reads a
//! socket must cope with a packet that belongs elsewhere.

use std::{io, num::NonZeroU16, os::fd::AsFd};

use libc::sock_filter;

use crate::option;

/// Payload offset of Your Discriminator in a BFD control packet (RFC 5880 §4.1).
const DISCRIMINATOR: u32 = 8;
/// Shortest payload that holds it.
const SHORTEST: u32 = DISCRIMINATOR + 4;

/// The rule of a group with `workers` sockets and a front desk behind them.
///
/// A datagram with a discriminator goes to socket `discriminator mod workers`; zero and payloads
/// too short to hold one go to the last socket, so that junk never reaches a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steering {
    workers: NonZeroU16,
}

impl Steering {
    /// Steering for that many workers.
    #[must_use]
    pub const fn new(workers: NonZeroU16) -> Self {
        Self { workers }
    }

    /// Sockets in the group: the workers' and, as the last, the front desk's.
    #[must_use]
    pub const fn sockets(&self) -> usize {
        self.workers.get() as usize + 1
    }

    /// Index of the socket that gets a datagram with this payload: the filter in plain code.
    #[must_use]
    pub fn index(&self, payload: &[u8]) -> usize {
        let field = payload.get(DISCRIMINATOR as usize..SHORTEST as usize);
        match field.map(|octets| u32::from_be_bytes(octets.try_into().expect("four octets"))) {
            None | Some(0) => self.workers.get().into(),
            Some(discriminator) => self.owner(discriminator).into(),
        }
    }

    /// Worker that owns a non-zero discriminator.
    #[must_use]
    pub fn owner(&self, discriminator: u32) -> u16 {
        let residue = discriminator % u32::from(self.workers.get());
        u16::try_from(residue).expect("smaller than a 16-bit divisor")
    }

    /// Attaches the filter to the group of which `socket` is a member.
    pub(crate) fn attach(&self, socket: impl AsFd) -> io::Result<()> {
        option::attach_group_filter(socket, &self.program())
    }

    /// Offsets count from the UDP payload: the kernel strips the header before it runs the filter.
    fn program(&self) -> [sock_filter; 7] {
        use libc::{BPF_A, BPF_ABS, BPF_ALU, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_LEN};
        use libc::{BPF_MOD, BPF_RET, BPF_W};
        let workers = u32::from(self.workers.get());
        [
            statement(BPF_LD | BPF_W | BPF_LEN, 0),
            jump(BPF_JMP | BPF_JGE | BPF_K, SHORTEST, 0, 2),
            statement(BPF_LD | BPF_W | BPF_ABS, DISCRIMINATOR),
            jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
            statement(BPF_RET | BPF_K, workers),
            statement(BPF_ALU | BPF_MOD | BPF_K, workers),
            statement(BPF_RET | BPF_A, 0),
        ]
    }
}

fn statement(code: u32, k: u32) -> sock_filter {
    jump(code, k, 0, 0)
}

fn jump(code: u32, k: u32, jt: u8, jf: u8) -> sock_filter {
    let code = u16::try_from(code).expect("instruction codes have 16 bits");
    sock_filter { code, jt, jf, k }
}
