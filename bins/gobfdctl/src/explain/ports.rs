//! Who holds the BFD ports of this network namespace, by `/proc`.

use std::fs;
use std::path::{Path, PathBuf};

/// UDP ports of single hop and multihop.
const PORTS: [u16; 2] = [3784, 4784];

/// A mounted `/proc`.
pub(crate) struct ProcFs(PathBuf);

/// A program that holds a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    /// The port.
    pub(crate) port: u16,
    /// Name and process id, if they may be seen.
    pub(crate) process: Option<Process>,
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    /// As in `ps -o comm`.
    pub(crate) name: String,
    /// Its id.
    pub(crate) pid: u32,
}

impl Default for ProcFs {
    fn default() -> Self {
        Self("/proc".into())
    }
}

impl ProcFs {
    #[cfg(test)]
    pub(crate) fn at(root: &Path) -> Self {
        Self(root.into())
    }

    /// Holders of the BFD ports, each once per port. What cannot be read counts as absent.
    pub(crate) fn holders(&self) -> Vec<Holder> {
        self.holders_of(&PORTS)
    }

    /// Holders of `ports`.
    pub(crate) fn holders_of(&self, ports: &[u16]) -> Vec<Holder> {
        let tables = ["udp", "udp6"].map(|name| self.0.join("net").join(name));
        let texts = tables
            .iter()
            .filter_map(|path| fs::read_to_string(path).ok());
        let sockets = texts.flat_map(|text| sockets(&text));
        let sockets: Vec<_> = sockets.filter(|(port, _)| ports.contains(port)).collect();
        let mut holders = Vec::new();
        for (port, inode) in sockets {
            let holder = Holder {
                port,
                process: self.owner(inode),
            };
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        holders
    }

    /// The first process with an open socket `inode`.
    fn owner(&self, inode: u64) -> Option<Process> {
        let wanted = format!("socket:[{inode}]");
        let entries = fs::read_dir(&self.0).ok()?.flatten();
        let folder = entries
            .filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok())
            .map(|entry| entry.path())
            .find(|folder| has_open(folder, &wanted))?;
        let pid = folder.file_name()?.to_string_lossy().parse().ok()?;
        let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
        Some(Process {
            name: name.trim_end().into(),
            pid,
        })
    }
}

fn has_open(folder: &Path, wanted: &str) -> bool {
    let Ok(entries) = fs::read_dir(folder.join("fd")) else {
        return false;
    };
    entries
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .any(|target| target.as_os_str() == wanted)
}

/// Local port and inode of each line of `/proc/net/udp` or `udp6`.
fn sockets(table: &str) -> Vec<(u16, u64)> {
    table.lines().skip(1).filter_map(socket).collect()
}

fn socket(line: &str) -> Option<(u16, u64)> {
    let mut fields = line.split_whitespace();
    let (_, port) = fields.nth(1)?.rsplit_once(':')?;
    let inode = fields.nth(7)?;
    Some((u16::from_str_radix(port, 16).ok()?, inode.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, UdpSocket};
    use std::os::unix::fs::symlink;

    use super::*;

    const UDP: &str = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when \
        retrnsmt   uid  timeout inode ref pointer drops\n\
        \x20 412: 00000000:0EC8 00000000:0000 07 00000000:00000000 00:00000000 00000000     \
        0        0 4711 2 0000000000000000 0\n\
        \x20 413: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     \
        0        0 4712 2 0000000000000000 0\n";

    #[test]
    fn the_table_of_the_kernel_is_read() {
        assert_eq!(sockets(UDP), [(3784, 4711), (53, 4712)]);
        assert_eq!(sockets(""), []);
        assert_eq!(sockets("header\nnonsense\n 1: 2 3\n"), []);
    }

    #[test]
    fn a_holder_is_named_by_its_open_socket() {
        let proc = tempfile::tempdir().unwrap();
        let at = |path: &str| proc.path().join(path);
        for folder in ["net", "self", "77/fd", "88/fd"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        fs::write(at("net/udp"), UDP).unwrap();
        fs::write(at("77/comm"), "sshd\n").unwrap();
        fs::write(at("88/comm"), "bfdd\n").unwrap();
        symlink("socket:[1]", at("77/fd/3")).unwrap();
        symlink("socket:[4711]", at("88/fd/9")).unwrap();
        let process = Some(Process {
            name: "bfdd".into(),
            pid: 88,
        });
        let expected = [Holder {
            port: 3784,
            process,
        }];
        assert_eq!(ProcFs::at(proc.path()).holders(), expected);

        fs::remove_file(at("88/fd/9")).unwrap();
        let expected = [Holder {
            port: 3784,
            process: None,
        }];
        assert_eq!(ProcFs::at(proc.path()).holders(), expected);
    }

    #[test]
    fn the_real_proc_names_ourselves() {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        let holders = ProcFs::default().holders_of(&[port]);
        let process = holders[0].process.as_ref().unwrap();
        assert_eq!(process.pid, std::process::id());
    }
}
