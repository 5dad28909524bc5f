//! The manual and the example against the code.

use std::fs;
use std::path::{Path, PathBuf};

use bfd_docs::{Page, pages};
use gobfd::cli::PAGES;
use gobfd::config::{Config, Environment, load, parse};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn accepted(name: &str, text: &str) -> Config {
    match parse(name, text, &Environment::default()) {
        Ok(loaded) => {
            assert!(loaded.warnings.is_empty(), "{name}: {:?}", loaded.warnings);
            loaded.config
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn pages_written_from_the_code_are_fresh() {
    for (name, write) in PAGES {
        let path = format!("docs/en/{name}.md");
        assert!(
            read(&path) == write(),
            "{path} is out of date: run `cargo xtask docs`"
        );
    }
}

#[test]
fn each_configuration_in_the_manual_is_accepted() {
    let mut blocks: Vec<_> = pages().iter().flat_map(Page::blocks).collect();
    blocks.retain(|block| block.language == "yaml");
    assert!(!blocks.is_empty());
    for block in blocks {
        accepted(&block.place, &block.text);
    }
}

#[test]
fn each_command_of_the_daemon_in_the_manual_is_understood() {
    for command in pages().iter().flat_map(Page::commands) {
        if command.words[0].rsplit('/').next() == Some("gobfd") {
            let outcome = gobfd::cli::parse(command.words.iter().map(Into::into));
            assert!(outcome.is_ok(), "{}: {:?}", command.place, command.words);
        }
    }
}

#[test]
fn the_example_is_accepted_and_shows_every_key() {
    let path = root().join("configs/gobfd.example.yml");
    load(Some(&path), &Environment::default()).expect("accepted");
    let text = read("configs/gobfd.example.yml");
    assert!(accepted("gobfd.example.yml", &text).sessions.len() > 5);
    let manual = read("docs/en/03-configuration.md");
    for line in manual.lines() {
        let Some(key) = line
            .strip_prefix("### `")
            .and_then(|rest| rest.strip_suffix('`'))
        else {
            continue;
        };
        let name = key.rsplit('.').next().expect("a name");
        assert!(text.contains(&format!("{name}:")), "{key}");
    }
}

#[test]
fn the_manual_names_the_compatibility_of_the_api_address() {
    assert!(read("docs/en/02-compatibility.md").contains("`127.0.0.1:50051`"));
}
