//! Unary calls in the log, and a panic of a handler as an error of its call.
//!
//! Purpose: the lines that 0.6.1 wrote, without drowning the others: who only looks does so every
//! second. Thread: that of the call. It must never change an answer that a handler gave.

use std::panic::AssertUnwindSafe;

use bfd_program::logging::Took;
use connectrpc::interceptor::{UnaryRequest, UnaryResponse};
use connectrpc::{ConnectError, Interceptor, Next};
use futures::FutureExt as _;

/// Calls that change something. Others are told of only when somebody debugs, or when they fail.
const CHANGES: [&str; 4] = [
    "/bfd.v1.BfdService/AddSession",
    "/bfd.v1.BfdService/DeleteSession",
    "/bfd.v1.BfdService/SetSessionAdmin",
    "/bfd.v1.BfdService/SetSessionTimers",
];

/// Wraps every unary call.
pub(super) struct Calls;

#[connectrpc::async_trait]
impl Interceptor for Calls {
    async fn intercept_unary(
        &self,
        request: UnaryRequest,
        next: Next<'_>,
    ) -> Result<UnaryResponse, ConnectError> {
        let procedure = request.ctx.path().unwrap_or_default().to_owned();
        let begin = bfd_control::now();
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let answer = answer.unwrap_or_else(|_| Err(panicked(&procedure)));
        let took = Took(bfd_control::now().saturating_duration_since(begin));
        log(&procedure, took, answer.as_ref().err());
        answer
    }
}

/// The panic itself, with its place, has been told on standard error.
fn panicked(procedure: &str) -> ConnectError {
    ConnectError::internal(format!("{procedure}: panic recovered in rpc handler"))
}

fn log(procedure: &str, took: Took, error: Option<&ConnectError>) {
    let duration = took.field();
    match error {
        Some(error) => tracing::warn!(procedure, duration, %error, "rpc completed with error"),
        None if CHANGES.contains(&procedure) => {
            tracing::info!(procedure, duration, "rpc completed");
        }
        None => tracing::debug!(procedure, duration, "rpc completed"),
    }
}

#[cfg(test)]
mod tests;
