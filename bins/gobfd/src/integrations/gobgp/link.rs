//! One connection to GoBGP and the calls over it.
//!
//! A link is made for one version, and thrown away when it breaks: what answers next may be another
//! GoBGP. HTTP/2 pings are not used, since gRPC servers in Go close a connection that pings more
//! often than every five minutes; [`super::follow`] asks regularly instead.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use buffa::{Message, MessageField, MessageView};
use connectrpc::client::{
    CallOptions, ClientConfig, ClientTransport, Http2Connection, ServerStream,
    SharedHttp2Connection, call_server_stream, call_unary,
};
use connectrpc::{ConnectError, Protocol};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use super::fault::Fault;
use super::message as m;
use super::message::__buffa::view as v;
use super::neighbor::Neighbor;
use super::note::NAME;
use super::tls::Tls;
use super::version::{self, AdminState, Method, Version};
use crate::config::GobgpSettings;
use bfd_program::config::GrpcTarget;

/// Requests that may wait for the connection.
const WAITING: usize = 64;

/// The current link, if there is one, for everyone who needs it.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(Arc<Mutex<Option<Link>>>);

impl Lines {
    pub(super) fn current(&self) -> Result<Link, Fault> {
        let link = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        link.clone().ok_or(Fault::NotConnected)
    }

    pub(super) fn set(&self, link: Option<Link>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = link;
    }
}

/// A connection to one GoBGP. Cheap to clone.
#[derive(Clone)]
pub(super) struct Link {
    transport: SharedHttp2Connection,
    config: ClientConfig,
    version: Version,
    timeout: Duration,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// What is told of changes of peers.
pub(super) struct Changes {
    stream: ServerStream<
        <SharedHttp2Connection as ClientTransport>::ResponseBody,
        v::WatchEventResponseView<'static>,
    >,
}

impl Link {
    /// Connects, and finds out the version.
    pub(super) async fn open(settings: &GobgpSettings) -> Result<Self, Fault> {
        let timeout = settings.action_timeout;
        let transport = connect(settings, timeout).await?;
        let config = ClientConfig::new(http::Uri::from_static("http://gobgp/"))
            .with_protocol(Protocol::Grpc);
        for version in [Version::V4, Version::V3] {
            let link = Self {
                transport: transport.clone(),
                config: config.clone(),
                version,
                timeout,
            };
            match link.ping().await {
                Ok(()) => return Ok(link),
                Err(fault) if fault.is_unimplemented() => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::Foreign)
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }

    /// Whether it answers.
    pub(super) async fn ping(&self) -> Result<(), Fault> {
        self.unary(&version::GET_BGP, m::Empty::default()).await
    }

    /// Disables a peer and tells it why.
    pub(super) async fn disable(&self, peer: &Neighbor, why: String) -> Result<(), Fault> {
        let request = m::DisablePeerRequest {
            address: peer.to_string(),
            communication: why,
        };
        self.unary(&version::DISABLE_PEER, request).await
    }

    /// Enables a peer.
    pub(super) async fn enable(&self, peer: &Neighbor) -> Result<(), Fault> {
        let request = m::EnablePeerRequest {
            address: peer.to_string(),
        };
        self.unary(&version::ENABLE_PEER, request).await
    }

    /// The administrative state of a peer; `None`: GoBGP has no such peer.
    pub(super) async fn peer(&self, peer: &Neighbor) -> Result<Option<AdminState>, Fault> {
        let request = m::ListPeerRequest {
            address: peer.to_string(),
        };
        let answers: Vec<m::ListPeerResponse> = self
            .list::<_, v::ListPeerResponseView<'static>, _>(&version::LIST_PEER, request)
            .await?;
        let states = answers.into_iter().filter_map(|answer| {
            let shown = answer.peer.into_option()?;
            let state = shown.state.into_option()?;
            let name = shown
                .conf
                .into_option()
                .unwrap_or_default()
                .neighbor_address;
            let is_it = [&name, &state.neighbor_address]
                .into_iter()
                .any(|text| Neighbor::parse(text).as_ref() == Some(peer));
            is_it.then_some(state.admin_state)
        });
        Ok(states
            .into_iter()
            .find_map(|value| self.version.admin_state(value)))
    }

    /// Subscribes to changes of peers.
    pub(super) async fn changes(&self) -> Result<Changes, Fault> {
        let request = m::WatchEventRequest {
            peer: MessageField::some(m::watch_event_request::Peer::default()),
        };
        let method = &version::WATCH_EVENT;
        let stream = call_server_stream(
            &self.transport,
            &self.config,
            method.of(self.version),
            request,
            CallOptions::default(),
        );
        // No time limit: GoBGP answers with the first change.
        let stream = stream.await.map_err(|error| self.fault(method, &error))?;
        Ok(Changes { stream })
    }

    /// The peers noted as disabled by us; `None`: there is no note.
    pub(super) async fn noted(&self) -> Result<Option<Vec<IpAddr>>, Fault> {
        let request = m::ListDefinedSetRequest {
            defined_type: self.version.neighbor_set(),
            name: NAME.to_owned(),
        };
        let answers: Vec<m::ListDefinedSetResponse> = self
            .list::<_, v::ListDefinedSetResponseView<'static>, _>(
                &version::LIST_DEFINED_SET,
                request,
            )
            .await?;
        let mut sets = answers
            .into_iter()
            .filter_map(|answer| answer.defined_set.into_option())
            .filter(|set| set.name == NAME);
        Ok(sets.next().map(|set| {
            let elements = set.list.iter();
            elements
                .filter_map(|element| Neighbor::parse_host(element))
                .collect()
        }))
    }

