//! From answers to commands.

use crate::board::Answer;

/// The commands that make HAProxy's state of a server that of the answer.
///
/// They do what the answers to an agent check do: `drain` is a state of administration that
/// outlives `down` and is lifted by `up`; so it is lifted if we may have set it.
pub(super) fn commands(name: &str, drained: bool, wanted: Answer) -> Vec<String> {
    let set = |what: &str| format!("set server {name} {what}");
    match wanted {
        Answer::Up if drained => vec![set("state ready"), set("agent up")],
        Answer::Up => vec![set("agent up")],
        Answer::Down => vec![set("agent down")],
        Answer::Drain => vec![set("state drain")],
    }
}
