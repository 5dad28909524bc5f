//! One event as text.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::time::Duration;

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use super::settings::LogFormat;
use super::took::Took;
use crate::config::go_text;

/// What a line is made of.
pub(super) struct Line {
    time: Timestamp,
    level: Level,
    message: String,
    fields: Vec<(&'static str, Value)>,
}

enum Value {
    Text(String),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    Took(Duration),
}

impl Line {
    /// Takes an event apart.
    pub(super) fn of(event: &Event<'_>, time: Timestamp) -> Self {
        let level = *event.metadata().level();
        let mut line = Self {
            time,
            level,
            message: String::new(),
            fields: Vec::new(),
        };
        event.record(&mut line);
        line
    }

    /// A line that says why the program cannot go on.
    pub(super) fn failure(message: &str, error: &str, time: Timestamp) -> Self {
        let fields = vec![("error", Value::Text(error.to_owned()))];
        Self {
            time,
            level: Level::ERROR,
            message: message.to_owned(),
            fields,
        }
    }

    /// A line that says how many lines could not be written, and why.
    pub(super) fn lost(lost: u64, reason: &str, time: Timestamp) -> Self {
        let fields = vec![
            ("lost", Value::Unsigned(lost)),
            ("reason", Value::Text(reason.to_owned())),
        ];
        Self {
            time,
            level: Level::WARN,
            message: "log lines lost".to_owned(),
            fields,
        }
    }

    /// The line with its line feed.
    pub(super) fn write(&self, format: LogFormat) -> String {
        let mut out = String::with_capacity(256);
        match format {
            LogFormat::Json => self.json(&mut out),
            LogFormat::Text => self.text(&mut out),
        }
        out.push('\n');
        out
    }

    fn level(&self) -> &'static str {
        match self.level {
            Level::ERROR => "ERROR",
            Level::WARN => "WARN",
            Level::INFO => "INFO",
            _ => "DEBUG",
        }
    }

    fn json(&self, out: &mut String) {
        let _ = write!(
            out,
            "{{\"time\":\"{:.9}\",\"level\":\"{}\",\"msg\":",
            self.time,
            self.level()
        );
        json_text(&self.message, out);
        for (name, value) in &self.fields {
            out.push(',');
            json_text(name, out);
            out.push(':');
            json_value(value, out);
        }
        out.push('}');
    }

    fn text(&self, out: &mut String) {
        let _ = write!(out, "time={:.9} level={} msg=", self.time, self.level());
        plain_text(&self.message, out);
        for (name, value) in &self.fields {
            let _ = write!(out, " {name}=");
            plain_value(value, out);
        }
    }

    fn add(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::Text(text)) => self.message = text,
            (name, value) => self.fields.push((name, value)),
        }
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, Value::Text(value.to_owned()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, Value::Unsigned(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, Value::Signed(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, Value::Float(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, Value::Bool(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.add(
            field,
            match value.downcast_ref::<Took>() {
                Some(took) => Value::Took(took.0),
                None => Value::Text(value.to_string()),
            },
        );
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, Value::Text(format!("{value:?}")));
    }
}

fn json_value(value: &Value, out: &mut String) {
    let _ = match value {
        Value::Text(text) => return json_text(text, out),
        Value::Unsigned(number) => write!(out, "{number}"),
        Value::Signed(number) => write!(out, "{number}"),
        Value::Float(number) if number.is_finite() => write!(out, "{number}"),
        // JSON has no number for it.
        Value::Float(number) => write!(out, "\"{number}\""),
        Value::Bool(flag) => write!(out, "{flag}"),
        Value::Took(took) => write!(out, "{}", took.as_nanos()),
    };
}

/// A JSON string.
fn json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn plain_value(value: &Value, out: &mut String) {
    let _ = match value {
        Value::Text(text) => return plain_text(text, out),
        Value::Unsigned(number) => write!(out, "{number}"),
        Value::Signed(number) => write!(out, "{number}"),
        Value::Float(number) => write!(out, "{number}"),
        Value::Bool(flag) => write!(out, "{flag}"),
        Value::Took(took) => write!(out, "{}", go_text(*took)),
    };
}

/// The text as it is, or in quotes by the rules of `slog`: if it is empty or holds a blank, a
/// quote, an equals sign or something that cannot be seen.
fn plain_text(text: &str, out: &mut String) {
    let unsafe_bare = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '=');
    if text.is_empty() || text.contains(unsafe_bare) {
        json_text(text, out);
    } else {
        out.push_str(text);
    }
}
