//! `explain`: why a session is not Up.

use bfd_api::v1::BfdSession;
use bfd_api::{ClientError, Code};

use super::Context;
use crate::cli::Explain;
use crate::exit::Exit;
use crate::explain::{Explanation, ProcFs, diagnose, no_session, unreachable};
use crate::fault::{Fault, Labelled};
use crate::print::{Format, json, yaml};

pub(super) async fn run(context: &mut Context<'_>, which: Explain) -> Result<Exit, Fault> {
    let reference = which.among.reference(&which.session);
    let explanations = match context.client.session(reference).await {
        Ok(session) => vec![diagnose(&session)],
        Err(error) if error.is_unreachable() => {
            vec![unreachable(&error, &ProcFs::default().holders())]
        }
        Err(error) => several(context, &which, error).await?,
    };
    print(context, &explanations)
}

/// The daemon knows none, or more than one: all that match are explained.
async fn several(
    context: &Context<'_>,
    which: &Explain,
    error: ClientError,
) -> Result<Vec<Explanation>, Fault> {
    if !matches!(error.code(), Code::NotFound | Code::FailedPrecondition) {
        return Err(error).labelled("explain");
    }
    let all = context.client.sessions().await.labelled("explain")?;
    let matching: Vec<_> = all
        .iter()
        .filter(|session| matches(session, which))
        .map(diagnose)
        .collect();
    Ok(match matching.is_empty() {
        true => vec![no_session(&which.session, &all)],
        false => matching,
    })
}

fn matches(session: &BfdSession, which: &Explain) -> bool {
    let any_or = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
    session.peer_address == which.session
        && any_or(&which.among.local, &session.local_address)
        && any_or(&which.among.interface, &session.interface_name)
}

fn print(context: &mut Context<'_>, explanations: &[Explanation]) -> Result<Exit, Fault> {
    let text = match context.format {
        Format::Table => {
            let each = explanations.iter().map(ToString::to_string);
            each.collect::<Vec<_>>().join("\n")
        }
        Format::Json => json(&explanations)?,
        Format::Yaml => yaml(&explanations)?,
    };
    write!(context.out, "{text}")?;
    let exits = explanations.iter().map(Explanation::exit);
    Ok(exits.reduce(worse).unwrap_or(Exit::Success))
}

fn worse(one: Exit, other: Exit) -> Exit {
    if one == Exit::Success { other } else { one }
}
