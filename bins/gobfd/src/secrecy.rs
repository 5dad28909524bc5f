//! Keeps what the process knows to the process: keys of sessions must not end in a core dump.
//!
//! Purpose: one call at the start, before any secret is read. Owner: nobody. Thread: main. It must
//! never keep a daemon from starting: what cannot be had is said.

use std::io;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// Lets the kernel write no core dump of this process, and lets nobody but root look into its
/// memory.
///
/// # Errors
/// The kernel's refusal.
pub fn guard_memory() -> io::Result<()> {
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}
