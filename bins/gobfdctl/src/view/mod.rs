//! What is printed: the keys of JSON and YAML, in their order.
//!
//! Keys are added at the end of their view and never renamed.

mod bgp;
mod echo;
mod event;
mod micro;
mod session;

pub(crate) use bgp::{BgpStatusView, BgpTargetView};
pub(crate) use echo::EchoView;
pub(crate) use event::EventView;
pub(crate) use micro::MicroView;
pub(crate) use session::SessionView;

use std::time::Duration;

use bfd_program::config::go_text;
use serde_saphyr::DoubleQuoted;

use crate::go;

/// A time: YAML has it in quotes, because older readers take it for more than a text.
type Time = DoubleQuoted<String>;

fn time(at: &bfd_api::Timestamp) -> Time {
    DoubleQuoted(go::time(at))
}

/// A duration of a message in Go's form.
fn interval(value: Option<&bfd_api::Duration>) -> Option<String> {
    go::wire(value).map(go_text)
}

/// As [`interval`], absent when zero, for values that are mostly zero.
fn some_interval(value: Option<&bfd_api::Duration>) -> Option<String> {
    go::wire(value)
        .filter(|value| *value > Duration::ZERO)
        .map(go_text)
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}
