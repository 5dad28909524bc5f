//! Why a session is not Up: an answer, what it rests on, and what to do about it.

mod answer;
mod cause;
mod diagnose;
mod evidence;
mod ports;
mod reach;

pub(crate) use answer::Explanation;
#[cfg(test)]
pub(crate) use cause::Cause;
pub(crate) use diagnose::diagnose;
pub(crate) use ports::ProcFs;
pub(crate) use reach::{no_session, unreachable};

#[cfg(test)]
mod tests;
