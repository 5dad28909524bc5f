//! The demo: two daemons, a link that dies in silence, and who noticed when.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    match bfd_testbed::Topology::new() {
        Ok(_) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
