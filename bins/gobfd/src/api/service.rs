//! The procedures of `BfdService`.

use bfd_api::v1::__buffa::view::oneof::{
    get_session_request, set_session_admin_request, set_session_timers_request,
};
use bfd_api::v1::{
    AddSessionRequest, AddSessionResponse, AdminState, BfdService, DeleteSessionRequest,
    DeleteSessionResponse, GetSessionRequest, GetSessionResponse, ListSessionsRequest,
    ListSessionsResponse, SetSessionAdminRequest, SetSessionAdminResponse, SetSessionTimersRequest,
    SetSessionTimersResponse, WatchSessionEventsRequest, WatchSessionEventsResponse,
};
use bfd_control::{ChangeError, Control, Owner, SessionInfo, StartError};
use bfd_program::serve::Caller;
use buffa::{EnumValue, MessageField};
use connectrpc::{
    ConnectError, RequestContext, Response, ServiceRequest, ServiceResult, ServiceStream,
};

use super::select::{PeerSelector, Selector};
use super::{add, convert, list, timers, watch};
use crate::calendar::Calendar;

pub(super) struct BfdApi {
    control: Control,
}

impl BfdApi {
    pub(super) fn new(control: Control) -> Self {
        Self { control }
    }

    fn message(&self, session: &SessionInfo) -> bfd_api::v1::BfdSession {
        convert::session(&self.control, &Calendar::read(), session)
    }
}

#[expect(
    refining_impl_trait_internal,
    reason = "the concrete message is clearer"
)]
impl BfdService for BfdApi {
    async fn add_session(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, AddSessionRequest>,
    ) -> ServiceResult<AddSessionResponse> {
        let intent = add::intent(request.view())?;
        let peer = intent.key.peer;
        let added = self.control.add(Owner::Api, intent).await.map_err(|error| {
            let message = format!("add session: create session for peer {peer}: {error}");
            match error {
                StartError::Conflict(conflict) => ConnectError::already_exists(format!(
                    "add session: create session for peer {peer}: duplicate session for peer key: {conflict}"
                )),
                StartError::Stopping(_) => ConnectError::unavailable(message),
                _ => ConnectError::resource_exhausted(message),
            }
        })?;
        Response::ok(AddSessionResponse {
            session: MessageField::some(self.message(&added)),
        })
    }

    async fn delete_session(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, DeleteSessionRequest>,
    ) -> ServiceResult<DeleteSessionResponse> {
        let discriminator = request.local_discriminator;
        self.control.remove(discriminator).await.map_err(|error| {
            let context =
                format!("delete session: destroy session with discriminator {discriminator}");
            refusal(&context, error)
        })?;
        Response::ok(DeleteSessionResponse::default())
    }

    async fn list_sessions(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, ListSessionsRequest>,
    ) -> ServiceResult<ListSessionsResponse> {
        Response::ok(list::page(&self.control, request.view())?)
    }

    async fn get_session(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, GetSessionRequest>,
    ) -> ServiceResult<GetSessionResponse> {
        use get_session_request::Identifier;
        let selector = match request.identifier {
            Some(Identifier::LocalDiscriminator(value)) => Selector::Discriminator(value),
            Some(Identifier::PeerAddress(peer)) => Selector::Peer(PeerSelector {
                peer,
                local: request.local_address,
                interface: request.interface_name,
                r#type: request.r#type,
            }),
            None => return Err(no_identifier()),
        };
        let session = self.control.look(&selector.find(&self.control)?);
        Response::ok(GetSessionResponse {
            session: MessageField::some(self.message(&session)),
        })
    }

    async fn watch_session_events(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, WatchSessionEventsRequest>,
    ) -> ServiceResult<ServiceStream<WatchSessionEventsResponse>> {
        let wanted = watch::Wanted {
            include_current: request.include_current,
            mark_snapshot: request.mark_snapshot,
        };
        Response::stream_ok(watch::events(self.control.clone(), wanted))
    }

    async fn set_session_admin(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, SetSessionAdminRequest>,
    ) -> ServiceResult<SetSessionAdminResponse> {
        use set_session_admin_request::Identifier;
        let selector = match request.identifier {
            Some(Identifier::LocalDiscriminator(value)) => Selector::Discriminator(value),
            Some(Identifier::PeerAddress(peer)) => Selector::Peer(PeerSelector {
                peer,
                local: request.local_address,
                interface: request.interface_name,
                r#type: request.r#type,
            }),
            None => return Err(no_identifier()),
        };
        let down = match request.admin_state {
            EnumValue::Known(AdminState::ADMIN_STATE_UP) => false,
            EnumValue::Known(AdminState::ADMIN_STATE_DOWN) => true,
            _ => {
                return Err(ConnectError::invalid_argument(
                    "admin_state must be ADMIN_STATE_UP or ADMIN_STATE_DOWN",
                ));
            }
        };
        let discriminator = selector.find(&self.control)?.id.discriminator.get();
        let changed = self.control.admin(Owner::Api, discriminator, down).await;
        let session = changed.map_err(|error| {
            refusal(
                &format!("session with discriminator {discriminator}"),
                error,
            )
        })?;
        Response::ok(SetSessionAdminResponse {
            session: MessageField::some(self.message(&session)),
        })
    }

    async fn set_session_timers(
        &self,
        context: RequestContext,
        request: ServiceRequest<'_, SetSessionTimersRequest>,
    ) -> ServiceResult<SetSessionTimersResponse> {
        use set_session_timers_request::Identifier;
        let selector = match request.identifier {
            Some(Identifier::LocalDiscriminator(value)) => Selector::Discriminator(value),
            Some(Identifier::PeerAddress(peer)) => Selector::Peer(PeerSelector {
                peer,
                local: request.local_address,
                interface: request.interface_name,
                r#type: request.r#type,
            }),
            None => return Err(no_identifier()),
        };
        let change = timers::change(request.view())?;
        let discriminator = selector.find(&self.control)?.id.discriminator.get();
        let changed = self.control.set_timers(discriminator, change).await;
        let session = changed.map_err(|error| {
            refusal(
                &format!("session with discriminator {discriminator}"),
                error,
            )
        })?;
        timers::log(&session, context.extensions().get::<Caller>());
        Response::ok(SetSessionTimersResponse {
            session: MessageField::some(self.message(&session)),
        })
    }
}

fn no_identifier() -> ConnectError {
    ConnectError::invalid_argument("identifier must be local_discriminator or peer_address")
}

fn refusal(context: &str, error: ChangeError) -> ConnectError {
    let message = format!("{context}: {error}");
    match error {
        ChangeError::NotFound => ConnectError::not_found(message),
        _ => ConnectError::unavailable(message),
    }
}
