use bfd_api::v1::{SessionDown, SessionState, SessionType};
use bfd_api::{ClientError, Endpoint};

use super::*;
use crate::attributes::Attributes;
use crate::route::NextHop;

mod properties;

const KEEP: Duration = Duration::from_secs(10);
const A: &str = "192.0.2.1";
const B: &str = "192.0.2.2";

fn route(prefix: &str, condition: Condition, peers: &[&str]) -> Route {
    let peers = peers
        .iter()
        .map(|peer| Peer::any_session(peer.parse().unwrap()))
        .collect();
    let (prefix, next_hop) = (prefix.parse().unwrap(), NextHop::Own);
    Route::new(prefix, next_hop, Attributes::default(), condition, peers).unwrap()
}

fn session(discriminator: u32, peer: &str, state: SessionState) -> BfdSession {
    BfdSession {
        local_discriminator: discriminator,
        peer_address: peer.into(),
        r#type: SessionType::SingleHop.into(),
        local_state: state.into(),
        ..Default::default()
    }
}

fn is(discriminator: u32, peer: &str, state: SessionState) -> Update {
    Update::Change(Box::new(Change::Added(session(discriminator, peer, state))))
}

fn gone(discriminator: u32, peer: &str) -> Update {
    let session = session(discriminator, peer, SessionState::Down);
    Update::Change(Box::new(Change::Removed(session)))
}

fn lost() -> Update {
    let endpoint: Endpoint = "127.0.0.1:1".parse().unwrap();
    Update::Lost(ClientError::unreachable(endpoint, "connection refused"))
}

/// A board, and a clock that stands still unless told to go.
struct Stand {
    board: RouteBoard,
    now: Instant,
}

impl Stand {
    fn new(routes: Vec<Route>) -> Self {
        let now = Instant::now();
        let board = RouteBoard::new(routes, KEEP, now);
        Self { board, now }
    }

    /// With the daemon's answer that there are no sessions, and what follows from it.
    fn connected(routes: Vec<Route>) -> Self {
        let mut stand = Self::new(routes);
        stand.tell(&[Update::Current]);
        stand
    }

    fn tell(&mut self, updates: &[Update]) -> Vec<String> {
        for update in updates {
            self.board.update(update, self.now);
        }
        self.said()
    }

    fn wait(&mut self, time: Duration) -> Vec<String> {
        self.now += time;
        self.said()
    }

    fn said(&mut self) -> Vec<String> {
        let next = || self.board.next(self.now);
        std::iter::from_fn(next)
            .map(|command| format!("{}({})", command.line, command.reason))
            .collect()
    }
}

fn announced(reason: &str) -> String {
    format!("announce route 198.51.100.1/32 next-hop self\n({reason})")
}

fn withdrawn(reason: &str) -> String {
    format!("withdraw route 198.51.100.1/32 next-hop self\n({reason})")
}

fn one_route() -> Vec<Route> {
    vec![route("198.51.100.1/32", Condition::Any, &[A])]
}

#[test]
fn the_route_follows_the_session() {
    let mut stand = Stand::connected(one_route());
    assert_eq!(stand.tell(&[is(1, A, SessionState::Down)]), [""; 0]);
    assert_eq!(stand.tell(&[is(1, A, SessionState::Init)]), [""; 0]);
    assert_eq!(
        stand.tell(&[is(1, A, SessionState::Up)]),
        [announced("peer 192.0.2.1 is Up")]
    );
    assert_eq!(stand.tell(&[is(1, A, SessionState::Up)]), [""; 0]);
    let mut down = session(1, A, SessionState::Down);
    down.last_down = Some(SessionDown {
        sentence: "no packet for 912ms, limit 900ms".into(),
        ..Default::default()
    })
    .into();
    assert_eq!(
        stand.tell(&[Update::Change(Box::new(Change::Added(down)))]),
        [withdrawn(
            "peer 192.0.2.1 is Down: no packet for 912ms, limit 900ms"
        )]
    );
}

#[test]
fn only_up_counts() {
    for state in [
        SessionState::Down,
        SessionState::Init,
        SessionState::AdminDown,
    ] {
        let mut stand = Stand::connected(one_route());
        stand.tell(&[is(1, A, SessionState::Up)]);
        let said = stand.tell(&[is(1, A, state)]);
        assert_eq!(said.len(), 1, "{state:?}");
        assert!(said[0].starts_with("withdraw "), "{state:?}");
    }
}

#[test]
fn a_removed_session_is_not_up() {
    let mut stand = Stand::connected(one_route());
    stand.tell(&[is(1, A, SessionState::Up)]);
    assert_eq!(
        stand.tell(&[gone(1, A)]),
        [withdrawn("there is no session with peer 192.0.2.1")]
    );
}

/// ExaBGP remembers the routes of a process that was killed.
#[test]
fn the_first_answer_of_the_daemon_is_told_whatever_it_is() {
    let mut stand = Stand::new(one_route());
    assert_eq!(stand.tell(&[is(1, A, SessionState::Down)]), [""; 0]);
    assert_eq!(
        stand.tell(&[Update::Current]),
        [withdrawn("peer 192.0.2.1 is Down")]
    );
}

