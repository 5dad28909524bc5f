//! The engine on real sockets, in network namespaces of its own (root).

mod evidence;
mod pair;
mod support;
mod vectors;
mod wire;
