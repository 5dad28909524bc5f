//! Calls to one daemon, typed, with errors of one sentence.

use std::time::Duration;

use connectrpc::client::{CallOptions, ClientConfig, Http2Connection, SharedHttp2Connection};

use crate::endpoint::{Endpoint, Place};
use crate::error::ClientError;
use crate::v1::{self, get_session_request, set_session_admin_request, set_session_timers_request};

/// Longest time a unary call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest time a TCP connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A daemon that vanished without a word is noticed after this interval plus timeout.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(5);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(5);
/// Sessions per page of a list: far below the message limit of 4 MiB.
const PAGE_SIZE: u32 = 500;
/// Daemons that do not page may send everything at once.
const MESSAGE_LIMIT: usize = 64 << 20;
/// Requests that may wait for the connection.
const WAITING: usize = 64;

/// A connection to one daemon: made at the first call, again after it broke.
///
/// Cheap to clone; must be created inside a tokio runtime.
#[derive(Clone)]
pub struct Client {
    endpoint: Endpoint,
    bfd: v1::BfdServiceClient<SharedHttp2Connection>,
    echo: v1::EchoServiceClient<SharedHttp2Connection>,
    micro: v1::MicroBfdServiceClient<SharedHttp2Connection>,
    integrations: v1::IntegrationServiceClient<SharedHttp2Connection>,
}

/// Which session is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionRef {
    /// By the daemon's discriminator.
    Discriminator(u32),
    /// By the peer; empty texts and an unspecified type match all.
    Peer {
        /// Address of the peer.
        peer: String,
        /// Address the session sends from.
        local: String,
        /// Interface the session is bound to.
        interface: String,
        /// Kind of the session.
        kind: v1::SessionType,
    },
}

impl SessionRef {
    /// A session to `peer`, whatever its local address, interface and type.
    #[must_use]
    pub fn peer(peer: impl Into<String>) -> Self {
        Self::Peer {
            peer: peer.into(),
            local: String::new(),
            interface: String::new(),
            kind: v1::SessionType::SESSION_TYPE_UNSPECIFIED,
        }
    }
}

impl From<SessionRef> for v1::GetSessionRequest {
    fn from(which: SessionRef) -> Self {
        use get_session_request::Identifier;
        match which {
            SessionRef::Discriminator(discriminator) => Self {
                identifier: Some(Identifier::LocalDiscriminator(discriminator)),
                ..Self::default()
            },
            SessionRef::Peer {
                peer,
                local,
                interface,
                kind,
            } => Self {
                identifier: Some(Identifier::PeerAddress(peer)),
                local_address: local,
                interface_name: interface,
                r#type: kind.into(),
            },
        }
    }
}

impl From<SessionRef> for v1::SetSessionAdminRequest {
    fn from(which: SessionRef) -> Self {
        use set_session_admin_request::Identifier;
        match which {
            SessionRef::Discriminator(discriminator) => Self {
                identifier: Some(Identifier::LocalDiscriminator(discriminator)),
                ..Self::default()
            },
            SessionRef::Peer {
                peer,
                local,
                interface,
                kind,
            } => Self {
                identifier: Some(Identifier::PeerAddress(peer)),
                local_address: local,
                interface_name: interface,
                r#type: kind.into(),
                ..Self::default()
            },
        }
    }
}

impl From<SessionRef> for v1::SetSessionTimersRequest {
    fn from(which: SessionRef) -> Self {
        use set_session_timers_request::Identifier;
        match which {
            SessionRef::Discriminator(discriminator) => Self {
                identifier: Some(Identifier::LocalDiscriminator(discriminator)),
                ..Self::default()
            },
            SessionRef::Peer {
                peer,
                local,
                interface,
                kind,
            } => Self {
                identifier: Some(Identifier::PeerAddress(peer)),
                local_address: local,
                interface_name: interface,
                r#type: kind.into(),
                ..Self::default()
            },
        }
    }
}

/// Timers to lay over a session's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timers {
    /// Take back what was laid over before; what is given here is laid over then.
    pub reset: bool,
    /// Desired Min TX Interval; `None`: as it is.
    pub desired_min_tx: Option<Duration>,
    /// Required Min RX Interval; `None`: as it is.
    pub required_min_rx: Option<Duration>,
    /// Detection multiplier; `None`: as it is.
    pub detect_multiplier: Option<u32>,
}

