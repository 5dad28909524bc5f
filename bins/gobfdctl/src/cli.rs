//! Arguments: the one source of parsing, help, completion and manual page.

use std::path::PathBuf;
use std::time::Duration;

use bfd_api::{Endpoint, v1};
use clap::{Args, Parser, Subcommand};

use crate::exit;
use crate::go::parse_duration;
use crate::print::Format;

/// Ask and steer a GoBFD daemon.
#[derive(Parser)]
#[command(name = "gobfdctl", disable_version_flag = true, after_help = exit::manual())]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) manner: Manner,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Whom to ask, and how to print the answer.
#[derive(Args)]
pub(crate) struct Manner {
    /// The daemon's API: host:port, http://host:port or unix:PATH
    #[arg(
        long,
        global = true,
        default_value = "localhost:50051",
        value_name = "ADDRESS"
    )]
    pub(crate) addr: Endpoint,
    /// Form of the output
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Ask(Ask),
    /// Show all sessions on a full screen, live
    ///
    /// State, silence against its limit, flaps and the last verdict; sorted and filtered by keys,
    /// which `?` lists. Needs a terminal. The variable NO_COLOR takes the colours away.
    Top,
    /// Read commands one after the other, with editing, completion and history
    ///
    /// From a terminal, until `exit` or Ctrl-D; from a file or a pipe, without banner and prompt,
    /// until its end. A command that fails does not end the shell, which ends with code 0.
    Shell,
    /// Print the completion script of a shell
    Completion {
        /// bash, zsh, fish or powershell
        shell: Shell,
    },
    /// Print the manual page (troff)
    Man,
}

/// Commands of the command line and of the interactive shell.
#[derive(Subcommand)]
pub(crate) enum Ask {
    /// BFD control sessions
    Session {
        #[command(subcommand)]
        command: Option<SessionCommand>,
    },
    /// Say why a session is not Up
    ///
    /// Prints the answer, what it rests on, and what to do about it. Asks the daemon; when
    /// the daemon does not answer, looks for who holds the BFD ports of this system.
    Explain(Explain),
    /// Print events as they happen, until interrupted
    Monitor {
        /// Begin with the sessions there are
        #[arg(long)]
        current: bool,
    },
    /// Echo sessions (not in this release)
    Echo {
        #[command(subcommand)]
        command: Option<EchoCommand>,
    },
    /// BFD on link aggregation groups (not in this release)
    Micro {
        #[command(subcommand)]
        command: Option<MicroCommand>,
    },
    /// The GoBGP integration
    Bgp {
        #[command(subcommand)]
        command: Option<BgpCommand>,
    },
    /// Print version, commit and date of this program
    Version,
}

/// Shells with completion.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

#[derive(Subcommand)]
pub(crate) enum SessionCommand {
    /// List all sessions
    List,
    /// Show one session
    Show(Which),
    /// Create a session
    Add(Box<AddSession>),
    /// Remove a session
    Delete {
        /// Local discriminator of the session
        discriminator: String,
    },
    /// Hold a session down
    ///
    /// The peer is told AdminDown, which it does not take for a failure. For a session of the
    /// configuration this lasts until a reload changes that session.
    AdminDown(Which),
    /// Let a session run that was held down
    AdminUp(Which),
    /// Change the timers of a session while it runs
    ///
    /// What is given goes before what the session's owner asked for (the configuration, a client
    /// of the API, the Kubernetes node mesh), through reloads, until --reset or until session or
    /// daemon end. The session stays Up.
    Set(SetSession),
}

#[derive(Args)]
pub(crate) struct SetSession {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Desired interval between our packets
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    pub(crate) tx_interval: Option<Duration>,
    /// Smallest interval at which the peer may send
    #[arg(long, value_parser = parse_duration, value_name = "DURATION")]
    pub(crate) rx_interval: Option<Duration>,
    /// Packets that may miss, 1 to 255
    #[arg(long, value_name = "N")]
    pub(crate) detect_mult: Option<u32>,
    /// Take back all that was set before; what is given beside it is set then
    #[arg(long)]
    pub(crate) reset: bool,
}

/// Which session.
#[derive(Args)]
pub(crate) struct Which {
    /// Address of the peer, or the local discriminator
    #[arg(value_name = "PEER|DISCRIMINATOR")]
    pub(crate) session: String,
    #[command(flatten)]
    pub(crate) among: Among,
}

/// Chooses among several sessions to one peer.
#[derive(Args)]
pub(crate) struct Among {
    /// Only the session from this local address
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "ADDRESS"
    )]
    pub(crate) local: String,
    /// Only the session on this interface
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "NAME"
    )]
    pub(crate) interface: String,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// Address of the peer, or the local discriminator
    #[arg(value_name = "PEER|DISCRIMINATOR")]
    pub(crate) session: String,
    #[command(flatten)]
    pub(crate) among: Among,
}

