//! Which of our crates may know which, and where some foreign crates have no business.
//!
//! The table is that of `docs/en/01-architecture.md`; a crate that is not in it does not build in CI.

use crate::repository;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::fs;
use std::process::Command;

/// Folder, crate, and those of our crates that it may depend on.
const ARROWS: &[(&str, &str, &[&str])] = &[
    ("crates", "bfd-packet", &[]),
    ("crates", "bfd-proto", &["bfd-packet"]),
    ("crates", "bfd-net", &[]),
    (
        "crates",
        "bfd-engine",
        &["bfd-packet", "bfd-proto", "bfd-net"],
    ),
    (
        "crates",
        "bfd-control",
        &["bfd-packet", "bfd-proto", "bfd-engine"],
    ),
    ("crates", "bfd-api", &[]),
    ("crates", "bfd-program", &[]),
    (
        "bins",
        "gobfd",
        &[
            "bfd-packet",
            "bfd-proto",
            "bfd-net",
            "bfd-engine",
            "bfd-control",
            "bfd-api",
            "bfd-program",
        ],
    ),
    ("bins", "gobfdctl", &["bfd-api", "bfd-program"]),
    ("bins", "gobfd-exabgp-bridge", &["bfd-api", "bfd-program"]),
    ("bins", "gobfd-haproxy-agent", &["bfd-api", "bfd-program"]),
    ("tools", "bfd-docs", &[]),
    ("tools", "bfd-spec", &[]),
    (
        "tools",
        "bfd-fuzz",
        &[
            "bfd-packet",
            "bfd-proto",
            "bfd-engine",
            "bfd-control",
            "bfd-spec",
            "gobfd",
        ],
    ),
    (
        "tools",
        "bfd-sim",
        &["bfd-packet", "bfd-proto", "bfd-engine"],
    ),
    ("tools", "bfd-testbed", &[]),
    (
        "tools",
        "gobfd-bench",
        &["bfd-packet", "bfd-net", "bfd-docs", "bfd-testbed"],
    ),
    (
        "tools",
        "gobfd-reliability",
        &["bfd-api", "bfd-docs", "bfd-testbed"],
    ),
    ("tools", "bfd-fake", &["bfd-api"]),
    ("tools", "xtask", &["bfd-docs", "bfd-spec"]),
];

/// Foreign crates with a home: nobody else names them. A name ending in `*` stands for all that
/// begin so.
const HOMES: &[(&str, &[&str])] = &[
    ("libc", &["bfd-net"]),
    ("socket2", &["bfd-net"]),
    (
        "tokio*",
        &[
            "bfd-control",
            "bfd-api",
            "bfd-program",
            "gobfd",
            "gobfdctl",
            "gobfd-exabgp-bridge",
            "gobfd-haproxy-agent",
            "bfd-fake",
            "bfd-fuzz",
            "gobfd-reliability",
        ],
    ),
    ("connectrpc", &["bfd-api", "gobfd", "bfd-fake"]),
    ("connectrpc-health", &["bfd-api", "gobfd"]),
    ("connectrpc-build", &["xtask"]),
    ("rustls*", &["gobfd"]),
    ("protox", &["xtask"]),
    ("axum", &["bfd-program", "gobfd", "bfd-fake", "bfd-fuzz"]),
    ("k8s-openapi", &["gobfd"]),
    ("kube", &["gobfd"]),
];

/// The only crate that may contain `unsafe`.
const UNSAFE: &str = "bfd-net";

/// Prints what breaks a rule; succeeds when nothing does.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("it takes no arguments");
    }
    let mut complaints = Vec::new();
    for package in packages()? {
        complaints.extend(judge(&package)?);
    }
    if !complaints.is_empty() {
        bail!("{} complaints\n{}", complaints.len(), complaints.join("\n"));
    }
    Ok(())
}

