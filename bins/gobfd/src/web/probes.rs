//! `/healthz`: the data plane runs. `/readyz`: it does, and the daemon has its sessions.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::api::Vitals;

type Answer = (StatusCode, &'static str);

/// The probes, but for one that `taken` by the metrics page.
pub(super) fn router(taken: &str, vitals: Arc<Vitals>) -> Router {
    let mut router = Router::new();
    if taken != "/healthz" {
        router = router.route("/healthz", get(healthz));
    }
    if taken != "/readyz" {
        router = router.route("/readyz", get(readyz));
    }
    router.with_state(vitals)
}

async fn healthz(State(vitals): State<Arc<Vitals>>) -> Answer {
    answer(
        vitals.is_alive(),
        "a thread of the data plane does not run\n",
    )
}

async fn readyz(State(vitals): State<Arc<Vitals>>) -> Answer {
    answer(
        vitals.is_ready(),
        "starting, stopping, or the data plane does not run\n",
    )
}

fn answer(good: bool, otherwise: &'static str) -> Answer {
    if good {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, otherwise)
    }
}
