//! What a session takes of memory in the data plane: records, slots, deadlines, books.
//!
//! The engine's parts run on this test's own thread, without a network, so that the counting
//! allocator sees just them.

mod imagined;

use std::time::Duration;

use allocation_counter::measure;
use bfd_engine::Assembly;
use bfd_proto::Micros;

use imagined::{Imagined, assemble, session};

const FEW: u32 = 100;
const MANY: u32 = 10_000;
/// Octets for each session beyond the first hundred.
const MOST: i64 = 880;

struct Stage {
    line: Imagined,
    engine: Assembly<Imagined>,
    sessions: u32,
}

impl Stage {
    fn new() -> Self {
        let line = Imagined::new(0);
        Self {
            engine: assemble(&line),
            line,
            sessions: 0,
        }
    }

    fn add_up_to(&mut self, sessions: u32) {
        let mut events = Vec::new();
        for number in self.sessions..sessions {
            let wish = session(number, Micros(300_000));
            self.engine.handle.add(wish, |_| {}).expect("added");
            self.turn(Duration::from_micros(100));
            self.engine.handle.drain_events(&mut events);
            events.clear();
        }
        self.sessions = sessions;
        // Every session sends, is shown and is called again.
        for _ in 0..300 {
            self.turn(Duration::from_millis(10));
        }
    }

    fn turn(&mut self, time: Duration) {
        self.line.pass(time);
        self.engine.desk.turn();
        self.engine.workers[0].turn();
    }
}

#[test]
fn a_session_takes_no_more_than_it_did() {
    let mut stage = Stage::new();
    stage.add_up_to(FEW);
    let info = measure(|| stage.add_up_to(MANY));
    let each = info.bytes_current / i64::from(MANY - FEW);
    assert!(each <= MOST, "{each} octets for each session");
    assert_eq!(stage.engine.handle.sessions().len(), MANY as usize);
}
