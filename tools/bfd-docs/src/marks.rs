//! Parts of a page that a measuring program writes: what stands between two marks of one name.

use std::io;
use std::path::{Path, PathBuf};

/// Why a part of a page was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MarkError {
    /// The page cannot be read or written.
    #[error("cannot write {page}: {source}")]
    Page {
        /// The page.
        page: PathBuf,
        /// The refusal.
        source: io::Error,
    },
    /// The page has no such part.
    #[error("it has no mark {mark}")]
    Missing {
        /// What is looked for.
        mark: String,
    },
}

/// Writes `text` into the page between `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
///
/// # Errors
/// The page cannot be read or written, or has no such marks.
pub fn write_between(page: &Path, name: &str, text: &str) -> Result<(), MarkError> {
    let refused = |source| MarkError::Page {
        page: page.to_owned(),
        source,
    };
    let old = std::fs::read_to_string(page).map_err(refused)?;
    let new = replaced(&old, name, text)?;
    std::fs::write(page, new).map_err(refused)
}

/// The page with `text` between the marks of this name.
fn replaced(page: &str, name: &str, text: &str) -> Result<String, MarkError> {
    let [begin, end] = ["begin", "end"].map(|what| format!("<!-- {name}: {what} -->"));
    let missing = |mark: &str| MarkError::Missing { mark: mark.into() };
    let (head, rest) = page.split_once(&begin).ok_or_else(|| missing(&begin))?;
    let (_, tail) = rest.split_once(&end).ok_or_else(|| missing(&end))?;
    Ok(format!("{head}{begin}\n{text}{end}{tail}"))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn the_text_replaces_the_old_one_alone() {
        let page = |text| format!("head\n<!-- x: begin -->\n{text}<!-- x: end -->\ntail\n");
        let new = replaced(&page("old\n"), "x", "new\n");
        assert_eq!(new.unwrap(), page("new\n"));
        let refused = replaced(&page(""), "y", "new").unwrap_err().to_string();
        assert_eq!(refused, "it has no mark <!-- y: begin -->");
    }
}
