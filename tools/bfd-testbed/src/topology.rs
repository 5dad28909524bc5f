//! Network namespaces, the links between them, and the faults a link can have.

use std::net::{IpAddr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use crate::command::run;
use crate::wait::eventually;
use crate::{Error, Result, registry};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A folder for the daemons' files and the namespaces they run in.
///
/// Several may exist at once, in one process and in several; nothing of them is visible outside.
#[derive(Debug)]
pub struct Topology {
    folder: Arc<Folder>,
}

impl Topology {
    /// An empty one. The first one of a process also removes what killed processes left behind.
    ///
    /// # Errors
    /// [`Error::NotRoot`], or no temporary folder.
    pub fn new() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Err(Error::NotRoot);
        }
        registry::start();
        let folder = Arc::new(Folder::new()?);
        Ok(Self { folder })
    }

    /// Makes a namespace with its loopback up and IPv6 addresses usable at once.
    ///
    /// # Errors
    /// `ip netns` fails.
    pub fn namespace(&self, label: &str) -> Result<Namespace> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = registry::namespace_name(number, label);
        registry::made().namespaces.insert(name.clone());
        let folder = self.folder.path.join(label);
        let room = Room {
            name,
            folder,
            _parent: Arc::clone(&self.folder),
        };
        std::fs::create_dir_all(&room.folder).map_err(Error::io("folder of a namespace"))?;
        run("ip", &["netns", "add", &room.name])?;
        let namespace = Namespace(Arc::new(room));
        namespace.prepare()?;
        Ok(namespace)
    }

    /// Joins two namespaces by a veth pair, both ends up.
    ///
    /// # Errors
    /// `ip link` fails.
    pub fn link(&self, left: (&Namespace, &str), right: (&Namespace, &str)) -> Result<Link> {
        let (a, a_name) = left;
        let (b, b_name) = right;
        #[rustfmt::skip]
        run("ip", &["link", "add", "name", a_name, "netns", a.name(), "type", "veth",
                    "peer", "name", b_name, "netns", b.name()])?;
        let link = Link {
            left: End::new(a, a_name),
            right: End::new(b, b_name),
        };
        link.left.set_up()?;
        link.right.set_up()?;
        Ok(link)
    }

    /// Where captures and configurations of this topology may be put.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder.path
    }
}

/// A network namespace; removed with all that runs in it when the last handle goes.
#[derive(Clone, Debug)]
pub struct Namespace(Arc<Room>);

impl Namespace {
    /// Its name, as `ip netns list` shows it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its folder for files of the daemons that run in it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Runs a command inside and returns its standard output.
    ///
    /// # Errors
    /// The program is missing, or it failed.
    pub fn run(&self, program: &str, args: &[&str]) -> Result<String> {
        let mut all = vec!["netns", "exec", self.name(), program];
        all.extend_from_slice(args);
        run("ip", &all)
    }

    /// Runs `ip` on this namespace.
    ///
    /// # Errors
    /// `ip` fails.
    pub fn ip(&self, args: &[&str]) -> Result<String> {
        let mut all = vec!["-n", self.name()];
        all.extend_from_slice(args);
        run("ip", &all)
    }

    /// Adds an address with prefix length, such as `10.0.0.1/24`.
    ///
    /// # Errors
    /// `ip` fails.
    pub fn add_address(&self, interface: &str, address: &str) -> Result<()> {
        let mut args = vec!["address", "add", address, "dev", interface];
        if address.contains(':') {
            args.push("nodad");
        }
        self.ip(&args).map(drop)
    }

    /// Routes a prefix through a neighbour.
    ///
    /// # Errors
    /// `ip` fails.
    pub fn add_route(&self, prefix: &str, via: &str) -> Result<()> {
        self.ip(&["route", "add", prefix, "via", via]).map(drop)
    }

    /// Makes it forward packets, as a router does.
    ///
    /// # Errors
    /// The settings cannot be written.
    pub fn forward(&self) -> Result<()> {
        self.set("net/ipv4/ip_forward", "1")?;
        self.set("net/ipv6/conf/all/forwarding", "1")
    }

    /// Writes a kernel setting below `/proc/sys`.
    ///
    /// # Errors
    /// The setting cannot be written.
    pub fn set(&self, setting: &str, value: &str) -> Result<()> {
        let line = format!("echo {value} > /proc/sys/{setting}");
        self.run("sh", &["-c", &line]).map(drop)
    }

    /// The link-local address of an interface.
    ///
    /// # Errors
    /// None appears.
    pub fn link_local(&self, interface: &str) -> Result<Ipv6Addr> {
        eventually("a link-local address", || {
            let shown = self
                .ip(&[
                    "-6", "-o", "address", "show", "dev", interface, "scope", "link",
                ])
                .map_err(|error| error.to_string())?;
            first_address(&shown).ok_or(shown)
        })
    }

