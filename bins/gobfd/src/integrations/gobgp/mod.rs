//! GoBGP: BFD Down takes a BGP peer or routes out of use, BFD Up puts them back.
//!
//! Purpose: two strategies over one connection to GoBGP's gRPC API, version 3 or 4. Owner: one task
//! per integration; `follow` keeps the connection, the driver `level_triggered` makes
//! the attempts. What is ours to undo is remembered in GoBGP itself (`note`, ADR 0015). It must
//! never enable a peer that an operator disabled.

mod attempt;
mod fault;
mod follow;
mod link;
mod neighbor;
mod note;
mod peers;
mod routes;
mod text;
mod tls;
mod version;

use std::collections::BTreeSet;

use bfd_control::Control;
use tokio::sync::{mpsc, watch};

use super::board::{Board, Neighbour};
use super::level_triggered::{Doubt, Life, Port, Reactor, level_triggered};
use crate::config::{GobgpSettings, Route, Strategy};
use follow::Follow;
use link::Lines;
pub use tls::TlsError;

/// Messages, as generated from `api/gobgp/gobgp.proto`.
#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::restriction,
    missing_docs,
    unreachable_pub,
    dead_code,
    rust_2018_idioms,
    reason = "generated code"
)]
mod generated {
    // Not a module file, so that rustfmt leaves it as generated.
    include!("generated/tree.rs");
}
use generated::gobgp as message;

/// Doubts that wait for the driver; more wait in GoBGP's stream.
const DOUBTS: usize = 64;

/// Whether the integration can be started.
///
/// # Errors
/// What is wrong with the files of section `gobgp.tls`.
pub fn check(settings: &GobgpSettings) -> Result<(), TlsError> {
    match &settings.tls {
        Some(tls) => tls::Tls::read(tls, &settings.addr).map(drop),
        None => Ok(()),
    }
}

/// How it ends when `new` settings take its place: what they do not speak of is given back.
pub(super) fn ending(old: &GobgpSettings, new: Option<&GobgpSettings>) -> Life {
    let same = new.filter(|new| new.addr == old.addr);
    match (&old.strategy, same.map(|new| &new.strategy)) {
        (Strategy::DisablePeer, Some(Strategy::DisablePeer)) => Life::Leave,
        (Strategy::WithdrawRoutes(_), Some(Strategy::WithdrawRoutes(routes))) => {
            Life::Release(routes.iter().map(Route::to_string).collect())
        }
        _ => Life::Release(BTreeSet::new()),
    }
}

/// Steers GoBGP until `life` ends.
pub(super) async fn run(
    settings: GobgpSettings,
    control: Control,
    life: watch::Receiver<Life>,
    board: Board,
) {
    let target = settings.addr.to_string();
    let strategy = settings.strategy.name();
    tracing::info!(addr = %target, strategy, tls = settings.tls.is_some(), "gobgp integration enabled");
    if settings.tls.is_none() && !settings.addr.is_local() {
        tracing::warn!(addr = %target, "gobgp plaintext grpc configured for non-loopback address");
    }
    board.begin(Some(Neighbour {
        address: target,
        strategy,
        version: None,
        connected: false,
        error: None,
    }));
    let lines = Lines::default();
    match &settings.strategy {
        Strategy::DisablePeer => {
            let peers = peers::Peers::new(lines.clone(), settings.action_timeout);
            steer(peers, &settings, lines, control, life, board).await;
        }
        Strategy::WithdrawRoutes(list) => {
            let routes = routes::Routes::new(list.clone(), lines.clone(), settings.action_timeout);
            steer(routes, &settings, lines, control, life, board).await;
        }
    }
}

async fn steer<R: Reactor + follow::Survey<R::Target>>(
    reactor: R,
    settings: &GobgpSettings,
    lines: Lines,
    control: Control,
    life: watch::Receiver<Life>,
    board: Board,
) {
    let (doubts, doubted) = mpsc::channel::<Doubt<R::Target>>(DOUBTS);
    let port = Port {
        control,
        doubts: doubted,
        life,
        board: board.clone(),
    };
    let follow = Follow {
        settings,
        survey: reactor.clone(),
        lines,
        doubts,
        board,
    };
    tokio::select! {
        () = level_triggered(reactor, settings.dampening, port) => {}
        () = follow.run() => {}
    }
}
