//! The codec against its own inverse; the byte-exact vectors are in `tests/vectors.rs`.

extern crate std;

use super::*;
use proptest::prelude::*;

fn packet() -> impl Strategy<Value = ControlPacket<'static>> {
    let flags = any::<[bool; 4]>();
    let ids = (any::<u8>(), 0_u8..4, 1_u8..=255, 1_u32.., any::<u32>());
    (flags, ids, any::<[u32; 3]>()).prop_map(|(flags, (diag, state, mult, my, your), times)| {
        let state = State::from_bits(state);
        let zero_is_legal = matches!(state, State::Down | State::AdminDown);
        ControlPacket {
            diagnostic: Diagnostic::from_bits(diag),
            state,
            poll: flags[0],
            final_: flags[1],
            control_plane_independent: flags[2],
            demand: flags[3],
            detect_mult: DetectMult::new(mult).unwrap(),
            my_discriminator: Discriminator::new(my).unwrap(),
            your_discriminator: Discriminator::new(if zero_is_legal { your } else { your | 1 }),
            desired_min_tx: Micros(times[0]),
            required_min_rx: Micros(times[1]),
            required_min_echo_rx: Micros(times[2]),
            auth: None,
        }
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(packet in packet(), padding in 0_usize..64) {
        let mut octets = [0; HEADER_LEN + 64];
        let length = packet.write(&mut octets);
        prop_assert_eq!(length, HEADER_LEN);
        prop_assert_eq!(ControlPacket::parse(&octets[..length + padding]), Ok(packet));
    }

    #[test]
    fn any_octets_are_read_without_panic(octets in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(packet) = ControlPacket::parse(&octets) {
            let _ = packet.auth.map(|auth| auth.section());
            let mut again = [0; 256];
            let length = packet.write(&mut again);
            // Octets inside Length without the A bit are legal and are not kept.
            prop_assert_eq!(ControlPacket::parse(&again[..length]), Ok(packet));
        }
    }
}

#[test]
fn both_first_octets_round_trip_exhaustively() {
    let mut octets = [0_u8; HEADER_LEN];
    octets[2] = 3;
    octets[3] = 24;
    octets[7] = 1;
    octets[11] = 1;
    for first in 0x20..0x40 {
        for second in (0..=u8::MAX).filter(|flags| flags & 0b101 == 0) {
            octets[0] = first;
            octets[1] = second;
            let packet = ControlPacket::parse(&octets).unwrap();
            let mut again = [0; HEADER_LEN];
            assert_eq!(packet.write(&mut again), HEADER_LEN);
            assert_eq!(again, octets);
        }
    }
}
