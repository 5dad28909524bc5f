//! The manual and the example against the code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bfd_docs::{Page, commands_of, pages};
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
fn the_fault_in_the_manual_reads_as_the_real_one() {
    let text = "sessions: [{peer: 192.0.2.1}, {peer: 192.0.2.2}, {peer: 10.0.0}]";
    let fault = parse("f", text, &Environment::default()).expect_err("a fault");
    let fault = fault.to_string();
    let words = fault.split_once(": ").expect("a place").1;
    let manual = read("docs/en/03-configuration.md");
    assert!(
        manual.contains(&format!("gobfd.yml:12:11: {words}\n")),
        "{words}"
    );
}

#[test]
fn each_command_of_the_daemon_in_the_manual_is_understood() {
    let commands = commands_of("gobfd", &pages());
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let outcome = gobfd::cli::parse(command.words.iter().map(Into::into));
        assert!(outcome.is_ok(), "{}: {:?}", command.place, command.words);
    }
}

/// What an operator copies into Prometheus, judged by its own tool.
#[test]
fn each_query_in_the_manual_is_understood() {
    let blocks: Vec<_> = pages().iter().flat_map(Page::blocks).collect();
    let blocks = blocks.iter().filter(|block| block.language == "promql");
    let families = read("docs/en/07-monitoring.md");
    let mut rules = String::from("groups:\n- name: manual\n  rules:\n");
    let mut count = 0;
    for query in blocks.flat_map(|block| block.text.split("\n\n")) {
        let lines = query.lines().filter(|line| !line.starts_with('#'));
        let query = lines.collect::<Vec<_>>().join(" ");
        count += 1;
        rules.push_str(&format!("  - alert: Query{count}\n    expr: '{query}'\n"));
        for name in metrics(&query) {
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .unwrap_or(name);
            assert!(
                families.contains(&format!("### `{family}`")),
                "{name} in {query}"
            );
        }
    }
    assert!(count >= 4, "{count} queries");
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("rules.yml");
    fs::write(&path, rules).expect("written");
    let judged = Command::new("promtool")
        .args(["check", "rules"])
        .arg(&path)
        .output();
    let judged = judged.expect("promtool (`scripts/install test` installs it)");
    let said = String::from_utf8_lossy(&judged.stderr);
    assert!(judged.status.success(), "{said}");
}

fn metrics(query: &str) -> impl Iterator<Item = &str> {
    let words = query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("gobfd_"))
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
