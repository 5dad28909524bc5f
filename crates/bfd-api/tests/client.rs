//! The client against a fake daemon, over TCP and a Unix socket.
#![forbid(unsafe_code)]

use std::time::Duration;

use bfd_api::v1::watch_session_events_response::EventType;
use bfd_api::v1::{AdminState, BfdSession, SessionState, WatchSessionEventsResponse};
use bfd_api::{Change, Client, ClientError, Code, Endpoint, SessionRef, Update, Watch};
use bfd_fake::{Fake, Server};

/// Generous: it only ends a test that hangs.
const LIMIT: Duration = Duration::from_secs(30);

fn session(discriminator: u32, state: SessionState) -> BfdSession {
    BfdSession {
        peer_address: format!("192.0.2.{discriminator}"),
        local_discriminator: discriminator,
        local_state: state.into(),
        ..Default::default()
    }
}

fn client(server: &Server) -> Client {
    Client::new(server.address.unwrap().to_string().parse().unwrap())
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let sessions: Vec<_> = (1..=1_201).map(|n| session(n, SessionState::Up)).collect();
    let fake = Fake::new(sessions.clone());
    let server = fake.serve();
    assert_eq!(client(&server).sessions().await.unwrap(), sessions);
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test]
async fn one_client_serves_many_calls_at_once() {
    let server = Fake::new(vec![session(7, SessionState::Up)]).serve();
    let client = client(&server);
    let calls = (0..100).map(|_| client.session(SessionRef::Discriminator(7)));
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer.unwrap(), session(7, SessionState::Up));
    }
}

#[tokio::test]
async fn a_refusal_carries_code_and_sentence() {
    let server = Fake::new(vec![]).serve();
    let error = client(&server)
        .session(SessionRef::peer("192.0.2.1"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.is_unreachable()),
        (Code::NotFound, false)
    );
    assert_eq!(error.to_string(), "not_found: session not found");
    let error = client(&server).echo_sessions().await.unwrap_err();
    assert_eq!(error.to_string(), "unimplemented: not in this release");
    let error = client(&server).micro_groups().await.unwrap_err();
    assert_eq!(error.to_string(), "unimplemented: not in this release");
}

#[tokio::test]
async fn nobody_there_is_one_clear_sentence() {
    // Bound and not listened to: refused as long as the socket lives.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let client = Client::new(address.to_string().parse().unwrap());
    for _ in 0..3 {
        let error = client.sessions().await.unwrap_err();
        assert!(error.is_unreachable());
        assert_eq!(
            error.to_string(),
            format!("unavailable: {address}: connection refused")
        );
    }
    let missing: Endpoint = "unix:/nonexistent/gobfd.sock".parse().unwrap();
    let error = Client::new(missing).sessions().await.unwrap_err();
    let expected = "unavailable: unix:/nonexistent/gobfd.sock: no such file or directory";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_client_finds_the_daemon_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.sock");
    let fake = Fake::new(vec![session(1, SessionState::Up)]);
    let client = Client::new(format!("unix:{}", path.display()).parse().unwrap());
    for _ in 0..2 {
        let server = fake.serve_unix(&path);
        // The first call after a break may still meet the old connection.
        let _ = client.sessions().await;
        assert_eq!(client.sessions().await.unwrap().len(), 1);
        drop(server);
        std::fs::remove_file(&path).unwrap();
    }
}

#[tokio::test]
async fn admin_down_names_session_and_state() {
    let fake = Fake::new(vec![session(1, SessionState::Up)]);
    let server = fake.serve();
    let down = client(&server)
        .set_session_admin(SessionRef::peer("192.0.2.1"), AdminState::ADMIN_STATE_DOWN)
        .await;
    assert!(down.unwrap().admin_down);
    let up = client(&server)
        .set_session_admin(SessionRef::Discriminator(1), AdminState::ADMIN_STATE_UP)
        .await;
    assert!(!up.unwrap().admin_down);
}

