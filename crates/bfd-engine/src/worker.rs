//! The loop of one worker: drain sockets, drain the mailbox, expire deadlines, send, publish.
//!
//! Purpose: lead time and packets to a shard. Owner: its thread owns everything in it. Thread: a
//! dedicated one. It must never allocate, lock or log for a packet, judge a deadline before the
//! sockets were drained, or wait for anybody but the clock and the network.

use std::sync::Arc;
use std::time::Duration;

use bfd_proto::{ControlPacket, Discard, Input, Instant};

use crate::RxMeta;
use crate::command::{Command, DeskCommand};
use crate::histogram::add;
use crate::io::{Io, Wake};
use crate::mailbox::Mailbox;
use crate::parcel::{Letter, Parcel};
use crate::ring::Ring;
use crate::shard::{Outlet, Shard};
use crate::stats::Meters;
use crate::table::StateTable;

/// Packets taken from each socket in one turn at least, whoever sends them.
const RECEIVE_BUDGET: usize = 1024;
/// Of the time not heard yet, so much is made up for in one turn.
const CATCH_UP: Duration = Duration::from_millis(20);
/// Commands and packets of others taken in one turn.
const MAILBOX_BUDGET: usize = 1024;
/// How long packets may lie in the sockets while more keep coming: a little more than the grid on
/// which sessions send (`intervals::next_transmission`), so that one wake-up serves both.
const PATIENCE: Duration = Duration::from_micros(1100);
/// The same while peers wait for answers.
const ATTENTION: Duration = Duration::from_micros(50);
/// So long after an answer or a change of state another packet of that peer is expected.
const CONVERSATION: Duration = Duration::from_millis(10);
/// The longest sleep: the heartbeat, and how fine a stall of an idle worker is seen.
const LONGEST_SLEEP: Duration = Duration::from_millis(100);
/// Delays below this are everyday life.
const STALL: Duration = Duration::from_millis(1);
/// Octets of the largest payload.
const SCRATCH: usize = bfd_proto::MAX_PAYLOAD;

/// What a worker shares with others.
#[derive(Debug)]
pub(crate) struct Desk {
    /// This worker's number.
    pub(crate) number: u16,
    /// The mailboxes of all workers.
    pub(crate) workers: Arc<[Arc<Mailbox<Command>>]>,
    /// The front desk's mailbox.
    pub(crate) front: Arc<Mailbox<DeskCommand>>,
    /// Where sessions are shown.
    pub(crate) table: Arc<StateTable>,
    /// Where events go.
    pub(crate) ring: Arc<Ring>,
    /// Counters.
    pub(crate) meters: Arc<Meters>,
    /// Wakes the reader of events.
    pub(crate) listener: Arc<dyn Wake>,
}

impl Desk {
    fn outlet(&self) -> Outlet {
        Outlet {
            worker: self.number,
            table: Arc::clone(&self.table),
            ring: Arc::clone(&self.ring),
            meters: Arc::clone(&self.meters),
        }
    }
}

/// A worker: the loop, over sockets of the kernel or over an imagined network.
#[derive(Debug)]
pub struct Worker<I> {
    io: I,
    desk: Desk,
    shard: Shard,
    scratch: Box<[u8]>,
    failed: Vec<(u32, i32)>,
    wanted: Instant,
    /// Up to here the sockets were heard.
    heard_until: Instant,
    /// Until then some peer probably answers.
    conversing: Instant,
    /// Packets a second that room was made for.
    reserved: u64,
    stopped: bool,
}

impl<I: Io> Worker<I> {
    pub(crate) fn new(io: I, desk: Desk) -> Self {
        let now = io.now();
        let shard = Shard::new(now, desk.outlet());
        desk.meters.beat(now);
        Self {
            io,
            desk,
            shard,
            scratch: vec![0; SCRATCH].into_boxed_slice(),
            failed: Vec::with_capacity(256),
            wanted: now,
            heard_until: now,
            conversing: now,
            reserved: 0,
            stopped: false,
        }
    }

    /// Runs until told to stop.
    pub fn run(mut self) {
        while !self.stopped {
            let until = self.turn();
            let patience = self.patience();
            self.io.wait(until, patience);
        }
        self.mailbox().close();
    }

    /// One turn; returns when the next is due at the latest.
    pub fn turn(&mut self) -> Instant {
        let begin = self.io.now();
        self.note_lateness(begin);
        self.receive(begin);
        self.obey(begin);
        self.expire();
        self.transmit();
        if self.shard.publish() {
            self.desk.listener.wake();
        }
        self.wanted = self.next();
        self.wanted
    }

    fn note_lateness(&mut self, now: Instant) {
        let late = now.saturating_duration_since(self.wanted);
        self.desk.meters.beat(now);
        if now >= self.wanted {
            self.desk.meters.lateness.record(late);
        }
        if late >= STALL {
            self.shard.health().record_stall(now, late);
        }
    }

    fn receive(&mut self, now: Instant) {
        let budget = self.budget(now);
        let Self {
            io, shard, desk, ..
        } = self;
        let drained = io.receive(budget, &mut |meta, payload| {
            receive(shard, desk, meta, payload);
        });
        desk.meters
            .discard_many(Discard::MissingMetadata, drained.incomplete);
        self.note_drops(now, drained.drops);
        self.heard_until = drained.heard_until;
    }

    /// Packets to take from each socket now: what the sessions may have received since it was last
    /// heard, and some more. A turn that sends much takes long; with a fixed number it would fall
    /// behind what the peers say, by seconds, while all its own packets leave in time.
    fn budget(&self, now: Instant) -> usize {
        let unheard = now.saturating_duration_since(self.heard_until);
        let micros = u64::try_from(unheard.min(CATCH_UP).as_micros()).unwrap_or(0);
        let expected = self.shard.packets_per_second().saturating_mul(micros) / 1_000_000;
        RECEIVE_BUDGET + usize::try_from(expected).unwrap_or(0)
    }

