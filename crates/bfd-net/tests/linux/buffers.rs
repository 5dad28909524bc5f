//! Receive buffers: size, overflow and what is known of it.

use bfd_net::{BufferGrant, Family, GroupSpec, RxSocket, SocketSet, TxBatch};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

use crate::support::{Namespace, PAYLOAD, Reader, egress, flush, group, open};

fn send(count: usize) {
    let mut batch = TxBatch::open().expect("root may send");
    for _ in 0..count {
        batch.push(&egress("127.0.0.1", "127.0.0.1"), &PAYLOAD, 0);
    }
    flush(&mut batch);
}

fn small_buffer() -> Reader {
    let spec = GroupSpec {
        receive_buffer: 16 * 1024,
        ..group(Family::V4, 3784, 1)
    };
    Reader::new(
        SocketSet::open(spec)
            .expect("a free port")
            .into_sockets()
            .remove(0),
    )
}

/// Gives up a right on this thread only.
fn renounce(right: CapabilitySet) {
    let mut sets = capabilities(None).expect("own capabilities");
    sets.effective.remove(right);
    set_capabilities(None, sets).expect("rights may be given up");
}

#[test]
fn overflow_is_counted_to_the_packet() {
    const SENT: usize = 1000;
    Namespace::new().run(|| {
        let mut reader = small_buffer();
        send(SENT);
        let received = reader.drain().len();
        assert!(
            (1..SENT).contains(&received),
            "{received} fitted into a small buffer"
        );
        assert_eq!(
            reader.totals.drops, 0,
            "queued packets are older than the drops"
        );
        let drops = reader.socket.take_drops().expect("an open socket");
        assert_eq!(received + drops as usize, SENT);
        assert_eq!(
            reader.socket.take_drops().expect("an open socket"),
            0,
            "told once"
        );
    });
}

#[test]
fn overflow_shows_with_the_next_packet() {
    const SENT: usize = 1000;
    Namespace::new().run(|| {
        let mut reader = small_buffer();
        send(SENT);
        let received = reader.drain().len();
        send(1);
        reader.wait_for(1);
        assert_eq!(received + reader.totals.drops as usize, SENT);
        assert_eq!(
            reader.socket.take_drops().expect("an open socket"),
            0,
            "told once"
        );
    });
}

/// The counter read from the socket may be newer than those of packets still queued.
#[test]
fn drops_read_early_are_not_counted_twice() {
    const SENT: usize = 1000;
    Namespace::new().run(|| {
        let mut reader = small_buffer();
        send(SENT);
        let early = reader.socket.take_drops().expect("an open socket");
        let received = reader.drain().len();
        send(1);
        reader.wait_for(1);
        assert_eq!(reader.totals.drops, 0);
        assert_eq!(received + early as usize, SENT);
    });
}

#[test]
fn the_buffer_grows_while_packets_are_queued() {
    const SENT: usize = 2000;
    Namespace::new().run(|| {
        let mut reader = small_buffer();
        send(10);
        let grant = reader
            .socket
            .resize_buffer(BufferGrant::bytes_for(SENT))
            .expect("open");
        assert!(!grant.is_short());
        send(SENT - 10);
        assert_eq!(reader.wait_for(SENT).len(), SENT);
        assert_eq!(reader.socket.take_drops().expect("an open socket"), 0);
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