#[derive(Args)]
pub(crate) struct AddSession {
    /// Address of the peer (required)
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "ADDRESS"
    )]
    pub(crate) peer: String,
    /// Address to send from; default: by the routing table
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "ADDRESS"
    )]
    pub(crate) local: String,
    /// Interface to bind to; default: any
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "NAME"
    )]
    pub(crate) interface: String,
    /// single-hop or multi-hop
    #[arg(long = "type", default_value = "single-hop", value_name = "TYPE")]
    pub(crate) kind: String,
    /// Desired interval between our packets
    #[arg(long, default_value = "1s", value_parser = parse_duration, value_name = "DURATION")]
    pub(crate) tx_interval: Duration,
    /// Smallest interval at which the peer may send
    #[arg(long, default_value = "1s", value_parser = parse_duration, value_name = "DURATION")]
    pub(crate) rx_interval: Duration,
    /// Packets that may miss, 1 to 255
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub(crate) detect_mult: u32,
    /// none, simple-password, keyed-md5, meticulous-keyed-md5, keyed-sha1 or meticulous-keyed-sha1
    #[arg(long, default_value = "none", value_name = "TYPE")]
    pub(crate) auth_type: String,
    /// Key of the authentication, 0 to 255
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) auth_key_id: u32,
    /// Secret of the authentication; every user of this host can see it in the list of processes:
    /// better use --auth-secret-file
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "TEXT"
    )]
    pub(crate) auth_secret: String,
    /// File with the secret of the authentication, - for standard input; a line break at its end is
    /// no part of it
    #[arg(long, value_name = "FILE", conflicts_with = "auth_secret")]
    pub(crate) auth_secret_file: Option<PathBuf>,
    /// Wait for the peer's first packet before sending
    #[arg(long)]
    pub(crate) passive: bool,
    /// multi-hop: smallest TTL to accept, 1 to 255; default 254
    #[arg(
        long,
        default_value_t = 0,
        hide_default_value = true,
        value_name = "TTL"
    )]
    pub(crate) min_ttl: u32,
    /// UDP payload to pad packets to, 24 to 9000; default: no padding
    #[arg(
        long,
        default_value_t = 0,
        hide_default_value = true,
        value_name = "OCTETS"
    )]
    pub(crate) padded_pdu_size: u32,
}

#[derive(Subcommand)]
pub(crate) enum BgpCommand {
    /// List the BGP peers or routes that BFD steers
    List,
    /// Show where GoBGP is called and whether it answers
    Status,
}

#[derive(Subcommand)]
pub(crate) enum EchoCommand {
    /// List all echo sessions
    List,
    /// Create an echo session
    Add(AddEcho),
    /// Remove an echo session
    Delete {
        /// Local discriminator of the session
        discriminator: String,
    },
}

#[derive(Args)]
pub(crate) struct AddEcho {
    /// Address of the peer (required)
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "ADDRESS"
    )]
    pub(crate) peer: String,
    /// Address to send from
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "ADDRESS"
    )]
    pub(crate) local: String,
    /// Interface to bind to
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "NAME"
    )]
    pub(crate) interface: String,
    /// Interval between echo packets
    #[arg(long, default_value = "1s", value_parser = parse_duration, value_name = "DURATION")]
    pub(crate) tx_interval: Duration,
    /// Packets that may miss, 1 to 255
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub(crate) detect_mult: u32,
}

#[derive(Subcommand)]
pub(crate) enum MicroCommand {
    /// List all groups
    List,
    /// Create a group
    Add(AddMicro),
    /// Remove a group
    Delete {
        /// Interface of the group
        lag: String,
    },
}

#[derive(Args)]
pub(crate) struct AddMicro {
    /// Interface of the group (required)
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "NAME"
    )]
    pub(crate) lag: String,
    /// Member links, separated by commas or repeated (required)
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) members: Vec<String>,
    /// Address of the peer (required)
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "ADDRESS"
    )]
    pub(crate) peer: String,
    /// Address to send from
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "ADDRESS"
    )]
    pub(crate) local: String,
    /// Desired interval between our packets
    #[arg(long, default_value = "1s", value_parser = parse_duration, value_name = "DURATION")]
    pub(crate) tx_interval: Duration,
    /// Smallest interval at which the peer may send
    #[arg(long, default_value = "1s", value_parser = parse_duration, value_name = "DURATION")]
    pub(crate) rx_interval: Duration,
    /// Packets that may miss, 1 to 255
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub(crate) detect_mult: u32,
    /// Member links that must be up
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) min_active: u32,
}

impl Among {
    /// `session` as a number is a discriminator, anything else a peer.
    pub(crate) fn reference(&self, session: &str) -> bfd_api::SessionRef {
        match session.parse() {
            Ok(discriminator) => bfd_api::SessionRef::Discriminator(discriminator),
            Err(_) => bfd_api::SessionRef::Peer {
                peer: session.into(),
                local: self.local.clone(),
                interface: self.interface.clone(),
                kind: v1::SessionType::SESSION_TYPE_UNSPECIFIED,
            },
        }
    }
}
