//! Strategy `withdraw-routes`: prefixes are announced while their path works.

mod wire;

use std::time::Duration;

use bfd_control::SessionKey;

use super::attempt::{Pace, outcome};
use super::fault::Fault;
use super::follow::Survey;
use super::link::{Lines, Link};
use super::neighbor::Neighbor;
use crate::config::Route;
use crate::integrations::agenda::{Job, Wish};
use crate::integrations::level_triggered::{Applied, Failed, Reactor};

const STRATEGY: &str = "withdraw-routes";

/// Steers the routes of one GoBGP.
#[derive(Clone, Debug)]
pub(super) struct Routes {
    routes: Vec<Route>,
    lines: Lines,
    timeout: Duration,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// None.
    Rest(&'static str),
    Announce,
    Withdraw,
}

const ANNOUNCED: &str = "announced";
const WITHDRAWN: &str = "withdrawn";

/// The next step for a route that GoBGP announces, or does not.
const fn plan(wish: Wish, announced: bool) -> Step {
    match (wish, announced) {
        (Wish::Use, false) => Step::Announce,
        (Wish::Avoid(_) | Wish::Release, true) => Step::Withdraw,
        (_, true) => Step::Rest(ANNOUNCED),
        (_, false) => Step::Rest(WITHDRAWN),
    }
}

impl Step {
    const fn action(self) -> Option<&'static str> {
        match self {
            Self::Announce => Some("announce"),
            Self::Withdraw => Some("withdraw"),
            Self::Rest(_) => None,
        }
    }
}

impl Routes {
    pub(super) fn new(routes: Vec<Route>, lines: Lines, timeout: Duration) -> Self {
        Self {
            routes,
            lines,
            timeout,
        }
    }

    async fn settle(
        &self,
        job: &Job<Route>,
        action: &mut Option<&'static str>,
    ) -> Result<&'static str, Fault> {
        let link = self.lines.current()?;
        let route = &job.target;
        let step = plan(job.wish, link.announces(route).await?);
        if let Step::Rest(state) = step {
            return Ok(state);
        }
        *action = step.action();
        if job.failures == 0 {
            tell(job);
        }
        let wanted = step == Step::Announce;
        if wanted {
            link.announce(route).await?;
        } else {
            link.withdraw(route).await?;
        }
        self.confirm(&link, route, wanted).await?;
        done(job, wanted);
        Ok(if wanted { ANNOUNCED } else { WITHDRAWN })
    }

    async fn confirm(&self, link: &Link, route: &Route, wanted: bool) -> Result<(), Fault> {
        let mut pace = Pace::new(self.timeout);
        while link.announces(route).await? != wanted {
            pace.next().await?;
        }
        Ok(())
    }
}

fn tell(job: &Job<Route>) {
    let route = &job.target;
    match job.wish {
        Wish::Avoid(cause) => tracing::info!(
            route = %route,
            strategy = STRATEGY,
            diag = %cause.diagnostic,
            verdict = cause.verdict,
            "BFD Down, applying BGP action"
        ),
        Wish::Use => {
            tracing::info!(route = %route, strategy = STRATEGY, "BFD Up, applying BGP action");
        }
        Wish::Leave | Wish::Release => {}
    }
}

fn done(job: &Job<Route>, announced: bool) {
    let (route, took) = (&job.target, job.took());
    if announced {
        tracing::info!(route = %route, took = took.field(), "announced BGP route");
    } else {
        tracing::info!(route = %route, took = took.field(), "withdrew BGP route");
    }
}

impl Reactor for Routes {
    type Target = Route;

    fn fixed_targets(&self) -> Vec<Route> {
        self.routes.clone()
    }

    fn targets(&self, session: &SessionKey) -> Vec<Route> {
        let decides = |route: &&Route| route.peer.is_none_or(|peer| peer == session.peer);
        self.routes.iter().filter(decides).copied().collect()
    }

    async fn apply(&self, job: Job<Route>) -> Result<Applied, Failed> {
        let mut action = None;
        let settled = self.settle(&job, &mut action).await;
        outcome(&job, action, settled)
    }
}

impl Survey<Route> for Routes {
    async fn survey(&self, link: &Link, _: bool) -> Result<Vec<Route>, Fault> {
        link.ping().await?;
        Ok(Vec::new())
    }

    fn changed(&self, _: Neighbor) -> Option<Route> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::opinion::Cause;
    use bfd_proto::Diagnostic;

    #[test]
    fn every_wish_comes_to_rest_after_one_step() {
        let cause = Cause {
            diagnostic: Diagnostic::CONTROL_TIME_EXPIRED,
            verdict: "peer-silent",
        };
        let wishes = [Wish::Leave, Wish::Use, Wish::Avoid(cause), Wish::Release];
        for (wish, announced) in wishes
            .into_iter()
            .flat_map(|wish| [(wish, true), (wish, false)])
        {
            let after = match plan(wish, announced) {
                Step::Rest(_) => announced,
                Step::Announce => true,
                Step::Withdraw => false,
            };
            let rest = if after { ANNOUNCED } else { WITHDRAWN };
            assert_eq!(plan(wish, after), Step::Rest(rest));
            match wish {
                Wish::Leave => assert_eq!(after, announced, "nothing known, nothing done"),
                Wish::Use => assert!(after),
                Wish::Avoid(_) | Wish::Release => assert!(!after),
            }
        }
    }
}
