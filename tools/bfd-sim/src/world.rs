//! Two hosts, a path between them, and time.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::time::Duration;

use bfd_engine::{Event, NewSession, Outgoing, RxMeta, SessionId};
use bfd_packet::ControlPacket;
use bfd_proto::{Instant, SessionView, State};

use crate::host::Host;
use crate::oracle::{End, TOLERANCE, Violation};
use crate::wire::{Datagram, Flight, Shared, Wire};
use crate::{Chance, Link, Trace};

/// How late the simulated scheduler usually is at most, and how late it is now and then.
const LATENCY: Duration = Duration::from_micros(60);
const RARE_LATENCY: Duration = Duration::from_micros(900);
/// The front desk's heartbeat.
const HEARTBEAT: Duration = Duration::from_millis(100);
/// How often silence is looked for.
const PATROL: Duration = Duration::from_millis(25);
/// The interface by which everything goes and comes.
pub(crate) const IFINDEX: u32 = 7;

/// Two hosts and everything between them.
#[derive(Debug)]
pub struct World {
    wire: Shared,
    hosts: Vec<Host>,
    /// The path from each host to the other.
    pub links: [Link; 2],
    /// Whether the kernel leads packets to their workers; if not, any thread gets them.
    pub steered: bool,
    pub(crate) pairs: Vec<[End; 2]>,
    agenda: BinaryHeap<Reverse<Arrival>>,
    /// The last arrival each link has promised.
    promised: [Instant; 2],
    sequence: u64,
    chance: Chance,
    /// What the links did to packets.
    pub mishaps: Mishaps,
    /// What happened, if wanted.
    pub trace: Trace,
}

/// Packets that did not simply arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mishaps {
    /// Never arrived.
    pub lost: u64,
    /// Arrived twice.
    pub doubled: u64,
    /// Arrived before one that was sent earlier.
    pub overtook: u64,
}

/// A packet on its way, ordered by arrival.
#[derive(Debug)]
struct Arrival {
    at: Instant,
    sequence: u64,
    flight: Flight,
}

impl World {
    /// Hosts with so many workers, joined by perfect links, at a time that is nothing special.
    #[must_use]
    pub fn new(mut chance: Chance, workers: [usize; 2], trace: Trace) -> Self {
        let wire = Rc::new(RefCell::new(Wire::default()));
        wire.borrow_mut().now = Instant::from_nanos(5_000_000_000 + chance.below(1 << 40));
        let hosts = (0..).zip(workers);
        let hosts = hosts.map(|(number, count)| Host::start(&wire, number, count, chance.bits()));
        Self {
            hosts: hosts.collect(),
            wire,
            links: [Link::perfect(Duration::from_micros(50)); 2],
            steered: true,
            pairs: Vec::new(),
            agenda: BinaryHeap::new(),
            promised: [Instant::ZERO; 2],
            sequence: 0,
            chance,
            mishaps: Mishaps::default(),
            trace,
        }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.wire.borrow().now
    }

    /// Makes both ends of a session; returns its number.
    pub fn connect(&mut self, wishes: [NewSession; 2]) -> usize {
        let [ours, theirs] = wishes;
        let ends = [self.end(0, ours), self.end(1, theirs)];
        self.pairs.push(ends);
        self.pairs.len() - 1
    }

    /// The name of an end in its engine.
    #[must_use]
    pub fn id(&self, pair: usize, side: usize) -> SessionId {
        self.pairs[pair][side].id
    }

    /// What an end looks like.
    ///
    /// # Panics
    /// When it is gone.
    #[must_use]
    pub fn view(&self, pair: usize, side: usize) -> SessionView {
        let id = self.pairs[pair][side].id;
        self.hosts[side]
            .engine
            .handle
            .read(id)
            .expect("the session is there")
    }

