//! Network namespaces of our own, and programs in them.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, ensure};

use crate::interrupt::Children;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A namespace; dropped, it is gone with everything in it.
#[derive(Debug)]
pub(crate) struct Namespace(String);

impl Namespace {
    /// A fresh one whose loopback is up.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("bench-{}-{number}", std::process::id());
        feed(
            Command::new("ip").args(["-batch", "-"]),
            &format!("netns add {name}\n"),
        )?;
        let namespace = Self(name);
        namespace.ip("link set lo up\n")?;
        Ok(namespace)
    }

    /// As `ip` knows it.
    pub(crate) fn name(&self) -> &str {
        &self.0
    }

    /// Runs a batch of `ip` commands inside.
    pub(crate) fn ip(&self, batch: &str) -> anyhow::Result<()> {
        feed(
            Command::new("ip").args(["-n", &self.0, "-batch", "-"]),
            batch,
        )
    }

    /// A command inside. `ip netns exec` replaces itself, so the child's id is the program's.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0]).arg(program);
        command
    }

    /// The same on one processor.
    pub(crate) fn command_on(&self, cpu: usize, program: &Path) -> Command {
        let mut command = Command::new("ip");
        let cpu = cpu.to_string();
        command
            .args(["netns", "exec", &self.0, "taskset", "-c", &cpu])
            .arg(program);
        command
    }

    /// Has what arrives at `interface` taken in on this processor.
    pub(crate) fn receive_on(&self, interface: &str, cpu: usize) -> anyhow::Result<()> {
        let mask = 1_u64 << cpu;
        let set = format!("echo {mask:x} > /sys/class/net/{interface}/queues/rx-0/rps_cpus");
        let status = self.command(Path::new("sh")).args(["-c", &set]).status()?;
        ensure!(
            status.success(),
            "the kernel refuses to steer packets of {interface} to a processor"
        );
        Ok(())
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip")
            .args(["netns", "del", &self.0])
            .stderr(Stdio::null())
            .status();
    }
}

/// A process that ends with its guard.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    /// Starts a program that is not to be read; `what` names it in errors.
    pub(crate) fn start(mut command: Command, what: &str) -> anyhow::Result<Self> {
        Self::piped(command.stdin(Stdio::null()), what)
    }

    /// Starts a program whose pipes the command says; see [`Running::child`].
    pub(crate) fn piped(command: &mut Command, what: &str) -> anyhow::Result<Self> {
        let mut children = Children::lock();
        children.check()?;
        let child = command.spawn();
        let child = child.with_context(|| format!("cannot start {what}"))?;
        children.add(child.id());
        Ok(Self(child))
    }

    /// For its pipes.
    pub(crate) const fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits for its end; how it ended, and what it said on its error output if that is a pipe.
    pub(crate) fn finish(&mut self) -> anyhow::Result<(ExitStatus, String)> {
        let mut said = String::new();
        if let Some(mut pipe) = self.0.stderr.take() {
            pipe.read_to_string(&mut said)?;
        }
        let mut children = Children::lock();
        let status = self.0.wait()?;
        children.remove(self.pid());
        Ok((status, said))
    }

    /// Whether it still runs.
    pub(crate) fn alive(&mut self) -> bool {
        let mut children = Children::lock();
        let alive = matches!(self.0.try_wait(), Ok(None));
        if !alive {
            children.remove(self.pid());
        }
        alive
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut children = Children::lock();
        let _ = self.0.kill();
        let _ = self.0.wait();
        children.remove(self.pid());
    }
}

fn feed(command: &mut Command, input: &str) -> anyhow::Result<()> {
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot start ip (Debian: iproute2)")?;
    let mut stdin = child.stdin.take().context("stdin")?;
    stdin.write_all(input.as_bytes())?;
    drop(stdin);
    ensure!(
        child.wait()?.success(),
        "ip refused: {}",
        input.lines().next().unwrap_or_default()
    );
    Ok(())
}