/// What we need to know of one of our crates.
struct Package {
    name: String,
    folder: String,
    /// Name and kind (`null`, `"dev"` or `"build"`) of each dependency.
    dependencies: Vec<(String, Value)>,
    /// Files where the compiler starts, tests and examples left out.
    roots: Vec<String>,
}

fn packages() -> Result<Vec<Package>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(repository::root())
        .output()
        .context("cargo metadata")?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
    list(&metadata["packages"]).iter().map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    let manifest = text(&value["manifest_path"]);
    let folder = manifest
        .rsplit('/')
        .nth(2)
        .context("a crate stands two folders deep")?;
    let shipped = |target: &&Value| {
        let kinds = list(&target["kind"]);
        kinds
            .iter()
            .any(|kind| ["lib", "bin", "proc-macro"].contains(&text(kind)))
    };
    Ok(Package {
        name: text(&value["name"]).to_owned(),
        folder: folder.to_owned(),
        dependencies: list(&value["dependencies"])
            .iter()
            .map(|dependency| {
                (
                    text(&dependency["name"]).to_owned(),
                    dependency["kind"].clone(),
                )
            })
            .collect(),
        roots: list(&value["targets"])
            .iter()
            .filter(shipped)
            .map(|target| text(&target["src_path"]).to_owned())
            .collect(),
    })
}

fn judge(package: &Package) -> Result<Vec<String>> {
    let name = &package.name;
    let Some((folder, _, allowed)) = ARROWS.iter().find(|(_, known, _)| known == name) else {
        return Ok(vec![format!(
            "{name} is not in the table of tools/xtask/src/arrows.rs"
        )]);
    };
    let mut complaints = Vec::new();
    if package.folder != *folder {
        complaints.push(format!(
            "{name} stands in {}/, not in {folder}/",
            package.folder
        ));
    }
    for (target, kind) in &package.dependencies {
        if !is_allowed(name, allowed, target, kind) {
            complaints.push(format!("{name} must not depend on {target}"));
        }
    }
    for root in &package.roots {
        let source = fs::read_to_string(root).with_context(|| root.clone())?;
        if name != UNSAFE && !source.contains("#![forbid(unsafe_code)]") {
            complaints.push(format!("{root} does not forbid unsafe code"));
        }
    }
    Ok(complaints)
}

/// Tests may lean on tools besides; nothing that ships does.
fn is_allowed(name: &str, allowed: &[&str], target: &str, kind: &Value) -> bool {
    let ours = ARROWS.iter().find(|(_, known, _)| *known == target);
    match ours {
        Some((folder, ..)) => {
            allowed.contains(&target) || (*kind == "dev" && *folder == "tools") || name == target
        }
        None => home(target).is_none_or(|home| home.contains(&name)),
    }
}

fn home(target: &str) -> Option<&'static [&'static str]> {
    let matches = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => target.starts_with(start),
        None => target == pattern,
    };
    HOMES
        .iter()
        .find(|(pattern, _)| matches(pattern))
        .map(|(_, home)| *home)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_crate_knows_more_than_it_may() {
        let outcome = run(&[]);
        assert!(outcome.is_ok(), "{:#}", outcome.unwrap_err());
    }

    #[test]
    fn forbidden_arrows_are_noticed() {
        let normal = Value::Null;
        let dev = Value::from("dev");
        assert!(is_allowed(
            "bfd-proto",
            &["bfd-packet"],
            "bfd-packet",
            &normal
        ));
        assert!(!is_allowed("bfd-packet", &[], "bfd-proto", &normal));
        assert!(is_allowed("bfd-packet", &[], "bfd-spec", &dev));
        assert!(!is_allowed("bfd-packet", &[], "bfd-spec", &normal));
        assert!(!is_allowed("bfd-engine", &[], "tokio", &dev));
        assert!(!is_allowed("gobfd", &[], "libc", &normal));
        assert!(is_allowed("bfd-net", &[], "libc", &normal));
        assert!(is_allowed("bfd-engine", &[], "crossbeam-queue", &normal));
    }
}
