//! The list `profiles`: values that several sessions share under a name.

use std::collections::BTreeMap;

use bfd_program::config::{Origin, Scalar, join};

use super::spec::Layer;
use super::values::{Scope, Values};

const LIST: &str = "profiles";

/// The profiles by name. One that is faulty is among them, so that whoever names it is not blamed.
#[derive(Default)]
pub(crate) struct Profiles(BTreeMap<String, Layer>);

impl Profiles {
    /// Reads the list.
    pub(crate) fn read(values: &mut Values<'_>) -> Self {
        let mut profiles = BTreeMap::new();
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        for (index, origin) in values.elements(LIST).iter().enumerate() {
            let scope = Scope {
                path: format!("{LIST}[{index}]"),
                pattern: "profiles[]",
            };
            let layer = Layer::read(values, &scope);
            let Some(name) = name(values, &scope, origin) else {
                continue;
            };
            match first.get(&name) {
                Some(other) => {
                    let text = format!("the same name as profiles[{other}]: {name}");
                    complain(values, &scope, "name", origin, text);
                }
                None => {
                    first.insert(name.clone(), index);
                    profiles.insert(name, layer);
                }
            }
        }
        Self(profiles)
    }

    /// What the profile that `scope` names says; nothing if it names none.
    pub(crate) fn of(&self, values: &mut Values<'_>, scope: &Scope) -> Layer {
        let Some(Scalar::Text(name)) = values.written(scope, "profile") else {
            return Layer::default();
        };
        if let Some(layer) = self.0.get(&name) {
            return *layer;
        }
        let path = join(&scope.path, "profile");
        let origin = values.origin(&path).unwrap_or(Origin::Whole);
        values.problem(origin, path, self.unknown(&name));
        Layer::default()
    }

    fn unknown(&self, name: &str) -> String {
        let known: Vec<&str> = self.0.keys().map(String::as_str).collect();
        match known.as_slice() {
            [] => format!("no profile is called \"{name}\": the list profiles has no element"),
            known => format!("no profile is called \"{name}\", only {}", known.join(", ")),
        }
    }
}

fn name(values: &mut Values<'_>, scope: &Scope, origin: &Origin) -> Option<String> {
    if let Some(Scalar::Text(name)) = values.written(scope, "name")
        && !name.is_empty()
    {
        return Some(name);
    }
    let text = "missing: a profile needs a name that sessions can give";
    complain(values, scope, "name", origin, text);
    None
}

/// A problem at the place of the key, or of the element if the key is not there.
fn complain(
    values: &mut Values<'_>,
    scope: &Scope,
    name: &str,
    element: &Origin,
    text: impl Into<String>,
) {
    let path = join(&scope.path, name);
    let origin = values.origin(&path).unwrap_or_else(|| element.clone());
    values.problem(origin, path, text);
}
