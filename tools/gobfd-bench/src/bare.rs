//! The yardstick: a loop that does nothing but `sendmmsg` and `recvmmsg` at the daemon's rate.
//!
//! It keeps no state, judges nothing and wakes by the clock alone, so that every call moves as many
//! packets as a millisecond brings: a daemon cannot be cheaper than this by honest means.

use bfd_net::{Egress, Family, GroupSpec, MonoNanos, Poller, RxBatch, SocketSet, TxBatch};
use bfd_packet::{ControlPacket, Diagnostic, Discriminator, HEADER_LEN, State};

use crate::load::Load;
use crate::peer::Pace;
use crate::wire::PORT;

/// How often the loop wakes to send what is due; nanoseconds.
const TICK: u64 = 1_000_000;

/// Sends to all peers, each at the mean rate of a jittered session, and
/// takes in what comes, until `seconds` have passed.
pub(crate) fn run(load: Load, seconds: u64) -> anyhow::Result<()> {
    let pace = load.pace()?;
    let spec = GroupSpec {
        family: Family::V4,
        port: PORT,
        workers: std::num::NonZeroU16::MIN,
        receive_buffer: 16 << 20,
    };
    let mut sockets = SocketSet::open(spec)?.into_sockets();
    let mut poller = Poller::new()?;
    let (mut rx, mut tx) = (RxBatch::new(), TxBatch::open()?);
    let payload = payload(pace);
    let begin = MonoNanos::now().0;
    let round = u64::from(pace.interval.0) * 1000 * 7 / 8;
    let mut sent = 0;
    loop {
        let now = MonoNanos::now().0;
        if now - begin >= seconds * 1_000_000_000 {
            return Ok(());
        }
        let due = u128::from(now - begin) * u128::from(load.count) / u128::from(round);
        while sent < due {
            let peer = u32::try_from(sent % u128::from(load.count)).unwrap_or(0);
            tx.push(&egress(load, peer), &payload, peer);
            sent += 1;
        }
        tx.flush(|_, _| {});
        let _ = poller.wait(Some(MonoNanos(now + TICK)))?.len();
        for socket in &mut sockets {
            while rx.recv(socket)?.is_full() {}
        }
    }
}

fn egress(load: Load, peer: u32) -> Egress {
    Egress {
        local: load.daemon.into(),
        peer: load.addresses().peer(peer).into(),
        ifindex: 0,
        source_port: 49_152,
        destination_port: PORT,
        dont_fragment: false,
    }
}

/// What a session that is Up sends all the time.
fn payload(pace: Pace) -> [u8; HEADER_LEN] {
    let one = Discriminator::new(1);
    let packet = ControlPacket {
        diagnostic: Diagnostic::NONE,
        state: State::Up,
        poll: false,
        final_: false,
        control_plane_independent: false,
        demand: false,
        detect_mult: pace.detect_mult,
        my_discriminator: one.expect("one is not zero"),
        your_discriminator: one,
        desired_min_tx: pace.interval,
        required_min_rx: pace.interval,
        required_min_echo_rx: bfd_packet::Micros(0),
        auth: None,
    };
    let mut octets = [0; HEADER_LEN];
    let _ = packet.write(&mut octets);
    octets
}
