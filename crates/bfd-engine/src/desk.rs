//! The front desk: packets whose sender does not know our discriminator yet.
//!
//! Purpose: find their session by address and hand them to its worker, so that a flood of them
//! costs the workers nothing. Owner and thread: a dedicated one. It must never wait for a worker:
//! what a full mailbox refuses is counted, and the peer sends again.

use std::sync::Arc;
use std::time::Duration;

use bfd_proto::{ControlPacket, Discard};

use crate::RxMeta;
use crate::command::{Command, DeskCommand};
use crate::demux::{Demux, Finding};
use crate::histogram::add;
use crate::io::Io;
use crate::mailbox::Mailbox;
use crate::parcel::{Letter, Parcel};
use crate::stats::Meters;

/// Packets taken from each socket in one turn.
const RECEIVE_BUDGET: usize = 1024;
/// Messages taken in one turn.
const MAILBOX_BUDGET: usize = 4096;
/// How long first packets may lie during a flood of them.
const PATIENCE: Duration = Duration::from_micros(100);
/// The longest sleep: the heartbeat.
const LONGEST_SLEEP: Duration = Duration::from_millis(100);

/// What the front desk shares with others.
#[derive(Debug)]
pub(crate) struct Counter {
    /// The mailboxes of all workers.
    pub(crate) workers: Arc<[Arc<Mailbox<Command>>]>,
    /// Its own mailbox.
    pub(crate) mailbox: Arc<Mailbox<DeskCommand>>,
    /// Counters.
    pub(crate) meters: Arc<Meters>,
}

/// The front desk, over sockets of the kernel or over an imagined network.
#[derive(Debug)]
pub struct FrontDesk<I> {
    io: I,
    counter: Counter,
    demux: Demux,
    stopped: bool,
}

impl<I: Io> FrontDesk<I> {
    pub(crate) fn new(io: I, counter: Counter) -> Self {
        counter.meters.beat(io.now());
        Self {
            io,
            counter,
            demux: Demux::default(),
            stopped: false,
        }
    }

    /// Runs until told to stop.
    pub fn run(mut self) {
        while !self.stopped {
            self.turn();
            let until = self.io.now() + LONGEST_SLEEP;
            self.io.wait(until, PATIENCE);
        }
        self.counter.mailbox.close();
    }

    /// One turn: wishes first, so that a packet finds the session that was just added.
    pub fn turn(&mut self) {
        self.counter.meters.beat(self.io.now());
        self.obey();
        let Self {
            io, counter, demux, ..
        } = self;
        let drained = io.receive(RECEIVE_BUDGET, &mut |meta, payload| {
            answer(demux, counter, meta, payload);
        });
        counter
            .meters
            .discard_many(Discard::MissingMetadata, drained.incomplete);
        add(&counter.meters.socket_drops, drained.drops.into());
    }

    /// Clock, sockets and sleep.
    pub fn io(&mut self) -> &mut I {
        &mut self.io
    }

    fn obey(&mut self) {
        let now = self.io.now();
        for _ in 0..MAILBOX_BUDGET {
            match self.counter.mailbox.command() {
                Some(DeskCommand::Insert(id, endpoint)) => self.demux.insert(id, endpoint, now),
                Some(DeskCommand::SetKind(id, kind)) => self.demux.set_kind(id, kind, now),
                Some(DeskCommand::Remove(id)) => self.demux.remove(id),
                Some(DeskCommand::PointToPoint(all)) => self.demux.set_point_to_point(all),
                Some(DeskCommand::Stop) => self.stopped = true,
                None => break,
            }
        }
        for _ in 0..MAILBOX_BUDGET {
            match self.counter.mailbox.parcel() {
                Some(Parcel::Packet(letter)) => {
                    answer(
                        &mut self.demux,
                        &self.counter,
                        &letter.meta,
                        letter.payload(),
                    );
                }
                Some(Parcel::Refused { .. }) => {}
                None => break,
            }
        }
    }
}

/// Finds the session of a first packet and hands it over (RFC 5880 §6.8.6 steps 8 and 9).
fn answer(demux: &mut Demux, counter: &Counter, meta: &RxMeta, payload: &[u8]) {
    let finding = match ControlPacket::parse(payload) {
        Ok(packet) => match packet.your_discriminator {
            Some(yours) => {
                let owner = yours.get() as usize % counter.workers.len();
                let letter = Letter::new(None, *meta, payload);
                counter.workers[owner].forward(Parcel::Packet(letter));
                return;
            }
            None => demux.find(meta, meta.arrival),
        },
        Err(error) => demux.blame(meta, error.into(), meta.arrival),
    };
    match finding {
        Finding::Session(id) => {
            let letter = Letter::new(Some(id), *meta, payload);
            counter.workers[usize::from(id.worker)].forward(Parcel::Packet(letter));
        }
        Finding::Refused(id, reason) => {
            let parcel = Parcel::Refused {
                id,
                meta: *meta,
                reason,
            };
            // Else the session counts it: each packet is counted once.
            if !counter.workers[usize::from(id.worker)].forward(parcel) {
                counter.meters.discard(reason);
            }
        }
        Finding::Nobody(reason) => counter.meters.discard(reason),
    }
}
