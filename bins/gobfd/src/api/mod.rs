//! The API: `bfd.v1` and health, over Connect, gRPC and gRPC-Web.
//!
//! Purpose: translate between messages and the control plane, nothing else. Owner: nothing; each
//! handler asks [`bfd_control::Control`]. Thread: tokio's. It must never touch the engine or decide
//! what a session is: both are the control plane's.

mod add;
mod calls;
mod convert;
mod health;
mod integrations;
mod list;
mod select;
mod service;
mod timers;
mod unfinished;
mod watch;

use std::sync::Arc;

use axum::Router;
use bfd_api::health::{HealthExt as _, HealthService, apply_request_limits, request_limits};
use bfd_api::v1::BfdServiceExt as _;
use bfd_control::Control;
use connectrpc::ConnectRpcService;

use crate::integrations::Board;
use calls::Calls;
pub use health::{HealthSwitch, SilentThread, Vitals};
use integrations::IntegrationApi;
use service::BfdApi;
use unfinished::Unfinished;

/// The routes of all services.
pub fn router(control: Control, vitals: Arc<Vitals>, gobgp: Board) -> Router {
    let router = connectrpc::Router::new();
    let router = Arc::new(BfdApi::new(control)).register(router);
    let integrations = Arc::new(IntegrationApi { gobgp });
    let router = bfd_api::v1::IntegrationServiceExt::register(integrations, router);
    let unfinished = Arc::new(Unfinished);
    let router = bfd_api::v1::EchoServiceExt::register(Arc::clone(&unfinished), router);
    let router = bfd_api::v1::MicroBfdServiceExt::register(unfinished, router);
    let router = Arc::new(HealthService::from_arc(vitals)).register(router);
    served(apply_request_limits(router, request_limits()))
}

/// The procedures behind what holds for all of them.
fn served(router: connectrpc::Router) -> Router {
    let service = ConnectRpcService::new(router).with_interceptor(Calls);
    Router::new().fallback_service(service)
}
