//! A terminal of `tmux` with a shell in it: what an operator types, and what he sees.

use std::path::{Path, PathBuf};

use crate::command::run;
use crate::gobfd::{API, binary};
use crate::wait::eventually;
use crate::{Namespace, Process, Result};

const SESSION: &str = "operator";
/// What the shell says when it is its turn.
pub const PROMPT: &str = "ready> ";

/// The terminal; gone with all that runs in it when dropped.
#[derive(Debug)]
pub struct Screen {
    socket: PathBuf,
    _server: Process,
}

impl Screen {
    /// Opens a terminal of this size, with a shell that waits for commands.
    ///
    /// # Errors
    /// `tmux` is missing, or does not start.
    pub fn open(namespace: &Namespace, (columns, rows): (u16, u16)) -> Result<Self> {
        let folder = namespace.folder();
        let socket = folder.join("tmux");
        let path = socket.display().to_string();
        // A server of our own, in the foreground, so that it ends with us.
        let args = ["-S", &path, "-f", "/dev/null", "-u", "-D"];
        let server = Process::start(namespace, "tmux-server", Path::new("tmux"), &args, folder)?;
        let screen = Self {
            socket,
            _server: server,
        };
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let shell = format!("env PS1='{PROMPT}' LC_ALL=C.UTF-8 sh -i");
        eventually("tmux to open a terminal", || {
            let size = ["-x", &columns, "-y", &rows];
            let command = [&["new-session", "-d", "-s", SESSION], &size[..], &[&shell]].concat();
            screen.tmux(&command).map_err(|error| error.to_string())
        })?;
        screen.wait_line("the shell", |line| line == PROMPT.trim_end())?;
        Ok(screen)
    }

    /// Types a command that runs `gobfdctl` with these arguments, on the API where it is by default.
    ///
    /// # Errors
    /// `gobfdctl` is missing.
    pub fn gobfdctl(&self, args: &str) -> Result<()> {
        let program = binary("gobfdctl")?.display().to_string();
        self.type_line(&format!("{program} --addr {API} {args}"))
    }

    /// Types a line and Enter.
    ///
    /// # Errors
    /// `tmux` is gone.
    pub fn type_line(&self, text: &str) -> Result<()> {
        self.write(text)?;
        self.press("Enter")
    }

    /// Types a text, letter by letter.
    ///
    /// # Errors
    /// `tmux` is gone.
    pub fn write(&self, text: &str) -> Result<()> {
        self.tmux(&["send-keys", "-t", SESSION, "-l", text])
            .map(drop)
    }

    /// Presses a key, by the name that `tmux` has for it: `Enter`, `Escape`, `C-c`, `Down`.
    ///
    /// # Errors
    /// `tmux` is gone.
    pub fn press(&self, key: &str) -> Result<()> {
        self.tmux(&["send-keys", "-t", SESSION, key]).map(drop)
    }

    /// Makes it larger or smaller.
    ///
    /// # Errors
    /// `tmux` is gone.
    pub fn resize(&self, columns: u16, rows: u16) -> Result<()> {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        #[rustfmt::skip]
        self.tmux(&["resize-window", "-t", SESSION, "-x", &columns, "-y", &rows])?;
        Ok(())
    }

    /// What is on it, line by line.
    ///
    /// # Errors
    /// `tmux` is gone.
    pub fn lines(&self) -> Result<Vec<String>> {
        let shown = self.tmux(&["capture-pane", "-p", "-t", SESSION])?;
        Ok(shown
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect())
    }

    /// Whether a program has the whole screen for itself.
    ///
    /// # Errors
    /// `tmux` is gone.
    pub fn is_taken(&self) -> Result<bool> {
        let said = self.tmux(&["display-message", "-p", "-t", SESSION, "#{alternate_on}"])?;
        Ok(said.trim() == "1")
    }

    /// Waits for a line of this kind and returns it.
    ///
    /// # Errors
    /// None comes.
    pub fn wait_line(&self, what: &str, wanted: impl Fn(&str) -> bool) -> Result<String> {
        self.wait(what, |lines| {
            lines.iter().find(|line| wanted(line)).cloned()
        })
    }

    /// Waits until what is on it tells what is looked for.
    ///
    /// # Errors
    /// It never does.
    pub fn wait<T>(&self, what: &str, wanted: impl Fn(&[String]) -> Option<T>) -> Result<T> {
        eventually(&format!("{what} on the screen"), || {
            let lines = self.lines().map_err(|error| error.to_string())?;
            wanted(&lines).ok_or_else(|| format!("\n{}", lines.join("\n")))
        })
    }

    fn tmux(&self, args: &[&str]) -> Result<String> {
        let socket = self.socket.display().to_string();
        // Never a server that nobody would end.
        let mut all = vec!["-S", &socket, "-u", "-N"];
        all.extend_from_slice(args);
        run("tmux", &all)
    }
}
