mod away;
mod model;
mod sessions;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::{Answer, Away, Change, Condition, Event, Policy, Selector, ServerBoard, Session};

const KEEP: Duration = Duration::from_secs(60);
const POLICY: Policy = Policy {
    away: Away::KeepLast(KEEP),
    admin_down: Answer::Drain,
};

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn to(peer: &str) -> Selector {
    Selector {
        peer: address(peer),
        interface: None,
        local: None,
    }
}

fn session(id: u32, peer: &str, condition: Condition) -> Event {
    let session = Session {
        peer: address(peer),
        local: None,
        interface: None,
        condition,
    };
    Event::Session { id, session }
}

fn removed(id: u32, peer: &str) -> Event {
    Event::Removed {
        id,
        peer: address(peer),
    }
}

/// A board with one server behind 192.0.2.1, and the time its events happen at.
struct Story {
    board: ServerBoard,
    now: Instant,
}

impl Story {
    /// A daemon that has told of one session in this condition.
    fn with(policy: Policy, condition: Condition) -> Self {
        let mut story = Self::new(policy);
        story.tell(session(1, "192.0.2.1", condition));
        story.tell(Event::Current);
        story
    }

    fn new(policy: Policy) -> Self {
        let now = Instant::now();
        let board = ServerBoard::new(policy, [to("192.0.2.1")], now);
        Self { board, now }
    }

    fn tell(&mut self, event: Event) -> Vec<Change> {
        self.board.handle(self.now, event)
    }

    /// Lets time pass, doing what is due at its time.
    fn pass(&mut self, time: Duration) -> Vec<Change> {
        let end = self.now + time;
        let mut changes = Vec::new();
        while let Some(at) = self.board.deadline().filter(|at| *at <= end) {
            changes.extend(self.board.tick(at));
            assert_ne!(self.board.deadline(), Some(at), "what is due is done");
        }
        self.now = end;
        changes
    }

    fn answer(&self) -> Answer {
        self.board.answer(0)
    }
}
