//! The log has nowhere to go: its disk is full, or nobody reads it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use bfd_testbed::{Namespace, Result, eventually};
use serde_json::Value;

use crate::clients::churn;
use crate::daemon::{Daemon, Output};
use crate::field::{Field, Pace};
use crate::row::Row;
use crate::scale::{Scale, Size};

fn scale(size: Size) -> Scale {
    let small = Scale::new(50, Pace::CALM).amount(400);
    let full = Scale::new(1000, Pace::FAST).amount(5000);
    size.choose(small, full)
}

/// A shell in its own mount namespace, as `ip netns exec` gives it: what it mounts is seen by nobody
/// else and is gone with the daemon.
fn on_a_tiny_disk(namespace: &Namespace) -> Output {
    let folder = disk(namespace);
    fs::create_dir_all(&folder).expect("the folder of a namespace");
    let folder = folder.display();
    Output::Shell(format!(
        "mount -t tmpfs -o size=4m tmpfs {folder} && exec \"$@\" > {folder}/log"
    ))
}

fn disk(namespace: &Namespace) -> PathBuf {
    namespace.folder().join("disk")
}

/// The tiny disk as the daemon sees it.
fn seen_by(daemon: &Daemon) -> PathBuf {
    let disk = disk(&daemon.namespace);
    let root = format!("/proc/{}/root", daemon.process.pid());
    Path::new(&root).join(disk.strip_prefix("/").expect("an absolute path"))
}

/// Fills the disk to the last octet; returns the file that does it.
fn fill(disk: &Path) -> PathBuf {
    let ballast = disk.join("ballast");
    let mut file = fs::File::create(&ballast).expect("the disk is mounted");
    let full = loop {
        if let Err(error) = file.write_all(&[0; 512]) {
            break error;
        }
    };
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull, "{full}");
    ballast
}

fn lines(path: &Path) -> Vec<Value> {
    whole(&fs::read_to_string(path).expect("the log"))
}

/// The lines that have their end; the last may be about to be written.
fn whole(text: &str) -> Vec<Value> {
    let (finished, _) = text.rsplit_once('\n').unwrap_or_default();
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("torn: {line}"));
    finished.lines().map(parse).collect()
}

/// What the daemon says it could not write.
fn told_lost(lines: &[Value]) -> u64 {
    let told = lines.iter().filter(|line| line["msg"] == "log lines lost");
    told.filter_map(|line| line["lost"].as_u64()).sum()
}

/// A full disk costs lines and nothing else.
pub(crate) fn full_disk(size: Size) -> Result<Row> {
    let scale = scale(size);
    let field = Field::with_output(scale, on_a_tiny_disk)?;
    let disk = seen_by(&field.us);
    let log = disk.join("log");
    let ballast = fill(&disk);
    churn(&field.us, scale.amount / 4);
    let before = field.us.memory();
    churn(&field.us, scale.amount);
    let lost = field.us.page().sum("gobfd_log_lost_lines_total", "");
    assert!(lost > 0, "the disk was not full");

    fs::remove_file(ballast).expect("the ballast");
    // What was lost is told with the next line that finds room.
    churn(&field.us, 1);
    let written = eventually("the log to go on", || {
        let written = lines(&log);
        let told = told_lost(&written);
        (told >= lost)
            .then_some(written)
            .ok_or(format!("{told} of {lost} told"))
    })?;
    let last = &written[written.len() - 1];
    assert_ne!(last["msg"], "log lines lost", "something follows");
    field.judge(format!("disk full, {lost} log lines lost"), before)
}

/// A pipe that is open for both directions: it has a reader, who does not read.
fn stuck(namespace: &Namespace) -> Output {
    let pipe = namespace.folder().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    Output::Shell(format!("exec \"$@\" 1<>{}", pipe.display()))
}

/// As with a journal that hangs: the pipe is full and stays so.
pub(crate) fn stalled_pipe(size: Size) -> Result<Row> {
    let scale = scale(size);
    let field = Field::with_output(scale, stuck)?;
    let lost = || field.us.page().sum("gobfd_log_lost_lines_total", "");
    while lost() == 0 {
        churn(&field.us, scale.amount);
    }
    let before = field.us.memory();
    let begin = Instant::now();
    churn(&field.us, scale.amount);
    let (took, stuck) = (begin.elapsed(), lost());
    assert!(
        stuck > u64::from(scale.amount),
        "the pipe was not full: {stuck}"
    );
    let reader = Reader::start(&field.us);
    eventually("the losses to be told", || {
        churn(&field.us, 1);
        let told = told_lost(&reader.lines());
        (told == lost()).then_some(()).ok_or(format!("{told} told"))
    })?;
    let done = format!(
        "log pipe stalled, {stuck} lines lost; meanwhile {} API calls in {took:.1?}",
        2 * scale.amount
    );
    field.judge(done, before)
}

/// Reads the pipe from now on.
struct Reader(Arc<Mutex<Vec<u8>>>);

impl Reader {
    fn start(daemon: &Daemon) -> Self {
        let pipe = daemon.namespace.folder().join("pipe");
        let kept = Self(Arc::default());
        let sink = Arc::clone(&kept.0);
        thread::spawn(move || {
            let mut pipe = fs::File::open(pipe).expect("the pipe");
            let mut octets = [0; 65536];
            // It ends with the daemon, which holds the last writing end.
            while let Ok(count @ 1..) = pipe.read(&mut octets) {
                let mut sink = sink.lock().expect("no panic");
                sink.extend_from_slice(&octets[..count]);
            }
        });
        kept
    }

    /// The whole lines so far.
    fn lines(&self) -> Vec<Value> {
        let octets = self.0.lock().expect("no panic");
        whole(&String::from_utf8_lossy(&octets))
    }
}

/// Who cannot be heard says goodbye all the same: the peers are told, and the process ends.
///
/// # Errors
/// It does not, or the daemons cannot be run.
pub fn goodbye() -> Result<()> {
    let mut field = Field::with_output(Scale::new(5, Pace::CALM), stuck)?;
    while field.us.page().sum("gobfd_log_lost_lines_total", "") == 0 {
        churn(&field.us, 200);
    }
    field.us.end()?;
    field.them.wait("the peers to be told", |page| {
        page.sum("gobfd_bfd_downs_total", "verdict=\"peer-admin-down\"") == 5
    })?;
    Ok(())
}
