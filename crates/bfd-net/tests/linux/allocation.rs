//! The packet path does not touch the heap.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

use bfd_net::{Clock, Family, Poller, RxBatch, RxSocket, TxBatch, Waker};

use crate::support::{LIMIT, Namespace, PAYLOAD, egress, open};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, counting per thread so that tests do not disturb each other.
struct Counting;

// SAFETY: every call goes unchanged to the system's allocator; the counter is a plain cell that
// neither allocates nor has a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of this same function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a worker holds.
struct Worker {
    socket: RxSocket,
    rx: RxBatch,
    tx: TxBatch,
    poller: Poller,
    waker: Waker,
    clock: Clock,
    received: usize,
    failed: u32,
}

impl Worker {
    const PER_TURN: u32 = 100;

    fn new() -> Self {
        let socket = open(Family::V4, 3784, 1).remove(0);
        let poller = Poller::new().expect("a descriptor");
        let waker = Waker::new().expect("a descriptor");
        poller.add(&socket, 1).expect("a socket can be polled");
        poller.add(&waker, 2).expect("an event can be polled");
        let (rx, tx) = (RxBatch::new(), TxBatch::open().expect("root may send"));
        Self {
            socket,
            rx,
            tx,
            poller,
            waker,
            clock: Clock::new(),
            received: 0,
            failed: 0,
        }
    }

    /// Wait, drain, send, with a failure among the packets.
    fn turn(&mut self) {
        self.waker.wake();
        let until = self.clock.now() + LIMIT;
        let ready = self.poller.wait(Some(until)).expect("epoll works").count();
        assert!(ready > 0 && self.waker.clear());
        self.drain();
        self.send();
    }

    fn drain(&mut self) {
        self.clock.turn();
        loop {
            let burst = self.rx.recv(&mut self.socket).expect("a readable socket");
            for (meta, payload) in self.rx.iter() {
                assert!(self.clock.arrival(meta.stamp) <= self.clock.now());
                assert_eq!(payload, PAYLOAD);
            }
            self.received += burst.received;
            if !burst.is_full() {
                break;
            }
        }
        self.clock.drained();
        self.socket.take_drops().expect("an open socket");
    }

    fn send(&mut self) {
        let (good, bad) = (
            egress("127.0.0.1", "127.0.0.1"),
            egress("192.0.2.1", "203.0.113.1"),
        );
        for token in 0..Self::PER_TURN {
            self.tx.push(&good, &PAYLOAD, token);
        }
        self.tx.push(&bad, &PAYLOAD, Self::PER_TURN);
        self.tx.flush(|_, _| self.failed += 1);
    }
}

#[test]
fn a_steady_worker_does_not_allocate() {
    const TURNS: u32 = 200;
    Namespace::new().run(|| {
        let mut worker = Worker::new();
        let before = ALLOCATIONS.get();
        (0..TURNS).for_each(|_| worker.turn());
        while worker.received < (TURNS * Worker::PER_TURN) as usize {
            worker.drain();
        }
        let allocations = ALLOCATIONS.get() - before;
        assert_eq!((allocations, worker.failed), (0, TURNS));
    });
}
