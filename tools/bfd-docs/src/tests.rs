//! How Markdown is read.

use super::{Link, Page, commands_of, pages};

fn page(text: &str) -> Page {
    Page {
        path: "docs/page.md".into(),
        text: text.to_owned(),
    }
}

#[test]
fn blocks_lose_the_indentation_of_their_fence() {
    let blocks = page("a\n\n- b\n\n  ```yaml\n  c:\n    d: 1\n  ```\n").blocks();
    assert_eq!(blocks.len(), 1);
    assert_eq!(
        (blocks[0].language.as_str(), blocks[0].text.as_str()),
        ("yaml", "c:\n  d: 1\n")
    );
    assert_eq!(blocks[0].place, "docs/page.md:5");
}

fn typed(text: &str) -> Vec<Vec<String>> {
    page(text)
        .commands()
        .into_iter()
        .map(|command| command.words)
        .collect()
}

#[test]
fn commands_are_split_into_words() {
    let text =
        "```sh\n# comment\nsudo make test # more\nA=1 gobfd -c 'a b' | jq .x\nx \\\n  y\n```\n";
    let wanted = [
        vec!["make", "test"],
        vec!["gobfd", "-c", "a b"],
        vec!["jq", ".x"],
        vec!["x", "y"],
    ];
    assert_eq!(typed(text), wanted);
}

#[test]
fn output_on_a_console_is_no_command() {
    assert_eq!(
        typed("```console\n$ make help\nmake nothing\n```\n"),
        [["make", "help"]]
    );
    assert!(typed("```text\nmake nothing\n```\n").is_empty());
}

#[test]
fn commands_of_a_program_are_found_in_blocks_and_running_text() {
    let text = "Run `gobfd\n--check` and `target/debug/gobfd -x | less`, not `gobfd` or `gobfdctl x`.\n\n\
                An odd ` sign.\n\n```sh\ngobfd --block\n```\n\n`gobfd last`";
    let found = commands_of("gobfd", &[page(text)]);
    let words: Vec<_> = found.into_iter().map(|command| command.words).collect();
    let expected = [
        ["gobfd", "--block"],
        ["gobfd", "--check"],
        ["target/debug/gobfd", "-x"],
        ["gobfd", "last"],
    ];
    assert_eq!(words, expected);
}

#[test]
fn links_lead_to_files_and_headings() {
    let pages = pages();
    let leads = |target: &str| {
        let (page, target) = ("docs/en/01-architecture.md".into(), target.into());
        Link { page, target }.leads_somewhere(&pages)
    };
    assert!(leads("../adr/README.md") && leads("#crates"));
    assert!(!leads("nothing.md") && !leads("#no-such-heading"));
}
