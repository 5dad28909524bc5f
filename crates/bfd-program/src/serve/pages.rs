//! The pages of a program that only bridges: `/metrics`, `/healthz` and `/readyz`.

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::get;

use crate::exposition::CONTENT_TYPE;

/// What the pages show. Asked for each request, on a thread of the runtime: it must not block.
pub trait Pages: Send + Sync + 'static {
    /// The metrics, in the classic text format.
    fn metrics(&self) -> String;

    /// Whether the program has what it needs from others to do its work.
    ///
    /// # Errors
    /// What it lacks, in one line.
    fn ready(&self) -> Result<(), String>;
}

/// The routes of the pages. `/healthz` answers 200 while the program runs at all, so that nobody
/// restarts it for a fault of its neighbours; `/readyz` answers 503 and the reason for such a fault.
pub fn router(pages: Arc<impl Pages>) -> Router {
    let asked = Arc::clone(&pages);
    let metrics = get(async move || ([(header::CONTENT_TYPE, CONTENT_TYPE)], asked.metrics()));
    let readyz = get(async move || match pages.ready() {
        Ok(()) => (StatusCode::OK, "ok\n").into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason + "\n").into_response(),
    });
    Router::new()
        .route("/metrics", metrics)
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", readyz)
}
