//! `docs/en/03-configuration.md`, written from the key table.

use std::fmt::Write as _;

use bfd_program::config::Kind;

use super::environment::{is_reachable, variable};
use super::keys::{self, Applies, Feature, Key, Preset};

const HEAD: &str = include_str!("page_head.md");

const UNFINISHED: &str = "
## Keys of unfinished features

These keys of GoBFD 0.6 are known, so that a section that is switched off may stay in the file. A
section that is switched on is refused with a sentence that says so, as are `micro_bfd.groups` with
an element in it.

";

/// The text of `docs/en/03-configuration.md`. It is written by `cargo xtask docs`; a test compares
/// the file with this.
#[must_use]
pub fn manual_page() -> String {
    let mut page = HEAD.to_owned();
    let mut section = "";
    for key in keys::all().filter(|key| feature(key).is_none()) {
        let this = key.path.split(['.', '[']).next().unwrap_or_default();
        if this != section {
            section = this;
            let _ = write!(page, "\n## `{section}`\n");
        }
        describe(key, &mut page);
    }
    page.push_str(UNFINISHED);
    unfinished(&mut page);
    page
}

fn describe(key: &Key, page: &mut String) {
    let _ = write!(page, "\n### `{}`\n\n{}\n\n", key.path, key.meaning);
    let _ = writeln!(page, "- Value: {}", form(key.kind));
    let _ = writeln!(page, "- Default: {}", preset(key.preset));
    if is_reachable(key) {
        let _ = writeln!(page, "- Variable: `{}`", variable(key.path));
    }
    let _ = writeln!(page, "- A change counts: {}", applies(key.applies));
    let _ = writeln!(page, "- Since: {}", key.since);
}

/// The expected form with the words to write in code type.
fn form(kind: Kind) -> String {
    match kind {
        Kind::Word(words) | Kind::AnyCase(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let case = if matches!(kind, Kind::AnyCase(_)) {
                ", in upper or lower case"
            } else {
                ""
            };
            format!("{}{case}", words.join(", "))
        }
        other => other.expected(),
    }
}

fn preset(preset: Preset) -> String {
    match preset {
        Preset::Value(text) => format!("`{text}`"),
        Preset::From(path) => format!("the value of `{path}`"),
        Preset::Nothing(words) => words.to_owned(),
        Preset::Required => "none, the key is required".to_owned(),
    }
}

fn applies(applies: Applies) -> &'static str {
    match applies {
        Applies::Sessions => {
            "on reload, for the sessions whose values it changes; the others are not touched"
        }
        Applies::Reload => "on reload",
        Applies::Integration => "on reload, which restarts this integration and nothing else",
        Applies::Restart | Applies::Later(_) => "after a restart; a reload says so",
        Applies::Never => "never",
    }
}

fn unfinished(page: &mut String) {
    let mut features: Vec<Feature> = keys::all().filter_map(feature).collect();
    features.dedup();
    for wanted in features {
        let keys = keys::all().filter(|key| feature(key) == Some(wanted));
        let names: Vec<String> = keys.map(|key| format!("`{}`", key.path)).collect();
        let _ = writeln!(page, "- {}: {}", wanted.name(), names.join(", "));
    }
}

fn feature(key: &Key) -> Option<Feature> {
    match key.applies {
        Applies::Later(feature) => Some(feature),
        _ => None,
    }
}
