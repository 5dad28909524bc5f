//! Code blocks, and the commands in them.

use crate::page::Page;

/// A fenced code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Page and line of the opening fence, for messages.
    pub place: String,
    /// The word behind the opening fence: `yaml`, `sh`, `text`...
    pub language: String,
    /// What stands between the fences, without the indentation of the opening one.
    pub text: String,
}

/// A command as one would type it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Page and line of the block.
    pub place: String,
    /// Program and arguments; quotes are gone, variables and substitutions are not expanded.
    pub words: Vec<String>,
}

/// Every command of this program in these pages, in blocks and in the running text.
#[must_use]
pub fn commands_of(program: &str, pages: &[Page]) -> Vec<Command> {
    let typed = pages.iter().flat_map(Page::commands);
    let typed = typed.filter(|command| command.names(program));
    let mentioned = pages.iter().flat_map(|page| page.mentions(program));
    typed.chain(mentioned).collect()
}

impl Page {
    /// The code blocks of the page.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines().zip(1..);
        while let Some((line, number)) = lines.next() {
            let Some(language) = line.trim_start().strip_prefix("```") else {
                continue;
            };
            let indent = line.len() - line.trim_start().len();
            let inside = lines.by_ref().map(|(line, _)| line);
            let inside = inside.take_while(|line| line.trim() != "```");
            let dedent = |line: &str| format!("{}\n", line.get(indent..).unwrap_or_default());
            blocks.push(Block {
                place: format!("{}:{number}", self.path.display()),
                language: language.trim().to_owned(),
                text: inside.map(dedent).collect(),
            });
        }
        blocks
    }

    /// The commands of the blocks marked `sh` or `console`. In a `console` block, lines that begin
    /// with `$` or `#` are commands and the rest is their output.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        self.blocks().iter().flat_map(Block::commands).collect()
    }

    /// Commands of this program in the running text, such as "`make test`"; its name alone is none.
    fn mentions(&self, program: &str) -> Vec<Command> {
        let text = self.running_text();
        let paragraphs = text.split("\n\n");
        let spans = paragraphs.flat_map(|text| text.split('`').skip(1).step_by(2));
        let commands = spans.flat_map(|span| span.split(['|', ';', '&']));
        let command = |span: &str| Command {
            place: self.path.display().to_string(),
            words: words(&span.replace('\n', " ")),
        };
        let is_meant = |one: &Command| one.words.len() > 1 && one.names(program);
        commands.map(command).filter(is_meant).collect()
    }

    /// The page without its blocks.
    fn running_text(&self) -> String {
        let mut inside = false;
        let mut text = String::new();
        for line in self.text.lines() {
            let fence = line.trim_start().starts_with("```");
            inside ^= fence;
            text.push_str(if fence || inside { "" } else { line });
            text.push('\n');
        }
        text
    }
}

impl Command {
    /// Whether it runs this program, from whatever folder.
    fn names(&self, program: &str) -> bool {
        let first = self.words.first();
        first.is_some_and(|first| first.rsplit('/').next() == Some(program))
    }
}

impl Block {
    fn commands(&self) -> Vec<Command> {
        let console = match self.language.as_str() {
            "sh" => false,
            "console" => true,
            _ => return Vec::new(),
        };
        let text = self.text.replace("\\\n", " ");
        let typed = text.lines().filter_map(|line| typed(line, console));
        let parts = typed.flat_map(|line| line.split(['|', ';', '&']));
        let command = |part: &str| Command {
            place: self.place.clone(),
            words: words(part),
        };
        parts
            .map(command)
            .filter(|command| !command.words.is_empty())
            .collect()
    }
}

/// What is typed in a line; comments are not.
fn typed(line: &str, console: bool) -> Option<&str> {
    let line = line.trim();
    if console {
        return line.strip_prefix("$ ").or_else(|| line.strip_prefix("# "));
    }
    (!line.starts_with('#')).then(|| line.split(" #").next().unwrap_or(line))
}

/// Splits at blanks outside of quotes. `sudo` and assignments in front are passed over.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in command.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            None if letter == '\'' || letter == '"' => quote = Some(letter),
            None if letter.is_whitespace() => words.push(String::new()),
            _ => words.last_mut().expect("never empty").push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    let prefix = |word: &String| word == "sudo" || word.contains('=') && !word.starts_with('-');
    words.into_iter().skip_while(prefix).collect()
}
