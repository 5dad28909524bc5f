//! The agent as its users meet it: a process between a daemon and the real HAProxy, in a network
//! namespace of its own. The daemon is a table ([`bfd_fake`]) where its states are to be chosen, and
//! the real one where the whole way counts. Needs root.
#![forbid(unsafe_code)]

mod checks;
mod daemon;
mod delay;
mod many;
mod program;
mod push;
mod support;
