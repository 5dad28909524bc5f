//! `WatchSessionEvents` by our own client over the Unix socket.

use std::path::Path;
use std::time::Duration;

use bfd_api::v1::watch_session_events_response::EventType;
use bfd_api::v1::{
    AdminState, SessionState, WatchSessionEventsRequest, WatchSessionEventsResponse,
};
use bfd_api::{Client, Endpoint, Events, SessionRef};
use bfd_testbed::{Namespace, PATIENCE, Process, Result, Signal, eventually};
use serde_json::json;

use crate::support::{Daemon, Pair, config, discriminator, lonely, wish};

fn with_socket(namespace: &Namespace, peers: &[&str]) -> Result<(Daemon, Endpoint)> {
    let socket = namespace.folder().join("api.sock");
    let text = format!(
        "grpc: {{unix: \"{}\"}}\n{}",
        socket.display(),
        config(peers)
    );
    let daemon = Daemon::start(namespace, &text)?;
    let endpoint = format!("unix:{}", socket.display())
        .parse()
        .expect("an endpoint");
    Ok((daemon, endpoint))
}

/// What a test asks of an event.
type Shape = (EventType, SessionState, SessionState);

fn shape(event: &WatchSessionEventsResponse) -> Shape {
    let session = event.session.as_option();
    let state = session.and_then(|session| session.local_state.as_known());
    (
        event.r#type.as_known().expect("known"),
        event.previous_state.as_known().expect("known"),
        state.unwrap_or_default(),
    )
}

async fn next(events: &mut Events) -> WatchSessionEventsResponse {
    let event = tokio::time::timeout(PATIENCE, events.next()).await;
    event
        .expect("in time")
        .expect("no error")
        .expect("not the end")
}