    /// Notes a peer as disabled by us.
    pub(super) async fn note(&self, peer: IpAddr) -> Result<(), Fault> {
        let request = m::AddDefinedSetRequest {
            defined_set: MessageField::some(self.element(peer)),
        };
        self.unary(&version::ADD_DEFINED_SET, request).await
    }

    /// Takes a peer off the note.
    pub(super) async fn erase(&self, peer: IpAddr) -> Result<(), Fault> {
        let request = m::DeleteDefinedSetRequest {
            defined_set: MessageField::some(self.element(peer)),
        };
        self.unary(&version::DELETE_DEFINED_SET, request).await
    }

    fn element(&self, peer: IpAddr) -> m::DefinedSet {
        let len = if peer.is_ipv4() { 32 } else { 128 };
        m::DefinedSet {
            defined_type: self.version.neighbor_set(),
            name: NAME.to_owned(),
            list: vec![format!("{peer}/{len}")],
        }
    }

    pub(super) async fn unary<Q>(&self, method: &Method, request: Q) -> Result<(), Fault>
    where
        Q: Message + serde::Serialize + Send + 'static,
    {
        let answer = call_unary::<_, _, v::EmptyView<'static>>(
            &self.transport,
            &self.config,
            method.of(self.version),
            request,
            CallOptions::default().with_timeout(self.timeout),
        );
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.fault(method, &error)),
            Err(_) => Err(self.silent(method)),
        }
    }

    /// All answers of a stream that ends by itself.
    pub(super) async fn list<Q, V, M>(&self, method: &Method, request: Q) -> Result<Vec<M>, Fault>
    where
        Q: Message + serde::Serialize + Send + 'static,
        V: MessageView<'static, Owned = M> + Send,
        M: Message + buffa::HasMessageView<View<'static> = V> + serde::de::DeserializeOwned,
    {
        let read = async {
            let mut stream = call_server_stream::<_, _, V>(
                &self.transport,
                &self.config,
                method.of(self.version),
                request,
                CallOptions::default().with_timeout(self.timeout),
            )
            .await?;
            let mut all = Vec::new();
            while let Some(answer) = stream.message().await? {
                all.push(answer.to_owned_message());
            }
            Ok::<_, ConnectError>(all)
        };
        match tokio::time::timeout(self.timeout, read).await {
            Ok(Ok(all)) => Ok(all),
            Ok(Err(error)) => Err(self.fault(method, &error)),
            Err(_) => Err(self.silent(method)),
        }
    }

    fn fault(&self, method: &Method, error: &ConnectError) -> Fault {
        Fault::of(method.name, self.timeout, error)
    }

    fn silent(&self, method: &Method) -> Fault {
        Fault::Silent {
            call: method.name,
            limit: self.timeout,
        }
    }
}

impl Changes {
    /// The peer that changed next, if GoBGP says which; an error when the stream ends.
    pub(super) async fn next(&mut self) -> Result<Option<Neighbor>, Fault> {
        let ended = |reason: String| Fault::Unreachable { reason };
        let event = match self.stream.message().await {
            Ok(Some(event)) => event.to_owned_message(),
            Ok(None) => return Err(ended("GoBGP ended the connection".into())),
            Err(error) => {
                let cause = bfd_api::transport_cause(&error);
                return Err(ended(cause.unwrap_or_else(|| error.to_string())));
            }
        };
        let state = event
            .peer
            .into_option()
            .and_then(|event| event.peer.into_option())
            .and_then(|peer| peer.state.into_option());
        Ok(state.and_then(|state| Neighbor::parse(&state.neighbor_address)))
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

async fn connect(
    settings: &GobgpSettings,
    timeout: Duration,
) -> Result<SharedHttp2Connection, Fault> {
    let tls = match &settings.tls {
        Some(tls) => Some(Tls::read(tls, &settings.addr)?),
        None => None,
    };
    let target = settings.addr.clone();
    let connector = tower::service_fn(move |_| {
        let (target, tls) = (target.clone(), tls.clone());
        async move { dial(&target, tls).await.map(TokioIo::new) }
    });
    let connected = Http2Connection::builder()
        .establishment_timeout(timeout)
        .connect_with_connector(connector, http::Uri::from_static("http://gobgp/"));
    match connected.await {
        Ok(connection) => Ok(connection.shared(WAITING)),
        Err(error) => Err(Fault::of("connect", timeout, &error)),
    }
}

async fn dial(target: &GrpcTarget, tls: Option<Tls>) -> std::io::Result<Box<dyn Stream>> {
    let plain: Box<dyn Stream> = match target {
        GrpcTarget::Unix(path) => Box::new(UnixStream::connect(path).await?),
        GrpcTarget::Tcp { host, port } => {
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            stream.set_nodelay(true)?;
            Box::new(stream)
        }
    };
    Ok(match tls {
        None => plain,
        Some(Tls { config, name }) => {
            let connector = tokio_rustls::TlsConnector::from(config);
            Box::new(connector.connect(name, plain).await?)
        }
    })
}
