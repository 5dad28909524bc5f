//! Section `kubernetes`.

use std::path::PathBuf;

use bfd_program::config::Origin;

use super::settings::{ApiServerSettings, Families, KubernetesSettings};
use super::spec::{self, Lower};
use super::values::{Scope, Values};

const SECTION: &str = "kubernetes";
const SWITCH: &str = "kubernetes.enabled";

/// The settings, if the section is switched on; the outer `None` only together with a problem.
pub(crate) fn read(values: &mut Values<'_>, lower: &Lower) -> Option<Option<KubernetesSettings>> {
    let enabled = values.flag(SWITCH);
    if enabled && !cfg!(feature = "kubernetes") {
        let text = "this program was built without Kubernetes: take one that was built with \
                    --features kubernetes, or set enabled: false";
        complain(values, SWITCH, text);
    }
    // A section that is switched off is read too: its faults are found before they matter.
    let settings = settings(values, lower, enabled);
    if enabled {
        settings.map(Some)
    } else {
        Some(None)
    }
}

fn settings(values: &mut Values<'_>, lower: &Lower, enabled: bool) -> Option<KubernetesSettings> {
    // NODE_NAME may mean something else on a host that has no mesh.
    let node_name = enabled.then(|| node_name(values)).flatten();
    let selector = values.text("kubernetes.selector");
    let families = match values.word("kubernetes.families") {
        Some("ipv4") => Families::V4,
        Some("ipv6") => Families::V6,
        _ => Families::Both,
    };
    let kind = values.word("kubernetes.type");
    let scope = Scope {
        path: SECTION.to_owned(),
        pattern: SECTION,
    };
    let spec = spec::read(values, &scope, lower);
    let server = values.text("kubernetes.api_server");
    let token_file = values.text("kubernetes.token_file").map(PathBuf::from);
    let ca_file = values.text("kubernetes.ca_file").map(PathBuf::from);
    kind?;
    Some(KubernetesSettings {
        node_name: node_name?,
        selector,
        families,
        spec: spec?,
        api: ApiServerSettings {
            server,
            token_file: token_file?,
            ca_file: ca_file?,
        },
    })
}

fn node_name(values: &mut Values<'_>) -> Option<String> {
    if values.given("kubernetes.node_name").is_none() {
        let text =
            "missing: hand over spec.nodeName as the variable NODE_NAME, or name our node here";
        complain(values, "kubernetes.node_name", text);
    }
    values.text("kubernetes.node_name")
}

/// A problem at the place of the key, or of the switch if the key is not there.
fn complain(values: &mut Values<'_>, path: &str, text: &str) {
    let origin = values.origin(path).or_else(|| values.origin(SWITCH));
    values.problem(origin.unwrap_or(Origin::Whole), path, text);
}
