//! A flood of packets that no session may believe.

use std::io::IoSlice;
use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use bfd_testbed::Result;
use rustix::fd::OwnedFd;
use rustix::net::addr::SocketAddrArg as _;
use rustix::net::{
    AddressFamily, MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny, SocketAddrV4,
    SocketType, ipproto, sendmmsg, socket,
};

use crate::field::{Field, Pace};
use crate::inside::inside;
use crate::row::Row;
use crate::scale::{Scale, Size};

/// Datagrams handed to the kernel at once.
const BATCH: usize = 64;
/// Different packets, made beforehand: to make them costs more than to send them.
const FORMS: u64 = 64_000;
/// IPv4 and UDP headers, and a control packet without authentication.
const HEADERS: usize = 28;
const FRAME: usize = HEADERS + 24;
/// Codes of RFC 5880 §4.1.
const DOWN: u8 = 1;
const UP: u8 = 3;

fn scale(size: Size) -> Scale {
    let small = Scale::new(100, Pace::CALM).amount(20_000).seconds(8);
    let full = Scale::new(1000, Pace::FAST).amount(200_000).seconds(20);
    size.choose(small, full)
}

pub(crate) fn play(size: Size) -> Result<Row> {
    let scale = scale(size);
    let field = Field::new(scale)?;
    let discriminators = discriminators(&field);
    let rate = scale.amount;
    let flood = |time| {
        inside(&field.them.namespace, || {
            flood(&discriminators, scale.sessions, rate, time)
        })
    };
    let counted = field.us.page();
    let warm = flood(scale.time / 4);
    let before = field.us.memory();
    let begin = Instant::now();
    let sent = flood(scale.time);
    let rate = u128::from(sent) * 1000 / begin.elapsed().as_millis();
    let sent = warm + sent;
    // The rest the kernel may have lost on its own way.
    let page = field.us.wait("the junk to be counted", |page| {
        page.refused() - counted.refused() >= sent / 2
    })?;
    let refused = page.refused() - counted.refused();
    let drops = |page: &crate::metrics::Page| page.sum("gobfd_engine_socket_drops_total", "");
    let dropped = drops(&page) - drops(&counted);
    for reason in REASONS {
        let label = format!("reason=\"{reason}\"");
        let of = |page: &crate::metrics::Page| page.sum("gobfd_bfd_discards_total", &label);
        assert!(of(&page) > of(&counted), "no junk was refused as {reason}");
    }
    let what = format!(
        "{sent} junk packets, {rate} a second of {} wanted, {refused} refused, {dropped} of them unread",
        scale.amount
    );
    field.judge(what, before)
}

/// Rules that the junk must break one by one.
const REASONS: [&str; 7] = [
    "ttl",
    "truncated",
    "version",
    "zero_detect_mult",
    "unknown_discriminator",
    "unknown_peer",
    "zero_your_discriminator",
];

/// Our discriminators, as an attacker who reads along knows them.
fn discriminators(field: &Field) -> Vec<u32> {
    crate::clients::runtime().block_on(async {
        let sessions = field.us.client().sessions().await.expect("a list");
        sessions
            .iter()
            .map(|session| session.local_discriminator)
            .collect()
    })
}

/// Sends junk at an even pace; returns how many packets.
fn flood(discriminators: &[u32], sessions: u32, rate: u32, time: Duration) -> u64 {
    let socket = socket(AddressFamily::INET, SocketType::RAW, Some(ipproto::RAW));
    let socket = socket.expect("root may send whole IP packets");
    let frames: Vec<_> = (0..FORMS)
        .map(|number| frame(number, discriminators, sessions))
        .collect();
    let mut batches = frames.chunks(BATCH).cycle();
    let begin = Instant::now();
    let mut sent = 0;
    while begin.elapsed() < time {
        let due = begin.elapsed().as_micros() * u128::from(rate) / 1_000_000;
        while u128::from(sent) < due && begin.elapsed() < time {
            sent += batches.next().map_or(0, |frames| batch(&socket, frames));
        }
        thread::sleep(Duration::from_micros(200));
    }
    sent
}

