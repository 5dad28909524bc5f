//! The families of the GoBGP integration; without it they have no series, but for the counters.

use bfd_program::exposition::{Samples, Type};

use super::table::{Family, Scrape};
use crate::integrations::{Target, Wish};

/// Everything that is done to GoBGP; each has its series from the start.
const ACTIONS: [&str; 4] = ["announce", "disable", "enable", "withdraw"];

/// The families, in the order of the page.
pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "gobfd_gobgp_connected",
        kind: Type::Gauge,
        help: "Whether GoBGP answers: 1 if it does.",
        labels: &[],
        remark: "Only while the integration is switched on. A GoBGP that hangs is noticed within \
                 ten seconds and `gobgp.action_timeout`.",
        read: |scrape, out| {
            if let Some(neighbour) = &scrape.input.gobgp.neighbour {
                out.add("", u8::from(neighbour.connected));
            }
        },
    },
    Family {
        name: "gobfd_gobgp_targets",
        kind: Type::Gauge,
        help: "BGP peers or routes, by what BFD wants of them.",
        labels: &["wish"],
        remark: "`use`: enabled or announced. `avoid`: disabled or withdrawn. `leave`: as they \
                 are, since no session to them has been Up yet.",
        read: |scrape, out| {
            for name in ["avoid", "leave", "use"] {
                let count = targets(scrape).filter(|target| wish(target.wish) == name);
                add(scrape, out, &format!("wish=\"{name}\""), count.count());
            }
        },
    },
    Family {
        name: "gobfd_gobgp_unconfirmed_targets",
        kind: Type::Gauge,
        help: "BGP peers or routes of which GoBGP has not confirmed what BFD wants.",
        labels: &[],
        remark: "Above 0 for longer than a moment it means that failures are not acted on.",
        read: |scrape, out| {
            let count = targets(scrape).filter(|target| !target.confirmed).count();
            add(scrape, out, "", count);
        },
    },
    Family {
        name: "gobfd_gobgp_suppressed_targets",
        kind: Type::Gauge,
        help: "BGP peers or routes that flap dampening holds down.",
        labels: &[],
        remark: "",
        read: |scrape, out| {
            let count = targets(scrape).filter(|target| target.suppressed).count();
            add(scrape, out, "", count);
        },
    },
    Family {
        name: "gobfd_gobgp_actions_total",
        kind: Type::Counter,
        help: "Actions at GoBGP that ended, by name and result.",
        labels: &["action", "result"],
        remark: "`action` is `announce`, `disable`, `enable` or `withdraw`; `result` is `ok`, when \
                 GoBGP showed that it is in force, or `error`.",
        read: |scrape, out| {
            for (action, result) in ACTIONS
                .iter()
                .flat_map(|action| [(*action, true), (*action, false)])
            {
                let count = scrape.input.gobgp.actions.get(&(action, result));
                let result = if result { "ok" } else { "error" };
                let labels = format!("action=\"{action}\",result=\"{result}\"");
                out.add(&labels, count.copied().unwrap_or_default());
            }
        },
    },
    Family {
        name: "gobfd_gobgp_reaction_seconds",
        kind: Type::Histogram,
        help: "Time from the change of a BFD session to its confirmed effect in GoBGP.",
        labels: &[],
        remark: "It includes waits after failures. What GoBGP forgot by a restart counts from the \
                 moment that was noticed.",
        read: |scrape, out| out.add_histogram("", &scrape.input.gobgp.reaction),
    },
];

const fn wish(wish: Wish) -> &'static str {
    match wish {
        Wish::Avoid(_) => "avoid",
        Wish::Leave => "leave",
        Wish::Use | Wish::Release => "use",
    }
}

fn targets<'a>(scrape: &Scrape<'a>) -> impl Iterator<Item = &'a Target> {
    scrape.input.gobgp.targets.values()
}

fn add(scrape: &Scrape<'_>, out: &mut Samples<'_>, labels: &str, count: usize) {
    if scrape.input.gobgp.neighbour.is_some() {
        out.add(labels, count);
    }
}
