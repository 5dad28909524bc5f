//! The event of `monitor`.

use bfd_api::v1::{BfdSession, SessionState, WatchSessionEventsResponse};
use serde::Serialize;
use serde_saphyr::DoubleQuoted;

use super::{SessionView, Time, is_false, time};
use crate::names;

/// One event.
#[derive(Serialize)]
pub(crate) struct EventView<'a> {
    timestamp: Time,
    event_type: &'static str,
    previous_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionView<'a>>,
    // Since 0.7.0.
    sequence: u64,
    #[serde(skip_serializing_if = "is_false")]
    lagged: bool,
    #[serde(skip)]
    of: Option<&'a BfdSession>,
}

impl<'a> From<&'a WatchSessionEventsResponse> for EventView<'a> {
    fn from(event: &'a WatchSessionEventsResponse) -> Self {
        let session = event.session.as_option();
        Self {
            timestamp: event
                .timestamp
                .as_option()
                .map_or_else(|| DoubleQuoted("N/A".into()), time),
            event_type: names::event(event.r#type.as_known()),
            previous_state: names::state(event.previous_state.as_known()),
            session: session.map(SessionView::from),
            sequence: event.sequence,
            lagged: event.lagged,
            of: session,
        }
    }
}

impl EventView<'_> {
    /// The event as one line, without its end.
    pub(crate) fn line(&self) -> String {
        let (peer, state, discriminator) = match self.of {
            Some(session) => (
                session.peer_address.as_str(),
                names::state(session.local_state.as_known()),
                session.local_discriminator.to_string(),
            ),
            None => ("N/A", "N/A", "N/A".into()),
        };
        let mut line = format!(
            "[{}] {}  peer={peer}  state={state}  prev={}  discr={discriminator}",
            self.timestamp.0, self.event_type, self.previous_state
        );
        if let Some(verdict) = self.verdict() {
            line.push_str("  verdict=");
            line.push_str(verdict);
        }
        if self.lagged {
            line.push_str("  lagged=true");
        }
        line
    }

    /// The verdict of this very change.
    fn verdict(&self) -> Option<&str> {
        let session = self.of?;
        let state = session.local_state.as_known();
        let down = matches!(state, Some(SessionState::Down | SessionState::AdminDown));
        let changed = self.event_type == "StateChange";
        let verdict = session.last_down.as_option()?.verdict.as_str();
        (down && changed).then_some(verdict)
    }
}
