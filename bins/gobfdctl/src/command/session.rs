//! `session`: control sessions.

use std::io::Read;
use std::net::IpAddr;

use bfd_api::Timers;
use bfd_api::v1::{AddSessionRequest, AdminState, AuthenticationType, BfdSession, SessionType};

use super::{Context, discriminator, require};
use crate::cli::{AddSession, SessionCommand, SetSession, Which};
use crate::exit::Exit;
use crate::fault::{Fault, Labelled};
use crate::print;
use crate::view::SessionView;

pub(super) async fn run(context: &mut Context<'_>, command: SessionCommand) -> Result<Exit, Fault> {
    match command {
        SessionCommand::List => list(context).await,
        SessionCommand::Show(which) => show(context, which).await,
        SessionCommand::Add(arguments) => add(context, *arguments).await,
        SessionCommand::Delete { discriminator } => delete(context, &discriminator).await,
        SessionCommand::AdminDown(which) => {
            admin(context, which, AdminState::ADMIN_STATE_DOWN).await
        }
        SessionCommand::AdminUp(which) => admin(context, which, AdminState::ADMIN_STATE_UP).await,
        SessionCommand::Set(arguments) => set(context, arguments).await,
    }
}

async fn list(context: &mut Context<'_>) -> Result<Exit, Fault> {
    let mut sessions = context.client.sessions().await.labelled("list sessions")?;
    sessions.sort_by_cached_key(order);
    let views: Vec<_> = sessions.iter().map(SessionView::from).collect();
    context.show(&views, &print::sessions(&sessions))
}

/// By peer as a number, then what tells sessions to one peer apart.
fn order(session: &BfdSession) -> (Option<IpAddr>, String, i32, String, u32) {
    (
        session.peer_address.parse().ok(),
        session.peer_address.clone(),
        session.r#type.to_i32(),
        session.interface_name.clone(),
        session.local_discriminator,
    )
}

async fn show(context: &mut Context<'_>, which: Which) -> Result<Exit, Fault> {
    let reference = which.among.reference(&which.session);
    let session = context
        .client
        .session(reference)
        .await
        .labelled("get session")?;
    context.show(&SessionView::from(&session), &print::detail(&session))
}

async fn add(context: &mut Context<'_>, arguments: AddSession) -> Result<Exit, Fault> {
    let request = request(arguments)?;
    let session = context
        .client
        .add_session(request)
        .await
        .labelled("add session")?;
    context.show(&SessionView::from(&session), &print::detail(&session))
}

async fn delete(context: &mut Context<'_>, text: &str) -> Result<Exit, Fault> {
    let discriminator = discriminator(text)?;
    context
        .client
        .delete_session(discriminator)
        .await
        .labelled("delete session")?;
    context.say(&format!("Session {discriminator} deleted."))
}

async fn admin(context: &mut Context<'_>, which: Which, to: AdminState) -> Result<Exit, Fault> {
    let reference = which.among.reference(&which.session);
    let session = context.client.set_session_admin(reference, to).await;
    let session = session.labelled("set session admin")?;
    context.show(&SessionView::from(&session), &print::detail(&session))
}

async fn set(context: &mut Context<'_>, arguments: SetSession) -> Result<Exit, Fault> {
    let which = arguments.which;
    let reference = which.among.reference(&which.session);
    let timers = Timers {
        reset: arguments.reset,
        desired_min_tx: arguments.tx_interval,
        required_min_rx: arguments.rx_interval,
        detect_multiplier: arguments.detect_mult,
    };
    require(
        timers != Timers::default(),
        "nothing to set: give --tx-interval, --rx-interval, --detect-mult or --reset",
    )?;
    // The API takes 0 for "as it is".
    require(
        timers.detect_multiplier != Some(0),
        "--detect-mult must be 1 to 255",
    )?;
    let session = context.client.set_session_timers(reference, timers).await;
    let session = session.labelled("set session timers")?;
    context.show(&SessionView::from(&session), &print::detail(&session))
}

