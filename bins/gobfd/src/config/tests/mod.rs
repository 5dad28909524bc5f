mod authentication;
mod diff;
mod environment;
mod errors;
mod files;
mod gobgp;
mod kubernetes;
mod profiles;
mod properties;
mod sessions;
mod table;

use super::{Config, Environment, parse};

fn config(text: &str) -> Config {
    match parse("gobfd.yml", text, &Environment::default()) {
        Ok(loaded) => loaded.config,
        Err(error) => panic!("{error}\n--- in ---\n{text}"),
    }
}

/// The messages of a faulty text, one per line.
fn faults(text: &str) -> String {
    match parse("gobfd.yml", text, &Environment::default()) {
        Ok(loaded) => panic!("accepted: {:?}", loaded.config),
        Err(error) => error.to_string(),
    }
}

fn with_environment(text: &str, pairs: &[(&str, &str)]) -> Result<Config, String> {
    parse("gobfd.yml", text, &Environment::of(pairs.iter().copied()))
        .map(|loaded| loaded.config)
        .map_err(|error| error.to_string())
}
