//! Tells HAProxy which servers BFD can reach.
#![forbid(unsafe_code)]

use std::fmt::Display;
use std::process::ExitCode;

use bfd_program::logging::{self, Output};
use gobfd_haproxy_agent::config::Settings;
use gobfd_haproxy_agent::{agent, cli};

fn main() -> ExitCode {
    match cli::handle() {
        Ok(settings) => run(settings),
        Err(code) => code,
    }
}

fn run(settings: Settings) -> ExitCode {
    let log = match logging::install(settings.log, Output::Stderr) {
        Ok(log) => log,
        Err(error) => return fail(&error),
    };
    // Two threads: long work of one connection must not delay answers.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("haproxy-agent")
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let ended = runtime.block_on(agent::run(settings));
    runtime.shutdown_background();
    log.flush();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn Display) -> ExitCode {
    eprint!("{}", logging::failure("agent exited with error", error));
    ExitCode::FAILURE
}
