//! What was on the wire: recorded by `dumpcap`, decoded by `tshark`, so that no code of ours judges itself.

mod growing;

use std::cell::RefCell;
use std::fmt;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::bystander::{Bystander, Noise};
use crate::command::run;
use crate::process::Signal;
use crate::wait::eventually;
use crate::{End, Error, Process, Result, State};
use growing::Growing;

/// Only BFD control packets; everything else on the link is nobody's concern here.
const FILTER: &str = "udp dst port 3784 or udp dst port 4784";

/// Longest time the recorder keeps a portion to itself, several times over.
const SETTLING: Duration = Duration::from_secs(2);
/// Pause between two looks at what it has written.
const PORTION: Duration = Duration::from_millis(100);

/// Columns asked of tshark, in the order [`Frame::parse`] reads them.
const FIELDS: [&str; 34] = [
    "frame.time_epoch",
    "ip.src",
    "ipv6.src",
    "ip.dst",
    "ipv6.dst",
    "ip.ttl",
    "ipv6.hlim",
    "ip.dsfield.dscp",
    "ipv6.tclass.dscp",
    "ip.checksum.status",
    "udp.checksum.status",
    "udp.srcport",
    "udp.dstport",
    "udp.length",
    "eth.src",
    "ip.flags.df",
    "bfd.version",
    "bfd.diag",
    "bfd.sta",
    "bfd.flags.p",
    "bfd.flags.f",
    "bfd.flags.c",
    "bfd.flags.a",
    "bfd.flags.d",
    "bfd.flags.m",
    "bfd.detect_time_multiplier",
    "bfd.message_length",
    "bfd.my_discriminator",
    "bfd.your_discriminator",
    "bfd.desired_min_tx_interval",
    "bfd.required_min_rx_interval",
    "bfd.required_min_echo_interval",
    "udp.payload",
    "frame.number",
];

/// A recording of one interface, both directions.
#[derive(Debug)]
pub struct Capture {
    process: Process,
    recording: RefCell<Growing>,
    bystander: Bystander,
}

/// A complete recording, and how noisy the machine was meanwhile.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Every packet, in order.
    pub frames: Vec<Frame>,
    /// What a bystander saw.
    pub noise: Noise,
}

impl Recording {
    /// Reads a file that somebody else recorded, or still records.
    ///
    /// # Errors
    /// `tshark` fails.
    pub fn read(file: &Path, noise: Noise) -> Result<Self> {
        let frames = decode(file)?;
        Ok(Self { frames, noise })
    }
}

impl Capture {
    /// Starts recording at an end of a link and returns when it does.
    ///
    /// # Errors
    /// `dumpcap` is missing or cannot record.
    pub fn start(end: &End) -> Result<Self> {
        Self::start_only(end, FILTER)
    }

    /// The same, but only what this filter of libpcap lets through.
    ///
    /// # Errors
    /// `dumpcap` is missing, cannot record or does not know such a filter.
    pub fn start_only(end: &End, filter: &str) -> Result<Self> {
        let namespace = end.namespace();
        let name = format!("capture-{}", end.interface());
        let file = namespace.folder().join(format!("{name}.pcapng"));
        let path = file.display().to_string();
        let args = ["-i", end.interface(), "-f", filter, "-w", &path];
        let dumpcap = Path::new("dumpcap");
        let mut process = Process::start(namespace, &name, dumpcap, &args, namespace.folder())?;
        // It names the file once the interface is open.
        eventually("dumpcap to record", || {
            if let Err(ended) = process.check_alive() {
                return Ok(Err(ended));
            }
            let log = process.log();
            log.contains("File: ").then_some(Ok(())).ok_or(log)
        })??;
        let bystander = Bystander::start();
        Ok(Self {
            process,
            recording: RefCell::new(Growing::new(file)),
            bystander,
        })
    }

    /// What has been written to the file so far; the last fraction of a second may still be missing.
    ///
    /// # Errors
    /// `tshark` fails.
    pub fn frames(&self) -> Result<Vec<Frame>> {
        self.recording.borrow_mut().look().map(<[Frame]>::to_vec)
    }

    /// Waits until the recording satisfies `probe`, which says what it misses.
    ///
    /// # Errors
    /// It never does.
    pub fn wait_for<T>(
        &self,
        what: &str,
        mut probe: impl FnMut(&[Frame]) -> std::result::Result<T, String>,
    ) -> Result<T> {
        eventually(what, || {
            let mut recording = self.recording.borrow_mut();
            probe(recording.look().map_err(|error| error.to_string())?)
        })
    }

    /// The recorder gets packets in portions and drops an unfinished one when it is told to end. A
    /// packet from after now shows that all until now are in the file; so does a long silence.
    fn settle(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let end = Instant::now() + SETTLING;
        while Instant::now() < end {
            let mut recording = self.recording.borrow_mut();
            let last = recording.look().ok().and_then(<[Frame]>::last);
            if last.is_some_and(|frame| frame.at > now) {
                return;
            }
            sleep(PORTION);
        }
    }

    /// Ends the recording and returns all of it up to now.
    ///
    /// # Errors
    /// `dumpcap` does not end, or `tshark` fails.
    pub fn stop(mut self) -> Result<Recording> {
        self.settle();
        self.process.signal(Signal::INT)?;
        self.process.wait(crate::PATIENCE)?;
        let frames = self.frames()?;
        let noise = self.bystander.stop();
        Ok(Recording { frames, noise })
    }
}

