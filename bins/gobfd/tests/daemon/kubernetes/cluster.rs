//! What an API server knows of the nodes: objects, versions, and the events between them.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

/// One request, as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) query: HashMap<String, String>,
    pub(super) status: u16,
}

impl Seen {
    pub(super) fn is_watch(&self) -> bool {
        self.query.get("watch").is_some_and(|watch| watch == "true")
    }
}

/// How a server says that it no longer knows a version.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// As the HTTP status of the answer.
    Status,
    /// As an event on a watch that was accepted.
    Event,
}

/// A step from one version to the next.
struct Step {
    version: u64,
    /// The object before and after; both `None`: a bookmark.
    before: Option<Value>,
    after: Option<Value>,
}

pub(super) struct Cluster {
    version: u64,
    /// Watches may begin here or later.
    oldest: u64,
    nodes: BTreeMap<String, Value>,
    steps: Vec<Step>,
    pub(super) gone: Gone,
    pub(super) token: String,
    /// Watches that began under a smaller number are cut.
    pub(super) epoch: u64,
    pub(super) seen: Vec<Seen>,
}

impl Cluster {
    pub(super) fn new(token: &str) -> Self {
        Self {
            version: 1000,
            oldest: 1000,
            nodes: BTreeMap::new(),
            steps: Vec::new(),
            gone: Gone::Event,
            token: token.to_owned(),
            epoch: 0,
            seen: Vec::new(),
        }
    }

    /// Adds or replaces a node.
    pub(super) fn put(&mut self, name: &str, addresses: &[&str], labels: &Value) {
        let version = self.version + 1;
        let addresses: Vec<_> = addresses
            .iter()
            .map(|address| json!({ "type": "InternalIP", "address": address }))
            .chain([json!({ "type": "Hostname", "address": name })])
            .collect();
        let node = json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "uid": format!("uid-{name}"),
                "resourceVersion": version.to_string(),
                "labels": labels,
            },
            "spec": { "podCIDR": "10.42.0.0/24" },
            "status": { "addresses": addresses, "images": [] },
        });
        let before = self.nodes.insert(name.to_owned(), node.clone());
        self.step(before, Some(node));
    }

    pub(super) fn delete(&mut self, name: &str) {
        let before = self.nodes.remove(name);
        assert!(before.is_some(), "{name} is there");
        self.step(before, None);
    }

    /// The version goes on although no node changed, and watchers are told.
    pub(super) fn bookmark(&mut self) {
        self.step(None, None);
    }

    /// Forgets everything before now.
    pub(super) fn compact(&mut self) {
        self.oldest = self.version;
        self.steps.clear();
    }

    fn step(&mut self, before: Option<Value>, after: Option<Value>) {
        self.version += 1;
        self.steps.push(Step {
            version: self.version,
            before,
            after,
        });
    }

    /// Up to `limit` nodes after the one named `after`.
    pub(super) fn list(&self, selector: &str, limit: usize, after: &str) -> Value {
        let matching = self
            .nodes
            .iter()
            .filter(|(name, node)| name.as_str() > after && fits(node, selector));
        let mut items: Vec<_> = matching.take(limit + 1).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let mut metadata = json!({ "resourceVersion": self.version.to_string() });
        if let (true, Some((name, _))) = (more, items.last()) {
            metadata["continue"] = json!(name);
        }
        let items: Vec<_> = items.into_iter().map(|(_, node)| node).collect();
        json!({ "apiVersion": "v1", "kind": "NodeList", "metadata": metadata, "items": items })
    }

    pub(super) fn is_gone(&self, version: u64) -> bool {
        version < self.oldest
    }

    /// The events after `version`, and the version they lead to.
    pub(super) fn events(
        &self,
        version: u64,
        selector: &str,
        bookmarks: bool,
    ) -> (Vec<Value>, u64) {
        let steps = self.steps.iter().filter(|step| step.version > version);
        let events = steps.filter_map(|step| step.event(selector, bookmarks));
        (events.collect(), self.version)
    }
}

impl Step {
    /// As one who asked for `selector` sees it: an object that leaves the selection is deleted.
    fn event(&self, selector: &str, bookmarks: bool) -> Option<Value> {
        if self.before.is_none() && self.after.is_none() {
            let metadata = json!({ "resourceVersion": self.version.to_string() });
            let object = json!({ "apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": {}, "status": {} });
            return bookmarks.then(|| json!({ "type": "BOOKMARK", "object": object }));
        }
        let visible = |node: &Option<Value>| node.clone().filter(|node| fits(node, selector));
        let (kind, mut object) = match (visible(&self.before), visible(&self.after)) {
            (None, None) => return None,
            (None, Some(after)) => ("ADDED", after),
            (Some(_), Some(after)) => ("MODIFIED", after),
            (Some(before), None) => ("DELETED", before),
        };
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        Some(json!({ "type": kind, "object": object }))
    }
}

/// Selectors of the form `key=value,key=value`.
fn fits(node: &Value, selector: &str) -> bool {
    let terms = selector.split(',').filter(|term| !term.is_empty());
    terms
        .map(|term| term.split_once('=').expect("key=value"))
        .all(|(key, value)| node["metadata"]["labels"][key] == value)
}
