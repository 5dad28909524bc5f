//! Help, version, completion and manual page, all from the grammar of the arguments.

use std::io::Write;

use crate::cli::Shell;
use crate::exit::Exit;
use crate::fault::Fault;

/// Version, commit and date, given to the compiler as the daemon's are.
const VERSION: &str = or(option_env!("GOBFD_VERSION"), "dev");
const COMMIT: &str = or(option_env!("GOBFD_COMMIT"), "unknown");
const DATE: &str = or(option_env!("GOBFD_BUILD_DATE"), "unknown");

/// An empty value counts as none: build scripts often pass one.
const fn or(value: Option<&'static str>, otherwise: &'static str) -> &'static str {
    match value {
        Some(value) if !value.is_empty() => value,
        _ => otherwise,
    }
}

/// Help of the whole program, or of one group of commands.
pub(super) fn help(group: Option<&str>, out: &mut dyn Write) -> Result<Exit, Fault> {
    let mut grammar = crate::grammar();
    // Gives each command its full name.
    grammar.build();
    let text = match group.and_then(|name| grammar.find_subcommand_mut(name)) {
        Some(group) => group.render_help(),
        None => grammar.render_help(),
    };
    write!(out, "{text}")?;
    Ok(Exit::Success)
}

pub(super) fn version(out: &mut dyn Write) -> Result<Exit, Fault> {
    writeln!(
        out,
        "gobfdctl {VERSION}\n  commit:  {COMMIT}\n  built:   {DATE}"
    )?;
    Ok(Exit::Success)
}

pub(super) fn completion(shell: Shell, out: &mut dyn Write) -> Result<Exit, Fault> {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::Powershell => clap_complete::Shell::PowerShell,
    };
    // The generator cannot report an error, so it writes into memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut crate::grammar(), "gobfdctl", &mut script);
    out.write_all(&script)?;
    Ok(Exit::Success)
}

/// One page for all commands.
pub(super) fn page(out: &mut dyn Write) -> Result<Exit, Fault> {
    let mut grammar = crate::grammar().flatten_help(true);
    grammar.build();
    clap_mangen::Man::new(grammar).render(&mut &mut *out)?;
    Ok(Exit::Success)
}