/// A BFD packet as seen on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When the kernel saw it, since the epoch.
    pub at: Duration,
    /// Number in the recording, for people who open the file.
    pub number: u32,
    /// Ethernet source.
    pub mac: String,
    /// IP source.
    pub source: IpAddr,
    /// IP destination.
    pub destination: IpAddr,
    /// TTL or hop limit.
    pub ttl: u8,
    /// Differentiated services code point.
    pub dscp: u8,
    /// Neither the IP header's nor UDP's checksum is wrong.
    pub checksums_good: bool,
    /// IPv4 Don't Fragment.
    pub dont_fragment: bool,
    /// UDP source port.
    pub source_port: u16,
    /// UDP destination port.
    pub destination_port: u16,
    /// UDP payload in octets.
    pub payload: Vec<u8>,
    /// The control packet in it, if tshark could read one.
    pub control: Option<Control>,
}

/// The fields of a control packet (RFC 5880 §4.1); intervals in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the RFC's own names")]
pub struct Control {
    pub version: u8,
    pub diagnostic: u8,
    pub state: State,
    pub poll: bool,
    pub final_: bool,
    pub control_plane_independent: bool,
    pub authenticated: bool,
    pub demand: bool,
    pub multipoint: bool,
    pub multiplier: u8,
    pub length: u8,
    pub mine: u32,
    pub yours: u32,
    pub desired_tx: u32,
    pub required_rx: u32,
    pub required_echo_rx: u32,
}

impl Frame {
    /// Time since an earlier frame; zero if it was not earlier.
    #[must_use]
    pub const fn since(&self, earlier: &Self) -> Duration {
        self.at.saturating_sub(earlier.at)
    }

    fn parse(line: &str) -> Option<Self> {
        let mut columns = [""; FIELDS.len()];
        for (column, text) in columns.iter_mut().zip(line.split('\t')) {
            // The outermost value is the first; an ICMP error, for one, would carry two.
            *column = text.split(',').next().unwrap_or_default();
        }
        let [at, src4, src6, dst4, dst6, ttl4, ttl6, dscp4, dscp6, ..] = columns;
        let [.., payload, number] = columns;
        Some(Self {
            at: epoch(at)?,
            number: number.parse().ok()?,
            mac: columns[14].to_owned(),
            source: either(src4, src6)?,
            destination: either(dst4, dst6)?,
            ttl: either(ttl4, ttl6)?,
            dscp: either(dscp4, dscp6)?,
            checksums_good: columns[9..=10]
                .iter()
                .all(|status| matches!(*status, "1" | "")),
            dont_fragment: flag(columns[15]),
            source_port: columns[11].parse().ok()?,
            destination_port: columns[12].parse().ok()?,
            payload: octets(payload)?,
            control: Control::parse(&columns[16..32]),
        })
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.source, self.destination);
        write!(f, "{from} > {to}: ")?;
        let Some(control) = &self.control else {
            return f.write_str("no control packet");
        };
        let Control {
            state,
            diagnostic,
            mine,
            yours,
            multiplier,
            ..
        } = control;
        let (tx, rx) = (control.desired_tx, control.required_rx);
        write!(
            f,
            "{state:?} diag {diagnostic} {mine:#x}>{yours:#x} x{multiplier} tx {tx} rx {rx}"
        )?;
        f.write_str(if control.poll { " P" } else { "" })?;
        f.write_str(if control.final_ { " F" } else { "" })
    }
}

impl Control {
    fn parse(columns: &[&str]) -> Option<Self> {
        let flags = |at: usize| flag(columns[at]);
        Some(Self {
            version: number(columns[0])?,
            diagnostic: number(columns[1])?,
            state: State::from_bits(number(columns[2])?),
            poll: flags(3),
            final_: flags(4),
            control_plane_independent: flags(5),
            authenticated: flags(6),
            demand: flags(7),
            multipoint: flags(8),
            multiplier: number(columns[9])?,
            length: number(columns[10])?,
            mine: number(columns[11])?,
            yours: number(columns[12])?,
            desired_tx: number(columns[13])?,
            required_rx: number(columns[14])?,
            required_echo_rx: number(columns[15])?,
        })
    }
}

fn decode(file: &Path) -> Result<Vec<Frame>> {
    let path = file.display().to_string();
    let mut args = vec!["-n", "-r", &path, "-T", "fields", "-Y", "udp"];
    args.extend([
        "-o",
        "udp.check_checksum:TRUE",
        "-o",
        "ip.check_checksum:TRUE",
    ]);
    for field in FIELDS {
        args.extend(["-e", field]);
    }
    let shown = match run("tshark", &args) {
        Ok(shown) => shown,
        // A file that is still written may end in the middle of a record; the rest of it is good.
        Err(Error::Command { output, .. }) if output.contains("cut short") => output,
        Err(error) => return Err(error),
    };
    Ok(shown.lines().filter_map(Frame::parse).collect())
}

fn either<T: FromStr>(one: &str, other: &str) -> Option<T> {
    let text = if one.is_empty() { other } else { one };
    text.parse().ok()
}

/// tshark prints some numbers in hexadecimal.
fn number<T: TryFrom<u32>>(text: &str) -> Option<T> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => text.parse().ok()?,
    };
    T::try_from(number).ok()
}

fn flag(text: &str) -> bool {
    matches!(text, "1" | "True")
}

fn epoch(text: &str) -> Option<Duration> {
    let (seconds, fraction) = text.split_once('.')?;
    let nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(Duration::new(seconds.parse().ok()?, nanos))
}

fn octets(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}
