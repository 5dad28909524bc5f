//! The one who follows events for the daemon itself: log lines and counters of removed sessions.

use bfd_control::{Event, EventKind, InterfaceName, Subscription};
use bfd_program::logging::Took;
use bfd_proto::{Instant, Role};

use crate::logging::{ChangeLine, ChangeLog};
use crate::web::Metrics;

/// Writes changes until the daemon stops and all were read.
pub async fn follow(mut events: Subscription, metrics: Metrics) {
    let mut log = ChangeLog::new();
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = due(log.due()) => {
                log.tick(bfd_control::now());
                continue;
            }
        };
        let Some(event) = event else { break };
        write(&event, &mut log);
        if event.kind == EventKind::Deleted {
            metrics.retire(&event.session.view);
        }
    }
    log.flush(bfd_control::now());
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep(at.saturating_duration_since(bfd_control::now())).await,
        None => std::future::pending().await,
    }
}

fn write(event: &Event, log: &mut ChangeLog) {
    match event.kind {
        EventKind::Added => created(event),
        EventKind::Changed(change) => {
            let key = &event.session.meta.key;
            let line = ChangeLine {
                peer: key.peer,
                interface: key.interface.as_ref().map(InterfaceName::as_str),
                discriminator: event.session.meta.id.discriminator,
                change,
            };
            log.write(bfd_control::now(), &line);
        }
        EventKind::Deleted => deleted(event),
    }
}

fn created(event: &Event) {
    let meta = &event.session.meta;
    let spec = &event.session.view.spec;
    let local = meta
        .local()
        .map(|local| local.to_string())
        .unwrap_or_default();
    tracing::info!(
        peer = %meta.key.peer,
        local,
        interface = meta.key.interface.as_ref().map_or("", InterfaceName::as_str),
        r#type = match spec.kind {
            bfd_proto::SessionKind::SingleHop => "SingleHop",
            bfd_proto::SessionKind::MultiHop { .. } => "MultiHop",
        },
        role = match spec.role {
            Role::Active => "Active",
            Role::Passive => "Passive",
        },
        local_discr = meta.id.discriminator.get(),
        desired_min_tx = Took(spec.desired_min_tx.duration()).field(),
        required_min_rx = Took(spec.required_min_rx.duration()).field(),
        detect_mult = spec.detect_mult.get(),
        owner = meta.owner.label(),
        waits_for = meta.path.err().map(tracing::field::display),
        auth_type = meta.wanted.keys.as_ref().map(|chain| chain.kind().name()),
        auth_key = meta.sends_key,
        "session created"
    );
    tracing::info!(
        peer = %meta.key.peer,
        local_discr = meta.id.discriminator.get(),
        "session started"
    );
}

/// Two lines, as in 0.6.1, where a session could end without being forgotten.
fn deleted(event: &Event) {
    let meta = &event.session.meta;
    for message in ["session stopped", "session destroyed"] {
        tracing::info!(
            peer = %meta.key.peer,
            local_discr = meta.id.discriminator.get(),
            "{message}"
        );
    }
}
