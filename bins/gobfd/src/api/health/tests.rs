use std::time::Duration;

use bfd_api::health::{Checker as _, Status};
use bfd_engine::{EngineStats, WorkerStats};
use bfd_proto::Instant;
use futures::StreamExt as _;

use super::{HealthSwitch as _, Vitals, alive};

fn seconds(count: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(count)
}

#[test]
fn one_silent_thread_is_enough() {
    let mut stats = EngineStats {
        workers: vec![WorkerStats::default(), WorkerStats::default()],
        ..EngineStats::default()
    };
    stats.desk.heartbeat = seconds(100);
    stats.workers[0].common.heartbeat = seconds(100);
    stats.workers[1].common.heartbeat = seconds(99);
    assert!(alive(&stats, seconds(101)));
    assert!(!alive(&stats, seconds(102)));
    stats.workers[1].common.heartbeat = seconds(102);
    stats.desk.heartbeat = seconds(90);
    assert!(!alive(&stats, seconds(102)));
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

#[tokio::test]
async fn watchers_hear_of_changes_only() {
    let vitals = Vitals::new();
    let mut watch = vitals.watch("").await.expect("known");
    assert_eq!(watch.next().await, Some(Status::NotServing));
    vitals.set_ready(true);
    assert_eq!(watch.next().await, Some(Status::Serving));
    vitals.set_ready(true);
    vitals.note(true);
    vitals.note(false);
    assert_eq!(watch.next().await, Some(Status::NotServing));
    // Not ready and not alive: nothing new.
    vitals.set_ready(false);
    vitals.note(true);
    vitals.set_ready(true);
    assert_eq!(watch.next().await, Some(Status::Serving));
    drop(vitals);
    assert_eq!(watch.next().await, None);
}
