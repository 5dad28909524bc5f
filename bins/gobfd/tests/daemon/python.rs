//! A client nobody here wrote: `grpcio` from PyPI, with messages made from the schema.

use std::path::{Path, PathBuf};
use std::process::Command;

use bfd_testbed::Result;

use crate::support::{API, Daemon, Pair, config};

/// A virtual environment with `grpcio`, made once and kept beside the build.
fn python() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let python = home.join("bin/python");
    let ready = home.join("ready");
    if !ready.exists() {
        let text = home.display().to_string();
        run(Command::new("python3").args(["-m", "venv", &text]));
        let packages = ["grpcio==1.76.0", "protobuf==6.33.1"];
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .args(packages));
        std::fs::write(&ready, "").expect("the build folder");
    }
    python
}

fn run(command: &mut Command) {
    let output = command.output().expect("a program of the system");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

#[test]
fn grpcio_lists_adds_watches_and_deletes() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2"]))?;
    let _right = Daemon::start(&pair.right, &config(&["10.0.0.1"]))?;
    left.wait("10.0.0.2", "UP")?;
    let schema = pair.left.folder().join("schema.bin");
    std::fs::write(&schema, bfd_api::DESCRIPTOR_SET).expect("the folder of a namespace");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/daemon/client.py");
    let (python, script) = (python().display().to_string(), script.display().to_string());
    let said = left
        .namespace
        .run(&python, &[&script, &schema.display().to_string(), API])?;
    assert!(said.ends_with("all good\n"), "{said}");
    Ok(())
}
