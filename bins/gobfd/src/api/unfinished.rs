//! Services of features this release does not have: every procedure says so.

use bfd_api::v1::{
    AddEchoSessionRequest, AddEchoSessionResponse, AddMicroBFDGroupRequest,
    AddMicroBFDGroupResponse, DeleteEchoSessionRequest, DeleteEchoSessionResponse,
    DeleteMicroBFDGroupRequest, DeleteMicroBFDGroupResponse, EchoService, ListEchoSessionsRequest,
    ListEchoSessionsResponse, ListMicroBFDGroupsRequest, ListMicroBFDGroupsResponse,
    MicroBfdService,
};
use connectrpc::{ConnectError, RequestContext, ServiceRequest, ServiceResult};

pub(super) struct Unfinished;

fn echo<T>() -> ServiceResult<T> {
    Err(ConnectError::unimplemented(
        "echo sessions are not part of this release",
    ))
}

fn micro<T>() -> ServiceResult<T> {
    Err(ConnectError::unimplemented(
        "micro-BFD (RFC 7130) is not part of this release",
    ))
}

#[expect(
    refining_impl_trait_internal,
    reason = "the concrete message is clearer"
)]
impl EchoService for Unfinished {
    async fn add_echo_session(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, AddEchoSessionRequest>,
    ) -> ServiceResult<AddEchoSessionResponse> {
        echo()
    }

    async fn delete_echo_session(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, DeleteEchoSessionRequest>,
    ) -> ServiceResult<DeleteEchoSessionResponse> {
        echo()
    }

    async fn list_echo_sessions(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, ListEchoSessionsRequest>,
    ) -> ServiceResult<ListEchoSessionsResponse> {
        echo()
    }
}

#[expect(
    refining_impl_trait_internal,
    reason = "the concrete message is clearer"
)]
impl MicroBfdService for Unfinished {
    async fn add_micro_bfd_group(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, AddMicroBFDGroupRequest>,
    ) -> ServiceResult<AddMicroBFDGroupResponse> {
        micro()
    }

    async fn delete_micro_bfd_group(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, DeleteMicroBFDGroupRequest>,
    ) -> ServiceResult<DeleteMicroBFDGroupResponse> {
        micro()
    }

    async fn list_micro_bfd_groups(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, ListMicroBFDGroupsRequest>,
    ) -> ServiceResult<ListMicroBFDGroupsResponse> {
        micro()
    }
}
