//! A daemon made of a table: the other side for tests of clients.
//!
//! It answers `bfd.v1` as the schema says and runs no protocol. Echo and micro-BFD answer
//! `unimplemented`, as the daemon does.
#![forbid(unsafe_code)]
#![expect(refining_impl_trait, reason = "the answers may be named")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bfd_api::v1::watch_session_events_response::EventType;
use bfd_api::v1::{
    AddEchoSessionRequest, AddEchoSessionResponse, AddMicroBFDGroupRequest,
    AddMicroBFDGroupResponse, AddSessionRequest, AddSessionResponse, AdminState, BfdService,
    BfdServiceExt, BfdSession, DeleteEchoSessionRequest, DeleteEchoSessionResponse,
    DeleteMicroBFDGroupRequest, DeleteMicroBFDGroupResponse, DeleteSessionRequest,
    DeleteSessionResponse, DiagnosticCode, EchoService, EchoServiceExt, GetSessionRequest,
    GetSessionResponse, IntegrationService, IntegrationServiceExt, ListBgpTargetsRequest,
    ListBgpTargetsResponse, ListEchoSessionsRequest, ListEchoSessionsResponse,
    ListMicroBFDGroupsRequest, ListMicroBFDGroupsResponse, ListSessionsRequest,
    ListSessionsResponse, MicroBfdService, MicroBfdServiceExt, SessionState,
    SetSessionAdminRequest, SetSessionAdminResponse, SetSessionTimersRequest,
    SetSessionTimersResponse, WatchSessionEventsRequest, WatchSessionEventsResponse,
    get_session_request, set_session_admin_request, set_session_timers_request,
};
use connectrpc::{
    ConnectError, ConnectRpcService, RequestContext, Response, Router, ServiceRequest,
    ServiceResult, ServiceStream,
};
use futures::StreamExt;
use tokio::runtime::Runtime;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// Table and events of a fake daemon; survives a restart of its server.
#[derive(Clone)]
pub struct Fake(Arc<Inner>);

struct Inner {
    sessions: Mutex<Vec<BfdSession>>,
    requests: Mutex<Vec<String>>,
    bgp: Mutex<ListBgpTargetsResponse>,
    events: broadcast::Sender<WatchSessionEventsResponse>,
}

/// A running server; dropping it breaks all its connections.
pub struct Server {
    runtime: Option<Runtime>,
    /// Where it listens; `None` for a Unix socket.
    pub address: Option<SocketAddr>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Fake {
    /// A daemon with these sessions.
    #[must_use]
    pub fn new(sessions: Vec<BfdSession>) -> Self {
        let sessions = Mutex::new(sessions);
        let (events, _) = broadcast::channel(1024);
        Self(Arc::new(Inner {
            sessions,
            requests: Mutex::default(),
            bgp: Mutex::default(),
            events,
        }))
    }

    /// Serves on a free port of the loopback.
    ///
    /// # Panics
    /// When it cannot, as everything here does.
    #[must_use]
    pub fn serve(&self) -> Server {
        let runtime = runtime();
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = Some(listener.local_addr().unwrap());
        let guard = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        drop(guard);
        runtime.spawn(axum::serve(listener, self.app()).into_future());
        Server {
            runtime: Some(runtime),
            address,
        }
    }

    /// Serves on a Unix socket.
    ///
    /// # Panics
    /// When it cannot.
    #[must_use]
    pub fn serve_unix(&self, path: &Path) -> Server {
        let runtime = runtime();
        let guard = runtime.enter();
        let listener = tokio::net::UnixListener::bind(path).unwrap();
        drop(guard);
        runtime.spawn(axum::serve(listener, self.app()).into_future());
        Server {
            runtime: Some(runtime),
            address: None,
        }
    }

    /// Requests so far, as text, in order.
    ///
    /// # Panics
    /// After another panic in here.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.0.requests.lock().unwrap().clone()
    }

    /// Replaces all sessions, and tells nobody.
    ///
    /// # Panics
    /// After another panic in here.
    pub fn set(&self, sessions: Vec<BfdSession>) {
        *self.0.sessions.lock().unwrap() = sessions;
    }

    /// Replaces what is said of the GoBGP integration.
    ///
    /// # Panics
    /// After another panic in here.
    pub fn set_bgp(&self, answer: ListBgpTargetsResponse) {
        *self.0.bgp.lock().unwrap() = answer;
    }

