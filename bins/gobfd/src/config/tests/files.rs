use std::fs;
use std::os::unix::fs::symlink;

use tempfile::TempDir;

use crate::config::{Environment, load};

fn message(path: &std::path::Path) -> String {
    let error = load(Some(path), &Environment::default())
        .expect_err("refused")
        .to_string();
    error
        .strip_prefix(&format!("{}: ", path.display()))
        .expect("the file's name")
        .to_owned()
}

#[test]
fn a_file_is_read_also_through_links() {
    let dir = TempDir::new().expect("a folder");
    let (file, inside, outside) = (
        dir.path().join("a.yml"),
        dir.path().join("b.yml"),
        TempDir::new().expect("a folder"),
    );
    fs::write(&file, "log: {level: debug}").expect("written");
    symlink("a.yml", &inside).expect("linked");
    let outside_link = outside.path().join("c.yml");
    symlink(&file, &outside_link).expect("linked");
    for path in [&file, &inside, &outside_link] {
        load(Some(path), &Environment::default()).expect("accepted");
    }
}

#[test]
fn what_is_no_readable_text_file_is_refused() {
    let dir = TempDir::new().expect("a folder");
    assert_eq!(message(dir.path()), "cannot be read: not a regular file");
    assert_eq!(
        message(&dir.path().join("none.yml")),
        "cannot be read: No such file or directory (os error 2)"
    );
    let bad = dir.path().join("latin1.yml");
    fs::write(&bad, b"log:\n# gr\xfc\xdfe\n").expect("written");
    assert_eq!(message(&bad), "not UTF-8 from octet 9");
    let big = dir.path().join("big.yml");
    fs::File::create(&big)
        .and_then(|file| file.set_len(17 * 1024 * 1024))
        .expect("written");
    assert_eq!(message(&big), "larger than 16777216 octets");
}

#[test]
fn without_a_file_the_environment_counts() {
    let environment = Environment::of([("GOBFD_METRICS_ADDR", ":1")]);
    let config = load(None, &environment).expect("accepted").config;
    assert_eq!(config.metrics.addr.to_string(), ":1");
}
