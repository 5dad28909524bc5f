//! Writes `crates/bfd-api/src/generated` from the files under `api/`.
//!
//! The output is checked in; `--check` proves it fresh. The schema is compiled by a library, so that
//! no machine needs `protoc`, and every machine yields the same code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Our schema, relative to `api/`.
const SCHEMA: &str = "bfd/v1/bfd.proto";
/// Descriptor set of the schema and its imports, for clients that reflect.
const DESCRIPTORS: &str = "descriptors.bin";

/// Writes the generated code, or with `--check` fails when it is out of date.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [] => generate(&checked_in()),
        [flag] if flag == "--check" => check(),
        _ => bail!("unknown argument; it takes none, or --check"),
    }
}

fn check() -> Result<()> {
    let fresh = tempfile::tempdir()?;
    generate(fresh.path())?;
    let stale = differences(&contents(fresh.path())?, &contents(&checked_in())?);
    if stale.is_empty() {
        return Ok(());
    }
    bail!(
        "out of date: {}; run `cargo xtask codegen`",
        stale.join(", ")
    )
}

/// Names present on one side only, or with other contents.
fn differences(left: &Tree, right: &Tree) -> Vec<String> {
    let names = left
        .keys()
        .chain(right.keys().filter(|name| !left.contains_key(*name)));
    names
        .filter(|name| left.get(*name) != right.get(*name))
        .cloned()
        .collect()
}

type Tree = BTreeMap<String, Vec<u8>>;

fn contents(folder: &Path) -> Result<Tree> {
    let mut tree = Tree::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        tree.insert(name, fs::read(entry.path())?);
    }
    Ok(tree)
}

fn generate(target: &Path) -> Result<()> {
    fs::write(target.join(DESCRIPTORS), descriptors(false)?)?;
    // The comments of the schema become those of the code.
    let commented = tempfile::NamedTempFile::new()?;
    fs::write(commented.path(), descriptors(true)?)?;
    connectrpc_build::Config::new()
        .buffa_config(messages())
        .descriptor_set(commented.path())
        .files(&[SCHEMA])
        .out_dir(target)
        .file_per_package(true)
        .emit_rerun_directives(false)
        .include_file("tree.rs")
        .compile()
}

/// The schema and its imports, compiled.
fn descriptors(comments: bool) -> Result<Vec<u8>> {
    let set = protox::Compiler::new([root().join("api")])?
        .include_source_info(comments)
        .include_imports(true)
        .open_file(SCHEMA)?
        .encode_file_descriptor_set();
    Ok(set)
}

/// Plain structs: no memory of unknown fields, no registry for `Any`, which we do not use.
fn messages() -> connectrpc_build::CodeGenConfig {
    let mut config = connectrpc_build::CodeGenConfig::default();
    config.generate_json = true;
    config.preserve_unknown_fields = false;
    config.generate_with_setters = false;
    config.emit_register_fn = false;
    config
}

fn checked_in() -> PathBuf {
    root().join("crates/bfd-api/src/generated")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[cfg(test)]
mod tests {
    /// The generated code in the tree is what the schema yields today.
    #[test]
    fn generated_code_is_fresh() {
        super::check().unwrap();
    }
}