    /// How many streams are open.
    #[must_use]
    pub fn watchers(&self) -> usize {
        self.0.events.receiver_count()
    }

    /// Sends an event to all streams; one without type ends them in order.
    ///
    /// # Panics
    /// When nobody watches.
    pub fn send(&self, event: WatchSessionEventsResponse) {
        self.0.events.send(event).unwrap();
    }

    fn app(&self) -> axum::Router {
        let this = Arc::new(self.clone());
        let router = BfdServiceExt::register(Arc::clone(&this), Router::new());
        let router = EchoServiceExt::register(Arc::clone(&this), router);
        let router = MicroBfdServiceExt::register(Arc::clone(&this), router);
        let router = IntegrationServiceExt::register(this, router);
        axum::Router::new().fallback_service(ConnectRpcService::new(router))
    }

    fn note(&self, request: &impl std::fmt::Debug) {
        self.0.requests.lock().unwrap().push(format!("{request:?}"));
    }

    fn find(&self, matches: impl Fn(&BfdSession) -> bool) -> Result<BfdSession, ConnectError> {
        let sessions = self.0.sessions.lock().unwrap();
        let mut found = sessions.iter().filter(|session| matches(session));
        match (found.next(), found.next()) {
            (Some(session), None) => Ok(session.clone()),
            (None, _) => Err(ConnectError::not_found("session not found")),
            _ => Err(ConnectError::failed_precondition("several sessions match")),
        }
    }

