//! What a line of the shell means.

use std::fmt::Write as _;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::cli::Ask;
use crate::fault::Fault;

/// A line that was understood.
pub(super) enum Line {
    /// Nothing, or a comment.
    Empty,
    /// Run this.
    Ask(Ask),
    /// Print this.
    Print(String),
    /// Leave.
    Exit,
}

/// What may be typed. Address and format are those of the shell.
#[derive(Parser)]
#[command(
    name = "",
    no_binary_name = true,
    disable_help_subcommand = true,
    disable_version_flag = true
)]
struct Grammar {
    #[command(subcommand)]
    command: Typed,
}

#[derive(Subcommand)]
enum Typed {
    #[command(flatten)]
    Ask(Ask),
    /// Print the commands
    Help,
    /// Leave the shell
    #[command(visible_alias = "quit")]
    Exit,
}

/// The commands as `help` shows them; the names of those of 0.6.1 are that release's.
const COMMANDS: &[(&str, &str)] = &[
    ("session list", "List all BFD sessions"),
    (
        "session show <id>",
        "Show one session, by peer or discriminator",
    ),
    ("session add --peer <ip>", "Create a session"),
    ("session delete <discr>", "Remove a session"),
    ("session admin-down <id>", "Hold a session down"),
    (
        "session admin-up <id>",
        "Let a session run that was held down",
    ),
    (
        "session set <id> [flags]",
        "Change the timers of a session while it runs",
    ),
    ("explain <id>", "Say why a session is not Up"),
    (
        "monitor [--current]",
        "Print events as they happen, until Ctrl-C",
    ),
    ("echo list", "List all echo sessions"),
    ("echo add --peer <ip>", "Create an echo session"),
    ("echo delete <discr>", "Remove an echo session"),
    ("micro list", "List all micro-BFD groups"),
    ("micro add --lag <name>", "Create a micro-BFD group"),
    ("micro delete <name>", "Remove a micro-BFD group"),
    ("bgp list", "List what BFD steers in GoBGP"),
    ("bgp status", "Show whether GoBGP answers"),
    ("version", "Print version, commit and date"),
    ("help", "Print this; COMMAND --help prints more"),
    ("exit / quit", "Leave the shell"),
];

impl Line {
    /// Reads a line: words as in a Unix shell, `#` begins a comment.
    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let words = shlex::split(text);
        let words = words.ok_or_else(|| Fault::Argument("a quote is not closed".into()))?;
        if words.is_empty() {
            return Ok(Self::Empty);
        }
        match Grammar::try_parse_from(words) {
            Ok(line) => Ok(line.command.into()),
            Err(error) if error.kind() == ErrorKind::DisplayHelp => {
                Ok(Self::Print(error.to_string()))
            }
            Err(error) => Err(Fault::grammar(&error)),
        }
    }
}

impl From<Typed> for Line {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::Ask(command) => Self::Ask(command),
            Typed::Help => Self::Print(help()),
            Typed::Exit => Self::Exit,
        }
    }
}

/// The grammar as a value, for completion.
pub(super) fn grammar() -> clap::Command {
    let mut grammar = Grammar::command();
    grammar.build();
    grammar
}

fn help() -> String {
    let mut text = String::from("Available commands:\n\n");
    for (name, description) in COMMANDS {
        let _ = writeln!(text, "  {name:<30}{description}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(command: &clap::Command, before: &str) -> Vec<String> {
        let each = command.get_subcommands().map(|below| {
            let name = format!("{before}{}", below.get_name());
            match below.has_subcommands() {
                true => leaves(below, &format!("{name} ")),
                false => vec![name],
            }
        });
        each.flatten().collect()
    }

    #[test]
    fn help_has_every_command_and_no_other() {
        let is_name = |word: &&str| word.starts_with(|first: char| first.is_ascii_lowercase());
        let shown = COMMANDS.iter().map(|(name, _)| {
            let words = name.split(' ').take_while(is_name);
            words.collect::<Vec<_>>().join(" ")
        });
        let mut shown: Vec<_> = shown.collect();
        let mut known = leaves(&grammar(), "");
        shown.sort();
        known.sort();
        assert_eq!(shown, known);
    }

    #[test]
    fn help_is_in_two_columns() {
        let help = help();
        let mut lines = help.lines();
        assert_eq!(lines.next(), Some("Available commands:"));
        assert_eq!(lines.next(), Some(""));
        assert!(lines.clone().all(|line| line.starts_with("  ")));
        let column = |line: &str| line.is_char_boundary(32) && line.as_bytes()[32] != b' ';
        assert!(lines.all(column), "{help}");
    }

    #[test]
    fn lines_are_read_as_a_unix_shell_does() {
        for text in ["", "   ", "# session list"] {
            assert!(matches!(Line::read(text), Ok(Line::Empty)), "{text:?}");
        }
        for text in ["exit", " quit "] {
            assert!(matches!(Line::read(text), Ok(Line::Exit)), "{text:?}");
        }
        for text in [
            "session list",
            "session show '192.0.2.1'",
            "explain 7 # why",
        ] {
            assert!(matches!(Line::read(text), Ok(Line::Ask(_))), "{text:?}");
        }
        for text in ["help", "session add --help"] {
            assert!(matches!(Line::read(text), Ok(Line::Print(_))), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_one_line() {
        for (text, message) in [
            ("sesion list", "unrecognized subcommand 'sesion'"),
            (
                "session show",
                "the following required arguments were not provided",
            ),
            (
                "session list --addr x",
                "unexpected argument '--addr' found",
            ),
            ("shell", "unrecognized subcommand 'shell'"),
            ("session 'list", "a quote is not closed"),
        ] {
            let fault = Line::read(text).err().expect("refused").to_string();
            assert!(fault.starts_with(message), "{text}: {fault}");
            assert_eq!(fault.lines().count(), 1, "{fault}");
        }
    }
}
