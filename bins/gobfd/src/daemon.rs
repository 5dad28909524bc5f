//! The daemon from start to stop.
//!
//! Purpose: wire the parts together in the right order. Owner: it owns every part and ends them.
//! Thread: main's, inside the runtime. It must never decide anything about sessions.
//!
//! Order of the start: sockets of API and metrics (a port in use is found before a packet is sent),
//! engine, interfaces, configured sessions; only then are clients answered, so nobody sees a list
//! that is still growing. The stop goes the other way.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bfd_control::{Control, Topology};
use bfd_engine::{Engine, EngineConfig, EngineHandle};
use bfd_program::cli::BUILD;
use bfd_program::serve::{BindError, Listener, Server};
use bfd_program::signals::{Asked, Signals};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::announce;
use crate::api::{self, HealthSwitch as _, Vitals};
use crate::changes;
use crate::config::Config;
use crate::integrations::{Board, Integrations, NodeMesh, SetupError};
use crate::ledger::Ledger;
use crate::paths::{Feed, FeedError};
use crate::reload::Settings;
use crate::shortage;
use crate::systemd::ServiceManager;
use crate::web::{self, Metrics};

/// Longest time for telling the peers that we go.
const FAREWELL: Duration = Duration::from_secs(2);
/// How late a key may begin or run out.
const KEY_TURN: Duration = Duration::from_millis(500);
/// Longest time for answers under way after that.
const GRACE: Duration = Duration::from_secs(1);

