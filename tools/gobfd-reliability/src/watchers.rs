//! Watchers of events while much happens; half of them never read.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bfd_api::v1::WatchSessionEventsRequest;
use bfd_testbed::Result;
use tokio::task::JoinSet;

use crate::clients::{churn, runtime, wish};
use crate::daemon::Daemon;
use crate::field::{Field, Pace};
use crate::row::Row;
use crate::scale::{Scale, Size};

/// How many sessions are added and deleted in a small test; each is three events.
const WATCHERS: u32 = 50;
/// The session that ends the test: everybody still there must hear of it.
const LAST: u32 = 999;
const LAST_PEER: &str = "10.3.3.250";

fn scale(size: Size) -> Scale {
    let small = Scale::new(50, Pace::CALM).amount(600);
    let full = Scale::new(1000, Pace::FAST).amount(20_000);
    size.choose(small, full)
}

pub(crate) fn play(size: Size) -> Result<Row> {
    let scale = scale(size);
    let field = Field::new(scale)?;
    let heard = Arc::new(AtomicU64::new(0));
    let mut sleepers: Vec<_> = (0..WATCHERS / 2).map(|_| sleeper(&field.us)).collect();
    let runtime = runtime();
    let mut readers = runtime.block_on(readers(&field.us, &heard));
    churn(&field.us, scale.amount / 2);
    let before = field.us.memory();
    churn(&field.us, scale.amount);

    runtime.block_on(async {
        let client = field.us.client();
        client.add_session(wish(LAST)).await.expect("added");
        while let Some(reader) = readers.join_next().await {
            reader.expect("it hears of the last session");
        }
    });
    let lagged = sleepers.iter_mut().filter_map(awaken).count();
    assert_eq!(lagged, sleepers.len(), "each slept through something");
    let events = heard.load(Relaxed);
    assert!(
        events > u64::from(scale.amount) * u64::from(WATCHERS / 2),
        "{events}"
    );
    let what = format!(
        "{WATCHERS} watchers, half of which never read, {} adds and deletes",
        2 * (scale.amount + scale.amount / 2)
    );
    field.judge(what, before)
}

/// Asks for events over HTTP/1.1, and reads nothing.
fn sleeper(daemon: &Daemon) -> UnixStream {
    let mut stream = UnixStream::connect(daemon.socket()).expect("the API listens");
    let request = b"{\"includeCurrent\":true}";
    let length = u8::try_from(request.len()).expect("short");
    let head = format!(
        "POST /bfd.v1.BfdService/WatchSessionEvents HTTP/1.1\r\nHost: gobfd\r\n\
         content-type: application/connect+json\r\ncontent-length: {}\r\n\r\n",
        5 + length
    );
    let envelope = [head.as_bytes(), &[0, 0, 0, 0, length], request].concat();
    stream.write_all(&envelope).expect("the API reads");
    stream
}

/// Reads until the last session; whether it was told that it had slept through something.
fn awaken(stream: &mut UnixStream) -> Option<()> {
    let limit = Some(Duration::from_secs(30));
    stream.set_read_timeout(limit).expect("a limit");
    let (mut heard, mut octets) = (Vec::new(), vec![0; 1 << 16]);
    while !contains(&heard, LAST_PEER) {
        let count = stream.read(&mut octets).expect("the rest of the stream");
        assert_ne!(count, 0, "the stream ended before the last session");
        heard.extend_from_slice(&octets[..count]);
    }
    contains(&heard, "\"lagged\":true").then_some(())
}

fn contains(octets: &[u8], text: &str) -> bool {
    octets
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

async fn readers(daemon: &Daemon, heard: &Arc<AtomicU64>) -> JoinSet<()> {
    let mut readers = JoinSet::new();
    for _ in 0..WATCHERS / 2 {
        let request = WatchSessionEventsRequest {
            include_current: true,
            ..Default::default()
        };
        let events = daemon.client().events(request).await;
        let (mut events, heard) = (events.expect("a watch"), Arc::clone(heard));
        readers.spawn(async move {
            while let Some(event) = events.next().await.expect("no error") {
                heard.fetch_add(1, Relaxed);
                let session = event.session.as_option();
                if session.is_some_and(|session| session.peer_address == LAST_PEER) {
                    return;
                }
            }
            panic!("the stream ended before the last session");
        });
    }
    readers
}
