//! The group of micro-BFD.

use bfd_api::v1::MicroBFDGroup;
use serde::Serialize;

/// One group.
#[derive(Serialize)]
pub(crate) struct MicroView<'a> {
    pub(crate) lag_interface: &'a str,
    pub(crate) peer_address: &'a str,
    pub(crate) local_address: &'a str,
    pub(crate) member_links: &'a [String],
    detect_multiplier: u32,
    pub(crate) min_active_links: u32,
    pub(crate) up_member_count: u32,
    pub(crate) aggregate_up: bool,
}

impl<'a> From<&'a MicroBFDGroup> for MicroView<'a> {
    fn from(group: &'a MicroBFDGroup) -> Self {
        Self {
            lag_interface: &group.lag_interface,
            peer_address: &group.peer_address,
            local_address: &group.local_address,
            member_links: &group.member_links,
            detect_multiplier: group.detect_multiplier,
            min_active_links: group.min_active_links,
            up_member_count: group.up_member_count,
            aggregate_up: group.aggregate_up,
        }
    }
}
