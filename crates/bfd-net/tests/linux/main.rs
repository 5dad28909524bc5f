//! What bfd-net does with a real kernel. Every test runs in network namespaces of its own and
//! needs root, as the daemon's capabilities do; without it the tests fail, they never skip.

mod allocation;
mod buffers;
mod frames;
mod isolation;
mod metadata;
mod ports;
mod routes;
mod scheduling;
mod steering;
mod support;
mod transmission;
