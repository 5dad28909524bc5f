//! Waiting for something to become true: by looking again, never by hoping that a pause was enough.

use std::time::{Duration, Instant};

use crate::{Error, Result};

/// How long anything may take on a busy machine before it counts as "never".
pub const PATIENCE: Duration = Duration::from_secs(45);
/// Pause between two looks.
const PACE: Duration = Duration::from_millis(20);

/// Looks until `probe` succeeds; its `Err` says what it saw instead.
///
/// # Errors
/// [`Error::Timeout`] with what was seen last, after `limit`.
pub fn within<T>(
    limit: Duration,
    what: &str,
    mut probe: impl FnMut() -> std::result::Result<T, String>,
) -> Result<T> {
    let end = Instant::now() + limit;
    loop {
        let seen = match probe() {
            Ok(found) => return Ok(found),
            Err(seen) => seen,
        };
        if Instant::now() >= end {
            return Err(Error::Timeout {
                what: what.to_owned(),
                limit,
                seen,
            });
        }
        std::thread::sleep(PACE);
    }
}

/// [`within`] the usual [`PATIENCE`].
///
/// # Errors
/// [`Error::Timeout`] with what was seen last.
pub fn eventually<T>(
    what: &str,
    probe: impl FnMut() -> std::result::Result<T, String>,
) -> Result<T> {
    within(PATIENCE, what, probe)
}
