//! The largest load that holds, found by trying.

use anyhow::Context;

/// What a try showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Try {
    /// All sessions stayed Up.
    Holds,
    /// The daemon lost some.
    Breaks,
    /// The peers themselves could not keep up: nothing is known of the daemon.
    BeyondRuler,
}

/// Where the search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// Sessions that held; zero: not even the smallest load did.
    pub(crate) sessions: u32,
    /// More could not be tried: the true capacity is this or greater.
    pub(crate) at_least: bool,
}

/// Doubles from `first` until something breaks or `most` holds, then halves the interval until it is
/// no wider than a twentieth.
pub(crate) fn capacity(
    first: u32,
    most: u32,
    mut attempt: impl FnMut(u32) -> anyhow::Result<Try>,
) -> anyhow::Result<Capacity> {
    let mut bounds = Bounds { good: 0, bad: None };
    let mut next = Some(first.min(most));
    while let Some(sessions) = next {
        let seen = attempt(sessions).with_context(|| format!("{sessions} sessions"))?;
        bounds.learn(sessions, seen);
        next = bounds.next(most);
    }
    Ok(Capacity {
        sessions: bounds.good,
        at_least: bounds.bad.is_none_or(|(_, seen)| seen == Try::BeyondRuler),
    })
}

/// Lowers a capacity that a longer look refutes, by a twentieth each time, until it holds.
pub(crate) fn confirm(
    mut found: Capacity,
    mut attempt: impl FnMut(u32) -> anyhow::Result<Try>,
) -> anyhow::Result<Capacity> {
    while found.sessions > 0 {
        match attempt(found.sessions)? {
            Try::Holds => break,
            Try::Breaks => found.at_least = false,
            Try::BeyondRuler => found.at_least = true,
        }
        found.sessions -= (found.sessions / 20).max(1);
    }
    Ok(found)
}

#[derive(Debug)]
struct Bounds {
    good: u32,
    bad: Option<(u32, Try)>,
}

impl Bounds {
    fn learn(&mut self, sessions: u32, seen: Try) {
        match seen {
            Try::Holds => self.good = sessions,
            _ => self.bad = Some((sessions, seen)),
        }
    }

    fn next(&self, most: u32) -> Option<u32> {
        match self.bad {
            None => (self.good < most).then(|| self.good.saturating_mul(2).min(most)),
            Some((bad, _)) => {
                let wide = bad - self.good > (bad / 20).max(1);
                wide.then(|| self.good + (bad - self.good) / 2)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Capacity, Try, capacity, confirm};

    fn limit(limit: u32) -> impl FnMut(u32) -> anyhow::Result<Try> {
        move |sessions| {
            Ok(if sessions <= limit {
                Try::Holds
            } else {
                Try::Breaks
            })
        }
    }

    #[test]
    fn any_limit_is_found_to_a_twentieth() {
        for truth in [1, 2, 37, 999, 1000, 1001, 4711, 15_999] {
            let found = capacity(1000, 16_000, limit(truth)).unwrap();
            assert!(found.sessions <= truth, "{truth}: {found:?}");
            assert!(
                found.sessions + truth / 19 + 1 >= truth,
                "{truth}: {found:?}"
            );
            assert!(!found.at_least, "{truth}: {found:?}");
        }
    }

    #[test]
    fn what_holds_everything_has_at_least_that() {
        let found = capacity(1000, 16_000, limit(u32::MAX)).unwrap();
        let wanted = Capacity {
            sessions: 16_000,
            at_least: true,
        };
        assert_eq!(found, wanted);
    }

    #[test]
    fn nothing_holds() {
        assert_eq!(capacity(1000, 16_000, limit(0)).unwrap().sessions, 0);
    }

    #[test]
    fn the_rulers_end_is_not_the_daemons() {
        let ruler = |sessions| {
            Ok(if sessions <= 3000 {
                Try::Holds
            } else {
                Try::BeyondRuler
            })
        };
        let found = capacity(1000, 16_000, ruler).unwrap();
        assert!(found.at_least && found.sessions > 2800, "{found:?}");
    }

    #[test]
    fn a_longer_look_lowers_the_figure() {
        let found = Capacity {
            sessions: 1000,
            at_least: true,
        };
        let confirmed = confirm(found, limit(900)).unwrap();
        assert!((850..=900).contains(&confirmed.sessions), "{confirmed:?}");
        assert!(!confirmed.at_least);
        assert_eq!(confirm(found, limit(0)).unwrap().sessions, 0);
    }
}
