//! Scraping ten times a second, however long a page takes.

use std::thread;
use std::time::{Duration, Instant};

use bfd_testbed::Result;

use crate::field::{Field, Pace};
use crate::inside::{enter, get};
use crate::metrics::Page;
use crate::row::Row;
use crate::scale::{Scale, Size};

const EVERY: Duration = Duration::from_millis(100);

fn scale(size: Size) -> Scale {
    let small = Scale::new(500, Pace::CALM).seconds(8);
    let full = Scale::new(10_000, Pace::CALM).seconds(30);
    size.choose(small, full)
}

/// What the scrapes came to.
#[derive(Default)]
struct Scraped {
    pages: u64,
    octets: usize,
    slowest: Duration,
}

pub(crate) fn play(size: Size) -> Result<Row> {
    let scale = scale(size);
    let field = Field::new(scale)?;
    scrape(&field, scale.time / 4);
    let before = field.us.memory();
    let begin = Instant::now();
    let scraped = scrape(&field, scale.time);
    let rate = scraped.pages as f64 / begin.elapsed().as_secs_f64();
    let what = format!(
        "{} scrapes of {:.1} MB, {rate:.1} a second, slowest {:.0} ms",
        scraped.pages,
        scraped.octets as f64 / 1e6,
        scraped.slowest.as_secs_f64() * 1e3
    );
    field.judge(what, before)
}

/// Begins a scrape at every tick and does not wait for it, as independent Prometheus servers would.
fn scrape(field: &Field, time: Duration) -> Scraped {
    let sessions = u64::from(field.scale.sessions);
    let namespace = field.us.namespace.name();
    let ticks = u32::try_from(time.as_millis() / EVERY.as_millis()).expect("a short time");
    let begin = Instant::now();
    thread::scope(|scope| {
        let mut running = Vec::new();
        for tick in 0..ticks {
            thread::sleep((EVERY * tick).saturating_sub(begin.elapsed()));
            running.push(scope.spawn(move || one(namespace, sessions)));
        }
        let mut all = Scraped::default();
        for scrape in running {
            let (octets, took) = scrape.join().expect("a whole page");
            all.pages += 1;
            all.octets = octets;
            all.slowest = all.slowest.max(took);
        }
        all
    })
}

/// One page; it must have all sessions.
fn one(namespace: &str, sessions: u64) -> (usize, Duration) {
    enter(namespace);
    let begin = Instant::now();
    let page = Page(get("127.0.0.1:9100", "/metrics").expect("a page"));
    let took = begin.elapsed();
    let shown = page.sum("gobfd_bfd_sessions", "");
    assert_eq!(shown, sessions, "sessions on the page");
    (page.0.len(), took)
}
