//! `docs/en/07-monitoring.md`, written from the table of families.

use std::fmt::Write as _;

use super::table::{Family, families};

const HEAD: &str = include_str!("manual_head.md");
const TAIL: &str = include_str!("manual_tail.md");

/// The text of `docs/en/07-monitoring.md`. It is written by `cargo xtask docs`; a test compares the
/// file with this.
#[must_use]
pub fn manual_page() -> String {
    let mut page = HEAD.to_owned();
    for family in families() {
        describe(family, &mut page);
    }
    page.push_str(TAIL);
    page
}

fn describe(family: &Family, page: &mut String) {
    let labels: Vec<String> = family
        .labels
        .iter()
        .map(|label| format!("`{label}`"))
        .collect();
    let _ = write!(page, "\n### `{}`\n\n{}", family.name, family.help);
    if !family.remark.is_empty() {
        let _ = write!(page, " {}", family.remark);
    }
    let labels = if labels.is_empty() {
        "none".to_owned()
    } else {
        labels.join(", ")
    };
    let _ = writeln!(
        page,
        "\n\n- Type: {}\n- Labels: {labels}",
        family.kind.name()
    );
}