    fn note_drops(&mut self, now: Instant, drops: u32) {
        if drops > 0 {
            add(&self.desk.meters.socket_drops, drops.into());
            self.shard.health().record_drops(now, drops);
        }
    }

    /// Takes commands, then the packets that reached another thread: the front desk passes on
    /// packets for sessions whose beginning may still lie in the mailbox.
    fn obey(&mut self, now: Instant) {
        for _ in 0..MAILBOX_BUDGET {
            let Some(command) = self.mailbox().command() else {
                break;
            };
            self.command(now, command);
        }
        for _ in 0..MAILBOX_BUDGET {
            let Some(parcel) = self.mailbox().parcel() else {
                break;
            };
            self.open(now, &parcel);
        }
    }

    fn open(&mut self, now: Instant, parcel: &Parcel) {
        match parcel {
            Parcel::Packet(letter) => self.read(letter),
            Parcel::Refused { id, meta, reason } => {
                let input = Input::Discarded {
                    reason: *reason,
                    ttl: meta.ttl,
                };
                self.shard.input(*id, now, input);
            }
        }
    }

    fn read(&mut self, letter: &Letter) {
        let Ok(packet) = ControlPacket::parse(letter.payload()) else {
            return;
        };
        let named = packet.your_discriminator;
        let id = letter
            .to
            .or_else(|| named.and_then(|yours| self.shard.named(yours)));
        match id {
            None => self.desk.meters.discard(Discard::UnknownDiscriminator),
            Some(id) if self.shard.has_heard_since(id, letter.meta.arrival) => {
                add(&self.desk.meters.overtaken, 1);
            }
            Some(id) => self.shard.deliver(id, &letter.meta, &packet),
        }
    }

    fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Add(add) => {
                self.shard.add(now, *add);
                self.make_room();
            }
            Command::Update(id, spec) => {
                self.shard.update(id, now, spec);
                self.make_room();
            }
            Command::Authenticate(id, wanted) => {
                let input = Input::Authentication(wanted.as_ref());
                self.shard.input(id, now, input);
            }
            Command::Admin(id, admin) => self.shard.input(id, now, Input::Admin(admin)),
            Command::Path(id, egress) => self.shard.repath(id, now, egress),
            Command::Remove(id) => self.shard.leave(id, now, Duration::MAX),
            Command::Forget(id) => self.shard.forget(id),
            Command::Shutdown(limit) => self.shard.leave_all(now, limit),
            Command::Stop => self.stopped = true,
        }
    }

    /// Makes room for a second of what the sessions may receive. It never shrinks.
    fn make_room(&mut self) {
        let expected = self.shard.packets_per_second();
        if expected > self.reserved {
            self.reserved = expected.next_power_of_two();
            let packets = usize::try_from(self.reserved).unwrap_or(usize::MAX);
            let shortage = self.io.reserve(packets);
            self.desk.meters.shortage(shortage);
        }
    }

    fn expire(&mut self) {
        let (now, heard_until) = (self.io.now(), self.heard_until);
        let mut asked = false;
        while let Some(slot) = self.shard.pop_due(now) {
            if !asked && self.shard.is_overdue(slot, heard_until) {
                asked = true;
                let drops = self.io.take_drops();
                self.note_drops(now, drops);
            }
            self.shard.expire(slot, now, heard_until);
        }
        self.shard.forget_left(now);
    }

    fn transmit(&mut self) {
        let Self {
            io,
            shard,
            scratch,
            failed,
            conversing,
            ..
        } = self;
        if shard.owes_answers() {
            *conversing = io.now() + CONVERSATION;
        }
        shard.transmit(scratch, |egress, payload, token| {
            io.send(egress, payload, token)
        });
        io.flush(&mut |token, errno| failed.push((token, errno)));
        let now = io.now();
        for (token, errno) in failed.drain(..) {
            shard.failed(now, token, errno);
        }
    }

    /// Clock, sockets and sleep.
    pub fn io(&mut self) -> &mut I {
        &mut self.io
    }

    fn patience(&self) -> Duration {
        if self.io.now() < self.conversing {
            ATTENTION
        } else {
            PATIENCE
        }
    }

    fn next(&self) -> Instant {
        let now = self.io.now();
        let latest = now + LONGEST_SLEEP;
        if self.mailbox().depth() > 0 {
            return now;
        }
        self.shard
            .next_deadline()
            .map_or(latest, |at| at.min(latest))
    }

    fn mailbox(&self) -> &Mailbox<Command> {
        &self.desk.workers[usize::from(self.desk.number)]
    }
}

/// Leads a packet to its session: here, to the front desk, or to the worker that owns it.
fn receive(shard: &mut Shard, desk: &Desk, meta: &RxMeta, payload: &[u8]) {
    let packet = match ControlPacket::parse(payload) {
        Ok(packet) => packet,
        Err(error) => return desk.meters.discard(error.into()),
    };
    let Some(yours) = packet.your_discriminator else {
        add(&desk.meters.misdirected, 1);
        desk.front
            .forward(Parcel::Packet(Letter::new(None, *meta, payload)));
        return;
    };
    if shard.packet(meta, &packet, yours) {
        return;
    }
    let owner = yours.get() as usize % desk.workers.len();
    if owner == usize::from(desk.number) {
        return desk.meters.discard(Discard::UnknownDiscriminator);
    }
    add(&desk.meters.misdirected, 1);
    desk.workers[owner].forward(Parcel::Packet(Letter::new(None, *meta, payload)));
}
