//! What the manual says about this repository, against the repository: links lead somewhere, make
//! targets, chores and scripts exist, and a block that asks to be typed names programs somebody
//! answers for. What `gobfd` and `gobfdctl` understand is tested beside them.

use std::fs;

use anyhow::{Result, bail};
use bfd_docs::{Command, Page, pages, root};

/// Programs of others that the manual may ask for.
const FOREIGN: [&str; 22] = [
    "apt-get",
    "bash",
    "cat",
    "cd",
    "cp",
    "curl",
    "echo",
    "export",
    "git",
    "install",
    "ip",
    "jq",
    "journalctl",
    "nft",
    "podman",
    "podman-compose",
    "printf",
    "promtool",
    "ss",
    "systemctl",
    "tee",
    "useradd",
];
/// Our programs; their own tests hold the manual against their command lines.
const OURS: [&str; 5] = [
    "gobfd",
    "gobfdctl",
    "gobfd-haproxy-agent",
    "gobfd-exabgp-bridge",
    "gobfd-bench",
];

/// Prints what is wrong; succeeds when nothing is.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("it takes no arguments");
    }
    let pages = pages();
    let mut complaints: Vec<_> = pages
        .iter()
        .flat_map(|page| dead_links(page, &pages))
        .collect();
    let commands = pages.iter().flat_map(Page::commands);
    complaints.extend(commands.filter_map(|command| fault(&command)));
    if !complaints.is_empty() {
        bail!("{} complaints\n{}", complaints.len(), complaints.join("\n"));
    }
    Ok(())
}

fn dead_links(page: &Page, pages: &[Page]) -> Vec<String> {
    let dead = page
        .links()
        .into_iter()
        .filter(|link| !link.leads_somewhere(pages));
    dead.map(|link| format!("{}: {} leads nowhere", link.page, link.target))
        .collect()
}

fn fault(command: &Command) -> Option<String> {
    let words: Vec<_> = command.words.iter().map(String::as_str).collect();
    let known = match words.as_slice() {
        ["make", targets @ ..] => targets.iter().all(|target| is_target(target)),
        ["cargo", "xtask", name, ..] => crate::CHORES.iter().any(|(known, ..)| known == name),
        ["cargo", ..] => true,
        [program, ..] if program.contains('/') => {
            let ours = OURS
                .iter()
                .any(|name| program.ends_with(&format!("/{name}")));
            ours || root().join(program).exists()
        }
        [program, ..] => FOREIGN.contains(program) || OURS.contains(program),
        [] => true,
    };
    (!known).then(|| format!("{}: nobody knows `{}`", command.place, words.join(" ")))
}

/// Where the targets are.
const MAKEFILES: [&str; 2] = ["Makefile", "deployments/integrations/stacks.mk"];

/// Whether a makefile has the target; `NAME=value` is no target.
fn is_target(word: &str) -> bool {
    let texts = MAKEFILES.map(|file| fs::read_to_string(root().join(file)).unwrap_or_default());
    let lines = texts.iter().flat_map(|text| text.lines());
    let mut rules = lines.filter_map(|line| line.split_once(':'));
    word.contains('=') || rules.any(|(targets, _)| targets.split(' ').any(|rule| makes(rule, word)))
}

/// `%` stands for any text.
fn makes(rule: &str, target: &str) -> bool {
    match rule.split_once('%') {
        Some((before, after)) => {
            let stem = target.strip_prefix(before);
            stem.is_some_and(|stem| stem.ends_with(after) && stem.len() > after.len())
        }
        None => rule == target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_speaks_of_things_that_exist() {
        let outcome = run(&[]);
        assert!(outcome.is_ok(), "{:#}", outcome.unwrap_err());
    }

    #[test]
    fn unknown_commands_are_noticed() {
        let judge = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            fault(&Command {
                place: String::new(),
                words,
            })
            .is_none()
        };
        assert!(judge(&["make", "test"]) && !judge(&["make", "coffee"]));
        assert!(judge(&["make", "int-haproxy-up"]) && !judge(&["make", "int-haproxy-coffee"]));
        assert!(judge(&["cargo", "xtask", "rfc"]) && !judge(&["cargo", "xtask", "nothing"]));
        assert!(judge(&["scripts/install", "test"]) && !judge(&["scripts/nothing"]));
        assert!(judge(&["target/debug/gobfd"]) && !judge(&["frobnicate"]));
    }
}
