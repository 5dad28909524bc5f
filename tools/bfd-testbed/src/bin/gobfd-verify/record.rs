//! The recorder: `tshark`, and a bystander who notes how busy the machine is.
//!
//! Runs as the first process of a container, for as long as that lives: a full file ends the recording,
//! not the process, so that the file can still be read there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

use bfd_testbed::{Bystander, Error, Noise, Result};

const FILTER: &str = "udp port 3784 or udp port 3785 or udp port 4784";
/// In kB.
const LIMIT: &str = "filesize:102400";
/// How often the noise is written down.
const ROUND: Duration = Duration::from_secs(1);

/// Records until killed.
pub(crate) fn record(file: &Path) -> Result<()> {
    let mut tshark = Some(start(file)?);
    let mut seen = Seen::default();
    loop {
        let bystander = Bystander::start();
        sleep(ROUND);
        seen.add(bystander.stop());
        write(file, &seen.noise())?;
        if let Some(child) = &mut tshark
            && let Some(status) = child.try_wait().map_err(|error| io_error(file, error))?
        {
            if !status.success() {
                let what = format!("tshark ended ({status})");
                return Err(io_error(file, io::Error::other(what)));
            }
            println!("{} is full; no more is recorded", file.display());
            tshark = None;
        }
    }
}

fn start(file: &Path) -> Result<Child> {
    let path = file.display().to_string();
    let arguments = ["-i", "any", "-f", FILTER, "-w", &path, "-a", LIMIT, "-q"];
    Command::new("tshark")
        .args(arguments)
        .spawn()
        .map_err(|error| io_error(Path::new("tshark"), error))
}

/// All rounds so far.
#[derive(Default)]
struct Seen {
    rounds: f64,
    shares: f64,
    worst: Duration,
}

impl Seen {
    fn add(&mut self, noise: Noise) {
        self.rounds += 1.0;
        self.shares += noise.share;
        self.worst = self.worst.max(noise.worst);
    }

    fn noise(&self) -> Noise {
        Noise {
            share: self.shares / self.rounds.max(1.0),
            worst: self.worst,
        }
    }
}

/// What the recorder saw of the machine; nothing if another program recorded.
pub(crate) fn noise(file: &Path) -> Result<Noise> {
    let path = beside(file);
    match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| Error::Decode {
            what: path.display().to_string(),
            text: error.to_string(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Noise::default()),
        Err(error) => Err(io_error(&path, error)),
    }
}

/// Readers never see half a file.
fn write(file: &Path, noise: &Noise) -> Result<()> {
    let path = beside(file);
    let draft = path.with_extension("draft");
    let text = serde_json::to_string(noise).map_err(|error| io_error(&path, error.into()))?;
    fs::write(&draft, text)
        .and_then(|()| fs::rename(&draft, &path))
        .map_err(|error| io_error(&path, error))
}

fn beside(file: &Path) -> PathBuf {
    file.with_extension("noise.json")
}

fn io_error(path: &Path, source: io::Error) -> Error {
    Error::Io {
        what: path.display().to_string(),
        source,
    }
}
