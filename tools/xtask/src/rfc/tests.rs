//! The trace of this repository, and how comments are read.

use super::scan::{Test, tests_in};
use std::path::Path;

/// `cargo xtask rfc --check` as a test, so that CI needs no step of its own.
#[test]
fn each_binding_row_has_a_test_and_the_page_is_fresh() {
    let outcome = super::run(&["--check".to_owned()]);
    assert!(outcome.is_ok(), "{:#}", outcome.unwrap_err());
}

/// `@` stands for the mark, so that this file itself covers nothing.
fn read(text: &str) -> Result<Vec<Test>, String> {
    let text = text.replace('@', "// covers:");
    tests_in(Path::new("a.rs"), &text).map_err(|error| format!("{error:#}"))
}

#[test]
fn sequences_and_several_lines_are_read() {
    let tests = read("  @ 1-08..10,\n  @ D-01\n  #[test]\n  fn one() {}").unwrap();
    assert_eq!(tests[0].covers, ["1-08", "1-09", "1-10", "D-01"]);
}

#[test]
fn each_list_belongs_to_the_next_test() {
    let text = "@ a-01\n#[test]\nfn one() {}\n\n@ a-02\n#[tokio::test]\nasync fn two() {}";
    let tests = read(text).unwrap();
    let found: Vec<_> = tests
        .iter()
        .map(|test| (&*test.name, &*test.covers[0]))
        .collect();
    assert_eq!(found, [("one", "a-01"), ("two", "a-02")]);
}

#[test]
fn a_list_without_a_test_is_an_error() {
    assert!(read("@ a-01\n\n#[test]\nfn one() {}").is_err());
    assert!(read("@ a-01\nfn one() {}").is_err());
    assert!(read("@ a-03..01\n#[test]\nfn one() {}").is_err());
}
