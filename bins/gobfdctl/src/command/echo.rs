//! `echo`: echo sessions. This release's daemon answers `unimplemented`.

use std::time::Duration;

use bfd_api::v1::AddEchoSessionRequest;

use super::{Context, discriminator, require};
use crate::cli::{AddEcho, EchoCommand};
use crate::exit::Exit;
use crate::fault::{Fault, Labelled};
use crate::names;
use crate::print::echo_sessions;
use crate::view::EchoView;

pub(super) async fn run(context: &mut Context<'_>, command: EchoCommand) -> Result<Exit, Fault> {
    match command {
        EchoCommand::List => list(context).await,
        EchoCommand::Add(arguments) => add(context, arguments).await,
        EchoCommand::Delete { discriminator } => delete(context, &discriminator).await,
    }
}

async fn list(context: &mut Context<'_>) -> Result<Exit, Fault> {
    let sessions = context
        .client
        .echo_sessions()
        .await
        .labelled("list echo sessions")?;
    let views: Vec<_> = sessions.iter().map(EchoView::from).collect();
    context.show(&views, &echo_sessions(&views))
}

async fn add(context: &mut Context<'_>, arguments: AddEcho) -> Result<Exit, Fault> {
    require(!arguments.peer.is_empty(), "--peer is required")?;
    require(
        arguments.tx_interval > Duration::ZERO,
        "--tx-interval must be > 0",
    )?;
    require(arguments.detect_mult >= 1, "--detect-mult must be >= 1")?;
    let request = AddEchoSessionRequest {
        peer_address: arguments.peer,
        local_address: arguments.local,
        interface_name: arguments.interface,
        tx_interval: Some(arguments.tx_interval.into()).into(),
        detect_multiplier: arguments.detect_mult,
    };
    let session = context
        .client
        .add_echo_session(request)
        .await
        .labelled("add echo session")?;
    let state = names::state(session.local_state.as_known());
    let discriminator = session.local_discriminator;
    context.say(&format!(
        "Echo session created: discriminator={discriminator} state={state}"
    ))
}

async fn delete(context: &mut Context<'_>, text: &str) -> Result<Exit, Fault> {
    let discriminator = discriminator(text)?;
    context
        .client
        .delete_echo_session(discriminator)
        .await
        .labelled("delete echo session")?;
    context.say(&format!("Echo session {discriminator} deleted."))
}
