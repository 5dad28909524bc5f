//! What the demo looks like: plain lines, a little colour when somebody watches.

use std::fmt::Display;
use std::io::IsTerminal;
use std::time::Duration;

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";

/// Prints the demo's lines.
pub(crate) struct Screen {
    colour: bool,
    chapter: u8,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { colour, chapter: 0 }
    }

    /// A new chapter with its number.
    pub(crate) fn chapter(&mut self, title: &str) {
        self.chapter += 1;
        let number = self.chapter;
        println!("\n{}", self.paint(BOLD, format!("{number}  {title}")));
    }

    /// A line of text.
    pub(crate) fn say(&self, text: impl Display) {
        println!("   {text}");
    }

    /// A line that may be skipped.
    pub(crate) fn note(&self, text: impl Display) {
        println!("   {}", self.paint(DIM, text));
    }

    /// A bold line without a number.
    pub(crate) fn title(&self, text: impl Display) {
        println!("{}", self.paint(BOLD, text));
    }

    /// Who is in which state, and what there is to say about it.
    pub(crate) fn state(&self, who: &str, what: &str, state: &str, comment: impl Display) {
        let colour = if state == "Up" { GREEN } else { RED };
        let state = self.paint(colour, format!("{state:<4}"));
        println!("   {who:<8} {what:<5} {state}  {comment}");
    }

    fn paint(&self, code: &str, text: impl Display) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_string()
        }
    }
}

/// Milliseconds with one digit behind the point.
pub(crate) fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
