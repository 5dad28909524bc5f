//! Sections of features that this version does not have. A disabled section is accepted, so that
//! one file serves old and new versions; an enabled one is refused rather than ignored.

use super::keys::Feature;
use super::values::Values;

/// Adds one problem for each unfinished feature the configuration asks for.
pub(crate) fn refuse(values: &mut Values<'_>) {
    for (feature, switch) in [
        (Feature::Unsolicited, "unsolicited.enabled"),
        (Feature::Echo, "echo.enabled"),
        (Feature::Vxlan, "vxlan.enabled"),
        (Feature::Geneve, "geneve.enabled"),
    ] {
        if values.flag(switch) {
            complain(
                values,
                feature,
                switch,
                "remove the section or set enabled: false",
            );
        }
    }
    micro_bfd(values);
}

fn micro_bfd(values: &mut Values<'_>) {
    let remedy = "remove the section";
    if let Some(first) = values.elements("micro_bfd.groups").first().cloned() {
        let text = sentence(Feature::MicroBfd, remedy);
        values.problem(first, "micro_bfd.groups", text);
    } else if values
        .word("micro_bfd.actuator.mode")
        .is_some_and(|mode| mode != "disabled")
    {
        complain(values, Feature::MicroBfd, "micro_bfd.actuator.mode", remedy);
    }
}

fn complain(values: &mut Values<'_>, feature: Feature, path: &str, remedy: &str) {
    if let Some(origin) = values.origin(path) {
        values.problem(origin, path, sentence(feature, remedy));
    }
}

fn sentence(feature: Feature, remedy: &str) -> String {
    format!(
        "{} is not available in this version: {remedy}",
        feature.name()
    )
}
