//! The nodes of the cluster, and the watch that keeps them.
//!
//! The library lists, watches, resumes after a broken stream and lists anew when the server has
//! forgotten where we were. Two things it leaves to us: what it learned, and the answer 410 as an
//! HTTP status, after which it would ask the same for ever.

use std::collections::BTreeMap;

use futures::Stream;
use kube::Api;
use kube::core::ResourceExt as _;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event, watcher};

use super::node::{Addresses, Node};
use crate::config::{ApiServerSettings, KubernetesSettings};

/// Seconds after which the server ends a watch, to be begun again where it was. It bounds how long
/// a connection that died in silence goes unnoticed.
pub(super) const WATCH_SECONDS: u32 = 120;
/// Nodes in one answer; their status may be 20 KB each.
const PAGE: u32 = 100;
/// What a server answers that no longer knows the moment we ask about.
const GONE: u16 = 410;

/// What a watch yields.
pub(super) type Result = watcher::Result<Event<Node>>;

/// Lists and watches the nodes that `settings` select, with a back-off from 0.8 to 30 s.
pub(super) fn watch(
    api: Api<Node>,
    settings: &KubernetesSettings,
) -> impl Stream<Item = Result> + use<> {
    let config = watcher::Config {
        label_selector: settings.selector.clone(),
        timeout: Some(WATCH_SECONDS),
        page_size: Some(PAGE),
        ..watcher::Config::default()
    };
    watcher(api, config).default_backoff()
}

/// What an event says of the nodes.
pub(super) enum News {
    /// Nothing yet.
    None,
    /// One of them changed, came or went.
    Changed,
    /// These are all.
    Listed,
}

/// A list or watch broke.
pub(super) struct Lost {
    /// Why, for the log.
    pub(super) reason: String,
    /// The library would not recover by itself.
    pub(super) anew: bool,
}

/// The nodes that are known, by name.
#[derive(Default)]
pub(super) struct Nodes {
    /// Who told of them, and which were asked for.
    of: Option<(ApiServerSettings, Option<String>)>,
    /// `None` until they have been listed once.
    known: Option<BTreeMap<String, Addresses>>,
    /// A list that is not whole yet.
    coming: BTreeMap<String, Addresses>,
}

impl Nodes {
    /// All nodes; `None`: not known yet.
    pub(super) fn known(&self) -> Option<&BTreeMap<String, Addresses>> {
        self.known.as_ref()
    }

    /// Forgets nodes of another server or selection.
    pub(super) fn belong_to(&mut self, settings: &KubernetesSettings) {
        let of = Some((settings.api.clone(), settings.selector.clone()));
        if self.of != of {
            *self = Self {
                of,
                ..Self::default()
            };
        }
    }

    /// Takes in what the watch yields.
    pub(super) fn take(&mut self, event: Result) -> std::result::Result<News, Lost> {
        match event.map_err(|error| lost(&error))? {
            Event::Init => self.coming.clear(),
            Event::InitApply(node) => {
                self.coming.insert(node.name_any(), Addresses::of(&node));
            }
            Event::InitDone => {
                self.known = Some(std::mem::take(&mut self.coming));
                return Ok(News::Listed);
            }
            Event::Apply(node) => {
                let known = self.known.get_or_insert_default();
                known.insert(node.name_any(), Addresses::of(&node));
                return Ok(News::Changed);
            }
            Event::Delete(node) => {
                let known = self.known.get_or_insert_default();
                known.remove(&node.name_any());
                return Ok(News::Changed);
            }
        }
        Ok(News::None)
    }
}

fn lost(error: &watcher::Error) -> Lost {
    let anew = match error {
        watcher::Error::WatchStartFailed(kube::Error::Api(status)) => status.code == GONE,
        _ => false,
    };
    Lost {
        reason: reason(error),
        anew,
    }
}

/// The server's own words where it has said any, else everything down to the first cause.
fn reason(error: &watcher::Error) -> String {
    let status = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => status,
        other => return super::client::chain(other),
    };
    format!("the API server answers {}: {}", status.code, status.message)
}
