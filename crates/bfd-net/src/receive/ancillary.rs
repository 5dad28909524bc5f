//! Ancillary data of received datagrams, decoded from the kernel's octets in safe code.

use std::net::IpAddr;

use crate::WallNanos;

/// Header of a control message: length as `size_t`, level and type as `int`.
const HEADER: usize = size_of::<usize>() + 2 * size_of::<i32>();

/// Room for all messages we switch on: packet info, TTL, stamp, drop counter; aligned for them.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Control(pub(super) [u8; Self::CAPACITY]);

impl Control {
    pub(super) const CAPACITY: usize = 128;
    pub(super) const EMPTY: Self = Self([0; Self::CAPACITY]);
}

/// What the control messages of one datagram said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ancillary {
    pub(super) destination: Option<(IpAddr, u32)>,
    pub(super) ttl: Option<u8>,
    pub(super) stamp: Option<WallNanos>,
    pub(super) drop_counter: Option<u32>,
}

impl Ancillary {
    /// Decodes the messages in `octets`; unknown and damaged ones are passed over.
    pub(super) fn decode(octets: &[u8]) -> Self {
        Messages(octets).fold(Self::default(), Self::with)
    }

    fn with(mut self, message: Message<'_>) -> Self {
        let data = message.data;
        match (message.level, message.kind) {
            (libc::IPPROTO_IP, libc::IP_PKTINFO) => self.destination = packet_info_v4(data),
            (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => self.destination = packet_info_v6(data),
            (libc::IPPROTO_IP, libc::IP_TTL) | (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) => {
                self.ttl = i32_at(data, 0).and_then(|ttl| ttl.try_into().ok());
            }
            (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => self.stamp = timespec(data),
            (libc::SOL_SOCKET, libc::SO_RXQ_OVFL) => self.drop_counter = u32_at(data, 0),
            _ => {}
        }
        self
    }
}

/// One control message.
struct Message<'a> {
    level: i32,
    kind: i32,
    data: &'a [u8],
}

/// Iterator over the control messages in a buffer.
struct Messages<'a>(&'a [u8]);

impl<'a> Iterator for Messages<'a> {
    type Item = Message<'a>;

    fn next(&mut self) -> Option<Message<'a>> {
        let length = usize::from_ne_bytes(*self.0.first_chunk()?);
        let level = i32_at(self.0, size_of::<usize>())?;
        let kind = i32_at(self.0, size_of::<usize>() + size_of::<i32>())?;
        let data = self.0.get(HEADER..length)?;
        self.0 = self
            .0
            .get(length.next_multiple_of(size_of::<usize>())..)
            .unwrap_or_default();
        Some(Message { level, kind, data })
    }
}

/// `in_pktinfo`: interface, local address, destination of the header.
fn packet_info_v4(data: &[u8]) -> Option<(IpAddr, u32)> {
    let address: [u8; 4] = octets_at(data, 8)?;
    Some((IpAddr::from(address), u32_at(data, 0)?))
}

/// `in6_pktinfo`: destination of the header, interface.
fn packet_info_v6(data: &[u8]) -> Option<(IpAddr, u32)> {
    let address: [u8; 16] = octets_at(data, 0)?;
    Some((IpAddr::from(address), u32_at(data, 16)?))
}

fn timespec(data: &[u8]) -> Option<WallNanos> {
    const FIELD: usize = size_of::<libc::time_t>();
    let seconds = libc::time_t::from_ne_bytes(octets_at(data, 0)?);
    let nanos = libc::c_long::from_ne_bytes(octets_at(data, FIELD)?);
    let seconds = u64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?;
    seconds
        .checked_add(u64::try_from(nanos).ok()?)
        .map(WallNanos)
}

fn u32_at(octets: &[u8], at: usize) -> Option<u32> {
    octets_at(octets, at).map(u32::from_ne_bytes)
}

fn i32_at(octets: &[u8], at: usize) -> Option<i32> {
    octets_at(octets, at).map(i32::from_ne_bytes)
}

fn octets_at<const N: usize>(octets: &[u8], at: usize) -> Option<[u8; N]> {
    octets.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests;
