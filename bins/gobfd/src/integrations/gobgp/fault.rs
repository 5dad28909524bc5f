//! Why GoBGP did not do what was asked.

use std::time::Duration;

use connectrpc::{ConnectError, ErrorCode};

use bfd_program::config::go_text;

/// Why a call, or what it asked for, failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// There is no connection.
    #[error("GoBGP does not answer")]
    NotConnected,
    /// The connection could not be made, or broke.
    #[error("{reason}")]
    Unreachable {
        /// What the transport says.
        reason: String,
    },
    /// No answer in time.
    #[error("{call}: no answer within {}", go_text(*.limit))]
    Silent {
        /// The procedure.
        call: &'static str,
        /// How long was waited.
        limit: Duration,
    },
    /// GoBGP answered with an error.
    #[error("{call}: {}: {message}", code.as_str())]
    Refused {
        /// The procedure.
        call: &'static str,
        /// Kind of the error.
        code: ErrorCode,
        /// GoBGP's sentence.
        message: String,
    },
    /// GoBGP said yes, but did not do it: it drops requests when it is busy.
    #[error("GoBGP took the request, but it is not in force after {}", go_text(*.limit))]
    NotConfirmed {
        /// How long was waited.
        limit: Duration,
    },
    /// Whatever answers is no GoBGP that we know.
    #[error(
        "no GoBGP answers there: neither apipb.GobgpApi (3) nor api.GoBgpService (4) is served"
    )]
    Foreign,
    /// Files for TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] super::tls::TlsError),
}

impl Fault {
    pub(super) fn of(call: &'static str, limit: Duration, error: &ConnectError) -> Self {
        match (bfd_api::transport_cause(error), error.code) {
            (_, ErrorCode::DeadlineExceeded) => Self::Silent { call, limit },
            (Some(reason), _) => Self::Unreachable { reason },
            (None, code) => Self::Refused {
                call,
                code,
                message: error.message.clone().unwrap_or_default(),
            },
        }
    }

    /// Whether GoBGP answered and does not know the procedure.
    pub(super) fn is_unimplemented(&self) -> bool {
        let Self::Refused { code, .. } = self else {
            return false;
        };
        *code == ErrorCode::Unimplemented
    }
}