    /// Duplicate address detection would keep addresses unusable for a second.
    fn prepare(&self) -> Result<()> {
        self.set("net/ipv6/conf/default/accept_dad", "0")?;
        self.set("net/ipv6/conf/all/accept_dad", "0")?;
        self.ip(&["link", "set", "lo", "up"]).map(drop)
    }
}

/// A veth pair: two [`End`]s.
#[derive(Clone, Debug)]
pub struct Link {
    /// The end in the namespace named first.
    pub left: End,
    /// The other end.
    pub right: End,
}

impl Link {
    /// Drops every packet in both directions; carrier and addresses stay.
    ///
    /// # Errors
    /// nftables refuses.
    pub fn cut(&self) -> Result<SystemTime> {
        self.left.cut()?;
        self.right.cut()
    }

    /// Lets everything pass again.
    ///
    /// # Errors
    /// nftables refuses.
    pub fn heal(&self) -> Result<SystemTime> {
        self.left.heal()?;
        self.right.heal()
    }
}

/// One end of a link: an interface of a namespace.
#[derive(Clone, Debug)]
pub struct End {
    namespace: Namespace,
    interface: String,
}

impl End {
    fn new(namespace: &Namespace, interface: &str) -> Self {
        let (namespace, interface) = (namespace.clone(), interface.to_owned());
        Self {
            namespace,
            interface,
        }
    }

    /// The namespace it is in.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Interface name.
    #[must_use]
    pub fn interface(&self) -> &str {
        &self.interface
    }

    /// Adds an address with prefix length.
    ///
    /// # Errors
    /// `ip` fails.
    pub fn add_address(&self, address: &str) -> Result<()> {
        self.namespace.add_address(&self.interface, address)
    }

    /// Silently loses all that leaves this end, as a broken wire would. The rule sits behind the sender's
    /// IP layer and before the wire: the sender sees no error, and a capture at the other end shows
    /// exactly what arrived. A plain `drop` here would be told to the sender (ENOBUFS); so frames are
    /// sent to the loopback, which ignores those that bear another interface's address.
    ///
    /// # Errors
    /// nftables refuses.
    pub fn cut(&self) -> Result<SystemTime> {
        let rules = format!(
            "table netdev cut {{ chain out {{ \
             type filter hook egress device \"{}\" priority 0; fwd to \"lo\"; }}; }}",
            self.interface
        );
        self.namespace.run("nft", &[&rules])?;
        Ok(SystemTime::now())
    }

    /// Undoes [`End::cut`].
    ///
    /// # Errors
    /// nftables refuses, for example because nothing is cut.
    pub fn heal(&self) -> Result<SystemTime> {
        self.namespace
            .run("nft", &["delete", "table", "netdev", "cut"])?;
        Ok(SystemTime::now())
    }

    /// Sets the interface up; the other end gets its carrier.
    ///
    /// # Errors
    /// `ip` fails.
    pub fn set_up(&self) -> Result<()> {
        self.namespace
            .ip(&["link", "set", &self.interface, "up"])
            .map(drop)
    }

    /// Sets the interface down; the other end loses its carrier.
    ///
    /// # Errors
    /// `ip` fails.
    pub fn set_down(&self) -> Result<()> {
        self.namespace
            .ip(&["link", "set", &self.interface, "down"])
            .map(drop)
    }
}

/// Prefix length that belongs to the family when addresses of a link are made up.
#[must_use]
pub fn on_link(address: IpAddr) -> String {
    match address {
        IpAddr::V4(_) => format!("{address}/24"),
        IpAddr::V6(_) => format!("{address}/64"),
    }
}

#[derive(Debug)]
struct Room {
    name: String,
    folder: PathBuf,
    _parent: Arc<Folder>,
}

impl Drop for Room {
    fn drop(&mut self) {
        registry::remove_namespace(&self.name);
        registry::made().namespaces.remove(&self.name);
    }
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Result<Self> {
        let path = tempfile::Builder::new()
            .prefix(&registry::folder_prefix())
            // FRR runs as a user of its own and has to get through.
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .tempdir()
            .map_err(Error::io("temporary folder"))?
            .keep();
        registry::made().folders.insert(path.clone());
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        registry::made().folders.remove(&self.path);
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

fn first_address(shown: &str) -> Option<Ipv6Addr> {
    let mut words = shown.split_whitespace();
    words.find(|word| *word == "inet6")?;
    words.next()?.split('/').next()?.parse().ok()
}
