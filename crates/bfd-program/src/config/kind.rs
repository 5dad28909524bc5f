//! The kinds of values a key can take: how each is read, and how it is described.
//!
//! A kind reads text, wherever the text came from. It never guesses: what it does not accept it
//! answers with the form it expects.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime};

use ipnet::IpNet;

use super::duration;
use super::grpc_target::GrpcTarget;
use super::listen::ListenAddress;
use super::threshold::Threshold;

/// The kind of value of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number within bounds, both included.
    Integer {
        /// Least.
        min: u64,
        /// Greatest.
        max: u64,
    },
    /// 0 for "off", else a whole number within bounds.
    OffOr {
        /// Least.
        min: u64,
        /// Greatest.
        max: u64,
    },
    /// `auto`, else a whole number within bounds.
    AutoOr {
        /// Least.
        min: u64,
        /// Greatest.
        max: u64,
    },
    /// A positive number, decimals allowed.
    Decimal,
    /// A duration of 1 µs to 4 294 967 295 µs, whole microseconds, as packets carry it.
    Interval,
    /// Any duration.
    Duration,
    /// A moment of the wall clock (RFC 3339).
    Moment,
    /// One of the words, in this spelling.
    Word(&'static [&'static str]),
    /// One of the words, in upper or lower case.
    AnyCase(&'static [&'static str]),
    /// A TCP listen address.
    Listen,
    /// Where a gRPC server is found.
    GrpcTarget,
    /// An IP prefix.
    Prefix,
    /// The path of an HTTP URL.
    UrlPath,
    /// The absolute path of a Unix socket.
    SocketPath,
    /// The absolute path of a file.
    FilePath,
    /// Where an HTTP server is, without path.
    HttpUrl,
    /// A DNS name of lower case (RFC 1123), as systems name their objects.
    DnsName,
    /// A unicast IP address, optionally with a zone.
    Address,
    /// The name of a network interface.
    Interface,
    /// Any text.
    Text,
    /// Any text, never printed.
    Secret,
    /// A list of texts.
    Texts,
}

/// A value that its kind has accepted.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A number within the bounds of its kind; 0 for "off".
    Integer(u64),
    /// The word `auto`.
    Auto,
    /// Whole microseconds that fit 32 bits.
    Interval(Duration),
    /// Any duration.
    Duration(Duration),
    /// A moment of the wall clock.
    Moment(SystemTime),
    /// A positive number.
    Decimal(Threshold),
    /// One of the words of its kind, in the spelling of the kind.
    Word(&'static str),
    /// Where to listen.
    Listen(ListenAddress),
    /// Where a server is called.
    GrpcTarget(GrpcTarget),
    /// An IP prefix.
    Prefix(IpNet),
    /// An address, canonical.
    Address(Zoned),
    /// Text, also that of a path or a name.
    Text(String),
}

/// An address with the interface its zone names (`fe80::1%eth0`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zoned {
    /// The address; one that is IPv4-mapped was made IPv4.
    pub address: IpAddr,
    /// The name behind `%`.
    pub zone: Option<String>,
}

impl Kind {
    /// Reads `text`.
    ///
    /// # Errors
    /// The message for the operator: what was expected and what was found.
    pub fn read(self, text: &str) -> Result<Scalar, String> {
        self.accept(text).ok_or_else(|| match self {
            Self::Secret => format!("expected {}", self.expected()),
            Self::Interval | Self::Duration if is_bare_number(text) => format!(
                "expected {}; a number needs its unit: {text}ms or {text}us",
                self.expected()
            ),
            _ => format!("expected {}, found {}", self.expected(), quoted(text)),
        })
    }

    fn accept(self, text: &str) -> Option<Scalar> {
        match self {
            Self::Bool => boolean(text).map(Scalar::Bool),
            Self::Integer { min, max } => integer(text, min, max).map(Scalar::Integer),
            Self::OffOr { .. } if text == "0" => Some(Scalar::Integer(0)),
            Self::AutoOr { .. } if text == "auto" => Some(Scalar::Auto),
            Self::OffOr { min, max } | Self::AutoOr { min, max } => {
                integer(text, min, max).map(Scalar::Integer)
            }
            Self::Decimal => Threshold::parse(text).map(Scalar::Decimal),
            Self::Interval => interval(text).map(Scalar::Interval),
            Self::Duration => duration::parse(text).map(Scalar::Duration),
            Self::Moment => text
                .parse::<jiff::Timestamp>()
                .ok()
                .map(|moment| Scalar::Moment(moment.into())),
            Self::Word(words) => words.iter().find(|w| **w == text).map(|w| Scalar::Word(w)),
            Self::AnyCase(words) => words
                .iter()
                .find(|w| w.eq_ignore_ascii_case(text))
                .map(|w| Scalar::Word(w)),
            Self::Listen => ListenAddress::parse(text).map(Scalar::Listen),
            Self::GrpcTarget => GrpcTarget::parse(text).map(Scalar::GrpcTarget),
            Self::Prefix => prefix(text).map(Scalar::Prefix),
            Self::Address => zoned(text).map(Scalar::Address),
            Self::UrlPath => is_url_path(text).then(|| Scalar::Text(text.to_owned())),
            Self::SocketPath => is_socket_path(text).then(|| Scalar::Text(text.to_owned())),
            Self::FilePath => is_file_path(text).then(|| Scalar::Text(text.to_owned())),
            Self::HttpUrl => is_safe_url(text).then(|| Scalar::Text(text.to_owned())),
            Self::DnsName => is_dns_name(text).then(|| Scalar::Text(text.to_owned())),
            Self::Interface => is_interface(text).then(|| Scalar::Text(text.to_owned())),
            Self::Text | Self::Secret => Some(Scalar::Text(text.to_owned())),
            Self::Texts => None,
        }
    }

