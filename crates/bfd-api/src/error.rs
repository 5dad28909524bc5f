//! Why a call failed, in one sentence.

use std::error::Error;

use connectrpc::ConnectError;

use crate::endpoint::Endpoint;

/// Code of a refusal, as the Connect protocol and gRPC name it.
pub use connectrpc::ErrorCode as Code;

/// Why a call to a daemon failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// No daemon answered: nothing listens, the connection broke, or it took too long.
    #[error("unavailable: {endpoint}: {reason}")]
    Unreachable {
        /// Whom we called.
        endpoint: Endpoint,
        /// What the transport says, without its layers.
        reason: String,
    },
    /// The daemon answered with an error.
    #[error("{}: {message}", code.as_str())]
    Refused {
        /// Kind of the error.
        code: Code,
        /// The daemon's sentence.
        message: String,
    },
    /// The daemon answered without the part that was asked for.
    #[error("internal: the answer of {endpoint} has no {missing}")]
    Incomplete {
        /// Whom we called.
        endpoint: Endpoint,
        /// What is missing.
        missing: &'static str,
    },
}

impl ClientError {
    /// The code of the refusal; for other errors the code that fits best.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Unreachable { .. } => Code::Unavailable,
            Self::Refused { code, .. } => *code,
            Self::Incomplete { .. } => Code::Internal,
        }
    }

    /// Whether nobody answered, as opposed to an answer that was an error.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// Says that nobody answers at `endpoint`.
    #[must_use]
    pub fn unreachable(endpoint: Endpoint, reason: impl Into<String>) -> Self {
        Self::Unreachable {
            endpoint,
            reason: reason.into(),
        }
    }

    pub(crate) fn new(endpoint: &Endpoint, error: &ConnectError) -> Self {
        let endpoint = endpoint.clone();
        match (transport_cause(error), error.code) {
            (Some(reason), _) => Self::Unreachable { endpoint, reason },
            (None, Code::DeadlineExceeded) => Self::Unreachable {
                endpoint,
                reason: "no answer in time".into(),
            },
            (None, code) => Self::Refused {
                code,
                message: error.message.clone().unwrap_or_default(),
            },
        }
    }
}

/// How the library says, without a source, that the connection broke amid an answer.
const BROKEN: [&str; 2] = [
    "failed to read response body",
    "Connect streaming response ended without END_STREAM",
];

/// What the transport says, without its layers, when a call failed in it; an error that the server
/// sent has no such cause.
#[must_use]
pub fn transport_cause(error: &ConnectError) -> Option<String> {
    let message = error.message.as_deref().unwrap_or_default();
    if BROKEN.iter().any(|start| message.starts_with(start)) {
        return Some("the connection broke".into());
    }
    let mut cause = error.source()?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(plain(&cause.to_string()))
}

/// `Connection refused (os error 111)` as `connection refused`.
fn plain(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    let mut letters = text.chars();
    match (letters.next(), text.chars().nth(1)) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.into(),
    }
}
