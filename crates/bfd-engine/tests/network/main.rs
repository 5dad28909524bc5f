//! The engine on real sockets, in network namespaces of its own (root).

mod by_hand;
mod evidence;
mod links;
mod own_fault;
mod pair;
mod support;
mod vectors;
mod wire;
