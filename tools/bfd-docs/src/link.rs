//! Links between pages.

use crate::page::{Page, root};

/// A link to a file of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The page it stands on.
    pub page: String,
    /// What it says: path and perhaps `#heading`.
    pub target: String,
}

impl Page {
    /// Links to files of the repository; links to the world are left out.
    #[must_use]
    pub fn links(&self) -> Vec<Link> {
        let link = |target: &str| Link {
            page: self.path.display().to_string(),
            target: target.to_owned(),
        };
        let targets = self
            .text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let here = |target: &&str| !target.contains("://") && !target.starts_with("mailto:");
        targets.filter(here).map(link).collect()
    }

    /// The anchors of the headings.
    fn anchors(&self) -> impl Iterator<Item = String> {
        self.text
            .lines()
            .filter(|line| line.starts_with('#'))
            .map(|line| {
                let title = line.trim_start_matches('#').trim().to_lowercase();
                let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
                title
                    .chars()
                    .filter(kept)
                    .collect::<String>()
                    .replace(' ', "-")
            })
    }
}

impl Link {
    /// Whether the file exists and, in a page, the heading.
    #[must_use]
    pub fn leads_somewhere(&self, pages: &[Page]) -> bool {
        let (path, anchor) = match self.target.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (self.target.as_str(), None),
        };
        let here = root().join(&self.page);
        let file = match path {
            "" => Some(here),
            path => here
                .parent()
                .and_then(|folder| folder.join(path).canonicalize().ok()),
        };
        let Some(file) = file.filter(|file| file.exists()) else {
            return false;
        };
        let page = pages.iter().find(|page| root().join(&page.path) == file);
        match (page, anchor) {
            (Some(page), Some(anchor)) => page.anchors().any(|known| known == anchor),
            _ => true,
        }
    }
}
