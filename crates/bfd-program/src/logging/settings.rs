//! Which lines are written, and in which form.

use crate::config::{Kind, Scalar, Section};

/// What is logged and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Least severity that is logged.
    pub level: LogLevel,
    /// Form of a log line.
    pub format: LogFormat,
}

/// Severity of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Every discarded packet and more.
    Debug,
    /// What an operator follows.
    Info,
    /// What may need attention.
    Warn,
    /// What failed.
    Error,
}

impl LogLevel {
    /// The words for a level in a configuration.
    pub const KIND: Kind = Kind::AnyCase(&["debug", "info", "warn", "error"]);

    /// The level with this word of [`LogLevel::KIND`].
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "debug" => Self::Debug,
            "warn" => Self::Warn,
            "error" => Self::Error,
            _ => Self::Info,
        }
    }

    /// The name on a log line: `DEBUG`, `INFO`, `WARN`, `ERROR`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object.
    Json,
    /// `time=... level=INFO msg="..." key=value`.
    Text,
}

impl LogFormat {
    /// The words for a form in a configuration.
    pub const KIND: Kind = Kind::Word(&["json", "text"]);

    /// The form with this word of [`LogFormat::KIND`].
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "text" => Self::Text,
            _ => Self::Json,
        }
    }
}

impl LogSettings {
    /// The section `log` of a file, with its keys `level` and `format`; what it leaves out is as in
    /// `preset`.
    pub fn read(root: &mut Section<'_>, preset: Self) -> Self {
        let read = root.within("log", |log| {
            let level = log.value("level", LogLevel::KIND).as_ref().and_then(word);
            let format = log.value("format", LogFormat::KIND).as_ref().and_then(word);
            Some((level, format))
        });
        let (level, format) = read.unwrap_or_default();
        Self {
            level: level.map_or(preset.level, LogLevel::named),
            format: format.map_or(preset.format, LogFormat::named),
        }
    }
}

fn word(value: &Scalar) -> Option<&'static str> {
    match value {
        Scalar::Word(word) => Some(*word),
        _ => None,
    }
}
