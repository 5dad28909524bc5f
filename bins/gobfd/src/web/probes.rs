//! `/healthz`: the data plane runs. `/readyz`: it does, and the daemon has its sessions.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::api::Vitals;

type Answer = (StatusCode, String);

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
    match hung(&vitals) {
        None => good(),
        Some(threads) => bad(format!("{threads}\n")),
    }
}

async fn readyz(State(vitals): State<Arc<Vitals>>) -> Answer {
    if vitals.is_ready() {
        return good();
    }
    bad(format!(
        "{}\n",
        hung(&vitals).as_deref().unwrap_or("starting or stopping")
    ))
}

/// Which threads do not run; `None`: all run.
fn hung(vitals: &Vitals) -> Option<String> {
    let names: Vec<_> = vitals.silent().into_iter().map(|one| one.name).collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!("a thread of the data plane does not run: {names}")
    })
}

fn good() -> Answer {
    (StatusCode::OK, "ok\n".to_owned())
}

fn bad(why: String) -> Answer {
    (StatusCode::SERVICE_UNAVAILABLE, why)
}