/// One unary call: stub, request, and the conversion of its error.
macro_rules! call {
    ($client:ident, $service:ident, $method:ident, $request:expr) => {
        $client
            .$service
            .$method($request, CallOptions::default().with_timeout(CALL_TIMEOUT))
            .await
            .map(|answer| answer.into_owned())
            .map_err(|error| ClientError::new(&$client.endpoint, &error))
    };
}

impl Client {
    /// A client of the daemon at `endpoint`. Nothing is connected before the first call.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        let config = ClientConfig::new(base_uri(&endpoint))
            .with_default_max_message_size(MESSAGE_LIMIT)
            .with_default_element_memory_limit(2 * MESSAGE_LIMIT);
        let connection = connection(&endpoint);
        Self {
            endpoint,
            bfd: v1::BfdServiceClient::new(connection.clone(), config.clone()),
            echo: v1::EchoServiceClient::new(connection.clone(), config.clone()),
            micro: v1::MicroBfdServiceClient::new(connection.clone(), config.clone()),
            integrations: v1::IntegrationServiceClient::new(connection, config),
        }
    }

    /// Whom this client calls.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// All sessions, page by page, in the daemon's order.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn sessions(&self) -> Result<Vec<v1::BfdSession>, ClientError> {
        let mut all = Vec::new();
        let mut request = v1::ListSessionsRequest {
            page_size: PAGE_SIZE,
            ..Default::default()
        };
        loop {
            let page = call!(self, bfd, list_sessions_with_options, request.clone())?;
            all.extend(page.sessions);
            if page.next_page_token.is_empty() {
                return Ok(all);
            }
            request.page_token = page.next_page_token;
        }
    }

    /// One session.
    ///
    /// # Errors
    /// `not_found`, `failed_precondition` when several match, and transport errors.
    pub async fn session(&self, which: SessionRef) -> Result<v1::BfdSession, ClientError> {
        let answer = call!(self, bfd, get_session_with_options, which.into())?;
        self.present(answer.session.into_option(), "session")
    }

    /// Creates a session.
    ///
    /// # Errors
    /// `invalid_argument`, `already_exists`, `unimplemented`, and transport errors.
    pub async fn add_session(
        &self,
        request: v1::AddSessionRequest,
    ) -> Result<v1::BfdSession, ClientError> {
        let answer = call!(self, bfd, add_session_with_options, request)?;
        self.present(answer.session.into_option(), "session")
    }

    /// Removes a session.
    ///
    /// # Errors
    /// `not_found`, and transport errors.
    pub async fn delete_session(&self, local_discriminator: u32) -> Result<(), ClientError> {
        let request = v1::DeleteSessionRequest {
            local_discriminator,
        };
        call!(self, bfd, delete_session_with_options, request).map(drop)
    }

    /// Holds a session down, or lets it run again.
    ///
    /// # Errors
    /// As [`Self::session`].
    pub async fn set_session_admin(
        &self,
        which: SessionRef,
        state: v1::AdminState,
    ) -> Result<v1::BfdSession, ClientError> {
        let request = v1::SetSessionAdminRequest {
            admin_state: state.into(),
            ..which.into()
        };
        let answer = call!(self, bfd, set_session_admin_with_options, request)?;
        self.present(answer.session.into_option(), "session")
    }

    /// Lays timers over those of a session, or takes them back.
    ///
    /// # Errors
    /// As [`Self::session`], `invalid_argument`, and `unimplemented` from a daemon that is older.
    pub async fn set_session_timers(
        &self,
        which: SessionRef,
        timers: Timers,
    ) -> Result<v1::BfdSession, ClientError> {
        let request = v1::SetSessionTimersRequest {
            reset: timers.reset,
            desired_min_tx_interval: timers.desired_min_tx.map(Into::into).into(),
            required_min_rx_interval: timers.required_min_rx.map(Into::into).into(),
            detect_multiplier: timers.detect_multiplier.unwrap_or_default(),
            ..which.into()
        };
        let answer = call!(self, bfd, set_session_timers_with_options, request)?;
        self.present(answer.session.into_option(), "session")
    }

    /// Events as the daemon sends them, until it or the connection ends.
    /// See [`Watch`](crate::Watch) for one that goes on.
    ///
    /// # Errors
    /// Transport errors.
    pub async fn events(
        &self,
        request: v1::WatchSessionEventsRequest,
    ) -> Result<Events, ClientError> {
        let stream = self.bfd.watch_session_events(request).await;
        let stream = stream.map_err(|error| ClientError::new(&self.endpoint, &error))?;
        Ok(Events {
            endpoint: self.endpoint.clone(),
            stream,
        })
    }

    /// All echo sessions.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn echo_sessions(&self) -> Result<Vec<v1::EchoSession>, ClientError> {
        let request = v1::ListEchoSessionsRequest::default();
        call!(self, echo, list_echo_sessions_with_options, request).map(|answer| answer.sessions)
    }

    /// Creates an echo session.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn add_echo_session(
        &self,
        request: v1::AddEchoSessionRequest,
    ) -> Result<v1::EchoSession, ClientError> {
        let answer = call!(self, echo, add_echo_session_with_options, request)?;
        self.present(answer.session.into_option(), "session")
    }

    /// Removes an echo session.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn delete_echo_session(&self, local_discriminator: u32) -> Result<(), ClientError> {
        let request = v1::DeleteEchoSessionRequest {
            local_discriminator,
        };
        call!(self, echo, delete_echo_session_with_options, request).map(drop)
    }

    /// All groups of micro-BFD.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn micro_groups(&self) -> Result<Vec<v1::MicroBFDGroup>, ClientError> {
        let request = v1::ListMicroBFDGroupsRequest::default();
        call!(self, micro, list_micro_bfd_groups_with_options, request).map(|answer| answer.groups)
    }

    /// Creates a group of micro-BFD.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn add_micro_group(
        &self,
        request: v1::AddMicroBFDGroupRequest,
    ) -> Result<v1::MicroBFDGroup, ClientError> {
        let answer = call!(self, micro, add_micro_bfd_group_with_options, request)?;
        self.present(answer.group.into_option(), "group")
    }

    /// Removes a group of micro-BFD.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn delete_micro_group(&self, lag_interface: String) -> Result<(), ClientError> {
        let request = v1::DeleteMicroBFDGroupRequest { lag_interface };
        call!(self, micro, delete_micro_bfd_group_with_options, request).map(drop)
    }

    /// The GoBGP integration and what it steers.
    ///
    /// # Errors
    /// Whatever the daemon or the connection says.
    pub async fn bgp_targets(&self) -> Result<v1::ListBgpTargetsResponse, ClientError> {
        let request = v1::ListBgpTargetsRequest::default();
        call!(self, integrations, list_bgp_targets_with_options, request)
    }

    fn present<T>(&self, part: Option<T>, missing: &'static str) -> Result<T, ClientError> {
        part.ok_or_else(|| ClientError::Incomplete {
            endpoint: self.endpoint.clone(),
            missing,
        })
    }
}

