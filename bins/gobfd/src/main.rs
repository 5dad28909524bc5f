//! The BFD daemon.
#![forbid(unsafe_code)]

fn main() {
    println!("gobfd {}", env!("CARGO_PKG_VERSION"));
}
