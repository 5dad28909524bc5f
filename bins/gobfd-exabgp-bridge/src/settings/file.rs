//! The configuration file.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use bfd_api::Endpoint;
use bfd_api::v1::SessionType;
use bfd_program::config::{self, ConfigError, Kind, Scalar, Section};

use super::parse;
use crate::attributes::Attributes;
use crate::peer::Peer;
use crate::prefix::Prefix;
use crate::route::{Condition, NextHop, Route};

/// What a file says; `None` where it says nothing.
#[derive(Debug)]
pub(super) struct File {
    pub(super) endpoint: Option<Endpoint>,
    pub(super) keep_last: Option<Duration>,
    pub(super) routes: Vec<Route>,
}

pub(super) fn load(path: &Path) -> Result<File, ConfigError> {
    config::load(path, file)
}

pub(super) fn file(root: &mut Section<'_>) -> Option<File> {
    let endpoint = root.parsed("gobfd_addr", parse);
    let keep_last = root.duration("keep_last");
    let mut seen = BTreeSet::new();
    let routes = at_least_one(root, "routes", |section| route(section, &mut seen));
    Some(File {
        endpoint,
        keep_last,
        routes,
    })
}

/// A list of sections that must not be empty.
fn at_least_one<T>(
    section: &mut Section<'_>,
    name: &'static str,
    mut reader: impl FnMut(&mut Section<'_>) -> Option<T>,
) -> Vec<T> {
    let mut given = 0_usize;
    let read = section.each(name, |element| {
        given += 1;
        reader(element)
    });
    if given == 0 {
        section.complain(name, "expected a list of at least one");
    }
    read
}

fn route(section: &mut Section<'_>, seen: &mut BTreeSet<Prefix>) -> Option<Route> {
    let prefix = section.parsed("prefix", parse::<Prefix>);
    let prefix = section.required("prefix", prefix, "what to announce");
    let next_hop = section.parsed("next_hop", next_hop).unwrap_or_default();
    let attributes = attributes(section);
    let condition = match section.word("condition", &["any", "all"]) {
        Some("all") => Condition::All,
        _ => Condition::Any,
    };
    let peers = at_least_one(section, "peers", peer);
    if prefix.is_some_and(|prefix| !seen.insert(prefix)) {
        section.complain(
            "prefix",
            "another route has this prefix; a prefix is announced once",
        );
        return None;
    }
    if peers.is_empty() {
        return None;
    }
    match Route::new(prefix?, next_hop, attributes, condition, peers) {
        Ok(route) => Some(route),
        Err(error) => {
            section.complain("prefix", error.to_string());
            None
        }
    }
}

fn next_hop(text: &str) -> Result<NextHop, String> {
    if text == "self" {
        return Ok(NextHop::Own);
    }
    match Kind::Address.read(text) {
        Ok(Scalar::Address(address)) if address.zone.is_none() => {
            Ok(NextHop::Address(address.address))
        }
        _ => Err(format!(
            "expected self or {}, found {}",
            Kind::Address.expected(),
            config::quoted(text)
        )),
    }
}

fn attributes(section: &mut Section<'_>) -> Attributes {
    Attributes {
        med: number(section, "med"),
        local_preference: number(section, "local_preference"),
        as_path: as_path(section),
        communities: texts(section, "community"),
        large_communities: texts(section, "large_community"),
    }
}

fn number(section: &mut Section<'_>, name: &'static str) -> Option<u32> {
    let number = section.integer(name, 0, u32::MAX.into())?;
    number.try_into().ok()
}

fn as_path(section: &mut Section<'_>) -> Vec<u32> {
    let kind = Kind::Integer {
        min: 1,
        max: u32::MAX.into(),
    };
    let number = |value| match value {
        Scalar::Integer(number) => u32::try_from(number).ok(),
        _ => None,
    };
    let values = section.values("as_path", kind);
    values.into_iter().filter_map(number).collect()
}

fn texts<T: FromStr<Err: Display>>(section: &mut Section<'_>, name: &'static str) -> Vec<T> {
    let mut read = Vec::new();
    for value in section.values(name, Kind::Text) {
        let Scalar::Text(text) = value else { continue };
        match parse(&text) {
            Ok(value) => read.push(value),
            Err(message) => section.complain(name, message),
        }
    }
    read
}

fn peer(section: &mut Section<'_>) -> Option<Peer> {
    let address = section.address("peer");
    let address = section.required("peer", address, "the address of the neighbour");
    let interface = section.interface("interface");
    let local = section.address("local").map(|local| local.address);
    let kind = match section.word("type", &["single_hop", "multi_hop"]) {
        Some("single_hop") => Some(SessionType::SingleHop),
        Some(_) => Some(SessionType::MultiHop),
        None => None,
    };
    let address = address?;
    if interface.is_some() && address.zone.is_some() && interface != address.zone {
        section.complain(
            "interface",
            "differs from the zone of peer; give one of them",
        );
        return None;
    }
    Some(Peer {
        address: address.address,
        interface: interface.or(address.zone),
        local,
        kind,
    })
}
