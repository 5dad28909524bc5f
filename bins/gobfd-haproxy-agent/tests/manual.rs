//! The manual against the code.
#![forbid(unsafe_code)]

use std::sync::Arc;

use bfd_docs::{Page, pages, root};
use bfd_program::serve::Pages as _;
use gobfd_haproxy_agent::cli::{self, Source};
use gobfd_haproxy_agent::config::{Settings, load};
use gobfd_haproxy_agent::pages::Shown;
use gobfd_haproxy_agent::published::Published;
use gobfd_haproxy_agent::push::Tally;

fn section() -> String {
    let page = std::fs::read_to_string(root().join("docs/en/04-cli.md")).expect("the page");
    let (_, rest) = page
        .split_once("\n## gobfd-haproxy-agent\n")
        .expect("the section");
    rest.split("\n## ").next().expect("its text").to_owned()
}

fn read(text: &str) -> Result<Settings, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.yml");
    std::fs::write(&file, text).expect("written");
    let file = Some(file);
    load(&Source {
        file,
        ..Source::default()
    })
    .map_err(|error| error.to_string())
}

/// The keys that the program knows, as it names them when it meets one it does not know.
fn keys() -> Vec<String> {
    let sections = ["daemon_away", "log", "metrics", "haproxy"];
    let mut text = "nothing: 1\nbackends: [{nothing: 1}]\n".to_owned();
    for section in sections {
        text.push_str(&format!("{section}: {{nothing: 1}}\n"));
    }
    let told = read(&text).expect_err("nobody knows them");
    let mut keys = Vec::new();
    for line in told.lines() {
        let Some((place, names)) = line.split_once("nothing: unknown key; expected one of ") else {
            continue;
        };
        let path = place.rsplit(' ').next().unwrap_or_default();
        let path = path.replace("[0]", "[]");
        keys.extend(names.split(", ").map(|name| format!("{path}{name}")));
    }
    keys.retain(|key| !sections.contains(&key.as_str()) && key != "backends");
    keys
}

#[test]
fn each_key_is_on_the_page_and_in_the_example() {
    let example = root().join("configs/gobfd-haproxy-agent.example.yml");
    let example = std::fs::read_to_string(example).expect("the example");
    let keys = keys();
    assert!(keys.len() > 12, "{keys:?}");
    for key in keys {
        assert!(section().contains(&format!("| `{key}` |")), "{key}");
        let name = key.rsplit('.').next().expect("a name");
        assert!(example.contains(&format!("{name}: ")), "{name}");
    }
}

#[test]
fn each_flag_is_on_the_page() {
    for argument in cli::command().get_arguments() {
        let flag = format!("| `-{}", argument.get_long().expect("a name"));
        assert!(section().contains(&flag), "{flag}");
    }
}

#[test]
fn each_metric_is_on_the_page_with_its_type() {
    let settings = read(&configuration()).expect("accepted");
    let published = Arc::new(Published::new(2));
    let tally = Some(Arc::new(Tally::default()));
    let shown = Shown::new(settings.daemon, &settings.backends, published, tally);
    let page = shown.metrics();
    let types = page
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split_once(' '));
    let mut count = 0;
    for (name, kind) in types {
        let row = format!("| `{name}` | {kind} |");
        assert!(section().contains(&row), "{row}");
        count += 1;
    }
    assert_eq!(count, section().matches("| `gobfd_haproxy_agent_").count());
}

/// The configuration that the page shows.
fn configuration() -> String {
    let pages = pages();
    let mut blocks = pages.iter().flat_map(Page::blocks);
    let block = blocks.find(|block| block.text.starts_with("gobfd_addr: "));
    block.expect("the page shows one").text
}

#[test]
fn the_configuration_on_the_page_is_good() {
    let settings = read(&configuration()).expect("accepted");
    assert_eq!(settings.backends.len(), 2);
    assert!(settings.push.is_some());
}

#[test]
fn each_command_in_the_manual_is_understood() {
    let commands: Vec<_> = pages().iter().flat_map(Page::commands).collect();
    let ours = commands
        .iter()
        .filter(|command| command.words[0].ends_with("gobfd-haproxy-agent"));
    let mut count = 0;
    for command in ours {
        let outcome = cli::parse(command.words.iter().map(Into::into), None);
        assert!(outcome.is_ok(), "{}: {:?}", command.place, command.words);
        count += 1;
    }
    assert!(count > 0);
}
