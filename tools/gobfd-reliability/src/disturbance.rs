//! What is done to the daemon, by name.

use bfd_testbed::Result;

use crate::row::Row;
use crate::scale::Size;
use crate::{clients, clock, journal, junk, reloads, scrapes, stopped, watchers};

/// One way to disturb the daemon.
#[derive(Clone, Copy, Debug)]
pub struct Disturbance {
    /// Its name on the command line and in the table.
    pub name: &'static str,
    play: fn(Size) -> Result<Row>,
}

impl Disturbance {
    const fn new(name: &'static str, play: fn(Size) -> Result<Row>) -> Self {
        Self { name, play }
    }

    /// Plays it, and judges: no session flapped at either end, and memory did not grow.
    ///
    /// # Errors
    /// It could not be made: not root, a program is missing, sessions do not come Up.
    ///
    /// # Panics
    /// It cost something.
    pub fn play(&self, size: Size) -> Result<Row> {
        (self.play)(size)
    }
}

/// All that stay inside their namespaces, in the order of the table.
pub const ALL: [Disturbance; 9] = [
    Disturbance::new("reloads", reloads::play),
    Disturbance::new("clients", clients::play),
    Disturbance::new("watchers", watchers::play),
    Disturbance::new("scrapes", scrapes::play),
    Disturbance::new("junk", junk::play),
    Disturbance::new("stopped", stopped::nine_tenths),
    Disturbance::new("overslept", stopped::three_times),
    Disturbance::new("disk", journal::full_disk),
    Disturbance::new("pipe", journal::stalled_pipe),
];

/// The one that sets the clock of the machine.
pub const CLOCK: Disturbance = Disturbance::new("clock", clock::play);
