//! `bgp`: the GoBGP integration.

use super::Context;
use crate::cli::BgpCommand;
use crate::exit::Exit;
use crate::fault::{Fault, Labelled};
use crate::print;
use crate::view::{BgpStatusView, BgpTargetView};

pub(super) async fn run(context: &mut Context<'_>, command: BgpCommand) -> Result<Exit, Fault> {
    let answer = context.client.bgp_targets().await;
    let answer = answer.labelled("list bgp targets")?;
    match command {
        BgpCommand::List => {
            let views: Vec<_> = answer.targets.iter().map(BgpTargetView::from).collect();
            context.show(&views, &print::bgp_targets(&views))
        }
        BgpCommand::Status => {
            let view = BgpStatusView::from(&answer);
            context.show(&view, &print::bgp_status(&view))
        }
    }
}
