//! What is known of the sessions, and what of it the operator wants to see: a value.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bfd_api::v1::{BfdSession, SessionState};

use super::column::Column;
use super::feed::News;
use super::order::{self, Order, Place};
use crate::names;

/// What lies over the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Nothing.
    Table,
    /// The filter is being typed.
    Filter,
    /// The keys.
    Help,
    /// Why the chosen session is as it is.
    Why,
}

/// Whether the daemon answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Contact {
    /// It has not been reached yet.
    Awaited,
    /// It answers.
    Live,
    /// It does not, for this reason.
    Silent(String),
}

/// How many sessions are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) all: usize,
    pub(super) up: usize,
    pub(super) down: usize,
    pub(super) init: usize,
    pub(super) admin_down: usize,
}

type Sessions = BTreeMap<u32, BfdSession>;

/// The sessions and the view of them.
pub(super) struct Board {
    pub(super) daemon: String,
    pub(super) contact: Contact,
    pub(super) order: Order,
    pub(super) filter: String,
    pub(super) only_down: bool,
    pub(super) paused: bool,
    pub(super) over: Over,
    sessions: Sessions,
    /// Told since the list under way was asked for, and so newer than the list.
    since_asked: BTreeMap<u32, Option<BfdSession>>,
    answered: Option<Instant>,
    chosen: Option<Place>,
    // The last picture, for the next one: rows above it, and rows that it had room for.
    above: Cell<usize>,
    room: Cell<usize>,
}

/// The rows that the screen has room for.
pub(super) struct Page<'a> {
    pub(super) rows: Vec<&'a BfdSession>,
    /// Which of them is the chosen one.
    pub(super) chosen: Option<usize>,
    /// How many there are, shown or not.
    pub(super) matching: usize,
}

impl Board {
    pub(super) fn new(daemon: String) -> Self {
        Self {
            daemon,
            contact: Contact::Awaited,
            order: Order {
                column: Column::State,
                reversed: false,
            },
            filter: String::new(),
            only_down: false,
            paused: false,
            over: Over::Table,
            sessions: Sessions::new(),
            since_asked: BTreeMap::new(),
            answered: None,
            chosen: None,
            above: Cell::new(0),
            room: Cell::new(1),
        }
    }

    /// Takes in what the daemon said. While paused the picture stands; the next list makes up for it.
    pub(super) fn hear(&mut self, news: News, now: Instant) {
        match news {
            News::Silent(reason) => self.contact = Contact::Silent(reason),
            News::Asked => self.since_asked.clear(),
            News::Listed(list) => {
                self.contact = Contact::Live;
                if !self.paused {
                    self.answered = Some(now);
                    self.replace(list);
                }
            }
            News::Changed(session) => self.learn(session.local_discriminator, Some(*session)),
            News::Removed(discriminator) => self.learn(discriminator, None),
        }
    }

    fn replace(&mut self, list: Vec<BfdSession>) {
        let keyed = list.into_iter().map(|one| (one.local_discriminator, one));
        self.sessions = keyed.collect();
        for (discriminator, news) in std::mem::take(&mut self.since_asked) {
            self.learn(discriminator, news);
        }
    }

    fn learn(&mut self, discriminator: u32, news: Option<BfdSession>) {
        if !self.paused {
            match &news {
                Some(session) => self.sessions.insert(discriminator, session.clone()),
                None => self.sessions.remove(&discriminator),
            };
        }
        self.since_asked.insert(discriminator, news);
    }

    /// How old the picture is; absent before the first.
    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        Some(now.saturating_duration_since(self.answered?))
    }

    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for session in self.sessions.values() {
            tally.all += 1;
            match session.local_state.as_known() {
                Some(SessionState::Up) => tally.up += 1,
                Some(SessionState::Init) => tally.init += 1,
                Some(SessionState::AdminDown) => tally.admin_down += 1,
                _ => tally.down += 1,
            }
        }
        tally
    }

    /// The part of the table that a screen of so many rows shows. The chosen session is on it.
    pub(super) fn page(&self, room: usize) -> Page<'_> {
        let room = room.max(1);
        let places = self.places();
        let at = self.position(&places);
        let mut above = self.above.get().min(places.len().saturating_sub(room));
        if let Some(at) = at {
            above = above.clamp((at + 1).saturating_sub(room), at);
        }
        self.room.set(room);
        self.above.set(above);
        let shown = places.iter().skip(above).take(room);
        Page {
            rows: shown.map(|(_, session)| *session).collect(),
            chosen: at.map(|at| at - above),
            matching: places.len(),
        }
    }

    /// The session that the operator has chosen; the first one when he has not.
    pub(super) fn chosen(&self) -> Option<&BfdSession> {
        let places = self.places();
        let at = self.position(&places).unwrap_or(0);
        places.get(at).map(|(_, session)| *session)
    }

    /// Chooses the session so many rows further down, or up.
    pub(super) fn choose(&mut self, by: isize) {
        let places = self.places();
        let to = match self.position(&places) {
            Some(at) => at.saturating_add_signed(by),
            None => usize::try_from(by).unwrap_or(1).saturating_sub(1),
        };
        let last = places.len().saturating_sub(1);
        self.chosen = places.get(to.min(last)).map(|(place, _)| place.clone());
    }

    /// Rows that a page has.
    pub(super) fn leap(&self) -> isize {
        isize::try_from(self.room.get()).unwrap_or(isize::MAX)
    }

    /// Sorts by this column; again by the same one: the other way round.
    pub(super) fn sort(&mut self, column: Column) {
        let again = self.order.column == column;
        self.order = Order {
            column,
            reversed: again && !self.order.reversed,
        };
    }

    fn position(&self, places: &[(Place, &BfdSession)]) -> Option<usize> {
        let chosen = self.chosen.as_ref()?;
        places.iter().position(|(place, _)| place == chosen)
    }

    /// All that match, in order.
    fn places(&self) -> Vec<(Place, &BfdSession)> {
        let matching = self.sessions.values().filter(|session| self.shows(session));
        let ranked = |session| (order::rank(self.order.column, session), Place::of(session));
        let mut rows: Vec<_> = matching.map(|session| (ranked(session), session)).collect();
        rows.sort_by(|((a, at_a), _), ((b, at_b), _)| self.order.compare((a, at_a), (b, at_b)));
        rows.into_iter()
            .map(|((_, place), session)| (place, session))
            .collect()
    }

    fn shows(&self, session: &BfdSession) -> bool {
        let up = session.local_state == SessionState::Up;
        !(self.only_down && up) && (self.filter.is_empty() || self.contains(session))
    }

    fn contains(&self, session: &BfdSession) -> bool {
        let wanted = self.filter.to_lowercase();
        let verdict = session.last_down.as_option().map(|down| &*down.verdict);
        let texts = [
            &session.peer_address,
            &session.local_address,
            &session.interface_name,
            &session.owner,
            names::kind(session.r#type.as_known()),
            names::state(session.local_state.as_known()),
            verdict.unwrap_or_default(),
        ];
        texts
            .iter()
            .any(|text| text.to_lowercase().contains(&wanted))
    }
}
