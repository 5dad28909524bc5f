//! When our packets may be missing, as an argument.

use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A span of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence {
    pub(crate) from: SystemTime,
    pub(crate) to: SystemTime,
}

impl FromStr for Silence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text.split_once("..").ok_or("two times with .. between")?;
        let (from, to) = (time(from)?, time(to)?);
        if to < from {
            return Err("it ends before it begins".to_owned());
        }
        Ok(Self { from, to })
    }
}

fn time(text: &str) -> Result<SystemTime, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| format!("{text} is no number of seconds"))?;
    let since = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
    Ok(UNIX_EPOCH + since)
}
