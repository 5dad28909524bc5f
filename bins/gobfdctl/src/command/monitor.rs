//! `monitor`: events as they happen, until a signal, the daemon's end, or an error.

use bfd_api::v1::{WatchSessionEventsRequest, WatchSessionEventsResponse};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Context;
use crate::exit::Exit;
use crate::fault::{Fault, Labelled};
use crate::print::{Format, json, yaml};
use crate::view::EventView;

pub(super) async fn run(context: &mut Context<'_>, current: bool) -> Result<Exit, Fault> {
    let mut interrupted = caught(SignalKind::interrupt())?;
    let mut terminated = caught(SignalKind::terminate())?;
    tokio::select! {
        outcome = follow(context, current) => outcome,
        _ = interrupted.recv() => Ok(Exit::Success),
        _ = terminated.recv() => Ok(Exit::Success),
    }
}

fn caught(kind: SignalKind) -> Result<Signal, Fault> {
    signal(kind).map_err(|error| Fault::System("catch signals", error))
}

async fn follow(context: &mut Context<'_>, current: bool) -> Result<Exit, Fault> {
    let request = WatchSessionEventsRequest {
        include_current: current,
        ..Default::default()
    };
    let events = context.client.events(request).await;
    let mut events = events.labelled("watch session events")?;
    while let Some(event) = events.next().await.labelled("stream error")? {
        print(context, &event)?;
    }
    Ok(Exit::Success)
}

fn print(context: &mut Context<'_>, event: &WatchSessionEventsResponse) -> Result<(), Fault> {
    let view = EventView::from(event);
    match context.format {
        Format::Table => writeln!(context.out, "{}", view.line())?,
        Format::Json => writeln!(context.out, "{}", json(&view)?)?,
        Format::Yaml => writeln!(context.out, "{}", yaml(&view)?)?,
    }
    // Whoever reads a pipe wants each event now.
    Ok(context.out.flush()?)
}
