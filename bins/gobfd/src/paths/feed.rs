//! Snapshots first, then changes as the kernel tells them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bfd_control::Topology;
use futures::FutureExt as _;
use rtnetlink::MulticastGroup;
use rtnetlink::sys::{AsyncSocket, AsyncSocketExt, SocketAddr, TokioSocket, protocols};
use tokio::sync::watch;
use tokio::time::Instant;

use super::dump::dump;
use super::message::{Told, apply_all};

/// Octets the kernel may hold for us before it drops messages.
const BUFFER: i32 = 1 << 20;
/// How long changes of routes are gathered: tables change in floods, and each look asks the kernel
/// once per session.
const ROUTES_REST: Duration = Duration::from_millis(200);
/// How long to wait after a dump that failed.
const RETRY: Duration = Duration::from_millis(500);
/// The messages wanted.
const GROUPS: [MulticastGroup; 5] = [
    MulticastGroup::Link,
    MulticastGroup::Ipv4Ifaddr,
    MulticastGroup::Ipv6Ifaddr,
    MulticastGroup::Ipv4Route,
    MulticastGroup::Ipv6Route,
];

/// rtnetlink is not to be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot read interfaces and addresses from the kernel (rtnetlink): {0}")]
pub struct FeedError(#[from] io::Error);

/// Follows the kernel.
pub struct Feed {
    socket: TokioSocket,
    topology: Topology,
    sender: watch::Sender<Arc<Topology>>,
    /// When changed routes are to be told; `None`: they did not change.
    routes_due: Option<Instant>,
}

impl Feed {
    /// Opens the socket, then takes the first snapshot: what changes in between is not missed.
    ///
    /// # Errors
    /// See [`FeedError`].
    pub async fn open() -> Result<(Self, watch::Receiver<Arc<Topology>>), FeedError> {
        let socket = subscribe()?;
        let topology = dump().await?;
        let (sender, receiver) = watch::channel(Arc::new(topology.clone()));
        Ok((
            Self {
                socket,
                topology,
                sender,
                routes_due: None,
            },
            receiver,
        ))
    }

    /// Publishes snapshots until nobody listens any more.
    pub async fn run(mut self) {
        loop {
            let due = self.routes_due;
            tokio::select! {
                () = self.sender.closed() => return,
                () = at(due) => {
                    self.routes_due = None;
                    self.topology.routes_changed();
                }
                received = self.socket.recv_from_full() => self.take(received).await,
            }
            self.publish();
        }
    }

    /// Applies a datagram and all others that wait: a burst becomes one snapshot.
    async fn take(&mut self, mut received: io::Result<(Vec<u8>, SocketAddr)>) {
        loop {
            match received {
                Ok((datagram, _)) => self.apply(&datagram),
                Err(error) => return self.resync(&error).await,
            }
            match self.socket.recv_from_full().now_or_never() {
                Some(next) => received = next,
                None => return,
            }
        }
    }

    fn apply(&mut self, datagram: &[u8]) {
        let Self {
            topology,
            routes_due,
            ..
        } = self;
        apply_all(datagram, topology, |told| {
            if told == Told::Routes && routes_due.is_none() {
                *routes_due = Some(Instant::now() + ROUTES_REST);
            }
        });
    }

    /// Messages were lost: forgets those that wait, which are older than the new picture.
    async fn resync(&mut self, error: &io::Error) {
        tracing::info!(%error, "rtnetlink messages were lost, reading interfaces and addresses anew");
        loop {
            while self
                .socket
                .recv_from_full()
                .now_or_never()
                .is_some_and(|next| next.is_ok())
            {}
            match dump().await {
                Ok(topology) => {
                    self.topology.replace(topology);
                    return;
                }
                Err(error) => tracing::warn!(%error, "cannot read interfaces and addresses"),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    fn publish(&self) {
        self.sender.send_if_modified(|published| {
            let changed = **published != self.topology;
            if changed {
                *published = Arc::new(self.topology.clone());
            }
            changed
        });
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn subscribe() -> io::Result<TokioSocket> {
    let mut socket = TokioSocket::new(protocols::NETLINK_ROUTE)?;
    socket.socket_mut().set_rx_buf_sz(BUFFER)?;
    let groups = GROUPS.iter().map(|group| 1 << (*group as u32 - 1));
    socket.socket_mut().bind(&SocketAddr::new(
        0,
        groups.fold(0, |all, group| all | group),
    ))?;
    Ok(socket)
}
