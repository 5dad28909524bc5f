//! The text that travels in the Cease notification (RFC 9003) when a peer is disabled.

use crate::integrations::opinion::Cause;

/// Longest text GoBGP sends.
const LONGEST: usize = 128;

/// What the peer is told. GoBGP sends subcode 2, "Administrative Shutdown", as it has no means to send
/// 10, "BFD Down" (RFC 9384); the text names it. The first part is that of GoBFD 0.6.1.
pub(super) fn communication(cause: &Cause) -> String {
    let mut text = format!(
        "BFD Down (RFC 9384 Cease/10): diag={}, verdict={}",
        cause.diagnostic, cause.verdict
    );
    // Names of diagnostics and verdicts are ASCII.
    text.truncate(LONGEST);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use bfd_proto::{Diagnostic, Verdict};

    #[test]
    fn every_text_fits_and_begins_as_before() {
        for code in 0..32 {
            for verdict in Verdict::LABELS {
                let diagnostic = Diagnostic::from_bits(code);
                let cause = Cause {
                    diagnostic,
                    verdict,
                };
                let text = communication(&cause);
                let first = format!("BFD Down (RFC 9384 Cease/10): diag={diagnostic}");
                assert!(
                    text.starts_with(&first) && text.ends_with(verdict),
                    "{text}"
                );
                assert!(text.len() <= LONGEST && text.is_ascii(), "{text}");
            }
        }
    }
}
