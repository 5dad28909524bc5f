//! One page at a time, however many ask for it.
//!
//! Purpose: a page of ten thousand sessions is 20 MB and a tenth of a second of work; those who ask
//! while one is being written share the next. Owner: the metrics server. Thread: tokio's; the writing
//! itself is done where it may block. It must never hand out a page begun before it was asked for.

use std::sync::{Arc, Weak};

use axum::body::Bytes;
use tokio::sync::Mutex;
use tokio::task::JoinError;
use tokio::time::Instant;

/// Where pages are made.
#[derive(Debug, Default)]
pub(super) struct Press {
    last: Mutex<Option<Printed>>,
}

/// The newest page, for as long as somebody is still being sent it.
#[derive(Debug)]
struct Printed {
    begun: Instant,
    page: Weak<String>,
}

/// A page on its way to somebody.
struct Copy(Arc<String>);

impl AsRef<[u8]> for Copy {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Press {
    /// A page that shows what is true now or later.
    ///
    /// # Errors
    /// When writing it panicked.
    pub(super) async fn page(
        &self,
        write: impl FnOnce() -> String + Send + 'static,
    ) -> Result<Bytes, JoinError> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        let shared = last.as_ref().filter(|printed| printed.begun >= asked);
        if let Some(page) = shared.and_then(|printed| printed.page.upgrade()) {
            return Ok(Bytes::from_owner(Copy(page)));
        }
        let begun = Instant::now();
        let page = Arc::new(tokio::task::spawn_blocking(write).await?);
        *last = Some(Printed {
            begun,
            page: Arc::downgrade(&page),
        });
        Ok(Bytes::from_owner(Copy(page)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
    use std::sync::mpsc;

    use futures::future::join_all;

    use super::*;

    /// The first page is held back until twenty more have asked: they share the second.
    #[tokio::test]
    async fn those_who_wait_share_the_next_page() {
        let (press, written) = (Press::default(), Arc::new(AtomicU32::new(0)));
        let count = |written: &Arc<AtomicU32>| {
            let written = Arc::clone(written);
            move || (written.fetch_add(1, Relaxed) + 1).to_string()
        };
        let (release, held) = mpsc::channel::<()>();
        let write = count(&written);
        let first = press.page(move || {
            held.recv().expect("released");
            write()
        });
        let others = join_all((0..20).map(|_| press.page(count(&written))));
        let release = async { release.send(()).expect("it is being written") };
        // In this order each is polled once before any goes on.
        let (first, others, ()) = tokio::join!(first, others, release);
        assert_eq!(first.expect("a page"), "1");
        for page in others {
            assert_eq!(page.expect("a page"), "2");
        }
        let next = press.page(count(&written)).await;
        assert_eq!(
            next.expect("a page"),
            "3",
            "nobody holds the second any more"
        );
    }

    #[tokio::test]
    async fn a_page_is_never_older_than_the_question() {
        let press = Press::default();
        let first = press.page(|| "first".to_owned()).await.expect("a page");
        let second = press.page(|| "second".to_owned()).await.expect("a page");
        assert_eq!((&first[..], &second[..]), (&b"first"[..], &b"second"[..]));
    }
}
