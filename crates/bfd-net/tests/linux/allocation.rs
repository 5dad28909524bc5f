//! The packet path does not touch the heap.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    time::Duration,
};

use bfd_net::{Clock, Family, Poller, RxBatch, TxBatch, Waker};

use crate::support::{Namespace, PAYLOAD, egress, open};

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

/// Wait, drain, send, flush, with failures among the packets, as a worker does.
#[test]
fn a_steady_worker_does_not_allocate() {
    const TURNS: u32 = 200;
    const PER_TURN: u32 = 100;
    Namespace::new().run(|| {
        let mut socket = open(Family::V4, 3784, 1).remove(0);
        let (mut rx, mut tx) = (RxBatch::new(), TxBatch::open().expect("root may send"));
        let (mut poller, mut clock) = (Poller::new().expect("epoll"), Clock::new());
        let waker = Waker::new().expect("a descriptor");
        poller.add(&socket, 1).expect("a socket can be polled");
        poller.add(&waker, 2).expect("an event can be polled");
        let (good, bad) = (
            egress("127.0.0.1", "127.0.0.1"),
            egress("192.0.2.1", "203.0.113.1"),
        );
        let (mut received, mut failed, mut octets) = (0, 0, 0);
        let before = ALLOCATIONS.get();
        for _ in 0..TURNS {
            waker.wake();
            let until = clock.now() + Duration::from_secs(1);
            let ready = poller.wait(Some(until)).expect("epoll works").count();
            assert!(ready > 0 && waker.clear());
            clock.turn();
            loop {
                let burst = rx.recv(&mut socket).expect("a readable socket");
                for (meta, payload) in rx.iter() {
                    assert!(clock.arrival(meta.stamp) <= clock.now());
                    octets += payload.len();
                }
                received += burst.received;
                if !burst.is_full() {
                    break;
                }
            }
            clock.drained();
            for token in 0..PER_TURN {
                tx.push(&good, &PAYLOAD, token);
            }
            tx.push(&bad, &PAYLOAD, PER_TURN);
            tx.flush(|_, _| failed += 1);
            std::hint::black_box(socket.take_drops().expect("an open socket"));
        }
        let allocations = ALLOCATIONS.get() - before;
        assert_eq!(received, (PER_TURN * (TURNS - 1)) as usize);
        assert_eq!((failed, octets), (TURNS, received * PAYLOAD.len()));
        assert_eq!(allocations, 0);
    });
}