    fn get(&self, request: &GetSessionRequest) -> Result<BfdSession, ConnectError> {
        use get_session_request::Identifier;
        match request.identifier.clone() {
            Some(Identifier::LocalDiscriminator(n)) => self.find(|s| s.local_discriminator == n),
            Some(Identifier::PeerAddress(peer)) => self.find(|s| {
                let interface = &request.interface_name;
                s.peer_address == peer && (interface.is_empty() || s.interface_name == *interface)
            }),
            None => Err(ConnectError::invalid_argument("no identifier")),
        }
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

impl BfdService for Fake {
    async fn add_session(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, AddSessionRequest>,
    ) -> ServiceResult<AddSessionResponse> {
        let request = request.to_owned_message();
        self.note(&request);
        let session = BfdSession {
            peer_address: request.peer_address,
            local_address: request.local_address,
            interface_name: request.interface_name,
            r#type: request.r#type,
            local_state: SessionState::Down.into(),
            remote_state: SessionState::Down.into(),
            local_diagnostic: DiagnosticCode::DIAGNOSTIC_CODE_NONE.into(),
            local_discriminator: 4711,
            desired_min_tx_interval: request.desired_min_tx_interval,
            required_min_rx_interval: request.required_min_rx_interval,
            detect_multiplier: request.detect_multiplier,
            auth_type: request.auth_type,
            ..Default::default()
        };
        self.0.sessions.lock().unwrap().push(session.clone());
        Response::ok(AddSessionResponse {
            session: Some(session).into(),
        })
    }

    async fn delete_session(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, DeleteSessionRequest>,
    ) -> ServiceResult<DeleteSessionResponse> {
        let discriminator = request.to_owned_message().local_discriminator;
        self.find(|session| session.local_discriminator == discriminator)
            .map_err(|_| {
                ConnectError::not_found(format!("delete session: no discriminator {discriminator}"))
            })?;
        self.0
            .sessions
            .lock()
            .unwrap()
            .retain(|s| s.local_discriminator != discriminator);
        Response::ok(DeleteSessionResponse::default())
    }

    async fn list_sessions(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, ListSessionsRequest>,
    ) -> ServiceResult<ListSessionsResponse> {
        let request = request.to_owned_message();
        self.note(&request);
        let sessions = self.0.sessions.lock().unwrap();
        let start: usize = request.page_token.parse().unwrap_or(0);
        let end = sessions.len().min(start + request.page_size as usize);
        let more = end < sessions.len();
        Response::ok(ListSessionsResponse {
            sessions: sessions[start..end].to_vec(),
            next_page_token: if more { end.to_string() } else { String::new() },
        })
    }

    async fn get_session(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, GetSessionRequest>,
    ) -> ServiceResult<GetSessionResponse> {
        let session = self.get(&request.to_owned_message())?;
        Response::ok(GetSessionResponse {
            session: Some(session).into(),
        })
    }

    async fn watch_session_events(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, WatchSessionEventsRequest>,
    ) -> ServiceResult<ServiceStream<WatchSessionEventsResponse>> {
        let request = request.to_owned_message();
        let live = BroadcastStream::new(self.0.events.subscribe());
        let current = self.0.sessions.lock().unwrap().clone();
        let current = current.into_iter().filter(move |_| request.include_current);
        let snapshot = current.map(|session| WatchSessionEventsResponse {
            r#type: EventType::EVENT_TYPE_SESSION_ADDED.into(),
            session: Some(session).into(),
            snapshot: true,
            ..Default::default()
        });
        let mark = request.mark_snapshot.then(|| WatchSessionEventsResponse {
            r#type: EventType::EVENT_TYPE_SNAPSHOT_COMPLETE.into(),
            ..Default::default()
        });
        let first: Vec<_> = snapshot.chain(mark).map(Ok).collect();
        // An event without type ends the stream, as a daemon that stops does.
        let live = live.map(|event| event.map_err(|e| ConnectError::internal(e.to_string())));
        let live = live.take_while(|event| {
            let end = event
                .as_ref()
                .is_ok_and(|e| e.r#type == EventType::EVENT_TYPE_UNSPECIFIED);
            std::future::ready(!end)
        });
        Response::stream_ok(futures::stream::iter(first).chain(live))
    }

    async fn set_session_admin(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, SetSessionAdminRequest>,
    ) -> ServiceResult<SetSessionAdminResponse> {
        use set_session_admin_request::Identifier as Theirs;
        let request = request.to_owned_message();
        self.note(&request);
        let which = GetSessionRequest {
            identifier: request.identifier.map(|identifier| match identifier {
                Theirs::LocalDiscriminator(n) => {
                    get_session_request::Identifier::LocalDiscriminator(n)
                }
                Theirs::PeerAddress(peer) => get_session_request::Identifier::PeerAddress(peer),
            }),
            interface_name: request.interface_name,
            ..Default::default()
        };
        let mut session = self.get(&which)?;
        session.admin_down = request.admin_state == AdminState::ADMIN_STATE_DOWN;
        Response::ok(SetSessionAdminResponse {
            session: Some(session).into(),
        })
    }

    async fn set_session_timers(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, SetSessionTimersRequest>,
    ) -> ServiceResult<SetSessionTimersResponse> {
        use set_session_timers_request::Identifier as Theirs;
        let request = request.to_owned_message();
        self.note(&request);
        let which = GetSessionRequest {
            identifier: request.identifier.map(|identifier| match identifier {
                Theirs::LocalDiscriminator(n) => {
                    get_session_request::Identifier::LocalDiscriminator(n)
                }
                Theirs::PeerAddress(peer) => get_session_request::Identifier::PeerAddress(peer),
            }),
            interface_name: request.interface_name,
            ..Default::default()
        };
        let mut session = self.get(&which)?;
        session.overridden = !request.reset;
        Response::ok(SetSessionTimersResponse {
            session: Some(session).into(),
        })
    }
}

fn not_here<T>() -> ServiceResult<T> {
    Err(ConnectError::unimplemented("not in this release"))
}

impl EchoService for Fake {
    async fn add_echo_session(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, AddEchoSessionRequest>,
    ) -> ServiceResult<AddEchoSessionResponse> {
        not_here()
    }

    async fn delete_echo_session(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, DeleteEchoSessionRequest>,
    ) -> ServiceResult<DeleteEchoSessionResponse> {
        not_here()
    }

    async fn list_echo_sessions(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, ListEchoSessionsRequest>,
    ) -> ServiceResult<ListEchoSessionsResponse> {
        not_here()
    }
}

impl MicroBfdService for Fake {
    async fn add_micro_bfd_group(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, AddMicroBFDGroupRequest>,
    ) -> ServiceResult<AddMicroBFDGroupResponse> {
        not_here()
    }

    async fn delete_micro_bfd_group(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, DeleteMicroBFDGroupRequest>,
    ) -> ServiceResult<DeleteMicroBFDGroupResponse> {
        not_here()
    }

    async fn list_micro_bfd_groups(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, ListMicroBFDGroupsRequest>,
    ) -> ServiceResult<ListMicroBFDGroupsResponse> {
        not_here()
    }
}

impl IntegrationService for Fake {
    async fn list_bgp_targets(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, ListBgpTargetsRequest>,
    ) -> ServiceResult<ListBgpTargetsResponse> {
        Response::ok(self.0.bgp.lock().unwrap().clone())
    }
}
