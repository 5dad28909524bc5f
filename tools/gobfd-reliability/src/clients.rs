//! Many clients of the API at once, adding and deleting.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bfd_api::v1::{AddSessionRequest, SessionType};
use bfd_api::{Client, Code};
use bfd_testbed::Result;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::daemon::Daemon;
use crate::field::{Field, Pace};
use crate::row::Row;
use crate::scale::{Scale, Size};

fn scale(size: Size) -> Scale {
    let small = Scale::new(50, Pace::CALM).amount(100).seconds(8);
    let full = Scale::new(1000, Pace::FAST).amount(100).seconds(30);
    size.choose(small, full)
}

/// A runtime for clients.
pub(crate) fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build();
    runtime.expect("a runtime")
}

/// A wish for a session that never comes Up: nobody is at this address.
pub(crate) fn wish(number: u32) -> AddSessionRequest {
    AddSessionRequest {
        peer_address: format!("10.3.{}.{}", number / 250, number % 250 + 1),
        r#type: SessionType::SESSION_TYPE_MULTI_HOP.into(),
        detect_multiplier: 3,
        ..Default::default()
    }
}

/// Adds and deletes a session so many times; every call must be answered.
pub(crate) fn churn(daemon: &Daemon, times: u32) {
    runtime().block_on(async {
        let client = daemon.client();
        for _ in 0..times {
            let added = client.add_session(wish(0)).await.expect("added");
            let deleted = client.delete_session(added.local_discriminator).await;
            deleted.expect("deleted");
        }
    });
}

#[derive(Default)]
struct Answers {
    added: AtomicU64,
    deleted: AtomicU64,
    refused: AtomicU64,
}

/// Some wish for the same session.
pub(crate) fn play(size: Size) -> Result<Row> {
    let scale = scale(size);
    let field = Field::new(scale)?;
    let answers = Arc::new(Answers::default());
    let play = |time| run(&field.us, scale.amount, time, &answers);
    play(scale.time / 4);
    let before = field.us.memory();
    play(scale.time);

    let count = |counter: &AtomicU64| counter.load(Relaxed);
    let (added, refused) = (count(&answers.added), count(&answers.refused));
    assert_eq!(added, count(&answers.deleted), "what was added was deleted");
    assert!(refused > 0, "clients that wish for the same session meet");
    assert!(
        added >= u64::from(scale.amount),
        "too little to count: {added}"
    );
    let calls = 2 * added + refused;
    let what = format!("{} API clients, {calls} adds and deletes", scale.amount);
    field.us.wait("the deleted sessions to be gone", |page| {
        page.sum("gobfd_bfd_sessions", "") == u64::from(scale.sessions)
    })?;
    field.judge(what, before)
}

fn run(daemon: &Daemon, clients: u32, time: Duration, answers: &Arc<Answers>) {
    runtime().block_on(async {
        let until = Instant::now() + time;
        let mut all = JoinSet::new();
        for number in 0..clients {
            // Pairs of clients want the same session.
            let (client, wish) = (daemon.client(), wish(number / 2));
            let answers = Arc::clone(answers);
            all.spawn(async move {
                while Instant::now() < until {
                    add_and_delete(&client, &wish, &answers).await;
                }
            });
        }
        all.join_all().await;
    });
}

async fn add_and_delete(client: &Client, wish: &AddSessionRequest, answers: &Answers) {
    match client.add_session(wish.clone()).await {
        Ok(added) => {
            answers.added.fetch_add(1, Relaxed);
            let deleted = client.delete_session(added.local_discriminator).await;
            deleted.expect("deleted by whom added it");
            answers.deleted.fetch_add(1, Relaxed);
        }
        Err(error) => {
            assert_eq!(error.code(), Code::AlreadyExists, "{error}");
            answers.refused.fetch_add(1, Relaxed);
        }
    }
}
