//! The pages beside the API: metrics and probes.
//!
//! Purpose: collect what a page shows, and answer probes. Owner: the running totals, which outlive
//! sessions, are behind a lock of this module. Thread: tokio's. It must never ask a worker: all it
//! shows was published by them.

mod collect;
mod press;
mod probes;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bfd_program::exposition::CONTENT_TYPE;

pub use collect::Metrics;
use press::Press;

use crate::api::Vitals;

/// The routes of the metrics server; `path` is that of the metrics page.
pub fn router(path: &str, metrics: Metrics, vitals: Arc<Vitals>) -> Router {
    let press = Arc::new(Press::default());
    let page = Router::new()
        .route(path, get(page))
        .with_state((metrics, press));
    page.merge(probes::router(path, vitals))
}

async fn page(State((metrics, press)): State<(Metrics, Arc<Press>)>) -> Response {
    match press.page(move || metrics.page()).await {
        Ok(page) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], page).into_response(),
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
