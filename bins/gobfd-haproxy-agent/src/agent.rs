//! The agent from start to stop.
//!
//! Purpose: wire the parts together. Owner: it owns every task and ends them. Thread: main's, inside
//! the runtime. All sockets are opened before the daemon is asked, so that a port that cannot be
//! had is said at once.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bfd_api::Watch;
use bfd_program::cli::BUILD;
use bfd_program::serve::{BindError, Listener, Server, router};
use bfd_program::signals::{Asked, Signals};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::board::ServerBoard;
use crate::checks;
use crate::config::{Backend, Settings};
use crate::follow::follow;
use crate::pages::Shown;
use crate::published::Published;
use crate::push::{Pushed, Pusher, Tally, Target};

/// Descriptors beside those of the ports: connections, log, daemon, HAProxy, pages.
const SPARE: u64 = 256;

/// Why the agent could not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// A port is not to be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// There are more ports than the process may open.
    #[error(
        "{backends} backends need {needed} open files and the limit is {limit}: raise it \
         (ulimit -Hn, LimitNOFILE=)"
    )]
    Descriptors {
        /// How many backends there are.
        backends: usize,
        /// What they need.
        needed: u64,
        /// What the process may have.
        limit: u64,
    },
    /// A signal handler could not be made.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
    /// A part ended that never should.
    #[error("a task ended: {0}")]
    Task(String),
}

/// Runs until a signal ends it.
///
/// # Errors
/// What kept it from running, as one sentence with its remedy.
pub async fn run(settings: Settings) -> Result<(), AgentError> {
    let mut signals = Signals::install()?;
    tracing::info!(
        version = BUILD.version,
        gobfd_addr = %settings.daemon,
        backends = settings.backends.len(),
        "gobfd-haproxy-agent starting"
    );
    raise_descriptors(settings.backends.len())?;
    // Nothing that we serve needs time to end: tasks are dropped, and with them their sockets.
    let (_never, stop) = watch::channel(false);
    let mut tasks = start(settings, stop).await?;
    tokio::select! {
        () = stopped(&mut signals) => {}
        ended = tasks.join_next() => {
            let why = ended.and_then(Result::err).map(|error| error.to_string());
            return Err(AgentError::Task(why.unwrap_or_default()));
        }
    }
    tasks.shutdown().await;
    tracing::info!("gobfd-haproxy-agent stopped");
    Ok(())
}

async fn stopped(signals: &mut Signals) {
    while signals.next().await == Asked::Reload {
        tracing::warn!("the configuration is read once: restart the agent to read it again");
    }
}

async fn start(settings: Settings, stop: watch::Receiver<bool>) -> Result<JoinSet<()>, AgentError> {
    let Settings {
        daemon,
        metrics,
        policy,
        push,
        backends,
        ..
    } = settings;
    let ports = bind(&backends).await?;
    let pages = match &metrics {
        Some(addr) => Some(Listener::tcp("metrics", "metrics.addr", addr).await?),
        None => None,
    };
    let published = Arc::new(Published::new(backends.len()));
    let tally = push.as_ref().map(|_| Arc::new(Tally::default()));
    let mut tasks = JoinSet::new();
    for (server, port) in ports.into_iter().enumerate() {
        tasks.spawn(checks::serve(port, server, Arc::clone(&published)));
    }
    if let Some(listener) = pages {
        tracing::info!(addr = %listener, "metrics server listening");
        let shown = Shown::new(
            daemon.clone(),
            &backends,
            Arc::clone(&published),
            tally.clone(),
        );
        let server = Server::new(listener, router(Arc::new(shown)));
        tasks.spawn(server.run(stop, Duration::ZERO));
    }
    if let (Some(target), Some(tally)) = (push, tally) {
        tasks.spawn(pusher(target, &backends, &published, tally).run());
    }
    let selectors = backends.iter().map(|backend| backend.selector.clone());
    let board = ServerBoard::new(policy, selectors, Instant::now());
    let watch = Watch::start(daemon);
    tasks.spawn(follow(watch, board, backends.into(), published));
    Ok(tasks)
}

fn pusher(
    target: Target,
    backends: &[Backend],
    published: &Arc<Published>,
    tally: Arc<Tally>,
) -> Pusher {
    let named = backends.iter().enumerate();
    let servers = named.filter_map(|(server, backend)| {
        let name = backend.server.clone()?;
        Some(Pushed { server, name })
    });
    Pusher::new(target, servers.collect(), Arc::clone(published), tally)
}

async fn bind(backends: &[Backend]) -> Result<Vec<TcpListener>, BindError> {
    let mut ports = Vec::with_capacity(backends.len());
    for (index, backend) in backends.iter().enumerate() {
        let purpose = format!("agent checks of {backend}");
        let key = format!("backends[{index}].agent_port");
        let listener = Listener::tcp(purpose, key, &backend.listen).await?;
        tracing::info!(peer = %backend, addr = %listener, "agent-check server listening");
        if let Listener::Tcp(listener) = listener {
            ports.push(listener);
        }
    }
    Ok(ports)
}

/// Takes as many descriptors as the system lets us have, if they are needed.
fn raise_descriptors(backends: usize) -> Result<(), AgentError> {
    let needed = backends as u64 + SPARE;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|limit| needed <= limit) {
        return Ok(());
    }
    if let Some(limit) = maximum.filter(|limit| *limit < needed) {
        return Err(AgentError::Descriptors {
            backends,
            needed,
            limit,
        });
    }
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).map_err(io::Error::from)?;
    Ok(())
}
