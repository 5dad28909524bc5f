use std::path::PathBuf;

use bfd_program::cli::{Answer, BUILD, Build};

use super::{PAGES, Request, check, page, parse};
use crate::config::Environment;

fn ask(arguments: &[&str]) -> Result<Request, Answer> {
    let program = std::iter::once("gobfd");
    parse(program.chain(arguments.iter().copied()).map(Into::into))
}

fn run(file: &str) -> Result<Request, Answer> {
    Ok(Request::Run(Some(PathBuf::from(file))))
}

#[test]
fn every_form_of_go_flags_is_understood() {
    for arguments in [
        &["-config", "f.yml"][..],
        &["--config", "f.yml"],
        &["-config=f.yml"],
        &["--config=f.yml"],
        &["-config=f.yml", "ignored", "-version"],
        &["-config", "f.yml", "--", "-version"],
        &["-version=false", "-config", "f.yml"],
    ] {
        assert_eq!(ask(arguments), run("f.yml"), "{arguments:?}");
    }
    assert_eq!(ask(&["-config", "-version"]), run("-version"));
    assert_eq!(ask(&["-config=a=b"]), run("a=b"));
    for arguments in [&[][..], &["-config="], &["-config", ""], &["words"], &["-"]] {
        assert_eq!(ask(arguments), Ok(Request::Run(None)), "{arguments:?}");
    }
}

#[test]
fn version_and_check() {
    for arguments in [
        &["-version"][..],
        &["--version"],
        &["-version=true", "-check"],
    ] {
        assert_eq!(ask(arguments), Ok(Request::Version));
    }
    for arguments in [&["--check", "--config", "f"][..], &["-config=f", "-check"]] {
        assert_eq!(ask(arguments), Ok(Request::Check(Some("f".into()))));
    }
    assert_eq!(
        ask(&["--manual-page", "03-configuration"]),
        Ok(Request::Page("03-configuration"))
    );
}

#[test]
fn usage_is_asked_for_or_told() {
    for asking in ["-h", "-help", "--help"] {
        let usage = ask(&[asking]).expect_err("usage");
        assert_eq!(usage.code, 0);
        assert!(usage.errors.contains("--config <FILE>"), "{}", usage.errors);
        assert!(!usage.errors.contains("manual-page"), "{}", usage.errors);
    }
    for wrong in [
        &["-x"][..],
        &["--conf", "f"],
        &["-config"],
        &["-version=maybe"],
        &["---config"],
    ] {
        let usage = ask(wrong).expect_err("refused");
        assert_eq!(usage.code, 2, "{wrong:?}");
        assert!(
            usage.errors.contains("Usage: gobfd"),
            "{wrong:?}: {}",
            usage.errors
        );
    }
}

#[test]
fn the_version_has_three_lines() {
    let build = Build {
        version: "0.7.0",
        commit: "abc1234",
        date: "2026-01-02T03:04:05Z",
    };
    assert_eq!(
        build.describe("gobfd"),
        "gobfd 0.7.0\n  commit:  abc1234\n  built:   2026-01-02T03:04:05Z\n"
    );
    assert!(!BUILD.version.is_empty());
}

#[test]
fn a_check_says_ok_or_everything_that_is_wrong() {
    let dir = tempfile::TempDir::new().expect("a folder");
    let file = dir.path().join("f.yml");
    std::fs::write(&file, "sessions: [{peer: 192.0.2.1}]").expect("written");
    let good = check(Some(&file), &Environment::of([("GOBFD_X", "1")]));
    assert_eq!((good.output.as_str(), good.code), ("ok: 1 sessions\n", 0));
    assert_eq!(good.errors, "warning: GOBFD_X: no such key, ignored\n");
    std::fs::write(&file, "sessions: [{peer: x}, {}]").expect("written");
    let bad = check(Some(&file), &Environment::default());
    assert_eq!((bad.output.as_str(), bad.code), ("", 1));
    assert_eq!(bad.errors.lines().count(), 2, "{}", bad.errors);
}

#[test]
fn each_written_page_can_be_printed() {
    for (name, _) in PAGES {
        assert!(page(name).starts_with("# "), "{name}");
    }
}
