//! What a program says when it is asked for something it does at once.

use std::io::{self, Write as _};
use std::process::ExitCode;

/// Text for both outputs, and the code to leave with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// For standard output.
    pub output: String,
    /// For standard error.
    pub errors: String,
    /// 0 when all is well.
    pub code: u8,
}

impl Answer {
    /// `output`, and all is well.
    #[must_use]
    pub fn good(output: impl Into<String>) -> Self {
        Self {
            output: output.into(),
            errors: String::new(),
            code: 0,
        }
    }

    /// `errors`, and code 1.
    #[must_use]
    pub fn bad(errors: impl Into<String>) -> Self {
        Self {
            output: String::new(),
            errors: errors.into(),
            code: 1,
        }
    }

    /// Writes both texts and returns the code. A reader that went away changes nothing.
    #[must_use]
    pub fn give(&self) -> ExitCode {
        let _ = io::stdout().lock().write_all(self.output.as_bytes());
        let _ = io::stderr().lock().write_all(self.errors.as_bytes());
        ExitCode::from(self.code)
    }
}
