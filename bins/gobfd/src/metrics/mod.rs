//! The metrics page: the classic text format 0.0.4, written from one table.
//!
//! Purpose: to turn a plain value, collected by the daemon, into text. The table (`table`) names
//! each family once: name, type, help, labels and reader; it writes the page and the manual. Owner
//! of the running totals: the control plane ([`Totals`]). Thread: any. It must never ask a worker,
//! keep a registry, or emit the same series twice.

mod groups;
mod input;
mod manual;
mod table;
mod text;
mod totals;

pub use input::{HistogramSample, MetricsInput, SessionSample, WorkerSample};
pub use manual::manual_page;
pub use totals::Totals;

use groups::Group;

/// Value of the header `Content-Type` of the page.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Writes the page. Sessions may come in any order.
#[must_use]
pub fn page(input: &MetricsInput<'_>) -> String {
    let groups = Group::of(&input.sessions);
    let scrape = table::Scrape {
        input,
        groups: &groups,
    };
    let mut out = String::with_capacity(16_384 + groups.len() * 2_048);
    for family in table::FAMILIES {
        text::family(family, &scrape, &mut out);
    }
    out
}

#[cfg(test)]
mod tests;
