use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use bfd_api::v1::{
    AddEchoSessionRequest, AddEchoSessionResponse, DeleteEchoSessionRequest,
    DeleteEchoSessionResponse, EchoService, EchoServiceExt as _, ListEchoSessionsRequest,
    ListEchoSessionsResponse,
};
use connectrpc::{ConnectError, RequestContext, Response, ServiceRequest, ServiceResult};
use tower::ServiceExt as _;

/// Adds nothing, deletes badly, lists well.
struct Clumsy;

#[expect(
    refining_impl_trait_internal,
    reason = "the concrete message is clearer"
)]
impl EchoService for Clumsy {
    async fn add_echo_session(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, AddEchoSessionRequest>,
    ) -> ServiceResult<AddEchoSessionResponse> {
        Err(ConnectError::already_exists("there is one"))
    }

    async fn delete_echo_session(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, DeleteEchoSessionRequest>,
    ) -> ServiceResult<DeleteEchoSessionResponse> {
        panic!("on purpose")
    }

    async fn list_echo_sessions(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, ListEchoSessionsRequest>,
    ) -> ServiceResult<ListEchoSessionsResponse> {
        Response::ok(ListEchoSessionsResponse::default())
    }
}

async fn call(procedure: &str) -> (StatusCode, String) {
    let router = Arc::new(Clumsy).register(connectrpc::Router::new());
    let request = Request::post(format!("/bfd.v1.EchoService/{procedure}"))
        .header("content-type", "application/json")
        .body(Body::from("{}"))
        .expect("a request");
    let answer = super::super::served(router).oneshot(request).await;
    let answer = answer.expect("never fails");
    let status = answer.status();
    let octets = to_bytes(answer.into_body(), 4096).await.expect("short");
    (status, String::from_utf8_lossy(&octets).into_owned())
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_call() {
    let (status, text) = call("DeleteEchoSession").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains("\"internal\""), "{text}");
    let message = "/bfd.v1.EchoService/DeleteEchoSession: panic recovered in rpc handler";
    assert!(text.contains(message), "{text}");
}

#[tokio::test]
async fn answers_pass_as_they_are() {
    assert_eq!(
        call("ListEchoSessions").await,
        (StatusCode::OK, "{}".into())
    );
    let (status, text) = call("AddEchoSession").await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(text.contains("there is one"), "{text}");
}
