//! State changes as the daemons' logs tell them.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::Value;

use crate::State;

/// One line `session state changed` of gobfd's log.
#[derive(Clone, Debug)]
pub struct Change {
    /// When the line was written.
    pub time: SystemTime,
    /// Whose session.
    pub peer: IpAddr,
    /// State before.
    pub from: State,
    /// State after.
    pub to: State,
    /// The conclusion, if the session went down.
    pub verdict: Option<String>,
    /// The conclusion as a sentence.
    pub cause: Option<String>,
    /// Silence at that moment: from the kernel's stamp of the last packet to the decision.
    pub gap: Option<Duration>,
    /// The detection time in force.
    pub limit: Option<Duration>,
}

impl Change {
    /// From a line of the log in JSON; `None` if it is about something else.
    pub(crate) fn read(line: &str) -> Option<Self> {
        let entry: Value = serde_json::from_str(line).ok()?;
        if entry["msg"] != "session state changed" {
            return None;
        }
        let text = |key: &str| entry[key].as_str();
        let nanos = |key: &str| entry[key].as_u64().map(Duration::from_nanos);
        Some(Self {
            time: text("time")?.parse::<Timestamp>().ok()?.into(),
            peer: text("peer")?.parse().ok()?,
            from: State::from_text(text("old_state")?)?,
            to: State::from_text(text("new_state")?)?,
            verdict: text("verdict").map(str::to_owned),
            cause: text("cause").map(str::to_owned),
            gap: nanos("gap"),
            limit: nanos("limit"),
        })
    }
}

/// When `bfdd` logged the last change of the session with `peer` to `state`. Its clock is UTC here.
pub(crate) fn last_in_frr(log: &str, peer: IpAddr, state: &str) -> Option<SystemTime> {
    let (who, change) = (format!("peer:{peer} "), format!("-> {state}"));
    let mut lines = log.lines().rev();
    let line = lines.find(|line| line.contains(&who) && line.contains(&change))?;
    let stamp = line.get(..26)?.replace('/', "-").replacen(' ', "T", 1);
    Some(format!("{stamp}Z").parse::<Timestamp>().ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::{Change, last_in_frr};
    use crate::State;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn our_line_is_read() {
        let line = r#"{"time":"1970-01-01T00:00:01.5Z","level":"INFO","msg":"session state changed",
            "peer":"192.0.2.1","old_state":"Up","new_state":"Down","verdict":"peer-silent",
            "cause":"nothing came","gap":151000000,"limit":150000000}"#;
        let change = Change::read(line).expect("a change");
        assert_eq!(change.time, UNIX_EPOCH + Duration::from_millis(1500));
        assert_eq!((change.from, change.to), (State::Up, State::Down));
        assert_eq!(change.gap, Some(Duration::from_millis(151)));
        assert!(Change::read(r#"{"msg":"gobfd starting"}"#).is_none());
    }

    #[test]
    fn a_line_of_frr_is_read() {
        let log = "1970/01/01 00:00:02.250000 BFD: [SEY1D-NT8EQ] state-change: [mhop:no \
                   peer:10.0.0.2 local:10.0.0.1 vrf:default] up -> down reason:control-expired\n";
        let peer = "10.0.0.2".parse().expect("an address");
        let time = last_in_frr(log, peer, "down");
        assert_eq!(time, Some(UNIX_EPOCH + Duration::from_millis(2250)));
        assert_eq!(last_in_frr(log, peer, "up"), None);
    }
}
