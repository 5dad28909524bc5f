//! Reading sockets until everything expected is there.

use std::ops::AddAssign;

use bfd_net::{Burst, MonoNanos, Poller, RxBatch, RxMeta, RxSocket};

use super::LIMIT;

/// A received datagram with a payload of its own.
type Datagram = (RxMeta, Vec<u8>);

/// Sums over several reads.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Totals {
    pub(crate) received: usize,
    pub(crate) incomplete: usize,
    pub(crate) drops: u32,
}

impl AddAssign<Burst> for Totals {
    fn add_assign(&mut self, burst: Burst) {
        self.received += burst.received;
        self.incomplete += burst.incomplete;
        self.drops += burst.drops;
    }
}

/// One socket with a batch and a poller of its own.
pub(crate) struct Reader {
    pub(crate) socket: RxSocket,
    batch: RxBatch,
    poller: Poller,
    pub(crate) totals: Totals,
}

impl Reader {
    pub(crate) fn new(socket: RxSocket) -> Self {
        let poller = Poller::new().expect("a descriptor");
        poller.add(&socket, 0).expect("a socket can be polled");
        Self {
            socket,
            batch: RxBatch::new(),
            poller,
            totals: Totals::default(),
        }
    }

    /// Waits for at least `count` datagrams.
    pub(crate) fn wait_for(&mut self, count: usize) -> Vec<Datagram> {
        let mut datagrams = Vec::new();
        while datagrams.len() < count {
            self.wait_readable();
            datagrams.extend(self.read());
        }
        datagrams
    }

    /// The one datagram expected.
    pub(crate) fn one(&mut self) -> Datagram {
        let mut datagrams = self.wait_for(1);
        assert_eq!(datagrams.len(), 1);
        datagrams.remove(0)
    }

    /// What is there now.
    pub(crate) fn drain(&mut self) -> Vec<Datagram> {
        let mut datagrams = Vec::new();
        loop {
            let before = self.totals.received;
            datagrams.extend(self.read());
            if self.totals.received - before < RxBatch::CAPACITY {
                return datagrams;
            }
        }
    }

    fn read(&mut self) -> Vec<Datagram> {
        self.totals += self
            .batch
            .recv(&mut self.socket)
            .expect("a readable socket");
        self.batch
            .iter()
            .map(|(meta, payload)| (meta, payload.to_vec()))
            .collect()
    }

    /// Waits without reading.
    pub(crate) fn wait_readable(&mut self) {
        let end = MonoNanos::now() + LIMIT;
        let ready = self.poller.wait(Some(end)).expect("epoll works").len();
        assert!(
            ready > 0 || MonoNanos::now() < end,
            "nothing arrived in time"
        );
    }
}
