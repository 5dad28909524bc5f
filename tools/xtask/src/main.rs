//! Project chores, run as `cargo xtask NAME`.
#![forbid(unsafe_code)]

fn main() {
    eprintln!("usage: cargo xtask NAME");
    std::process::exit(2);
}
