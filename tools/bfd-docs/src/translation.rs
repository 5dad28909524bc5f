//! Pages in two languages say the same.
//!
//! `docs/en` leads, `docs/ru` follows: unit by unit, the translation has the same structure, code,
//! numbers and links. So a key, a default, a metric or a command cannot change on one side only.

use std::path::Path;

use crate::outline::{Unit, outline};
use crate::page::Page;

const ORIGINAL: &str = "docs/en";
const TRANSLATION: &str = "docs/ru";

/// What is out of step between the translated pages and their originals, one sentence each.
///
/// A page that has no translation says nothing; a translation without its original does.
#[must_use]
pub fn out_of_step(pages: &[Page]) -> Vec<String> {
    let translated = pages
        .iter()
        .filter(|page| page.path.starts_with(TRANSLATION));
    translated.flat_map(|page| judge(page, pages)).collect()
}

fn judge(translation: &Page, pages: &[Page]) -> Vec<String> {
    let name = translation.path.file_name().unwrap_or_default();
    let wanted = Path::new(ORIGINAL).join(name);
    let Some(original) = pages.iter().find(|page| page.path == wanted) else {
        let (path, wanted) = (translation.path.display(), wanted.display());
        return vec![format!("{path}: there is no {wanted}")];
    };
    let [one, other] =
        [original, translation].map(|page| outline(page, |link| counts_as(link, pages)));
    differences(&one, &other)
}

/// Differences unit by unit, up to the first that shifts the rest.
fn differences(original: &[Unit], translation: &[Unit]) -> Vec<String> {
    let mut found = Vec::new();
    for (one, other) in original.iter().zip(translation) {
        if one.kind != other.kind {
            found.push(format!(
                "{}: a {} stands where {} has a {}",
                other.place, other.kind, one.place, one.kind
            ));
            return found;
        }
        found.extend(difference(one, other));
    }
    let rest = |longer: &[Unit], than: &[Unit]| longer.get(than.len()).cloned();
    if let Some(unit) = rest(original, translation).or_else(|| rest(translation, original)) {
        found.push(format!(
            "{}: nothing answers to this {}",
            unit.place, unit.kind
        ));
    }
    found
}

fn difference(one: &Unit, other: &Unit) -> Option<String> {
    let (place, at, kind) = (&other.place, &one.place, &other.kind);
    if one.code != other.code {
        let pairs = one.code.lines().zip(other.code.lines());
        let line = pairs.take_while(|(one, other)| one == other).count() + 1;
        return Some(format!(
            "{place}: line {line} of the {kind} differs from {at}"
        ));
    }
    let (lacks, adds) = (only_in(one, other), only_in(other, one));
    (one.facts != other.facts)
        .then(|| format!("{place}: against {at}, the {kind} lacks {lacks} and adds {adds}"))
}

fn only_in(one: &Unit, other: &Unit) -> String {
    let facts: Vec<_> = one.facts.difference(&other.facts).cloned().collect();
    if facts.is_empty() {
        return "nothing".to_owned();
    }
    facts.join(", ")
}

/// A link as both languages have it: to a page in the reader's language, else to the original.
fn counts_as(target: &str, pages: &[Page]) -> String {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let anchor = if anchor.is_empty() { "" } else { "#…" };
    let path = path.strip_prefix("./").unwrap_or(path);
    let exists = |folder: &str, name: &str| {
        let path = Path::new(folder).join(name);
        pages.iter().any(|page| page.path == path)
    };
    let name = match path.strip_prefix("../en/") {
        Some(name) if exists(TRANSLATION, name) => "the other language",
        Some(name) => name,
        None if path.starts_with("../ru/") => "the other language",
        None => path,
    };
    format!("({name}{anchor})")
}

#[cfg(test)]
mod tests;
