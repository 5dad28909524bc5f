use std::time::Duration;

use bfd_api::health::{Checker as _, Status};
use bfd_engine::{EngineStats, WorkerStats};
use bfd_proto::Instant;
use futures::StreamExt as _;

use super::{HealthSwitch as _, SilentThread, Vitals, silent};

fn seconds(count: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(count)
}

fn names(stats: &EngineStats, at: u64) -> Vec<String> {
    let silent = silent(stats, seconds(at));
    silent.into_iter().map(|thread| thread.name).collect()
}

#[test]
fn each_silent_thread_is_named() {
    let mut stats = EngineStats {
        workers: vec![WorkerStats::default(), WorkerStats::default()],
        ..EngineStats::default()
    };
    stats.desk.heartbeat = seconds(100);
    stats.workers[0].common.heartbeat = seconds(100);
    stats.workers[1].common.heartbeat = seconds(99);
    assert!(names(&stats, 101).is_empty());
    assert_eq!(names(&stats, 102), ["bfd-worker-1"]);
    stats.workers[1].common.heartbeat = seconds(102);
    stats.desk.heartbeat = seconds(90);
    assert_eq!(names(&stats, 102), ["bfd-desk"]);
    assert_eq!(silent(&stats, seconds(102))[0].since, seconds(90));
    assert_eq!(names(&stats, 200).len(), 3);
}

#[tokio::test]
async fn services_are_known_by_name() {
    let vitals = Vitals::new();
    vitals.set_ready(true);
    for service in [
        "",
        "grpc.health.v1.Health",
        "bfd.v1.BfdService",
        "bfd.v1.EchoService",
        "bfd.v1.IntegrationService",
    ] {
        assert_eq!(
            vitals.check(service).await.ok(),
            Some(Status::Serving),
            "{service}"
        );
    }
    let unknown = vitals.check("bfd.v1.Other").await.expect_err("unknown");
    assert_eq!(unknown.code, connectrpc::ErrorCode::NotFound);
    assert_eq!(
        unknown.message.as_deref(),
        Some("unknown service bfd.v1.Other")
    );
    assert!(vitals.watch("bfd.v1.Other").await.is_err());
}

fn hung() -> Vec<SilentThread> {
    vec![SilentThread {
        name: "bfd-worker-0".into(),
        since: seconds(2),
    }]
}

#[tokio::test]
async fn whoever_waits_for_life_is_told_when_it_returns() {
    let vitals = Vitals::new();
    vitals.alive().await;
    vitals.note(hung(), seconds(5));
    let mut waiting = Box::pin(vitals.alive());
    assert!(futures::poll!(&mut waiting).is_pending());
    vitals.note(vec![], seconds(6));
    waiting.await;
    assert!(vitals.silent().is_empty());
}

#[tokio::test]
async fn watchers_hear_of_changes_only() {
    let vitals = Vitals::new();
    let mut watch = vitals.watch("").await.expect("known");
    assert_eq!(watch.next().await, Some(Status::NotServing));
    vitals.set_ready(true);
    assert_eq!(watch.next().await, Some(Status::Serving));
    vitals.set_ready(true);
    vitals.note(vec![], seconds(1));
    vitals.note(hung(), seconds(5));
    assert_eq!(watch.next().await, Some(Status::NotServing));
    // Not ready and not alive: nothing new.
    vitals.set_ready(false);
    vitals.note(vec![], seconds(6));
    vitals.set_ready(true);
    assert_eq!(watch.next().await, Some(Status::Serving));
    drop(vitals);
    assert_eq!(watch.next().await, None);
}
