//! Whole frames as they arrive on a cable.

use std::{
    io::{self, Read},
    time::Instant,
};

use socket2::{Domain, Protocol, Socket, Type};

use super::LIMIT;

const ETH_P_ALL: u16 = 3;

/// A packet socket on all interfaces of the namespace it was opened in.
pub(crate) struct Capture(Socket);

impl Capture {
    pub(crate) fn open() -> Self {
        let protocol = Protocol::from(i32::from(ETH_P_ALL.to_be()));
        let socket = Socket::new(Domain::PACKET, Type::RAW, Some(protocol));
        let socket = socket.expect("root may capture");
        socket.set_read_timeout(Some(LIMIT)).expect("a valid time");
        Self(socket)
    }

    /// The next frame that carries UDP.
    pub(crate) fn udp_frame(&mut self) -> Vec<u8> {
        const ETHERNET: usize = 14;
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            let mut frame = vec![0; 65536];
            let length = match self.0.read(&mut frame) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                result => result.expect("a frame in time"),
            };
            frame.truncate(length);
            let protocol = match frame[12..14] {
                [0x08, 0x00] => frame[ETHERNET + 9],
                [0x86, 0xdd] => frame[ETHERNET + 6],
                _ => 0,
            };
            if protocol == 17 {
                return frame;
            }
        }
        panic!("no UDP frame");
    }
}
