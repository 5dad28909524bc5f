//! Receive buffers: size, overflow and what is known of it.

use bfd_net::{BufferGrant, Egress, Family, GroupSpec, Realtime, RxSocket, SocketSet, TxBatch};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

use crate::support::{Namespace, PAYLOAD, Reader, egress, flush, group, open};

/// More than a small buffer holds, less than the queue of loopback itself (1000 per CPU).
const SENT: usize = 300;

/// A socket with a small buffer, and another that tells when everything sent so far has arrived.
struct Stage {
    reader: Reader,
    marker: Reader,
    batch: TxBatch,
}

impl Stage {
    /// Stays on one CPU, because only there loopback keeps the order between sockets.
    fn new() -> Self {
        let pinned = Realtime {
            pin: Some(0),
            ..Realtime::named("stage")
        };
        assert!(pinned.apply().is_empty());
        let open = |port| {
            let spec = GroupSpec {
                receive_buffer: 16 * 1024,
                ..group(Family::V4, port, 1)
            };
            Reader::new(
                SocketSet::open(spec)
                    .expect("a free port")
                    .into_sockets()
                    .remove(0),
            )
        };
        let batch = TxBatch::open().expect("root may send");
        Self {
            reader: open(3784),
            marker: open(4784),
            batch,
        }
    }

    /// Sends to the small buffer and returns when nothing is under way any more.
    fn send(&mut self, count: usize) {
        let way = egress("127.0.0.1", "127.0.0.1");
        for _ in 0..count {
            self.batch.push(&way, &PAYLOAD, 0);
        }
        self.batch.push(
            &Egress {
                destination_port: 4784,
                ..way
            },
            &PAYLOAD,
            0,
        );
        flush(&mut self.batch);
        self.marker.one();
    }

    fn take_drops(&mut self) -> usize {
        self.reader.socket.take_drops().expect("an open socket") as usize
    }
}

/// Gives up a right on this thread only.
fn renounce(right: CapabilitySet) {
    let mut sets = capabilities(None).expect("own capabilities");
    sets.effective.remove(right);
    set_capabilities(None, sets).expect("rights may be given up");
}

#[test]
fn overflow_is_counted_to_the_packet() {
    Namespace::new().run(|| {
        let mut stage = Stage::new();
        stage.send(SENT);
        let received = stage.reader.drain().len();
        assert!(
            (1..SENT).contains(&received),
            "{received} fitted into a small buffer"
        );
        assert_eq!(
            stage.reader.totals.drops, 0,
            "queued packets are older than the drops"
        );
        assert_eq!(received + stage.take_drops(), SENT);
        assert_eq!(stage.take_drops(), 0, "told once");
    });
}

#[test]
fn overflow_shows_with_the_next_packet() {
    Namespace::new().run(|| {
        let mut stage = Stage::new();
        stage.send(SENT);
        let received = stage.reader.drain().len();
        stage.send(1);
        stage.reader.one();
        assert_eq!(received + stage.reader.totals.drops as usize, SENT);
        assert_eq!(stage.take_drops(), 0, "told once");
    });
}

/// The counter read from the socket may be newer than those of packets still queued.
#[test]
fn drops_read_early_are_not_counted_twice() {
    Namespace::new().run(|| {
        let mut stage = Stage::new();
        stage.send(SENT);
        let early = stage.take_drops();
        let received = stage.reader.drain().len();
        stage.send(1);
        stage.reader.one();
        assert_eq!(stage.reader.totals.drops, 0);
        assert_eq!(received + early, SENT);
    });
}

#[test]
fn the_buffer_grows_while_packets_are_queued() {
    Namespace::new().run(|| {
        let mut stage = Stage::new();
        stage.send(10);
        let room = BufferGrant::bytes_for(SENT);
        let grant = stage
            .reader
            .socket
            .resize_buffer(room)
            .expect("an open socket");
        assert!(!grant.is_short());
        stage.send(SENT - 10);
        assert_eq!(stage.reader.drain().len(), SENT);
        assert_eq!(stage.take_drops(), 0);
    });
}

#[test]
fn root_gets_more_than_the_sysctl_allows() {
    Namespace::new().run(|| {
        let spec = GroupSpec {
            receive_buffer: 64 << 20,
            ..group(Family::V4, 0, 2)
        };
        let grant = SocketSet::open(spec).expect("a free port").buffer();
        assert_eq!(
            grant,
            BufferGrant {
                asked: 64 << 20,
                granted: 64 << 20
            }
        );
    });
}

#[test]
fn without_the_right_the_shortage_is_told() {
    Namespace::new().run(|| {
        renounce(CapabilitySet::NET_ADMIN);
        let socket: RxSocket = open(Family::V4, 0, 1).remove(0);
        let grant = socket.resize_buffer(1 << 30).expect("an open socket");
        let sysctl = std::fs::read_to_string("/proc/sys/net/core/rmem_max").expect("readable");
        assert!(grant.is_short());
        assert_eq!(grant.granted, sysctl.trim().parse().expect("a number"));
    });
}

#[test]
fn without_the_right_to_send_the_error_names_it() {
    Namespace::new().run(|| {
        renounce(CapabilitySet::NET_RAW);
        let error = TxBatch::open().expect_err("no right").to_string();
        assert!(error.contains("CAP_NET_RAW"), "{error}");
    });
}
