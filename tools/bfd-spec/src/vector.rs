//! Packets: valid ones with what they mean, malformed ones with the rule they break.

use crate::load::{Error, load};
use crate::octets::Octets;
use crate::requirement::Status;
use serde::Deserialize;

/// A packet that breaks no rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// `C-01` and so on.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What a receiver makes of it.
    #[serde(default)]
    pub note: Option<String>,
    /// The headers before the payload; empty when they do not matter.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// UDP payload, without the zeros that `pad_to` asks for.
    payload: Octets,
    #[serde(default)]
    pad_to: usize,
    /// The mandatory section as values.
    pub fields: Fields,
    /// The authentication section as values.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// Whether something handles it today.
    #[serde(default)]
    pub status: Status,
    /// For [`Status::Later`]: key of the follow-up.
    #[serde(default)]
    pub follow_up: Option<String>,
}

impl Vector {
    /// The whole UDP payload.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let mut payload = self.payload.to_vec();
        payload.resize(payload.len().max(self.pad_to), 0);
        payload
    }
}

/// A packet that must be discarded.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Malformed {
    /// `M-01` and so on.
    pub id: String,
    /// What is wrong with it.
    pub title: String,
    /// State of the receiver, where it differs from the usual one.
    #[serde(default)]
    pub condition: Option<String>,
    /// Why it is discarded.
    pub why: String,
    /// The requirement that discards it.
    pub rule: String,
    /// Who notices.
    pub judge: Judge,
    /// Name of the discard rule; `None` while nothing implements it.
    #[serde(default)]
    pub discard: Option<String>,
    /// Whether something discards it by this rule today.
    #[serde(default)]
    pub status: Status,
    /// For [`Status::Later`]: key of the follow-up.
    #[serde(default)]
    pub follow_up: Option<String>,
    /// The headers before the payload; empty when they do not matter.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// UDP payload.
    pub payload: Octets,
}

/// Who notices that a packet must be discarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judge {
    /// The octets alone show it.
    Codec,
    /// No session claims it.
    Demux,
    /// Its session refuses it.
    Session,
}

/// The mandatory section (RFC 5880 §4.1).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// Diag, 0 to 31.
    pub diagnostic: u8,
    /// Sta by name.
    pub state: String,
    /// The letters of the set flags, a subset of `PFCADM` in this order.
    pub flags: String,
    /// Detect Mult.
    pub detect_mult: u8,
    /// Length.
    pub length: u8,
    /// My Discriminator.
    pub my: u32,
    /// Your Discriminator.
    pub your: u32,
    /// Desired Min TX, µs.
    pub tx: u32,
    /// Required Min RX, µs.
    pub rx: u32,
    /// Required Min Echo RX, µs.
    pub echo: u32,
}

/// The authentication section (RFC 5880 §4.2-4.4).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Auth Type.
    #[serde(rename = "type")]
    pub kind: u8,
    /// Auth Key ID.
    pub key_id: u8,
    /// Sequence number; digest types only.
    #[serde(default)]
    pub sequence: u32,
    /// The password; type 1 only.
    #[serde(default)]
    pub password: Octets,
    /// The key that made the digest, unpadded; digest types only.
    #[serde(default)]
    pub key: Octets,
    /// The digest; digest types only.
    #[serde(default)]
    pub digest: Octets,
}

/// One header of a frame.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Which one.
    pub layer: Layer,
    /// Its octets, options included.
    pub octets: Octets,
}

/// Kind of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Ethernet II, 802.1Q tag included.
    Ethernet,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// UDP.
    Udp,
    /// VXLAN (RFC 7348).
    Vxlan,
    /// Geneve (RFC 8926), options included.
    Geneve,
    /// One MPLS label.
    Mpls,
}

/// The valid packets of one file: `control`, `frames`, `auth`, `padded`, `vxlan`, `geneve`,
/// `micro-bfd`, `s-bfd`, `unaffiliated-echo` or `other`.
///
/// # Errors
/// When the file is missing or malformed.
pub fn vectors(file: &str) -> Result<Vec<Vector>, Error> {
    load(format!("vectors/{file}.yml"))
}

/// The malformed packets.
///
/// # Errors
/// When the file is missing or malformed.
pub fn malformed() -> Result<Vec<Malformed>, Error> {
    load("vectors/malformed.yml")
}
