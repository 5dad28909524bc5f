//! What the manual says about this repository, against the repository: links lead somewhere, make
//! targets, chores and scripts exist, a block that asks to be typed names programs somebody answers
//! for, the README leads to each page, and the Russian pages are in step with the English ones. What
//! `gobfd` and `gobfdctl` understand is tested beside them.

use std::process::Command as Process;

use anyhow::{Result, bail};
use bfd_docs::{Command, Page, out_of_step, pages, root};

/// Programs of others that the manual may ask for.
const FOREIGN: &[&str] = &[
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
    "kubectl",
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
/// Pages that operators read in Russian as well.
const TRANSLATED: [&str; 5] = [
    "03-configuration",
    "05-interop",
    "06-deployment",
    "07-monitoring",
    "integrations",
];
/// Our programs; their own tests hold the manual against their command lines.
const OURS: [&str; 6] = [
    "gobfd",
    "gobfdctl",
    "gobfd-haproxy-agent",
    "gobfd-exabgp-bridge",
    "gobfd-bench",
    "gobfd-reliability",
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
    complaints.extend(unlisted(&pages));
    complaints.extend(missing_translations(&pages));
    complaints.extend(out_of_step(&pages));
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

/// Pages that a reader of the README would not find.
fn unlisted(pages: &[Page]) -> impl Iterator<Item = String> {
    let readme = pages
        .iter()
        .find(|page| page.path.as_os_str() == "README.md");
    let listed = readme.map(Page::links).unwrap_or_default();
    let manual = pages.iter().map(|page| page.path.display().to_string());
    manual
        .filter(|path| path.starts_with("docs/en/") || path.starts_with("docs/ru/"))
        .filter(move |path| listed.iter().all(|link| link.target != *path))
        .map(|path| format!("README.md: it does not lead to {path}"))
}

fn missing_translations(pages: &[Page]) -> impl Iterator<Item = String> {
    let exists = |path: &str| pages.iter().any(|page| page.path.as_os_str() == path);
    let paths = TRANSLATED.map(|name| format!("docs/ru/{name}.md"));
    let missing = paths.into_iter().filter(move |path| !exists(path));
    missing.map(|path| format!("{path}: the page is missing"))
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

/// Whether make knows the target, included files and patterns too; `NAME=value` is no target.
fn is_target(word: &str) -> bool {
    let mut make = Process::new("make");
    let make = make.args(["--dry-run", "--directory"]).arg(root());
    // What the make that runs this test was told is not for this one.
    let output = make.arg(word).env_remove("MAKEFLAGS").output();
    word.contains('=') || output.is_ok_and(|output| output.status.success())
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
    fn pages_that_nobody_would_find_are_noticed() {
        let page = |path: &str, text: &str| Page {
            path: path.into(),
            text: text.to_owned(),
        };
        let readme = page("README.md", "[a](docs/en/a.md)");
        let pages = [readme, page("docs/en/a.md", ""), page("docs/ru/b.md", "")];
        let found: Vec<_> = unlisted(&pages).collect();
        assert_eq!(found, ["README.md: it does not lead to docs/ru/b.md"]);
        assert_eq!(missing_translations(&pages).count(), TRANSLATED.len());
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