    /// The form of an acceptable value, to follow the word "expected".
    #[must_use]
    pub fn expected(self) -> String {
        match self {
            Self::Bool => "true or false".into(),
            Self::Integer { min, max } => format!("a whole number from {min} to {max}"),
            Self::OffOr { min, max } => format!("0 (off) or a whole number from {min} to {max}"),
            Self::AutoOr { min, max } => format!("auto or a whole number from {min} to {max}"),
            Self::Decimal => "a number above 0, such as 3 or 2.5".into(),
            Self::Interval => {
                "a duration in whole microseconds such as 300ms, from 1us to 4294967295us".into()
            }
            Self::Moment => "a time with its offset, such as 2026-01-31T12:00:00Z".into(),
            Self::Duration => "a duration such as 300ms, 1s or 1m30s".into(),
            Self::Word(words) => alternatives(words),
            Self::AnyCase(words) => format!("{} in upper or lower case", alternatives(words)),
            Self::Listen => {
                "HOST:PORT or :PORT, an IPv6 address in brackets, the port a number".into()
            }
            Self::GrpcTarget => "HOST:PORT or unix:PATH, an IPv6 address in brackets".into(),
            Self::Prefix => {
                "an IP prefix such as 198.51.100.1/32, the bits behind its length 0".into()
            }
            Self::UrlPath => "a path that begins with /, made of letters, digits and -._~/, \
                              other than /healthz and /readyz"
                .into(),
            Self::SocketPath => "an absolute path of at most 107 octets".into(),
            Self::FilePath => "an absolute path of at most 4095 octets".into(),
            Self::HttpUrl => {
                "https://HOST:PORT, or http://HOST:PORT with a loopback address".into()
            }
            Self::DnsName => {
                "a name of lower-case letters, digits, - and ., at most 253 octets".into()
            }
            Self::Address => "a unicast IPv4 or IPv6 address".into(),
            Self::Interface => {
                "an interface name of 1 to 15 octets without blanks, slash or colon".into()
            }
            Self::Text | Self::Secret => "text".into(),
            Self::Texts => "a list of texts".into(),
        }
    }
}

/// Bits behind the length are a typing error, which of address and length nobody can tell.
fn prefix(text: &str) -> Option<IpNet> {
    let net: IpNet = text.parse().ok()?;
    (net.trunc() == net).then_some(net)
}

fn alternatives(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// `text` in quotes, shortened, without control characters: it goes to logs and terminals.
#[must_use]
pub fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}

fn is_bare_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// The spellings that Go's `strconv.ParseBool` takes.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "True" | "TRUE" => Some(true),
        "0" | "f" | "F" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Decimal digits only: a leading zero means octal to some readers of YAML.
fn integer(text: &str, min: u64, max: u64) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    let value = plain.then(|| text.parse::<u64>().ok())??;
    (min..=max).contains(&value).then_some(value)
}

fn interval(text: &str) -> Option<Duration> {
    let duration = duration::parse(text)?;
    let whole = duration.subsec_nanos().is_multiple_of(1000);
    let fits = (1..=u128::from(u32::MAX)).contains(&duration.as_micros());
    (whole && fits).then_some(duration)
}

fn zoned(text: &str) -> Option<Zoned> {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    // An IPv4-mapped IPv6 address names an IPv4 host; BFD speaks IPv4 to it.
    let address = address.parse::<IpAddr>().ok()?.to_canonical();
    let zone_fits = zone.is_none_or(|zone| address.is_ipv6() && is_interface(zone));
    (zone_fits && is_unicast(address)).then(|| Zoned {
        address,
        zone: zone.map(str::to_owned),
    })
}

fn is_unicast(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            v4 != Ipv4Addr::UNSPECIFIED && !v4.is_multicast() && v4 != Ipv4Addr::BROADCAST
        }
        IpAddr::V6(v6) => v6 != Ipv6Addr::UNSPECIFIED && !v6.is_multicast(),
    }
}

/// The kernel's rule for device names.
fn is_interface(text: &str) -> bool {
    let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | ':');
    (1..=15).contains(&text.len()) && !matches!(text, "." | "..") && !text.contains(bad)
}

/// Braces and colons have a meaning to the router, and the probes have fixed places.
fn is_url_path(text: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~' | b'/');
    text.starts_with('/')
        && text.len() <= 255
        && text.bytes().all(good)
        && !matches!(text, "/healthz" | "/readyz")
}

/// `sun_path` holds 108 octets with the final zero.
fn is_socket_path(text: &str) -> bool {
    text.starts_with('/') && (2..=107).contains(&text.len()) && !text.contains('\0')
}

/// `PATH_MAX` counts the final zero.
fn is_file_path(text: &str) -> bool {
    text.starts_with('/') && (2..=4095).contains(&text.len()) && !text.contains('\0')
}

/// Clear text is for this host only: a token travels with each request.
fn is_safe_url(text: &str) -> bool {
    let Ok(url) = text.parse::<axum::http::Uri>() else {
        return false;
    };
    let host = url.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let local = bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let plain = url.authority().is_some_and(|at| !at.as_str().contains('@'));
    let whole = matches!(url.path(), "" | "/") && url.query().is_none();
    match url.scheme_str() {
        Some("https") => whole && plain && !host.is_empty(),
        Some("http") => whole && plain && local,
        _ => false,
    }
}

fn is_dns_name(text: &str) -> bool {
    let label = |label: &str| {
        let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !label.is_empty()
            && label.bytes().all(good)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}
