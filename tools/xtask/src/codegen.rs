//! Writes the generated code of each schema under `api/`.
//!
//! The output is checked in; `--check` proves it fresh. The schema is compiled by a library, so that
//! no machine needs `protoc`, and every machine yields the same code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// One file under `api/` and the folder its code stands in.
struct Schema {
    file: &'static str,
    folder: &'static str,
    /// Descriptor set of the file and its imports, for clients that reflect.
    descriptors: Option<&'static str>,
}

const SCHEMAS: [Schema; 2] = [
    Schema {
        file: "bfd/v1/bfd.proto",
        folder: "crates/bfd-api/src/generated",
        descriptors: Some("descriptors.bin"),
    },
    Schema {
        file: "gobgp/gobgp.proto",
        folder: "bins/gobfd/src/integrations/gobgp/generated",
        descriptors: None,
    },
];

/// Writes the generated code, or with `--check` fails when it is out of date.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    match arguments {
        [] => SCHEMAS
            .iter()
            .try_for_each(|schema| generate(schema, &schema.checked_in())),
        [flag] if flag == "--check" => check(),
        _ => bail!("unknown argument; it takes none, or --check"),
    }
}

fn check() -> Result<()> {
    let mut stale = Vec::new();
    for schema in &SCHEMAS {
        let fresh = tempfile::tempdir()?;
        generate(schema, fresh.path())?;
        let names = differences(&contents(fresh.path())?, &contents(&schema.checked_in())?);
        stale.extend(names.iter().map(|name| format!("{}/{name}", schema.folder)));
    }
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

fn generate(schema: &Schema, target: &Path) -> Result<()> {
    if let Some(name) = schema.descriptors {
        fs::write(target.join(name), schema.compiled(false)?)?;
    }
    // The comments of the schema become those of the code.
    let commented = tempfile::NamedTempFile::new()?;
    fs::write(commented.path(), schema.compiled(true)?)?;
    connectrpc_build::Config::new()
        .buffa_config(messages())
        .descriptor_set(commented.path())
        .files(&[schema.file])
        .out_dir(target)
        .file_per_package(true)
        .emit_rerun_directives(false)
        .include_file("tree.rs")
        .compile()
}

impl Schema {
    /// The schema and its imports, compiled.
    fn compiled(&self, comments: bool) -> Result<Vec<u8>> {
        let set = protox::Compiler::new([root().join("api")])?
            .include_source_info(comments)
            .include_imports(true)
            .open_file(self.file)?
            .encode_file_descriptor_set();
        Ok(set)
    }

    fn checked_in(&self) -> PathBuf {
        root().join(self.folder)
    }
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
