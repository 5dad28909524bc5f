//! The metrics page: the classic text format 0.0.4, written from one table.
//!
//! Purpose: to turn a plain value, collected by the daemon, into text. The table (`table`) names
//! each family once: name, type, help, labels and reader; it writes the page and the manual. Owner
//! of the running totals: the control plane ([`Totals`]). Thread: any. It must never ask a worker,
//! keep a registry, or emit the same series twice.

mod gobgp;
mod groups;
mod input;
mod manual;
mod table;
mod totals;

pub use input::{KubernetesSample, MetricsInput, ProgramSample, SessionSample, WorkerSample};
pub use manual::manual_page;
pub use totals::Totals;

use bfd_program::exposition;

use groups::Group;

/// Writes the page. Sessions may come in any order.
#[must_use]
pub fn page(input: &MetricsInput<'_>) -> String {
    let groups = Group::of(&input.sessions);
    let scrape = table::Scrape {
        input,
        groups: &groups,
    };
    let mut out = String::with_capacity(16_384 + groups.len() * 2_048);
    for family in table::families() {
        let samples = &mut exposition::family(family.name, family.kind, family.help, &mut out);
        (family.read)(&scrape, samples);
    }
    out
}

#[cfg(test)]
mod tests;
