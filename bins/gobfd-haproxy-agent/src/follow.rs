//! Follows the daemon and keeps the board.
//!
//! Purpose: bring what the daemon tells to the board, at its time, and show what comes of it.
//! Owner: it owns the board. Thread: tokio's. It must never wait for anyone but the daemon and the
//! clock.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bfd_api::v1::{BfdSession, SessionState};
use bfd_api::{Change as Told, Update, Watch};

use crate::board::{Change, Condition, Event, ServerBoard, Session};
use crate::config::Backend;
use crate::published::Published;

/// Follows until dropped.
pub async fn follow(
    mut watch: Watch,
    mut board: ServerBoard,
    backends: Arc<[Backend]>,
    published: Arc<Published>,
) {
    loop {
        let changes = tokio::select! {
            update = watch.next() => take(&mut board, update),
            () = due(board.deadline()) => board.tick(Instant::now()),
        };
        show(&board, &changes, &published);
        changes.iter().for_each(|change| log(change, &backends));
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

fn take(board: &mut ServerBoard, update: Update) -> Vec<Change> {
    match &update {
        Update::Current => tracing::info!("connected to gobfd"),
        Update::Lost(error) => tracing::warn!(%error, "gobfd is away"),
        Update::Change(_) => {}
    }
    match event(update) {
        Some(event) => board.handle(Instant::now(), event),
        None => Vec::new(),
    }
}

fn show(board: &ServerBoard, changes: &[Change], published: &Published) {
    published.show_daemon(board.is_daemon_here());
    let first = board.is_settled() && !published.is_settled();
    if first || !changes.is_empty() {
        published.show(changes);
    }
}

fn log(change: &Change, backends: &[Backend]) {
    let Some(backend) = backends.get(change.server) else {
        return;
    };
    tracing::info!(
        peer = %backend,
        agent_port = backend.listen.port(),
        server = backend.server.as_deref(),
        from = change.from.name(),
        to = change.to.name(),
        reason = %change.reason,
        "server state changed"
    );
}

/// What an update means to the board; `None` when its session has no peer that we can read.
#[must_use]
pub fn event(update: Update) -> Option<Event> {
    Some(match update {
        Update::Current => Event::Current,
        Update::Lost(_) => Event::Lost,
        Update::Change(change) => match *change {
            Told::Removed(session) => Event::Removed {
                id: session.local_discriminator,
                peer: address(&session.peer_address)?,
            },
            Told::Added(told) | Told::State { session: told, .. } => Event::Session {
                id: told.local_discriminator,
                session: session(&told)?,
            },
            // A change of a kind that came later says nothing of the path.
            _ => return None,
        },
    })
}

fn session(told: &BfdSession) -> Option<Session> {
    let interface = &told.interface_name;
    Some(Session {
        peer: address(&told.peer_address)?,
        local: address(&told.local_address),
        interface: (!interface.is_empty()).then(|| interface.clone()),
        condition: condition(told),
    })
}

/// Addresses are compared as such: `2001:DB8::1` is `2001:db8::1`, and an IPv4-mapped address is
/// the IPv4 address.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.parse::<IpAddr>().ok()?;
    Some(address.to_canonical())
}

fn condition(told: &BfdSession) -> Condition {
    let was_up = told.last_down.is_set();
    let remote = told.remote_state.as_known();
    match told.local_state.as_known() {
        Some(SessionState::Up) => Condition::Up,
        Some(SessionState::AdminDown) if told.admin_down => Condition::AdminDown,
        // Nobody asked for it: the daemon stops, or deletes the session.
        Some(SessionState::AdminDown) => Condition::Ending,
        Some(SessionState::Down | SessionState::Init) if !was_up => Condition::Undecided,
        Some(SessionState::Down) if remote == Some(SessionState::AdminDown) => Condition::AdminDown,
        _ => Condition::Down,
    }
}

#[cfg(test)]
mod tests;