/// What the kernel refuses of a batch under this load is junk all the same, and not counted.
fn batch(socket: &OwnedFd, frames: &[([u8; FRAME], usize)]) -> u64 {
    let slices: Vec<_> = frames
        .iter()
        .map(|(frame, length)| [IoSlice::new(&frame[..*length])])
        .collect();
    let to: SocketAddrAny = SocketAddrV4::new(Ipv4Addr::new(10, 1, 0, 1), 0).as_any();
    let mut nothing: Vec<_> = frames
        .iter()
        .map(|_| SendAncillaryBuffer::default())
        .collect();
    let mut messages: Vec<_> = slices
        .iter()
        .zip(&mut nothing)
        .map(|(slice, nothing)| MMsgHdr::new_with_addr(&to, slice, nothing))
        .collect();
    sendmmsg(socket, &mut messages, SendFlags::empty()).map_or(0, |sent| sent as u64)
}

/// A whole IP packet and its length. The number decides about its form and about the session.
///
/// What no form does is forge a packet that is legal to the last bit: without authentication that is
/// the peer's own (RFC 5880 §9).
fn frame(number: u64, discriminators: &[u32], sessions: u32) -> ([u8; FRAME], usize) {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let low = u32::try_from(mixed >> 32).expect("32 bits");
    let session = low % sessions;
    let ours = host(1, session);
    let (peer, stranger) = (host(2, session), Ipv4Addr::from(0x0a05_0000 | low & 0xffff));
    let known = discriminators[low as usize % discriminators.len()];
    let unknown = low | 0x8000_0001;
    let mut octets = [0; FRAME];
    let mut length = FRAME;
    let form = number % 10;
    let (source, port, ttl, state, yours) = match form {
        0 => (stranger, 4784, 255, DOWN, 0),
        1 => (stranger, 4784, 255, UP, unknown),
        2 => (peer, 4784, 255, UP, unknown),
        3 => (peer, 4784, 255, UP, 0),
        4 => (peer, 3784, 255, DOWN, 0),
        5 => (peer, 4784, 64, DOWN, 0),
        6 => (peer, 4784, 64, DOWN, known),
        _ => (peer, 4784, 255, DOWN, known),
    };
    control(&mut octets[HEADERS..], state, low | 1, yours);
    match form {
        7 => length = HEADERS + 1 + low as usize % 23,
        8 => octets[HEADERS] = 0xff,
        9 => octets[HEADERS + 2] = 0,
        _ => {}
    }
    headers(&mut octets[..length], (source, ours), port, ttl);
    (octets, length)
}

fn host(side: u8, session: u32) -> Ipv4Addr {
    let [high, low] =
        [session / 250, session % 250 + 1].map(|part| u8::try_from(part).expect("below 251"));
    Ipv4Addr::new(10, side, high, low)
}

/// RFC 5880 §4.1.
fn control(octets: &mut [u8], state: u8, mine: u32, yours: u32) {
    octets[..4].copy_from_slice(&[0x20, state << 6, 3, 24]);
    octets[4..8].copy_from_slice(&mine.to_be_bytes());
    octets[8..12].copy_from_slice(&yours.to_be_bytes());
    octets[12..16].copy_from_slice(&1_000_000_u32.to_be_bytes());
    octets[16..20].copy_from_slice(&1_000_000_u32.to_be_bytes());
}

/// The kernel fills in the checksum and the identification; UDP's checksum may be absent.
fn headers(frame: &mut [u8], (source, destination): (Ipv4Addr, Ipv4Addr), port: u16, ttl: u8) {
    let [total, datagram] =
        [frame.len(), frame.len() - 20].map(|length| u16::try_from(length).expect("short"));
    frame[0] = 0x45;
    frame[2..4].copy_from_slice(&total.to_be_bytes());
    frame[8] = ttl;
    frame[9] = 17;
    frame[12..16].copy_from_slice(&source.octets());
    frame[16..20].copy_from_slice(&destination.octets());
    frame[20..22].copy_from_slice(&50_000_u16.to_be_bytes());
    frame[22..24].copy_from_slice(&port.to_be_bytes());
    frame[24..26].copy_from_slice(&datagram.to_be_bytes());
}
