//! A small Kubernetes API server: list and watch of nodes over HTTPS, with everything that may go
//! wrong on the way.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::serve::Listener;
use bfd_testbed::Namespace;
use futures::SinkExt as _;
use futures::channel::mpsc;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::runtime::{Builder as RuntimeBuilder, Runtime};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use super::cluster::{Cluster, Gone, Seen};

pub(super) const URL: &str = "https://127.0.0.1:6443";
const ADDRESS: &str = "127.0.0.1:6443";
/// As many characters as a token of the real thing has, roughly.
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJnb2JmZCJ9.c2lnbmF0dXJl";

/// The server, reachable at [`URL`] in each of its namespaces.
pub(super) struct ApiServer {
    namespaces: Vec<Namespace>,
    shared: Arc<Shared>,
    tls: TlsAcceptor,
    /// `None` while it is away.
    running: Option<Runtime>,
    pub(super) token_file: PathBuf,
    pub(super) ca_file: PathBuf,
}

struct Shared {
    cluster: Mutex<Cluster>,
    /// Wakes the watches.
    turn: watch::Sender<()>,
}

impl Shared {
    fn cluster(&self) -> MutexGuard<'_, Cluster> {
        self.cluster.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ApiServer {
    pub(super) fn start(namespaces: &[&Namespace]) -> Self {
        let (tls, authority) = certificates();
        let folder = namespaces[0].folder();
        let (token_file, ca_file) = (folder.join("token"), folder.join("ca.crt"));
        std::fs::write(&token_file, TOKEN).expect("the folder of a namespace");
        std::fs::write(&ca_file, authority).expect("the folder of a namespace");
        let mut server = Self {
            namespaces: namespaces.iter().map(|space| (*space).clone()).collect(),
            shared: Arc::new(Shared {
                cluster: Mutex::new(Cluster::new(TOKEN)),
                turn: watch::Sender::new(()),
            }),
            tls,
            running: None,
            token_file,
            ca_file,
        };
        server.come_back();
        server
    }

    /// Looks at or changes the cluster; watchers are told.
    pub(super) fn cluster<T>(&self, act: impl FnOnce(&mut Cluster) -> T) -> T {
        let done = act(&mut self.shared.cluster());
        self.shared.turn.send_replace(());
        done
    }

    pub(super) fn put(&self, name: &str, addresses: &[&str]) {
        self.cluster(|cluster| cluster.put(name, addresses, &json!({})));
    }

    /// Cuts every watch in the middle of a line.
    pub(super) fn cut(&self) {
        self.cluster(|cluster| cluster.epoch += 1);
    }

    /// Closes listeners and connections.
    pub(super) fn go_away(&mut self) {
        self.running = None;
    }

    pub(super) fn come_back(&mut self) {
        let runtime = RuntimeBuilder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        let runtime = runtime.expect("a thread");
        for namespace in &self.namespaces {
            let listener = listen_in(namespace);
            let (shared, tls) = (Arc::clone(&self.shared), self.tls.clone());
            runtime.spawn(serve(listener, tls, router(shared)));
        }
        self.running = Some(runtime);
    }

    /// Requests since the last call.
    pub(super) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.shared.cluster().seen)
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        if let Some(runtime) = self.running.take() {
            runtime.shutdown_background();
        }
    }
}

/// A socket belongs to the namespace of the thread that makes it.
fn listen_in(namespace: &Namespace) -> TcpListener {
    let path = format!("/var/run/netns/{}", namespace.name());
    let enter = move || {
        let space = File::open(path)?;
        move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network))?;
        let listener = TcpListener::bind(ADDRESS)?;
        listener.set_nonblocking(true)?;
        Ok::<_, io::Error>(listener)
    };
    let bound = std::thread::spawn(enter).join().expect("no panic");
    bound.expect("the port is free")
}

/// One that signs certificates, and its own in PEM form.
fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let own = params.self_signed(&key).expect("a certificate").pem();
    (Issuer::new(params, key), own)
}

/// The certificate of one that signed nothing.
pub(super) fn stranger() -> Vec<u8> {
    authority().1.into_bytes()
}

/// What the server shows, and in PEM form who signed it.
fn certificates() -> (TlsAcceptor, String) {
    let (issuer, authority) = authority();
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address");
    let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("they fit");
    (TlsAcceptor::from(Arc::new(config)), authority)
}

