//! Completion by Tab: commands first, then the flags of the command.

use clap::Command;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use super::line::grammar;

/// Completes by the grammar of the shell.
pub(super) struct Completion(Command);

impl Default for Completion {
    fn default() -> Self {
        Self(grammar())
    }
}

impl Completion {
    /// The words that may stand behind `before`, in order.
    fn after(&self, before: &str) -> Vec<String> {
        let mut command = &self.0;
        for word in before.split_whitespace() {
            command = command.find_subcommand(word).unwrap_or(command);
        }
        if command.has_subcommands() {
            let below = command.get_subcommands();
            return below.flat_map(names).collect();
        }
        let used = |flag: &String| before.split_whitespace().any(|word| word == flag);
        let flags = command.get_arguments().filter_map(clap::Arg::get_long);
        let flags = flags.map(|name| format!("--{name}"));
        flags.filter(|flag| !used(flag)).collect()
    }
}

fn names(command: &Command) -> Vec<String> {
    let aliases = command.get_visible_aliases();
    let names = std::iter::once(command.get_name()).chain(aliases);
    names.map(ToOwned::to_owned).collect()
}

impl Completer for Completion {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = &line[..position];
        let start = typed.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let (before, begun) = typed.split_at(start);
        let all = self.after(before).into_iter();
        let pairs = all.filter(|word| word.starts_with(begun)).map(|word| Pair {
            replacement: format!("{word} "),
            display: word,
        });
        Ok((start, pairs.collect()))
    }
}

impl Helper for Completion {}
impl Highlighter for Completion {}
impl Validator for Completion {}
impl Hinter for Completion {
    type Hint = String;
}

#[cfg(test)]
mod tests {
    use rustyline::history::MemHistory;

    use super::*;

    fn complete(line: &str) -> (usize, Vec<String>) {
        let history = MemHistory::new();
        let context = Context::new(&history);
        let completion = Completion::default();
        let (start, pairs) = completion.complete(line, line.len(), &context).unwrap();
        let words = pairs.into_iter().map(|pair| pair.replacement);
        (start, words.collect())
    }

    #[test]
    fn commands_are_completed_level_by_level() {
        assert_eq!(complete("ses"), (0, vec!["session ".into()]));
        assert_eq!(
            complete("session ad"),
            (
                8,
                ["add ", "admin-down ", "admin-up "].map(Into::into).into()
            )
        );
        assert_eq!(complete("q").1, ["quit "]);
        let (start, all) = complete("");
        assert_eq!(start, 0);
        assert!(
            all.contains(&"exit ".into()) && !all.contains(&"shell ".into()),
            "{all:?}"
        );
    }

    #[test]
    fn flags_follow_the_command_each_once() {
        assert_eq!(complete("session add --pe").1, ["--peer "]);
        assert!(complete("session add --peer 192.0.2.1 --pe").1.is_empty());
        assert_eq!(
            complete("session add --peer 192.0.2.1 --lo").1,
            ["--local "]
        );
        assert!(complete("nonsense x").1.is_empty());
    }
}
