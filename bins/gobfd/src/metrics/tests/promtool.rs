//! The page before the judge: `promtool` of the Debian package `prometheus`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use bfd_proto::SessionKind;

use super::{MULTI, input, session};
use crate::metrics::{Totals, page};

fn check(page: &str) {
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool runs; it is in the Debian package prometheus");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(page.as_bytes())
        .expect("promtool reads");
    let output = child.wait_with_output().expect("promtool ends");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success() && said.is_empty(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
fn a_page_is_clean() {
    let sessions = vec![
        session("192.0.2.1", "192.0.2.2", "", SessionKind::SingleHop),
        session("192.0.2.1", "192.0.2.2", "", MULTI),
        session("192.0.2.1", "192.0.2.2", "eth0", SessionKind::SingleHop),
        session("fe80::1", "", "eth1", SessionKind::SingleHop),
    ];
    check(&page(&input(sessions, &Totals::default())));
}

#[test]
fn a_page_without_sessions_is_clean() {
    check(&page(&input(Vec::new(), &Totals::default())));
}