/// Why the daemon could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DaemonError {
    /// An address to serve on is not to be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The engine did not start.
    #[error(transparent)]
    Engine(#[from] bfd_engine::StartError),
    /// The kernel does not tell of interfaces.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// An integration lacks something.
    #[error(transparent)]
    Integration(#[from] SetupError),
    /// A thread or a signal handler could not be made.
    #[error("cannot start: {0}")]
    System(#[from] io::Error),
}

/// How the daemon ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Peers and watchers were told.
    Gracefully,
    /// A second signal cut that short.
    AtOnce,
}

/// Runs until a signal ends it.
///
/// # Errors
/// What kept it from starting, as one sentence with its remedy.
pub async fn run(mut settings: Settings) -> Result<Ended, DaemonError> {
    let mut signals = Signals::install()?;
    let config = settings.config();
    tracing::info!(
        version = BUILD.version,
        grpc_addr = %config.grpc.addr,
        metrics_addr = %config.metrics.addr,
        "gobfd starting"
    );
    Integrations::check(config)?;
    let doors = Doors::open(config).await?;
    let engine = Engine::start(&engine_config(config))?;
    announce::data_plane(&engine);
    let (feed, topology) = Feed::open().await?;
    let mut daemon = Daemon::start(engine.handle(), topology, feed, settings.ledger())?;
    // A daemon that stops while it starts has nothing to say yet.
    let outcome = settings.apply(&daemon.control).await;
    let control = daemon.control.clone();
    daemon.integrations.apply(settings.config(), &control).await;
    let config = settings.config();
    let (stop, stopping) = watch::channel(false);
    let servers = daemon.serve(config, doors, &stopping);
    daemon.vitals.set_ready(true);
    if let Ok(outcome) = outcome {
        daemon.manager.ready(&outcome).await;
    }
    let ended = loop {
        match signals.next().await {
            Asked::Reload => daemon.reload(&mut settings).await,
            Asked::Stop => break daemon.stop(&mut signals, stop, servers).await,
        }
    };
    engine.stop();
    tracing::info!("gobfd stopped");
    Ok(ended)
}

/// Sockets clients will connect to.
struct Doors {
    api: Vec<Listener>,
    metrics: Listener,
}

impl Doors {
    async fn open(config: &Config) -> Result<Self, BindError> {
        let grpc = &config.grpc;
        let mut api = vec![Listener::tcp("the API", "grpc.addr", &grpc.addr).await?];
        if let Some(path) = &grpc.unix {
            api.push(Listener::unix("the API", "grpc.unix", path).await?);
        }
        let metrics = Listener::tcp("metrics", "metrics.addr", &config.metrics.addr).await?;
        Ok(Self { api, metrics })
    }
}

/// The parts that run beside each other.
struct Daemon {
    control: Control,
    metrics: Metrics,
    vitals: Arc<Vitals>,
    manager: Arc<ServiceManager>,
    integrations: Integrations,
    /// What the GoBGP integration shows.
    gobgp: Board,
    followers: JoinSet<()>,
    /// Writes the log of changes; ends by itself when all were read.
    changes: tokio::task::JoinHandle<()>,
}

impl Daemon {
    fn start(
        engine: EngineHandle,
        topology: watch::Receiver<Arc<Topology>>,
        feed: Feed,
        ledger: Ledger,
    ) -> io::Result<Self> {
        let route = Box::new(|peer| bfd_net::route_source(peer, 0).ok());
        let seen = Arc::clone(&topology.borrow());
        let control = Control::start(Arc::new(engine.clone()), engine.clone(), seen, route)?;
        let mut followers = JoinSet::new();
        let gobgp = Board::default();
        let mesh = NodeMesh::start(&control, &mut followers);
        let metrics = Metrics::new(
            control.clone(),
            engine.clone(),
            gobgp.clone(),
            mesh.clone(),
            ledger,
        );
        let vitals = Arc::new(Vitals::new());
        let changes = tokio::spawn(changes::follow(control.watch().events, metrics.clone()));
        followers.spawn(feed.run());
        followers.spawn(follow(topology, control.clone()));
        followers.spawn(turn_keys(control.clone()));
        followers.spawn(shortage::follow(engine.clone()));
        let manager = ServiceManager::of_process(control.clone(), Arc::clone(&vitals));
        let manager = Arc::new(manager);
        attend(&mut followers, &control, &engine, &vitals, &manager);
        Ok(Self {
            control,
            metrics,
            vitals,
            manager,
            integrations: Integrations::new(gobgp.clone(), mesh),
            gobgp,
            followers,
            changes,
        })
    }

    fn serve(&self, config: &Config, doors: Doors, stop: &watch::Receiver<bool>) -> JoinSet<()> {
        let mut servers = JoinSet::new();
        let api = api::router(
            self.control.clone(),
            Arc::clone(&self.vitals),
            self.gobgp.clone(),
        );
        for listener in doors.api {
            tracing::info!(addr = %listener, "gRPC server listening");
            servers.spawn(Server::new(listener, api.clone()).run(stop.clone(), GRACE));
        }
        let path = &config.metrics.path;
        tracing::info!(addr = %doors.metrics, path, "metrics server listening");
        let web = web::router(path, self.metrics.clone(), Arc::clone(&self.vitals));
        servers.spawn(Server::new(doors.metrics, web).run(stop.clone(), GRACE));
        servers
    }

    async fn reload(&mut self, settings: &mut Settings) {
        self.manager.reloading().await;
        // A daemon that stops meanwhile says so itself.
        if let Ok(outcome) = settings.reload(&self.control, &mut self.integrations).await {
            self.manager.ready(&outcome).await;
        }
    }

    async fn stop(
        mut self,
        signals: &mut Signals,
        stop: watch::Sender<bool>,
        servers: JoinSet<()>,
    ) -> Ended {
        tracing::info!("initiating graceful shutdown");
        self.manager.stopping().await;
        self.vitals.set_ready(false);
        let farewell = async {
            // Before the sessions go to AdminDown, which would look like an operator's act.
            self.integrations.leave().await;
            self.control.shutdown(FAREWELL).await;
            tracing::info!("all sessions set to AdminDown for graceful drain");
            // Watches have ended with the control plane; what is left are short answers.
            stop.send_replace(true);
            servers.join_all().await;
            self.followers.shutdown().await;
            let _ = self.changes.await;
        };
        tokio::select! {
            () = farewell => Ended::Gracefully,
            () = signals.stop() => {
                tracing::warn!("second signal, stopping at once");
                Ended::AtOnce
            }
        }
    }
}

/// Looks after the threads of the data plane, and tells the service manager.
fn attend(
    followers: &mut JoinSet<()>,
    control: &Control,
    engine: &EngineHandle,
    vitals: &Arc<Vitals>,
    manager: &Arc<ServiceManager>,
) {
    let (watched, looked_at) = (Arc::clone(vitals), engine.clone());
    followers.spawn(async move { watched.follow(looked_at).await });
    let (told, events) = (Arc::clone(manager), control.watch().events);
    followers.spawn(async move { told.follow(events).await });
    let (fed, engine) = (Arc::clone(manager), engine.clone());
    followers.spawn(async move { fed.keep_alive(engine).await });
}

/// Hands each picture of the host to the control plane.
async fn follow(mut topology: watch::Receiver<Arc<Topology>>, control: Control) {
    loop {
        let seen = Arc::clone(&topology.borrow_and_update());
        if control.topology(seen).await.is_err() || topology.changed().await.is_err() {
            return;
        }
    }
}

/// Lets keys begin and run out. The wall clock is looked at often rather than waited for: it may be
/// set.
async fn turn_keys(control: Control) {
    let mut ticks = tokio::time::interval(KEY_TURN);
    while control.turn_keys().await.is_ok() {
        ticks.tick().await;
    }
}

fn engine_config(config: &Config) -> EngineConfig {
    EngineConfig {
        workers: config.engine.workers,
        receive_buffer: config.engine.receive_buffer,
        scheduler: config.engine.scheduler,
        lock_memory: config.engine.lock_memory,
    }
}