#[test]
fn a_daemon_that_never_answers_is_away_from_the_start() {
    let mut stand = Stand::new(one_route());
    assert_eq!(stand.tell(&[lost()]), [""; 0]);
    assert_eq!(stand.board.deadline(), Some(stand.now + KEEP));
    assert_eq!(stand.wait(KEEP - Duration::from_millis(1)), [""; 0]);
    assert_eq!(
        stand.wait(Duration::from_millis(1)),
        [withdrawn("gobfd has not answered for 10s")]
    );
    assert_eq!(stand.board.deadline(), None);
}

#[test]
fn a_short_absence_changes_nothing() {
    let mut stand = Stand::connected(one_route());
    stand.tell(&[is(1, A, SessionState::Up)]);
    assert_eq!(stand.tell(&[lost()]), [""; 0]);
    assert_eq!(stand.wait(KEEP / 2), [""; 0]);
    // The old session is told as removed before the new ones, and before the view is complete.
    assert_eq!(
        stand.tell(&[gone(1, A), is(2, A, SessionState::Up), Update::Current]),
        [""; 0]
    );
    assert_eq!(stand.wait(KEEP), [""; 0]);
}

#[test]
fn after_an_absence_differences_are_put_right() {
    let routes = vec![
        route("198.51.100.1/32", Condition::Any, &[A]),
        route("198.51.100.2/32", Condition::Any, &[B]),
    ];
    let mut stand = Stand::connected(routes);
    stand.tell(&[is(1, A, SessionState::Up), is(2, B, SessionState::Up)]);
    stand.tell(&[lost()]);
    assert_eq!(
        stand.tell(&[is(1, A, SessionState::Down), Update::Current]),
        [withdrawn("peer 192.0.2.1 is Down")]
    );
}

#[test]
fn a_long_absence_withdraws_and_the_return_announces() {
    let mut stand = Stand::connected(one_route());
    stand.tell(&[is(1, A, SessionState::Up)]);
    stand.tell(&[lost()]);
    assert_eq!(
        stand.wait(KEEP),
        [withdrawn("gobfd has not answered for 10s")]
    );
    assert_eq!(
        stand.tell(&[Update::Current]),
        [announced("peer 192.0.2.1 is Up")]
    );
}

#[test]
fn stopping_withdraws_what_is_not_withdrawn() {
    let mut stand = Stand::connected(vec![
        route("198.51.100.1/32", Condition::Any, &[A]),
        route("198.51.100.2/32", Condition::Any, &[B]),
    ]);
    stand.tell(&[is(1, A, SessionState::Up)]);
    stand.board.stop();
    assert_eq!(stand.said(), [withdrawn("the bridge stops")]);
    assert_eq!(
        stand.tell(&[is(2, B, SessionState::Up), Update::Current]),
        [""; 0]
    );
}

#[test]
fn any_and_all() {
    let stand = |condition| Stand::connected(vec![route("198.51.100.1/32", condition, &[A, B])]);
    let mut any = stand(Condition::Any);
    assert_eq!(
        any.tell(&[is(2, B, SessionState::Up)]),
        [announced("peer 192.0.2.2 is Up")]
    );
    assert_eq!(any.tell(&[is(1, A, SessionState::Down)]), [""; 0]);
    assert_eq!(
        any.tell(&[is(2, B, SessionState::Down)]),
        [withdrawn(
            "peer 192.0.2.1 is Down; no other of its 2 peers is Up"
        )]
    );
    let mut all = stand(Condition::All);
    assert_eq!(all.tell(&[is(2, B, SessionState::Up)]), [""; 0]);
    assert_eq!(
        all.tell(&[is(1, A, SessionState::Up)]),
        [announced("all 2 peers are Up")]
    );
    assert_eq!(
        all.tell(&[is(2, B, SessionState::AdminDown)]),
        [withdrawn("peer 192.0.2.2 is AdminDown")]
    );
}

#[test]
fn one_session_that_is_up_makes_its_peer_reachable() {
    let mut stand = Stand::connected(one_route());
    stand.tell(&[is(1, A, SessionState::Down)]);
    assert_eq!(stand.tell(&[is(2, A, SessionState::Up)]).len(), 1);
    assert_eq!(stand.tell(&[gone(1, A)]), [""; 0]);
    assert_eq!(stand.tell(&[gone(2, A)]).len(), 1);
}

/// While a command waits for a hung ExaBGP, only the latest state counts.
#[test]
fn what_happens_while_a_command_waits_does_not_queue_up() {
    let mut stand = Stand::connected(one_route());
    stand.tell(&[is(1, A, SessionState::Up)]);
    for _ in 0..1000 {
        for state in [SessionState::Down, SessionState::Up] {
            stand.board.update(&is(1, A, state), stand.now);
        }
    }
    assert_eq!(stand.said(), [""; 0]);
}

#[test]
fn a_route_that_flaps_does_not_starve_the_others() {
    let mut stand = Stand::connected(vec![
        route("198.51.100.1/32", Condition::Any, &[A]),
        route("198.51.100.2/32", Condition::Any, &[B]),
    ]);
    let up = [is(1, A, SessionState::Up), is(2, B, SessionState::Up)];
    for update in &up {
        stand.board.update(update, stand.now);
    }
    let first = stand.board.next(stand.now).unwrap();
    stand.board.update(&is(1, A, SessionState::Down), stand.now);
    let second = stand.board.next(stand.now).unwrap();
    assert_ne!(first.prefix, second.prefix);
}