    /// Whether all sessions are Up on both ends, and say so of each other.
    #[must_use]
    pub fn all_up(&self) -> bool {
        let up = |pair: usize, side: usize| {
            let end = &self.pairs[pair][side];
            end.state == State::Up && self.view(pair, side).remote.state == State::Up
        };
        (0..self.pairs.len()).all(|pair| up(pair, 0) && up(pair, 1))
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// The first [`Violation`].
    pub fn pass(&mut self, time: Duration) -> Result<(), Violation> {
        let end = self.now() + time;
        self.run(end, |_| false).map(|_| ())
    }

    /// Lets time pass until something holds, at most `limit`; whether it came to hold.
    ///
    /// # Errors
    /// The first [`Violation`].
    pub fn await_that(
        &mut self,
        limit: Duration,
        holds: impl Fn(&Self) -> bool,
    ) -> Result<bool, Violation> {
        let end = self.now() + limit;
        self.run(end, holds)
    }

    /// The engine of a host, to be asked for things; whatever it is asked takes effect at once.
    #[must_use]
    pub fn handle(&self, host: usize) -> &bfd_engine::EngineHandle {
        &self.hosts[host].engine.handle
    }

    /// Keeps threads of a host from running; `worker`: only that one.
    pub fn stall(&mut self, host: usize, worker: Option<usize>, time: Duration) {
        let until = self.now() + time;
        for (at, thread) in self.hosts[host].threads.iter_mut().enumerate() {
            if worker.is_none_or(|worker| worker == at) {
                thread.stalled_until = until;
            }
        }
    }

    /// Steps the wall clock of a host.
    pub fn step_wall(&mut self, host: usize, nanos: i64) {
        self.wire.borrow_mut().hosts[host].stepped += nanos;
    }

    /// Makes every attempt of a host to send fail, or lets them succeed again.
    pub fn fail_sending(&mut self, host: usize, errno: Option<i32>) {
        self.wire.borrow_mut().hosts[host].send_error = errno;
    }

    /// Lets the receive buffers of a host overflow, or not.
    pub fn overflow(&mut self, host: usize, full: bool) {
        self.wire.borrow_mut().hosts[host].full = full;
    }

    /// Ends the engine of a host without a word and starts another with the same sessions.
    pub fn restart(&mut self, host: usize) {
        let workers = self.hosts[host].engine.workers.len();
        self.hosts[host] = Host::start(&self.wire, host, workers, self.chance.bits());
        for pair in 0..self.pairs.len() {
            self.renew(pair, host);
        }
    }

    /// Adds an end anew after its session is gone.
    pub fn renew(&mut self, pair: usize, side: usize) {
        let wish = self.pairs[pair][side].wish.clone();
        self.pairs[pair][side] = self.end(side, wish);
    }

    fn end(&self, host: usize, wish: NewSession) -> End {
        End::new(self.add(host, wish.clone()), wish)
    }

    fn add(&self, host: usize, wish: NewSession) -> SessionId {
        let added = self.hosts[host].engine.handle.add(wish, |_| {});
        added.expect("there is room")
    }

    fn run(&mut self, end: Instant, holds: impl Fn(&Self) -> bool) -> Result<bool, Violation> {
        let mut patrol = self.now() + PATROL;
        self.ring();
        while !holds(self) {
            let (at, next) = self.next();
            if at > end {
                self.wire.borrow_mut().now = end;
                return Ok(false);
            }
            self.wire.borrow_mut().now = at;
            match next {
                None => self.deliver(),
                Some((host, thread)) => self.turn(host, thread)?,
            }
            if at >= patrol {
                patrol = at + PATROL;
                self.look_for_silence()?;
            }
        }
        Ok(true)
    }

    /// What happens next: a thread's turn, or else the arrival of a packet.
    fn next(&self) -> (Instant, Option<(usize, usize)>) {
        let arrival = self
            .agenda
            .peek()
            .map(|Reverse(arrival)| (arrival.at, None));
        let threads = self.hosts.iter().enumerate().flat_map(|(host, state)| {
            let due = move |(at, thread): (usize, &crate::host::Thread)| {
                (thread.due.max(thread.stalled_until), Some((host, at)))
            };
            state.threads.iter().enumerate().map(due)
        });
        let first = threads.chain(arrival).min_by_key(|(at, _)| *at);
        first.expect("threads never end")
    }

    fn turn(&mut self, host: usize, thread: usize) -> Result<(), Violation> {
        self.wire.borrow_mut().used = Duration::ZERO;
        let until = self.hosts[host].turn(thread);
        let done = {
            let mut wire = self.wire.borrow_mut();
            wire.now + std::mem::take(&mut wire.used)
        };
        let until = until.unwrap_or(done + HEARTBEAT).max(done) + self.latency();
        self.hosts[host].threads[thread].due = until;
        self.send();
        self.ring();
        let events = self.hosts[host].events();
        events
            .into_iter()
            .try_for_each(|event| self.observe(host, event))
    }

    /// Puts on their way what was sent.
    fn send(&mut self) {
        let flights = std::mem::take(&mut self.wire.borrow_mut().flights);
        let now = self.now();
        for flight in flights {
            let times = self.links[flight.from].carry(&mut self.chance);
            self.mishaps.doubled += u64::from(times.len() > 1);
            if times.is_empty() {
                self.mishaps.lost += 1;
                self.trace
                    .note(now, || format!("lost: {}", describe(&flight)));
            }
            for time in times {
                self.put_on_its_way(now + time, flight.clone());
            }
        }
    }

    fn put_on_its_way(&mut self, at: Instant, flight: Flight) {
        let promised = &mut self.promised[flight.from];
        let at = if self.links[flight.from].reorders {
            at
        } else {
            at.max(*promised + Duration::from_micros(1))
        };
        self.mishaps.overtook += u64::from(at < *promised);
        *promised = at.max(*promised);
        let sequence = self.sequence;
        self.sequence += 1;
        self.agenda.push(Reverse(Arrival {
            at,
            sequence,
            flight,
        }));
    }

    /// Wakes the threads that were rung for.
    fn ring(&mut self) {
        for host in 0..self.hosts.len() {
            let rung: Vec<usize> = self.hosts[host].take_bells().collect();
            rung.into_iter().for_each(|thread| self.wake(host, thread));
        }
    }

    fn wake(&mut self, host: usize, thread: usize) {
        let soon = self.now() + self.latency();
        let thread = &mut self.hosts[host].threads[thread];
        thread.due = thread.due.min(soon);
    }

    fn latency(&mut self) -> Duration {
        let most = if self.chance.happens(5) {
            RARE_LATENCY
        } else {
            LATENCY
        };
        self.chance.between(Duration::ZERO, most)
    }

    /// A packet reaches its host: the kernel stamps and queues it.
    fn deliver(&mut self) {
        let Some(Reverse(Arrival { at, flight, .. })) = self.agenda.pop() else {
            return;
        };
        let host = 1 - flight.from;
        let queue = if self.steered {
            self.hosts[host].steer(&flight.payload)
        } else {
            let threads = self.hosts[host].threads.len() as u64;
            usize::try_from(self.chance.below(threads)).unwrap_or_default()
        };
        let queued = {
            let mut wire = self.wire.borrow_mut();
            let stamp = wire.wall(host, at);
            let side = &mut wire.hosts[host];
            let meta = meta(&flight.way, at);
            let payload = flight.payload.clone();
            if side.full {
                side.queues[queue].drops += 1;
            } else {
                side.queues[queue].packets.push_back(Datagram {
                    stamp,
                    meta,
                    payload,
                });
            }
            !side.full
        };
        let how = if queued { "arrived" } else { "overflowed" };
        self.trace
            .note(at, || format!("{how}: {}", describe(&flight)));
        if queued {
            self.count(host, &flight, at);
            self.wake(host, queue);
        }
    }

    /// Tells the end that the packet's discriminator names.
    fn count(&mut self, host: usize, flight: &Flight, at: Instant) {
        let packet = ControlPacket::parse(&flight.payload).expect("hosts send legal packets");
        let named = |end: &&mut End| Some(end.id.discriminator) == packet.your_discriminator;
        let mut ends = self.pairs.iter_mut().map(|pair| &mut pair[host]);
        if let Some(end) = ends.find(named) {
            end.arrived(at);
        }
    }

    fn observe(&mut self, host: usize, event: Event) -> Result<(), Violation> {
        let now = self.now();
        self.trace.note(now, || format!("host {host}: {event:?}"));
        let (Event::Added(id) | Event::Changed { id, .. } | Event::Removed(id)) = event;
        let mut ends = self.pairs.iter_mut().map(|pair| &mut pair[host]);
        let Some(end) = ends.find(|end| end.id == id) else {
            return Ok(());
        };
        let free_since = self.hosts[host].threads[usize::from(id.worker)].stalled_until;
        match event {
            Event::Added(_) | Event::Removed(_) => Ok(()),
            Event::Changed { change, .. } => {
                let broken = end.changed(change, free_since);
                broken.map_err(|broken| at_host(now, host, &broken))
            }
        }
    }

    /// No end may stay Up in silence for longer than its detection time and a tick.
    fn look_for_silence(&self) -> Result<(), Violation> {
        let now = self.now();
        for (number, pair) in self.pairs.iter().enumerate() {
            for (side, end) in pair.iter().enumerate() {
                if end.state != State::Up {
                    continue;
                }
                let Some(last) = end.last_arrival() else {
                    continue;
                };
                let deadline = last + self.view(number, side).detection_time;
                let worker = &self.hosts[side].threads[usize::from(end.id.worker)];
                if now > deadline.max(worker.stalled_until) + TOLERANCE {
                    let silent = now.saturating_duration_since(last);
                    let what = Violation(format!("Up after {silent:?} of silence"));
                    return Err(at_host(now, side, &what));
                }
            }
        }
        Ok(())
    }
}

fn at_host(now: Instant, host: usize, broken: &Violation) -> Violation {
    Violation(format!("at {} ns, host {host}: {broken}", now.as_nanos()))
}

/// What the receiver's kernel tells of a packet.
fn meta(way: &Outgoing, arrival: Instant) -> RxMeta {
    RxMeta {
        arrival,
        source: way.local,
        destination: way.peer,
        ifindex: IFINDEX,
        ttl: 255,
        port: way.destination_port,
    }
}

fn describe(flight: &Flight) -> String {
    let Outgoing { local, peer, .. } = flight.way;
    match ControlPacket::parse(&flight.payload) {
        Err(error) => format!("{local} to {peer}: {error:?}"),
        Ok(packet) => format!(
            "{local} to {peer}: {} {}{}{} mine {:08x} yours {:08x} tx {} rx {} x {}",
            packet.state,
            packet.diagnostic,
            if packet.poll { " P" } else { "" },
            if packet.final_ { " F" } else { "" },
            packet.my_discriminator.get(),
            packet
                .your_discriminator
                .map_or(0, bfd_packet::Discriminator::get),
            packet.desired_min_tx.0,
            packet.required_min_rx.0,
            packet.detect_mult.get(),
        ),
    }
}

impl PartialEq for Arrival {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.sequence) == (other.at, other.sequence)
    }
}

impl Eq for Arrival {}

impl PartialOrd for Arrival {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Arrival {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}
