//! `gobfdctl top` as an operator uses it: in a terminal of tmux, on our daemon, with a real FRR as the peer.
#![forbid(unsafe_code)]

use bfd_testbed::{Frr, Gobfd, PROMPT, Result, Router, Screen, Session, Stage, State, mirrored};

const V4: &str = "10.0.0.2";
const V6: &str = "fd00::2";

/// Both sessions Up, and a terminal of the usual size.
struct Desk {
    ours: Gobfd,
    screen: Screen,
    sessions: Vec<Session>,
    _theirs: Frr,
    stage: Stage,
}

impl Desk {
    fn ready() -> Result<Self> {
        let stage = Stage::one_link()?;
        let sessions = vec![stage.session_v4(), stage.session_v6()];
        let ours = Gobfd::start(&stage.us, &sessions)?;
        let theirs = Frr::start(&stage.them, &mirrored(&sessions))?;
        let screen = Screen::open(&stage.us, (80, 24))?;
        let desk = Self {
            ours,
            screen,
            sessions,
            _theirs: theirs,
            stage,
        };
        desk.all_up()?;
        Ok(desk)
    }

    fn all_up(&self) -> Result<()> {
        for session in &self.sessions {
            self.ours.wait_for(session.peer, State::Up)?;
        }
        Ok(())
    }

    /// The row of a peer that has all of these words.
    fn row(&self, peer: &str, words: &[&str]) -> Result<String> {
        let what = format!("{peer} {words:?}");
        self.screen.wait_line(&what, |line| {
            line.starts_with(peer) && words.iter().all(|word| line.contains(word))
        })
    }

    /// The peers in this order, and nobody else.
    fn peers(&self, expected: &[&str]) -> Result<()> {
        self.screen.wait(&format!("{expected:?}"), |lines| {
            let first = lines.iter().filter_map(|line| line.split(' ').next());
            let peers = first.filter(|word| [V4, V6].contains(word));
            peers.eq(expected.iter().copied()).then_some(())
        })
    }

    fn title(&self, title: &str) -> Result<String> {
        self.screen.wait_line(title, |line| line.contains(title))
    }

    /// Back at the prompt, with the screen as it was before.
    fn is_left(&self, command: &str) -> Result<()> {
        let screen = &self.screen;
        screen.wait(&format!("the shell after {command}"), |lines| {
            let used = lines.iter().rev().find(|line| !line.is_empty());
            let typed = lines.iter().any(|line| line.contains(command));
            (typed && used.is_some_and(|line| line == PROMPT.trim_end())).then_some(())
        })?;
        assert!(!screen.is_taken()?);
        screen.type_line("stty -a | grep -o ' icanon\\| echo ' | tr -d '\\n'; echo , $?")?;
        screen.wait_line("a terminal that edits and echoes", |line| {
            line == " icanon echo , 0"
        })?;
        screen.type_line("clear")?;
        screen.wait("a clear screen", |lines| {
            let is_empty = |line: &String| line.is_empty();
            let (first, others) = lines.split_first()?;
            (first == PROMPT.trim_end() && others.iter().all(is_empty)).then_some(())
        })
    }
}

#[test]
fn an_operator_watches_a_failure_and_looks_around() -> Result<()> {
    let mut desk = Desk::ready()?;
    desk.screen.gobfdctl("top")?;
    for peer in [V4, V6] {
        desk.row(peer, &["eth0", "Up", "/300ms", "100ms"])?;
    }
    assert!(desk.screen.is_taken()?);

    desk.stage.link.cut()?;
    for peer in [V4, V6] {
        desk.row(peer, &["Down", "peer-silent"])?;
    }
    desk.screen.press("Enter")?;
    desk.title("Evidence:")?;
    desk.title("Remedy:")?;
    desk.screen.press("Escape")?;
    desk.stage.link.heal()?;
    // One flap each, and the verdict stays in sight.
    for peer in [V4, V6] {
        desk.row(peer, &["Up", " 1 ", "peer-silent"])?;
    }
    println!("{}", desk.screen.lines()?.join("\n"));

    desk.screen.write("P")?;
    desk.title("PEER▼")?;
    desk.peers(&[V4, V6])?;
    desk.screen.write("P")?;
    desk.title("PEER▲")?;
    desk.peers(&[V6, V4])?;
    desk.screen.press("Right")?;
    desk.title("VIA▼")?;

    desk.screen.write("/FD00")?;
    desk.title("filter: FD00")?;
    desk.peers(&[V6])?;
    desk.screen.press("Enter")?;
    desk.screen.write("d")?;
    desk.title("no session to show")?;
    desk.screen.write("d")?;
    desk.screen.press("Escape")?;
    desk.peers(&[V4, V6])?;

    desk.screen.resize(100, 10)?;
    desk.title("WORST")?;
    desk.screen.resize(80, 24)?;

    desk.ours.crash();
    desk.title("gobfd does not answer, asking again")?;
    desk.ours.restart()?;
    desk.all_up()?;
    for peer in [V4, V6] {
        // A new daemon: no flap, no verdict.
        desk.row(peer, &["Up", " 0 ", " -"])?;
    }
    desk.screen.wait("no complaint", |lines| {
        (!lines.iter().any(|line| line.contains("does not answer"))).then_some(())
    })?;

    desk.screen.write("q")?;
    desk.is_left("top")
}

#[test]
fn however_it_ends_the_terminal_is_as_it_was() -> Result<()> {
    let desk = Desk::ready()?;
    let screen = &desk.screen;
    screen.gobfdctl("top; echo code $?")?;
    desk.row(V4, &["Up"])?;
    screen.press("C-c")?;
    screen.wait_line("its code", |line| line == "code 0")?;
    desk.is_left("top")?;

    // As `systemctl stop` and the end of an ssh connection do.
    for signal in ["TERM", "HUP"] {
        screen.gobfdctl("top & pid=$!; fg >/dev/null; echo code $?")?;
        desk.row(V4, &["Up"])?;
        end(&desk, signal)?;
        screen.wait_line("its code", |line| line == "code 0")?;
        desk.is_left("top")?;
    }

    screen.gobfdctl("top | cat")?;
    screen.wait_line("a refusal", |line| {
        line.starts_with("Error: top needs a terminal; for a file or a pipe: gobfdctl session list")
    })?;
    desk.is_left("top | cat")
}

/// Sends a signal to the `gobfdctl` of this desk, and to no other.
fn end(desk: &Desk, signal: &str) -> Result<()> {
    let inside = desk
        .stage
        .us
        .run("ip", &["netns", "pids", desk.stage.us.name()])?;
    for pid in inside.lines() {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        if name.trim() == "gobfdctl" {
            desk.stage.us.run("kill", &["-s", signal, pid])?;
        }
    }
    Ok(())
}
