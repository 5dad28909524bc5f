//! Accepting and serving.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower_http::catch_panic::CatchPanicLayer;

use super::{Caller, Listener};

/// Connections of one server; further ones wait to be accepted.
const CONNECTIONS: usize = 1024;
/// How long a client may take to begin, and to complete the head of a request.
const HEAD: Duration = Duration::from_secs(30);
/// How often a silent HTTP/2 client is asked whether it is there; watchers may be silent for days.
const PING_EVERY: Duration = Duration::from_secs(30);
/// How long it may take to answer.
const PONG: Duration = Duration::from_secs(15);
/// How long to rest when the system gives no more descriptors.
const REST: Duration = Duration::from_millis(100);

/// Tells servers to stop; dropped means stop as well.
pub type Stop = watch::Receiver<bool>;

/// One listener and what it serves.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    router: Router,
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Stream {
    fn caller(&self) -> Caller {
        match self {
            Self::Tcp(stream) => Caller::tcp(stream.peer_addr().ok()),
            Self::Unix(stream) => Caller::unix(stream.peer_cred().ok()),
        }
    }
}

impl Server {
    /// Serves `router` on `listener`. A handler that panics answers 500.
    #[must_use]
    pub fn new(listener: Listener, router: Router) -> Self {
        let router = router.layer(CatchPanicLayer::new());
        Self { listener, router }
    }

    /// Serves until told to stop, then at most `grace` longer for what is under way.
    pub async fn run(self, mut stop: Stop, grace: Duration) {
        let connections = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                accepted = accept(&self.listener, &room) => accepted,
            };
            match accepted {
                Ok((stream, permit)) => self.spawn(stream, permit, connections.watcher()),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(REST).await;
                }
            }
        }
        drop(self.listener);
        if tokio::time::timeout(grace, connections.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("connections were still open and are cut");
        }
    }

    fn spawn(&self, stream: Stream, permit: OwnedSemaphorePermit, watcher: Watcher) {
        let router = self.router.clone().layer(Extension(stream.caller()));
        tokio::spawn(async move {
            let served = match stream {
                Stream::Tcp(stream) => match begun(stream.readable()).await {
                    true => serve(stream, router, watcher).await,
                    false => Ok(()),
                },
                Stream::Unix(stream) => match begun(stream.readable()).await {
                    true => serve(stream, router, watcher).await,
                    false => Ok(()),
                },
            };
            if let Err(error) = served {
                tracing::debug!(%error, "connection ended");
            }
            drop(permit);
        });
    }
}

async fn accept(
    listener: &Listener,
    room: &Arc<Semaphore>,
) -> io::Result<(Stream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let stream = match listener {
        Listener::Tcp(listener) => {
            let (stream, _) = listener.accept().await?;
            // Events are small and must not wait for more.
            stream.set_nodelay(true)?;
            Stream::Tcp(stream)
        }
        Listener::Unix(listener, _) => Stream::Unix(listener.accept().await?.0),
    };
    Ok((stream, permit))
}

/// Whether the client says something at all. Until then nothing else bounds its patience.
async fn begun(readable: impl Future<Output = io::Result<()>>) -> bool {
    matches!(tokio::time::timeout(HEAD, readable).await, Ok(Ok(())))
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    watcher: Watcher,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PONG);
    let service = TowerToHyperService::new(router);
    watcher
        .watch(
            builder
                .serve_connection(TokioIo::new(stream), service)
                .into_owned(),
        )
        .await
}
