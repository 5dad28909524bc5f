//! `micro`: groups of micro-BFD. This release's daemon answers `unimplemented`.

use bfd_api::v1::AddMicroBFDGroupRequest;

use super::{Context, require};
use crate::cli::{AddMicro, MicroCommand};
use crate::exit::Exit;
use crate::fault::{Fault, Labelled};
use crate::print::groups;
use crate::view::MicroView;

pub(super) async fn run(context: &mut Context<'_>, command: MicroCommand) -> Result<Exit, Fault> {
    match command {
        MicroCommand::List => list(context).await,
        MicroCommand::Add(arguments) => add(context, arguments).await,
        MicroCommand::Delete { lag } => delete(context, lag).await,
    }
}

async fn list(context: &mut Context<'_>) -> Result<Exit, Fault> {
    let all = context
        .client
        .micro_groups()
        .await
        .labelled("list micro-bfd groups")?;
    let views: Vec<_> = all.iter().map(MicroView::from).collect();
    context.show(&views, &groups(&views))
}

async fn add(context: &mut Context<'_>, arguments: AddMicro) -> Result<Exit, Fault> {
    check(&arguments)?;
    let request = AddMicroBFDGroupRequest {
        lag_interface: arguments.lag,
        member_links: arguments.members,
        peer_address: arguments.peer,
        local_address: arguments.local,
        desired_min_tx_interval: Some(arguments.tx_interval.into()).into(),
        required_min_rx_interval: Some(arguments.rx_interval.into()).into(),
        detect_multiplier: arguments.detect_mult,
        min_active_links: arguments.min_active,
    };
    let group = context
        .client
        .add_micro_group(request)
        .await
        .labelled("add micro-bfd group")?;
    let (lag, members) = (group.lag_interface, group.member_links.len());
    let active = group.min_active_links;
    context.say(&format!(
        "Micro-BFD group created: lag={lag} members={members} min_active={active}"
    ))
}

fn check(arguments: &AddMicro) -> Result<(), Fault> {
    let active = arguments.min_active as usize;
    require(!arguments.lag.is_empty(), "--lag is required")?;
    require(
        !arguments.members.is_empty(),
        "--members must list at least one interface",
    )?;
    require(!arguments.peer.is_empty(), "--peer is required")?;
    require(arguments.detect_mult >= 1, "--detect-mult must be >= 1")?;
    let fits = (1..=arguments.members.len()).contains(&active);
    require(fits, "--min-active must satisfy 1 <= n <= len(members)")
}

async fn delete(context: &mut Context<'_>, lag: String) -> Result<Exit, Fault> {
    let deleted = context.client.delete_micro_group(lag.clone()).await;
    deleted.labelled("delete micro-bfd group")?;
    context.say(&format!("Micro-BFD group {lag:?} deleted."))
}
