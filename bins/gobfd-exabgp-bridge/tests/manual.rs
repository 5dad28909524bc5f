//! The manual and the example against the code.
#![forbid(unsafe_code)]

use bfd_docs::{Page, pages, root};
use gobfd_exabgp_bridge::{Environment, Settings, cli};

fn section() -> String {
    let page = std::fs::read_to_string(root().join("docs/en/04-cli.md")).unwrap();
    let (_, section) = page.split_once("\n## gobfd-exabgp-bridge\n").unwrap();
    section.split("\n## ").next().unwrap().to_owned()
}

fn example() -> String {
    std::fs::read_to_string(root().join("configs/gobfd-exabgp-bridge.example.yml")).unwrap()
}

/// The keys that the program knows, as it names them when it meets one it does not know.
fn keys() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.yml");
    std::fs::write(
        &file,
        "no_such_key: 1\nroutes: [{no_such_key: 1, peers: [{no_such_key: 1}]}]\n",
    )
    .unwrap();
    let told = Settings::load(Some(&file), &Environment::default())
        .unwrap_err()
        .to_string();
    let mut keys = Vec::new();
    for line in told.lines() {
        let Some((place, names)) = line.split_once("no_such_key: unknown key; expected one of ")
        else {
            continue;
        };
        let path = place
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .replace("[0]", "[]");
        keys.extend(names.split(", ").map(|name| format!("{path}{name}")));
    }
    keys
}

#[test]
fn each_key_is_on_the_page_and_in_the_example() {
    let keys = keys();
    assert!(keys.len() > 12, "{keys:?}");
    for key in keys {
        let name = key.rsplit('.').next().unwrap();
        let listed =
            ["routes", "peers"].contains(&name) || section().contains(&format!("| `{key}` |"));
        assert!(listed, "{key} is not on the page");
        assert!(
            example().contains(&format!("{name}: ")) || example().contains(&format!("{name}:\n")),
            "{name}"
        );
    }
}

#[test]
fn each_flag_is_on_the_page() {
    for argument in cli::command().get_arguments() {
        let flag = format!("| `-{}", argument.get_long().unwrap());
        assert!(section().contains(&flag), "{flag}");
    }
}

#[test]
fn each_command_in_the_manual_is_understood() {
    let commands = pages().iter().flat_map(Page::commands).collect::<Vec<_>>();
    let ours = commands
        .iter()
        .filter(|command| command.words[0].ends_with(cli::NAME));
    let mut count = 0;
    for command in ours {
        let outcome = cli::parse(
            command.words.iter().map(Into::into),
            &Environment::default(),
        );
        let understood = outcome.map_or_else(|answer| answer.code != 2, |_| true);
        assert!(understood, "{}: {:?}", command.place, command.words);
        count += 1;
    }
    assert!(count > 0);
}