fn request(arguments: AddSession) -> Result<AddSessionRequest, Fault> {
    require(!arguments.peer.is_empty(), "--peer flag is required")?;
    let kind = kind(&arguments.kind)?;
    let secret = secret(&arguments)?;
    let auth_type = auth(&arguments, &secret)?;
    Ok(AddSessionRequest {
        peer_address: arguments.peer,
        local_address: arguments.local,
        interface_name: arguments.interface,
        r#type: kind.into(),
        desired_min_tx_interval: Some(arguments.tx_interval.into()).into(),
        required_min_rx_interval: Some(arguments.rx_interval.into()).into(),
        detect_multiplier: arguments.detect_mult,
        auth_type: auth_type.into(),
        auth_key_id: arguments.auth_key_id,
        auth_secret: secret,
        passive: arguments.passive,
        min_ttl: arguments.min_ttl,
        padded_pdu_size: arguments.padded_pdu_size,
    })
}

fn kind(name: &str) -> Result<SessionType, Fault> {
    match name {
        "single-hop" => Ok(SessionType::SESSION_TYPE_SINGLE_HOP),
        "multi-hop" => Ok(SessionType::SESSION_TYPE_MULTI_HOP),
        _ => Err(Fault::Argument(format!(
            "parse session type: unknown session type, expected single-hop or multi-hop: {name:?}"
        ))),
    }
}

/// The secret, from wherever it is given; empty: none.
fn secret(arguments: &AddSession) -> Result<Vec<u8>, Fault> {
    let Some(path) = &arguments.auth_secret_file else {
        return Ok(arguments.auth_secret.clone().into_bytes());
    };
    let read = if path.as_os_str() == "-" {
        read_few(std::io::stdin().lock())
    } else {
        std::fs::File::open(path).and_then(read_few)
    };
    let mut octets = read.map_err(|error| {
        let path = path.display();
        Fault::Argument(format!(
            "--auth-secret-file: {path} cannot be read: {error}"
        ))
    })?;
    if octets.last() == Some(&b'\n') {
        octets.pop();
        octets.pop_if(|last| *last == b'\r');
    }
    require(
        !octets.is_empty(),
        "--auth-secret-file: there is no secret in it",
    )?;
    Ok(octets)
}

/// Far more than any secret has: the daemon says what is too long.
fn read_few(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    from.take(4096).read_to_end(&mut octets)?;
    Ok(octets)
}

fn auth(arguments: &AddSession, secret: &[u8]) -> Result<AuthenticationType, Fault> {
    let kind = auth_type(&arguments.auth_type)?;
    let secret = !secret.is_empty();
    if kind == AuthenticationType::AUTHENTICATION_TYPE_NONE {
        let none = arguments.auth_key_id == 0 && !secret;
        require(none, "--auth-key-id or --auth-secret requires --auth-type")?;
    } else {
        require(
            secret,
            "--auth-secret is required when --auth-type is enabled",
        )?;
    }
    Ok(kind)
}

fn auth_type(name: &str) -> Result<AuthenticationType, Fault> {
    use AuthenticationType as A;
    match name.trim().to_lowercase().replace('_', "-").as_str() {
        "" | "none" => Ok(A::AUTHENTICATION_TYPE_NONE),
        "simple-password" => Ok(A::AUTHENTICATION_TYPE_SIMPLE_PASSWORD),
        "keyed-md5" => Ok(A::AUTHENTICATION_TYPE_KEYED_MD5),
        "meticulous-keyed-md5" => Ok(A::AUTHENTICATION_TYPE_METICULOUS_KEYED_MD5),
        "keyed-sha1" => Ok(A::AUTHENTICATION_TYPE_KEYED_SHA1),
        "meticulous-keyed-sha1" => Ok(A::AUTHENTICATION_TYPE_METICULOUS_KEYED_SHA1),
        _ => Err(Fault::Argument(format!(
            "parse auth type: unknown auth type: {name:?}"
        ))),
    }
}
