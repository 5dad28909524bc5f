use std::collections::BTreeSet;

use super::config;
use crate::config::keys::{self, Applies, Preset};

#[test]
fn paths_are_unique_and_none_is_a_section_of_another() {
    let paths: BTreeSet<&str> = keys::all().map(|key| key.path).collect();
    assert_eq!(paths.len(), keys::all().count());
    for path in &paths {
        assert!(
            !paths
                .iter()
                .any(|other| other.starts_with(&format!("{path}."))),
            "{path}"
        );
    }
}

#[test]
fn presets_can_be_read_and_references_exist() {
    for key in keys::all() {
        match key.preset {
            Preset::Value(text) => assert!(key.kind.read(text).is_ok(), "{}", key.path),
            Preset::From(path) => assert!(keys::all().any(|key| key.path == path), "{path}"),
            Preset::Nothing(_) | Preset::Required => {}
        }
    }
}

#[test]
fn finished_keys_are_described() {
    for key in keys::all().filter(|key| !matches!(key.applies, Applies::Later(_))) {
        assert!(key.meaning.ends_with('.'), "{}", key.path);
    }
}

/// A file with every preset written out means the same as an empty one.
#[test]
fn writing_out_the_presets_changes_nothing() {
    let mut text = String::new();
    for section in ["grpc", "metrics", "log", "bfd", "engine", "socket"] {
        text.push_str(&format!("{section}:\n"));
        for key in keys::all() {
            let Some(name) = key.path.strip_prefix(&format!("{section}.")) else {
                continue;
            };
            if let Preset::Value(value) = key.preset {
                text.push_str(&format!("  {name}: \"{value}\"\n"));
            }
        }
    }
    assert_eq!(config(&text), config(""));
}
