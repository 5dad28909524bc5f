//! Events as a stream of messages.

use bfd_api::v1::WatchSessionEventsResponse;
use bfd_api::v1::watch_session_events_response::EventType;
use bfd_control::{Control, Event, EventKind, SessionInfo, Subscribed, Subscription};
use buffa::MessageField;
use connectrpc::ConnectError;
use futures::{Stream, StreamExt as _, stream};

use super::convert;
use crate::calendar::Calendar;

/// What a watcher asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Begin with the sessions there are.
    pub(super) include_current: bool,
    /// Mark the end of these.
    pub(super) mark_snapshot: bool,
}

/// The stream: first the snapshot, if wanted, then what happens. It ends when the daemon stops.
pub(super) fn events(
    control: Control,
    wanted: Wanted,
) -> impl Stream<Item = Result<WatchSessionEventsResponse, ConnectError>> + Send {
    let Subscribed {
        events,
        sessions,
        sequence,
    } = control.watch();
    let shown = if wanted.include_current {
        sessions
    } else {
        Vec::new()
    };
    let translator = control.clone();
    let snapshot = shown
        .into_iter()
        .map(move |session| current(&translator, &session, sequence));
    let mark = (wanted.include_current && wanted.mark_snapshot).then(|| complete(sequence));
    stream::iter(snapshot.chain(mark))
        .chain(live(control, events))
        .map(Ok)
}

fn live(
    control: Control,
    events: Subscription,
) -> impl Stream<Item = WatchSessionEventsResponse> + Send {
    stream::unfold((control, events), |(control, mut events)| async move {
        let event = events.next().await?;
        let message = message(&control, &event);
        Some((message, (control, events)))
    })
}

fn message(control: &Control, event: &Event) -> WatchSessionEventsResponse {
    let calendar = Calendar::read();
    let (kind, previous) = match &event.kind {
        EventKind::Added => (EventType::EVENT_TYPE_SESSION_ADDED, None),
        EventKind::Changed(change) => (EventType::EVENT_TYPE_STATE_CHANGE, Some(change.from)),
        EventKind::Deleted => (EventType::EVENT_TYPE_SESSION_DELETED, None),
    };
    WatchSessionEventsResponse {
        r#type: kind.into(),
        session: MessageField::some(convert::session(control, &calendar, &event.session)),
        previous_state: previous.map(convert::state).unwrap_or_default().into(),
        timestamp: convert::moment(&calendar, Some(event.at)),
        sequence: event.sequence,
        lagged: event.lagged,
        ..Default::default()
    }
}

fn current(control: &Control, session: &SessionInfo, sequence: u64) -> WatchSessionEventsResponse {
    let calendar = Calendar::read();
    WatchSessionEventsResponse {
        r#type: EventType::EVENT_TYPE_SESSION_ADDED.into(),
        session: MessageField::some(convert::session(control, &calendar, session)),
        timestamp: convert::moment(&calendar, Some(calendar.now())),
        sequence,
        snapshot: true,
        ..Default::default()
    }
}

fn complete(sequence: u64) -> WatchSessionEventsResponse {
    let calendar = Calendar::read();
    WatchSessionEventsResponse {
        r#type: EventType::EVENT_TYPE_SNAPSHOT_COMPLETE.into(),
        timestamp: convert::moment(&calendar, Some(calendar.now())),
        sequence,
        snapshot: true,
        ..Default::default()
    }
}