/// A listener whose clients speak TLS.
struct Door {
    tcp: tokio::net::TcpListener,
    tls: TlsAcceptor,
}

impl Listener for Door {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, from) = self.tcp.accept().await.expect("a socket that listens");
            // A client that trusts somebody else ends here.
            if let Ok(stream) = self.tls.accept(stream).await {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

async fn serve(tcp: TcpListener, tls: TlsAcceptor, router: Router) {
    let tcp = tokio::net::TcpListener::from_std(tcp).expect("a runtime");
    axum::serve(Door { tcp, tls }, router)
        .await
        .expect("it serves for ever");
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/nodes", get(nodes))
        .with_state(shared)
}

type Parameters = HashMap<String, String>;

async fn nodes(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    let response = answer(&shared, &query, &headers);
    let status = response.status().as_u16();
    shared.cluster().seen.push(Seen { query, status });
    response
}

fn answer(shared: &Arc<Shared>, query: &Parameters, headers: &HeaderMap) -> Response {
    let cluster = shared.cluster();
    let wanted = format!("Bearer {}", cluster.token);
    if headers
        .get("authorization")
        .is_none_or(|sent| sent != wanted.as_str())
    {
        return refusal(401, "Unauthorized", "Unauthorized");
    }
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    if text("watch") != "true" {
        let limit = text("limit").parse().unwrap_or(usize::MAX - 1);
        let list = cluster.list(text("labelSelector"), limit, text("continue"));
        return axum::Json(list).into_response();
    }
    let version = text("resourceVersion")
        .parse()
        .expect("a watch begins somewhere");
    if cluster.is_gone(version) && cluster.gone == Gone::Status {
        return refusal(410, "Expired", &too_old(version));
    }
    let (lines, body) = mpsc::channel(16);
    let watch = Watch {
        shared: Arc::clone(shared),
        turn: shared.turn.subscribe(),
        epoch: cluster.epoch,
        version,
        selector: text("labelSelector").to_owned(),
        bookmarks: text("allowWatchBookmarks") == "true",
        lines,
    };
    let seconds = text("timeoutSeconds").parse().expect("a watch has a limit");
    tokio::spawn(tokio::time::timeout(
        Duration::from_secs(seconds),
        watch.run(),
    ));
    let json = [("content-type", "application/json")];
    (json, Body::from_stream(body)).into_response()
}

fn too_old(version: u64) -> String {
    format!("too old resource version: {version}")
}

fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure",
        "code": code, "reason": reason, "message": message,
    })
}

fn refusal(code: u16, reason: &str, message: &str) -> Response {
    let number = StatusCode::from_u16(code).expect("a status");
    (number, axum::Json(status(code, reason, message))).into_response()
}

/// One open watch.
struct Watch {
    shared: Arc<Shared>,
    turn: watch::Receiver<()>,
    epoch: u64,
    version: u64,
    selector: String,
    bookmarks: bool,
    lines: mpsc::Sender<io::Result<Bytes>>,
}

impl Watch {
    async fn run(mut self) {
        loop {
            let (events, cut, gone) = self.look();
            if gone {
                let object = status(410, "Expired", &too_old(self.version));
                self.say(&json!({ "type": "ERROR", "object": object }))
                    .await;
                return;
            }
            if cut {
                let half =
                    Bytes::from_static(b"{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"na");
                let _ = self.lines.send(Ok(half)).await;
                let _ = self
                    .lines
                    .send(Err(io::ErrorKind::ConnectionReset.into()))
                    .await;
                return;
            }
            for event in events {
                self.say(&event).await;
            }
            if self.turn.changed().await.is_err() {
                return;
            }
        }
    }

    /// New events, whether the line is to be cut, whether our place is forgotten.
    fn look(&mut self) -> (Vec<Value>, bool, bool) {
        self.turn.mark_unchanged();
        let cluster = self.shared.cluster();
        let cut = cluster.epoch != self.epoch;
        if cut || cluster.is_gone(self.version) {
            return (Vec::new(), cut, !cut);
        }
        let (events, version) = cluster.events(self.version, &self.selector, self.bookmarks);
        self.version = version;
        (events, false, false)
    }

    async fn say(&mut self, event: &Value) {
        let line = format!("{event}\n");
        let _ = self.lines.send(Ok(line.into())).await;
    }
}
