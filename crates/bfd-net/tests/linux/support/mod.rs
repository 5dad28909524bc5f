//! Namespaces, captures and small shortcuts for the tests.

mod capture;
mod namespace;
mod reader;

pub(crate) use capture::Capture;
pub(crate) use namespace::{Namespace, Pair, ifindex};
pub(crate) use reader::Reader;

use std::{
    fmt::Debug,
    net::IpAddr,
    num::NonZeroU16,
    time::{Duration, Instant},
};

use bfd_net::{Egress, Family, GroupSpec, RxSocket, SocketSet, TxBatch};

/// How long a test waits for what must come; only ever used up by a failure.
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// The payload of vector C-45: Up, both intervals 50 ms.
pub(crate) const PAYLOAD: [u8; 24] = [
    0x20, 0xc0, 0x03, 0x18, 0x0a, 0x0b, 0x0c, 0x0d, 0x1a, 0x2b, 0x3c, 0x4d, 0x00, 0x00, 0xc3, 0x50,
    0x00, 0x00, 0xc3, 0x50, 0x00, 0x00, 0x00, 0x00,
];

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address in a test")
}

pub(crate) fn loopback(family: Family) -> IpAddr {
    match family {
        Family::V4 => ip("127.0.0.1"),
        Family::V6 => ip("::1"),
    }
}

/// A way from the first to the second address, by route, to port 3784.
pub(crate) fn egress(local: &str, peer: &str) -> Egress {
    Egress {
        local: ip(local),
        peer: ip(peer),
        ifindex: 0,
        source_port: 49152,
        destination_port: 3784,
        dont_fragment: false,
    }
}

pub(crate) fn group(family: Family, port: u16, workers: u16) -> GroupSpec {
    let workers = NonZeroU16::new(workers).expect("tests use workers");
    GroupSpec {
        family,
        port,
        workers,
        receive_buffer: 1 << 20,
    }
}

pub(crate) fn open(family: Family, port: u16, workers: u16) -> Vec<RxSocket> {
    SocketSet::open(group(family, port, workers))
        .expect("a free port")
        .into_sockets()
}

/// Repeats until it succeeds. A program started by another test holds copies of our descriptors
/// for a moment, between fork and exec, so what was closed may live on that long.
pub(crate) fn eventually<T, E: Debug>(mut attempt: impl FnMut() -> Result<T, E>) -> T {
    let end = Instant::now() + LIMIT;
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(error) => assert!(Instant::now() < end, "never succeeded: {error:?}"),
        }
        std::thread::yield_now();
    }
}

/// Flushes a batch in which nothing may fail.
pub(crate) fn flush(batch: &mut TxBatch) {
    batch.flush(|token, errno| panic!("packet {token} failed with errno {errno}"));
}

/// Flushes a batch and collects the failures.
pub(crate) fn failures(batch: &mut TxBatch) -> Vec<(u32, i32)> {
    let mut failures = Vec::new();
    batch.flush(|token, errno| failures.push((token, errno)));
    failures
}
