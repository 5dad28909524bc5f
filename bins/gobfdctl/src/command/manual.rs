//! Help, version, completion and manual page, all from the grammar of the arguments.

use std::io::Write;

use bfd_program::cli::BUILD;
use clap::Command;
use clap_mangen::Man;

use crate::cli::Shell;
use crate::exit::{self, Exit};
use crate::fault::Fault;

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
    write!(out, "{}", BUILD.describe("gobfdctl"))?;
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
    let mut grammar = crate::grammar();
    grammar.build();
    let page = Man::new(grammar.clone());
    page.render_title(&mut *out)?;
    page.render_name_section(&mut *out)?;
    page.render_synopsis_section(&mut *out)?;
    page.render_description_section(&mut *out)?;
    page.render_options_section(&mut *out)?;
    writeln!(out, ".SH COMMANDS")?;
    for command in leaves(&grammar) {
        chapter(command, out)?;
    }
    writeln!(out, ".SH EXIT STATUS")?;
    for (code, meaning) in exit::CODES {
        writeln!(out, ".TP\n{}\n{meaning}", *code as u8)?;
    }
    Ok(Exit::Success)
}

/// The commands that do something, not those that only group.
fn leaves(command: &Command) -> Vec<&Command> {
    let below = command
        .get_subcommands()
        .filter(|below| below.get_name() != "help");
    let each = below.map(|below| match below.has_subcommands() {
        true => leaves(below),
        false => vec![below],
    });
    each.flatten().collect()
}

/// One command: its name, what it does, and what it alone takes.
fn chapter(command: &Command, out: &mut dyn Write) -> Result<(), Fault> {
    let own = command.clone().mut_args(|arg| {
        let shared = arg.is_global_set() || arg.get_id() == "help";
        arg.hide(shared)
    });
    let page = Man::new(own);
    writeln!(
        out,
        ".SS \"{}\"",
        command.get_bin_name().unwrap_or_default()
    )?;
    let mut text = Vec::new();
    page.render_description_section(&mut text)?;
    if command
        .get_arguments()
        .any(|arg| !arg.is_global_set() && arg.get_id() != "help")
    {
        page.render_options_section(&mut text)?;
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut lines = text.lines().filter(|line| !line.starts_with(".SH "));
    Ok(lines.try_for_each(|line| writeln!(out, "{line}"))?)
}
