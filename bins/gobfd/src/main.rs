//! The BFD daemon.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;

use bfd_program::logging::{self, Output};
use gobfd::cli;
use gobfd::config::{self, Environment};
use gobfd::daemon::{self, Ended};
use gobfd::reload::{self, Settings};
use gobfd::secrecy;

/// A second signal ended the daemon before its peers were told.
const CUT_SHORT: u8 = 3;

fn main() -> ExitCode {
    bfd_net::heap::keep_little();
    if let Err(error) = secrecy::guard_memory() {
        eprint!("{}", logging::failure("core dumps stay possible", &error));
    }
    match cli::handle() {
        Ok(config) => run(config),
        Err(code) => code,
    }
}

fn run(path: Option<PathBuf>) -> ExitCode {
    let loaded = match config::load(path.as_deref(), &Environment::of_process()) {
        Ok(loaded) => loaded,
        Err(error) => return fail("failed to load configuration", &error),
    };
    let log = match logging::install(loaded.config.log, Output::Stdout) {
        Ok(log) => log,
        Err(error) => return fail("failed to set up the log", &error),
    };
    reload::warn(&loaded.warnings);
    // Two threads: a long listing must not delay events.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("gobfd-async")
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail("gobfd exited with error", &error),
    };
    let settings = Settings::new(path, loaded.config, log.clone());
    let ended = runtime.block_on(daemon::run(settings));
    runtime.shutdown_background();
    log.flush();
    match ended {
        Ok(Ended::Gracefully) => ExitCode::SUCCESS,
        Ok(Ended::AtOnce) => ExitCode::from(CUT_SHORT),
        Err(error) => fail("gobfd exited with error", &error),
    }
}

fn fail(message: &str, error: &dyn std::fmt::Display) -> ExitCode {
    eprint!("{}", logging::failure(message, error));
    ExitCode::FAILURE
}
