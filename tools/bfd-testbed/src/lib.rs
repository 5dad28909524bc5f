//! Network namespaces with real BFD speakers in them, for the interop suite and the demo; and the judge of
//! recordings, for them and for the integration stacks.
//!
//! A [`Topology`] owns the namespaces; [`Frr`], [`Bird`], [`GoBgp`] and [`Gobfd`] run in them; [`Capture`] records the
//! wire and [`wire`] judges every packet that GoBFD sent. All of it runs on the caller's threads. Nothing
//! outside the namespaces is touched, but for a [`SteppedClock`], and everything made is undone: on drop, on
//! a panic, on a signal, and, after a kill, by the next run.
#![forbid(unsafe_code)]

mod bird;
mod bystander;
mod capture;
mod change;
mod clock;
mod command;
mod error;
mod exabgp;
mod explained;
mod frr;
mod frr_bgp;
mod gobfd;
mod gobgp;
mod machine;
mod monitor;
mod process;
mod registry;
mod router;
mod screen;
mod session;
mod stage;
mod topology;
mod wait;
pub mod wire;

pub use bird::Bird;
pub use bystander::{Bystander, Noise};
pub use capture::{Capture, Control, Frame, Recording};
pub use change::Change;
pub use clock::{RightTime, SteppedClock};
pub use error::{Error, Result};
pub use exabgp::{BgpSession, BridgeLine, ExaBgp, Release, wait_gone};
pub use explained::Explained;
pub use frr::Frr;
pub use gobfd::{Gobfd, Row, Settings, binary, go_duration};
pub use gobgp::{GoBgp, GobgpSettings, GobgpVersion};
pub use machine::machine;
pub use monitor::{Event, Monitor};
pub use process::{Process, Signal};
pub use router::Router;
pub use screen::{PROMPT, Screen};
pub use session::{Session, State};
pub use stage::{Stage, mirrored};
pub use topology::{End, Link, Namespace, Topology, on_link};
pub use wait::{PATIENCE, eventually, within};
