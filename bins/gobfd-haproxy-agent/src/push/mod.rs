//! Commands on HAProxy's runtime socket, so that nobody waits for the next agent check.
//!
//! Purpose: HAProxy's state of each server is made equal to the answer, whatever happens between:
//! what is not confirmed is sent again, and a HAProxy that was restarted gets everything. Owner:
//! one task owns what was confirmed. Thread: tokio's. A HAProxy that hangs must never delay an
//! agent check.

mod command;
mod reply;
mod runtime;
mod tally;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

pub use runtime::{PushError, Target};
pub use tally::Tally;

use crate::board::Answer;
use crate::published::Published;
use command::commands;
use runtime::Incarnation;

/// How often HAProxy is asked whether it is the same as before, and refused commands are repeated.
const VISIT_EVERY: Duration = Duration::from_secs(1);
/// Longest pause while it does not answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Longest line of commands, in octets: HAProxy takes 16 KiB.
const LINE: usize = 8_192;

/// A server to push to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Index of the server.
    pub server: usize,
    /// `BACKEND/SERVER`.
    pub name: String,
}

/// Keeps HAProxy's states equal to the answers.
#[derive(Debug)]
pub struct Pusher {
    target: Target,
    servers: Vec<Slot>,
    incarnation: Option<Incarnation>,
    published: Arc<Published>,
    tally: Arc<Tally>,
    /// Whether HAProxy failed last time: it is logged once.
    failing: bool,
}

#[derive(Debug)]
struct Slot {
    pushed: Pushed,
    /// What HAProxy has confirmed.
    confirmed: Option<Answer>,
    /// Whether an agent may have made it drain the server.
    drained: bool,
    /// What it said instead, so that it is logged once.
    refusal: Option<String>,
}

impl Pusher {
    /// Pushes to these servers of the HAProxy behind `target`.
    #[must_use]
    pub fn new(
        target: Target,
        servers: Vec<Pushed>,
        published: Arc<Published>,
        tally: Arc<Tally>,
    ) -> Self {
        let slot = |pushed| Slot {
            pushed,
            confirmed: None,
            // An agent before us may have.
            drained: true,
            refusal: None,
        };
        Self {
            target,
            servers: servers.into_iter().map(slot).collect(),
            incarnation: None,
            published,
            tally,
            failing: false,
        }
    }

    /// Pushes until dropped.
    pub async fn run(mut self) {
        let mut changes = self.published.subscribe();
        self.published.settled().await;
        let mut pause = VISIT_EVERY;
        loop {
            changes.mark_unchanged();
            let done = self.visit().await;
            self.tally.set_connected(done.is_ok());
            pause = match done {
                Ok(()) => VISIT_EVERY,
                Err(_) => (pause * 2).min(LONGEST_PAUSE),
            };
            self.report(done);
            let again = Instant::now() + pause;
            self.push_until(again, &mut changes).await;
        }
    }

    /// Until it is time for a visit, pushes what changes. After a failure nothing is pushed.
    async fn push_until(&mut self, end: Instant, changes: &mut watch::Receiver<u64>) {
        loop {
            tokio::select! {
                biased;
                () = sleep_until(end) => return,
                _ = changes.changed() => {}
            }
            if self.failing {
                continue;
            }
            let done = self.push(|slot| slot.refusal.is_none()).await;
            if done.is_err() {
                self.tally.set_connected(false);
                self.report(done);
            }
        }
    }

    /// Asks HAProxy who it is, and brings it up to date.
    async fn visit(&mut self) -> Result<(), PushError> {
        let incarnation = self.target.incarnation().await?;
        let before = self.incarnation.replace(incarnation);
        if before != Some(incarnation) {
            tracing::info!(
                pid = incarnation.pid,
                "HAProxy is new, sending it all states"
            );
            for slot in &mut self.servers {
                (slot.confirmed, slot.drained) = (None, before.is_none());
            }
            self.tally.count_resync();
        }
        self.push(|_| true).await
    }

    /// Sends what is not confirmed, of the servers that `may` be tried.
    async fn push(&mut self, may: impl Fn(&Slot) -> bool) -> Result<(), PushError> {
        let mut orders: Vec<Order<'_>> = self
            .servers
            .iter_mut()
            .filter(|slot| may(slot))
            .filter_map(|slot| {
                let wanted = self.published.answer(slot.pushed.server);
                Order::of(slot, wanted)
            })
            .collect();
        let mut rest = orders.as_mut_slice();
        while !rest.is_empty() {
            let (batch, more) = rest.split_at_mut(fitting(rest));
            send(&self.target, batch, &self.published, &self.tally).await?;
            rest = more;
        }
        Ok(())
    }

    fn report(&mut self, done: Result<(), PushError>) {
        match (done, self.failing) {
            (Err(error), false) => {
                tracing::warn!(socket = %self.target, %error, "cannot push to HAProxy");
                self.failing = true;
            }
            (Ok(()), true) => {
                tracing::info!(socket = %self.target, "pushing to HAProxy again");
                self.failing = false;
            }
            _ => {}
        }
    }
}

/// What is to be said for one server.
struct Order<'s> {
    slot: &'s mut Slot,
    wanted: Answer,
    commands: Vec<String>,
}

impl<'s> Order<'s> {
    /// `None` when HAProxy has confirmed what is wanted.
    fn of(slot: &'s mut Slot, wanted: Answer) -> Option<Self> {
        let commands = commands(&slot.pushed.name, slot.drained, wanted);
        (slot.confirmed != Some(wanted)).then_some(Self {
            slot,
            wanted,
            commands,
        })
    }

    fn len(&self) -> usize {
        self.commands.iter().map(|command| command.len() + 1).sum()
    }
}

/// How many of the orders fit in one line; one always does.
fn fitting(orders: &[Order<'_>]) -> usize {
    let mut len = 0;
    let fits = orders.iter().take_while(|order| {
        len += order.len();
        len <= LINE
    });
    fits.count().max(1)
}

async fn send(
    target: &Target,
    orders: &mut [Order<'_>],
    published: &Published,
    tally: &Tally,
) -> Result<(), PushError> {
    // Whether a command that gets no answer was obeyed is not known.
    let known: Vec<bool> = orders
        .iter_mut()
        .map(|order| {
            order.slot.drained |= order.wanted == Answer::Drain;
            order.slot.confirmed.take().is_some()
        })
        .collect();
    let line: Vec<&str> = orders
        .iter()
        .flat_map(|order| order.commands.iter().map(String::as_str))
        .collect();
    let mut replies = target.ask(&line).await?.into_iter();
    for (order, was_known) in orders.iter_mut().zip(known) {
        let mine: Vec<String> = replies.by_ref().take(order.commands.len()).collect();
        let refusal = mine.into_iter().find(|reply| !reply.is_empty());
        settle(order, refusal, tally);
        if was_known && order.slot.confirmed.is_some() {
            tally.count_pushed(published.age(order.slot.pushed.server));
        }
    }
    Ok(())
}

/// Takes HAProxy's reply for one server; none is success.
fn settle(order: &mut Order<'_>, refusal: Option<String>, tally: &Tally) {
    let Order { slot, wanted, .. } = order;
    let (server, state) = (&slot.pushed.name, wanted.name());
    match &refusal {
        None => {
            tracing::debug!(%server, state, "pushed");
            slot.confirmed = Some(*wanted);
            slot.drained &= *wanted != Answer::Up;
        }
        Some(error) => {
            tally.count_refused();
            if slot.refusal.as_ref() != Some(error) {
                tracing::warn!(%server, state, %error, "HAProxy refuses a command");
            }
        }
    }
    slot.refusal = refusal;
}
