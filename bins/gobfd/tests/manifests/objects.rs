//! Reading objects.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// `deployments/integrations/kubernetes`.
pub(super) fn folder() -> PathBuf {
    integrations().join("kubernetes")
}

fn integrations() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deployments/integrations")
}

/// Some objects of a cluster.
pub(super) struct Objects(Vec<Value>);

impl Objects {
    /// The five files.
    pub(super) fn of_manifests() -> Self {
        let files = std::fs::read_dir(folder().join("manifests")).expect("the folder");
        let paths = files.map(|entry| entry.expect("an entry").path());
        let texts = paths.map(|path| std::fs::read_to_string(path).expect("a file"));
        Self(texts.map(|text| parse(&text)).collect())
    }

    /// What `kubectl kustomize` makes of a folder in `deployments/integrations`.
    pub(super) fn rendered(folder: &str) -> Self {
        let made = Command::new("kubectl")
            .arg("kustomize")
            .arg(integrations().join(folder))
            .output();
        let made = made.expect("kubectl runs; it is in the Debian package kubernetes-client");
        let errors = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{errors}");
        let text = String::from_utf8(made.stdout).expect("text");
        Self(text.split("\n---\n").map(parse).collect())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Value> {
        self.0.iter()
    }

    /// `Kind/name` of each, sorted.
    pub(super) fn kinds(&self) -> Vec<String> {
        let name = |object| {
            format!(
                "{}/{}",
                text(object, "/kind"),
                text(object, "/metadata/name")
            )
        };
        let mut kinds: Vec<_> = self.all().map(name).collect();
        kinds.sort();
        kinds
    }

    /// The one object of this kind and name.
    pub(super) fn the(&self, kind: &str, name: &str) -> &Value {
        let mut found = self
            .all()
            .filter(|object| object["kind"] == kind && object["metadata"]["name"] == name);
        let one = found.next().unwrap_or_else(|| panic!("no {kind} {name}"));
        assert!(found.next().is_none(), "two of {kind} {name}");
        one
    }
}

fn parse(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// A container of a DaemonSet.
pub(super) fn container<'a>(daemon_set: &'a Value, name: &str) -> &'a Value {
    let list = daemon_set["spec"]["template"]["spec"]["containers"].as_array();
    let mut list = list.expect("a list").iter();
    list.find(|container| container["name"] == name)
        .unwrap_or_else(|| panic!("no container {name}"))
}

/// The text at a place.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text at {pointer} of {value}"))
}

/// The names in a list of things with names.
pub(super) fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|item| text(item, "/name"))
        .collect()
}