/// A running stream of events.
pub struct Events {
    endpoint: Endpoint,
    stream: connectrpc::client::ServerStream<
        <SharedHttp2Connection as connectrpc::client::ClientTransport>::ResponseBody,
        v1::WatchSessionEventsResponseView<'static>,
    >,
}

impl Events {
    /// The next event; `None` when the daemon ended the stream in order, as it does when it stops.
    ///
    /// # Errors
    /// The connection broke, or the daemon ended the stream with an error.
    pub async fn next(&mut self) -> Result<Option<v1::WatchSessionEventsResponse>, ClientError> {
        match self.stream.message().await {
            Ok(message) => Ok(message.map(|message| message.to_owned_message())),
            Err(error) => Err(ClientError::new(&self.endpoint, &error)),
        }
    }
}

/// HTTP/2 with prior knowledge, the only one that serves both TCP and Unix sockets.
fn connection(endpoint: &Endpoint) -> SharedHttp2Connection {
    let builder = Http2Connection::builder()
        .tcp_connect_timeout(CONNECT_TIMEOUT)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true);
    let uri = base_uri(endpoint);
    match endpoint.place() {
        Place::Tcp(_) => builder.lazy_plaintext(uri).shared(WAITING),
        Place::Unix(path) => builder.lazy_unix(path, uri).shared(WAITING),
    }
}

fn base_uri(endpoint: &Endpoint) -> http::Uri {
    let authority = match endpoint.place() {
        Place::Tcp(authority) => authority.clone(),
        Place::Unix(_) => http::uri::Authority::from_static("localhost"),
    };
    let uri = http::Uri::builder()
        .scheme("http")
        .authority(authority)
        .path_and_query("/")
        .build();
    // A scheme, an authority and a path are all that a URI asks for.
    uri.unwrap_or_default()
}