fn request(include_current: bool, mark_snapshot: bool) -> WatchSessionEventsRequest {
    WatchSessionEventsRequest {
        include_current,
        mark_snapshot,
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

const ADDED: EventType = EventType::EVENT_TYPE_SESSION_ADDED;
const CHANGE: EventType = EventType::EVENT_TYPE_STATE_CHANGE;
const DELETED: EventType = EventType::EVENT_TYPE_SESSION_DELETED;
const COMPLETE: EventType = EventType::EVENT_TYPE_SNAPSHOT_COMPLETE;
const NONE: SessionState = SessionState::SESSION_STATE_UNSPECIFIED;
const ADMIN_DOWN: SessionState = SessionState::SESSION_STATE_ADMIN_DOWN;
const DOWN: SessionState = SessionState::SESSION_STATE_DOWN;
const UP: SessionState = SessionState::SESSION_STATE_UP;

#[test]
fn a_watch_tells_the_life_of_a_session() -> Result<()> {
    let (_topology, host) = lonely()?;
    let (daemon, endpoint) = with_socket(&host, &["10.0.0.2"])?;
    runtime().block_on(async {
        let client = Client::new(endpoint);
        let mut events = client.events(request(true, true)).await.expect("a watch");
        let current = next(&mut events).await;
        assert_eq!(shape(&current), (ADDED, NONE, DOWN));
        assert!(current.snapshot && !current.lagged);
        let complete = next(&mut events).await;
        assert_eq!(shape(&complete).0, COMPLETE);
        assert_eq!(complete.sequence, current.sequence);

        let (_, added) = daemon.call("AddSession", &wish("10.0.0.3"));
        let event = next(&mut events).await;
        assert_eq!(shape(&event), (ADDED, NONE, DOWN));
        assert!(!event.snapshot && event.sequence > complete.sequence);
        let session = event.session.as_option().expect("a session");
        assert_eq!(session.peer_address, "10.0.0.3");
        assert_eq!(session.local_address, "10.0.0.1");
        assert_eq!(session.owner, "api");

        let number = discriminator(&added["session"]);
        daemon.call("DeleteSession", &json!({ "localDiscriminator": number }));
        let event = next(&mut events).await;
        assert_eq!(shape(&event), (CHANGE, DOWN, ADMIN_DOWN));
        let down = event
            .session
            .as_option()
            .and_then(|session| session.last_down.as_option());
        assert_eq!(down.expect("why").verdict, "admin");
        let event = next(&mut events).await;
        assert_eq!(shape(&event), (DELETED, NONE, ADMIN_DOWN));
        let session = event.session.as_option().expect("a session");
        assert_eq!(u64::from(session.local_discriminator), number);
    });
    Ok(())
}

#[test]
fn a_watch_without_snapshot_answers_at_once_and_begins_now() -> Result<()> {
    let (_topology, host) = lonely()?;
    let (daemon, endpoint) = with_socket(&host, &["10.0.0.2"])?;
    runtime().block_on(async {
        let client = Client::new(endpoint);
        // Opening waits for the head of the answer, and nothing has happened yet.
        let opened = tokio::time::timeout(PATIENCE, client.events(request(false, false))).await;
        let mut events = opened.expect("a head at once").expect("a watch");
        daemon.call("AddSession", &wish("10.0.0.3"));
        let event = next(&mut events).await;
        let session = event.session.as_option().expect("a session");
        assert_eq!(session.peer_address, "10.0.0.3");
    });
    Ok(())
}

#[test]
fn a_failure_is_told_with_the_whole_session() -> Result<()> {
    let pair = Pair::new()?;
    let (left, endpoint) = with_socket(&pair.left, &["10.0.0.2"])?;
    let _right = Daemon::start(&pair.right, &config(&["10.0.0.1"]))?;
    left.wait("10.0.0.2", "UP")?;
    runtime().block_on(async {
        let client = Client::new(endpoint);
        let mut events = client.events(request(true, false)).await.expect("a watch");
        assert_eq!(shape(&next(&mut events).await), (ADDED, NONE, UP));
        pair.link.cut().expect("a cut");
        let event = next(&mut events).await;
        assert_eq!(shape(&event), (CHANGE, UP, DOWN));
        let session = event.session.as_option().expect("a session");
        assert_eq!(session.peer_address, "10.0.0.2");
        assert_eq!(session.local_address, "10.0.0.1");
        let down = session.last_down.as_option().expect("why");
        assert_eq!(down.verdict, "peer-silent");
        assert_eq!(down.timestamp, event.timestamp);
    });
    Ok(())
}

#[test]
fn a_reader_that_sleeps_gets_the_latest_state() -> Result<()> {
    let (_topology, host) = lonely()?;
    let (daemon, endpoint) = with_socket(&host, &["10.0.0.2"])?;
    let number = discriminator(&daemon.session("10.0.0.2"));
    let (reader, heard) = connect_stream(&host)?;
    heard("10.0.0.2")?;
    // Nobody reads while the session goes down and up, more often than any buffer holds.
    reader.signal(Signal::STOP)?;
    runtime().block_on(async {
        let client = Client::new(endpoint);
        for round in 0..6_000 {
            let state = if round % 2 == 0 {
                AdminState::ADMIN_STATE_DOWN
            } else {
                AdminState::ADMIN_STATE_UP
            };
            let number = u32::try_from(number).expect("32 bits");
            let which = SessionRef::Discriminator(number);
            client.set_session_admin(which, state).await.expect("there");
        }
    });
    daemon.call("AddSession", &wish("10.0.0.3"));
    reader.signal(Signal::CONT)?;
    let text = heard("10.0.0.3")?;
    let told = text.matches("EVENT_TYPE_STATE_CHANGE").count();
    assert!(told < 6_000, "it cannot have had them all");
    let last = text.rfind("\"lagged\":true").expect("a merged event");
    let event = text[..last]
        .rfind("EVENT_TYPE_STATE_CHANGE")
        .expect("its begin");
    assert!(text[event..last].contains("\"localState\":\"SESSION_STATE_DOWN\""));
    Ok(())
}

/// `curl` with a watch over HTTP/1.1, and a way to wait until it has heard a text.
fn connect_stream(host: &Namespace) -> Result<(Process, impl Fn(&str) -> Result<String>)> {
    let path = |name: &str| host.folder().join(name).display().to_string();
    let request = b"{\"includeCurrent\":true}";
    let length = u8::try_from(request.len()).expect("short");
    let envelope = [&[0, 0, 0, 0, length][..], request].concat();
    std::fs::write(path("request"), envelope).expect("the folder of a namespace");
    let body = format!("@{}", path("request"));
    let (socket, answer) = (path("api.sock"), path("answer"));
    let url = "http://gobfd/bfd.v1.BfdService/WatchSessionEvents";
    #[rustfmt::skip]
    let args = ["-sSN", "--http1.1", "--unix-socket", &socket, "-o", &answer,
                "-H", "content-type: application/connect+json", "--data-binary", &body, url];
    let curl = Process::start(host, "curl", Path::new("curl"), &args, host.folder())?;
    let heard = move |text: &str| {
        eventually(&format!("{text} on the stream"), || {
            let octets = std::fs::read(&answer).unwrap_or_default();
            let heard = String::from_utf8_lossy(&octets).into_owned();
            if heard.contains(text) {
                Ok(heard)
            } else {
                Err(format!("{} octets", octets.len()))
            }
        })
    };
    Ok((curl, heard))
}

#[test]
fn a_stop_ends_the_stream_after_the_last_events() -> Result<()> {
    let pair = Pair::new()?;
    let (mut left, endpoint) = with_socket(&pair.left, &["10.0.0.2"])?;
    let _right = Daemon::start(&pair.right, &config(&["10.0.0.1"]))?;
    left.wait("10.0.0.2", "UP")?;
    runtime().block_on(async {
        let client = Client::new(endpoint);
        let mut events = client.events(request(true, false)).await.expect("a watch");
        next(&mut events).await;
        left.process.signal(Signal::TERM).expect("it runs");
        assert_eq!(shape(&next(&mut events).await), (CHANGE, UP, ADMIN_DOWN));
        let end = tokio::time::timeout(PATIENCE, events.next()).await;
        assert!(end.expect("in time").expect("no error").is_none());
    });
    let status = left.process.wait(Duration::from_secs(10))?;
    assert!(status.success());
    Ok(())
}
