//! The manual and the example against the code.

use std::fs;
use std::path::{Path, PathBuf};

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
    let mut blocks = 0;
    for page in ["configuration", "compatibility", "monitoring"] {
        let text = read(&format!("docs/en/{page}.md"));
        for block in text.split("```yaml\n").skip(1) {
            let yaml = block.split("```").next().expect("an end");
            accepted(page, yaml);
            blocks += 1;
        }
    }
    assert!(blocks > 0);
}

#[test]
fn the_example_is_accepted_and_shows_every_key() {
    let path = root().join("configs/gobfd.example.yml");
    load(Some(&path), &Environment::default()).expect("accepted");
    let text = read("configs/gobfd.example.yml");
    assert!(accepted("gobfd.example.yml", &text).sessions.len() > 5);
    let manual = read("docs/en/configuration.md");
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
    assert!(read("docs/en/compatibility.md").contains("`127.0.0.1:50051`"));
}
