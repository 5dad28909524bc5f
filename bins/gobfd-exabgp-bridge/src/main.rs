//! The bridge to ExaBGP; started by ExaBGP.
#![forbid(unsafe_code)]

use std::fmt::Display;
use std::process::ExitCode;

use bfd_program::logging::{self, LogFormat, LogLevel, LogSettings, Output, Took};
use gobfd_exabgp_bridge::{Environment, Settings, SettingsError, bridge, cli};

fn main() -> ExitCode {
    let environment = Environment::of_process();
    let config = match cli::parse(std::env::args_os(), &environment) {
        Ok(config) => config,
        Err(answer) => return answer.give(),
    };
    match Settings::load(config.as_deref(), &environment) {
        Ok(settings) => run(settings),
        Err(error @ SettingsError::Missing) => {
            fail(&error.to_string(), &"there is no -config FILE either")
        }
        Err(error) => fail("failed to load configuration", &error),
    }
}

fn run(settings: Settings) -> ExitCode {
    let log = LogSettings {
        level: LogLevel::Info,
        format: LogFormat::Text,
    };
    let log = match logging::install(log, Output::Stderr) {
        Ok(log) => log,
        Err(error) => return fail("failed to set up the log", &error),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail("bridge exited with error", &error),
    };
    say_start(&settings);
    let ended = runtime.block_on(bridge::run(settings));
    if ended.is_ok() {
        tracing::info!("gobfd-exabgp-bridge stopped");
    }
    log.flush();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail("bridge exited with error", &error),
    }
}

/// Peer and prefix stand in the line if there is one of each, as they did in 0.6.1.
fn say_start(settings: &Settings) {
    let (peer, prefix) = match &settings.routes[..] {
        [route] => match route.peers() {
            [peer] => (Some(peer.to_string()), Some(route.prefix().to_string())),
            _ => (None, Some(route.prefix().to_string())),
        },
        _ => (None, None),
    };
    let keep_last = Took(settings.keep_last);
    tracing::info!(
        gobfd_addr = %settings.endpoint,
        peer,
        prefix,
        routes = settings.routes.len(),
        keep_last = keep_last.field(),
        "gobfd-exabgp-bridge starting"
    );
}

fn fail(message: &str, error: &dyn Display) -> ExitCode {
    eprint!("{}", logging::failure(message, error));
    ExitCode::FAILURE
}
