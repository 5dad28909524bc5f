//! Any text as a configuration file.

use gobfd::config::{ConfigError, Diff, Environment, Loaded, parse};

/// Longer texts find nothing new and take long.
const LONGEST: usize = 8 * 1024;

/// Reads the text as a file, and as the value of a variable; whatever is wrong is said in words.
pub fn config(octets: &[u8]) {
    let text = String::from_utf8_lossy(&octets[..octets.len().min(LONGEST)]);
    judge(&text, parse("fuzz.yml", &text, &Environment::default()));
    let first = text.lines().next().unwrap_or_default();
    let variable = Environment::of([("GOBFD_SESSIONS_0_PEER", first)]);
    judge(first, parse("", "", &variable));
}

fn judge(text: &str, outcome: Result<Loaded, ConfigError>) {
    match outcome {
        Ok(loaded) => {
            let nothing = Diff::between(&loaded.config, &loaded.config);
            assert!(nothing.is_empty(), "{text:?} differs from itself");
        }
        Err(error) => {
            assert!(
                !error.problems().is_empty(),
                "{text:?} is refused without a reason"
            );
            let said = error.to_string();
            let hidden = |letter: char| letter.is_control() && letter != '\n';
            assert!(!said.is_empty() && !said.contains(hidden), "{said:?}");
        }
    }
}
