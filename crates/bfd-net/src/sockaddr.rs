//! Socket addresses as the octets the kernel reads and writes (`sockaddr_in`, `sockaddr_in6`).
//!
//! Octets instead of the C structures keep every conversion in safe code. Any thread.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

const V4_LEN: u8 = 16;
const V6_LEN: u8 = 28;

/// Room for either address, aligned as the kernel's structures are.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(4))]
pub(crate) struct RawAddr([u8; V6_LEN as usize]);

impl RawAddr {
    pub(crate) const EMPTY: Self = Self([0; V6_LEN as usize]);

    /// Octets available, the length to offer when receiving.
    pub(crate) const CAPACITY: u32 = V6_LEN as u32;

    /// Encodes a destination of a raw socket; returns the octets used.
    ///
    /// The port stays zero: raw IPv6 sockets refuse any other value than zero or their protocol.
    pub(crate) fn set_destination(&mut self, address: IpAddr, scope: u32) -> u32 {
        self.0 = [0; V6_LEN as usize];
        match address {
            IpAddr::V4(ip) => {
                self.0[..2].copy_from_slice(&family_octets(libc::AF_INET));
                self.0[4..8].copy_from_slice(&ip.octets());
                V4_LEN.into()
            }
            IpAddr::V6(ip) => {
                self.0[..2].copy_from_slice(&family_octets(libc::AF_INET6));
                self.0[8..24].copy_from_slice(&ip.octets());
                self.0[24..28].copy_from_slice(&scope.to_ne_bytes());
                V6_LEN.into()
            }
        }
    }

    /// Decodes what the kernel wrote; `None` for a family that is not IP.
    pub(crate) fn decode(&self) -> Option<SocketAddr> {
        let port = u16::from_be_bytes([self.0[2], self.0[3]]);
        match i32::from(u16::from_ne_bytes([self.0[0], self.0[1]])) {
            libc::AF_INET => Some(SocketAddrV4::new(self.ipv4(), port).into()),
            libc::AF_INET6 => Some(SocketAddrV6::new(self.ipv6(), port, 0, self.scope()).into()),
            _ => None,
        }
    }

    fn ipv4(&self) -> Ipv4Addr {
        Ipv4Addr::from(*self.field::<4>(4))
    }

    fn ipv6(&self) -> Ipv6Addr {
        Ipv6Addr::from(*self.field::<16>(8))
    }

    fn scope(&self) -> u32 {
        u32::from_ne_bytes(*self.field::<4>(24))
    }

    fn field<const N: usize>(&self, at: usize) -> &[u8; N] {
        self.0[at..]
            .first_chunk()
            .expect("fields lie inside the array")
    }
}

fn family_octets(family: libc::c_int) -> [u8; 2] {
    u16::try_from(family)
        .expect("address families are small numbers")
        .to_ne_bytes()
}
