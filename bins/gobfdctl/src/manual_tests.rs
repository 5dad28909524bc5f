//! The page of the manual names all that the program knows.

use bfd_docs::{commands_of, pages};
use clap::error::ErrorKind;

use crate::exit;
use crate::explain::Cause;

const PAGE: &str = include_str!("../../../docs/en/04-cli.md");

fn commands(command: &clap::Command, before: &str, found: &mut Vec<String>) {
    for below in command.get_subcommands() {
        let name = format!("{before}{}", below.get_name());
        found.extend(below.get_arguments().filter_map(long));
        if below.has_subcommands() {
            commands(below, &format!("{name} "), found);
        } else {
            found.push(format!("`{name}"));
        }
    }
}

fn long(argument: &clap::Arg) -> Option<String> {
    argument.get_long().map(|name| format!("`--{name}`"))
}

#[test]
fn each_command_and_flag_is_on_the_page() {
    let grammar = crate::grammar();
    let mut names: Vec<_> = grammar.get_arguments().filter_map(long).collect();
    commands(&grammar, "", &mut names);
    assert!(names.len() > 30);
    for name in names {
        assert!(PAGE.contains(&name), "{name}");
    }
}

#[test]
fn each_cause_is_on_the_page() {
    for cause in Cause::ALL {
        let name = serde_json::to_value(cause).unwrap();
        let name = format!("`{}`", name.as_str().unwrap());
        assert!(PAGE.contains(&name), "{name}");
    }
}

/// A cause that no test provokes with the real daemon may as well not be there.
#[test]
fn each_cause_is_made_to_happen() {
    let folder = bfd_docs::root().join("tools/bfd-testbed/tests/interop/explain");
    let files = ["daemon.rs", "ours.rs", "peer.rs"].map(|name| folder.join(name));
    let tests = files
        .map(|file| std::fs::read_to_string(file).unwrap())
        .concat();
    // Neither file nor API let such a session through, which is tested there.
    let causes = Cause::ALL
        .iter()
        .filter(|cause| **cause != Cause::AddressFamily);
    for cause in causes {
        let name = serde_json::to_string(cause).unwrap();
        assert!(tests.contains(&format!("cause: {name}")), "{name}");
    }
}

#[test]
fn each_exit_code_is_on_the_page() {
    for (code, meaning) in exit::CODES {
        let row = format!("| {} | {meaning} |", *code as u8);
        assert!(PAGE.replace('`', "").contains(&row), "{row}");
    }
}

#[test]
fn each_command_of_the_manual_is_understood() {
    let commands = commands_of("gobfdctl", &pages());
    assert!(commands.len() >= 6, "{commands:?}");
    for command in commands {
        let outcome = crate::grammar().try_get_matches_from(&command.words);
        let understood = match outcome {
            Ok(_) => true,
            // `gobfdctl explain`, as the name of a command.
            Err(error) => error.kind() == ErrorKind::MissingRequiredArgument,
        };
        assert!(understood, "{}: {:?}", command.place, command.words);
    }
}