#[tokio::test]
async fn sessions_come_and_go() {
    let server = Fake::new(vec![]).serve();
    let client = client(&server);
    let added = client.add_session(Default::default()).await.unwrap();
    client
        .delete_session(added.local_discriminator)
        .await
        .unwrap();
    let error = client
        .delete_session(added.local_discriminator)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

#[test]
fn the_descriptor_set_holds_the_schema() {
    let text = String::from_utf8_lossy(bfd_api::DESCRIPTOR_SET);
    assert!(text.contains("bfd/v1/bfd.proto") && text.contains("SetSessionAdmin"));
}

fn event(kind: EventType, session: BfdSession) -> WatchSessionEventsResponse {
    WatchSessionEventsResponse {
        r#type: kind.into(),
        session: Some(session).into(),
        ..Default::default()
    }
}

async fn next(watch: &mut Watch) -> Update {
    tokio::time::timeout(LIMIT, watch.next())
        .await
        .expect("an update")
}

fn added(session: BfdSession) -> Update {
    Update::Change(Box::new(Change::Added(session)))
}

fn removed(session: BfdSession) -> Update {
    Update::Change(Box::new(Change::Removed(session)))
}

fn state(session: BfdSession, previous: SessionState) -> Update {
    Update::Change(Box::new(Change::State {
        session,
        previous,
        at: None,
    }))
}

#[tokio::test]
async fn a_watch_tells_the_snapshot_and_then_changes() {
    let fake = Fake::new(vec![session(1, SessionState::Up)]);
    let server = fake.serve();
    let mut watch = Watch::start(client(&server).endpoint().clone());
    assert_eq!(next(&mut watch).await, added(session(1, SessionState::Up)));
    assert!(!watch.is_current());
    assert_eq!(next(&mut watch).await, Update::Current);
    assert!(watch.is_current());

    let down = session(1, SessionState::Down);
    fake.send(event(EventType::EVENT_TYPE_STATE_CHANGE, down.clone()));
    assert_eq!(
        next(&mut watch).await,
        state(down.clone(), SessionState::Up)
    );
    fake.send(event(EventType::EVENT_TYPE_SESSION_DELETED, down.clone()));
    assert_eq!(next(&mut watch).await, removed(down));
    // A session that a merged change tells of first is new to the reader.
    let init = session(2, SessionState::Init);
    fake.send(event(EventType::EVENT_TYPE_STATE_CHANGE, init.clone()));
    assert_eq!(next(&mut watch).await, added(init));
}

#[tokio::test]
async fn a_watch_survives_the_daemon_and_tells_only_differences() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.sock");
    let endpoint: Endpoint = format!("unix:{}", path.display()).parse().unwrap();
    let mut watch = Watch::start(endpoint.clone());
    // Started before the daemon: told once, however often it tries.
    let Update::Lost(ClientError::Unreachable { endpoint: whom, .. }) = next(&mut watch).await
    else {
        panic!("nobody is there yet")
    };
    assert_eq!(whom, endpoint);

    let up = |n| session(n, SessionState::Up);
    let fake = Fake::new(vec![up(1), up(2), up(3)]);
    let server = fake.serve_unix(&path);
    for n in 1..=3 {
        assert_eq!(next(&mut watch).await, added(up(n)));
    }
    assert_eq!(next(&mut watch).await, Update::Current);

    drop(server);
    assert!(matches!(next(&mut watch).await, Update::Lost(_)));
    assert!(!watch.is_current());
    let down = session(2, SessionState::Down);
    fake.set(vec![up(1), down.clone(), up(4)]);
    std::fs::remove_file(&path).unwrap();
    let _server = fake.serve_unix(&path);
    assert_eq!(next(&mut watch).await, removed(up(3)));
    assert_eq!(next(&mut watch).await, state(down, SessionState::Up));
    assert_eq!(next(&mut watch).await, added(up(4)));
    assert_eq!(next(&mut watch).await, Update::Current);
}

#[tokio::test]
async fn a_watch_resumes_after_an_orderly_end() {
    let fake = Fake::new(vec![]);
    let server = fake.serve();
    let mut watch = Watch::start(client(&server).endpoint().clone());
    assert_eq!(next(&mut watch).await, Update::Current);
    fake.send(WatchSessionEventsResponse::default());
    let Update::Lost(error) = next(&mut watch).await else {
        panic!("the stream has ended")
    };
    assert!(
        error.to_string().ends_with("the daemon ended the stream"),
        "{error}"
    );
    assert_eq!(next(&mut watch).await, Update::Current);
}

#[tokio::test]
async fn a_dropped_watch_closes_its_stream() {
    let fake = Fake::new(vec![]);
    let server = fake.serve();
    let mut watch = Watch::start(client(&server).endpoint().clone());
    assert_eq!(next(&mut watch).await, Update::Current);
    assert_eq!(fake.watchers(), 1);
    drop(watch);
    let closed = async {
        while fake.watchers() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, closed)
        .await
        .expect("the stream is closed");
}
