//! Ports that somebody else holds, in every manner of sharing.

use std::net::{SocketAddr, UdpSocket};

use bfd_net::{Family, OpenError, SocketSet};
use socket2::{Domain, Protocol, Socket, Type};

use crate::support::{Namespace, eventually, group, open};

const PORT: u16 = 3784;

/// How another program shares its port.
#[derive(Clone, Copy)]
enum Sharing {
    None,
    /// As FRR's bfdd does.
    ReuseAddress,
    ReusePort,
}

fn foreign(address: &str, sharing: Sharing) -> std::io::Result<Socket> {
    let address: SocketAddr = address.parse().expect("an address");
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    match sharing {
        Sharing::None => {}
        Sharing::ReuseAddress => socket.set_reuse_address(true)?,
        Sharing::ReusePort => socket.set_reuse_port(true)?,
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

fn refused(family: Family, holder: &str, sharing: Sharing) -> OpenError {
    Namespace::new().run(|| {
        let _holder = foreign(holder, sharing).expect("a fresh namespace");
        SocketSet::open(group(family, PORT, 2)).expect_err("the port is held")
    })
}

#[test]
fn a_held_port_is_an_error_with_a_remedy() {
    for sharing in [Sharing::None, Sharing::ReuseAddress, Sharing::ReusePort] {
        for (family, holder) in [(Family::V4, "0.0.0.0:3784"), (Family::V6, "[::]:3784")] {
            let error = refused(family, holder, sharing);
            assert!(error.is_port_in_use());
            let text = error.to_string();
            let start = format!("cannot receive on UDP port 3784 ({family}): ");
            assert!(text.starts_with(&start), "{text}");
            assert!(text.contains("another BFD daemon"), "{text}");
        }
    }
}

#[test]
fn a_holder_of_one_address_counts() {
    assert!(refused(Family::V4, "127.0.0.1:3784", Sharing::ReuseAddress).is_port_in_use());
    assert!(refused(Family::V6, "[::1]:3784", Sharing::ReuseAddress).is_port_in_use());
}

#[test]
fn a_dual_stack_holder_blocks_ipv4() {
    assert!(refused(Family::V4, "[::]:3784", Sharing::ReuseAddress).is_port_in_use());
}

#[test]
fn our_group_blocks_others() {
    Namespace::new().run(|| {
        let _ours = [open(Family::V4, PORT, 2), open(Family::V6, PORT, 2)];
        for address in ["0.0.0.0:3784", "127.0.0.1:3784", "[::]:3784", "[::1]:3784"] {
            for sharing in [Sharing::None, Sharing::ReuseAddress] {
                let error = foreign(address, sharing).expect_err("the port is ours");
                assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse, "{address}");
            }
        }
    });
}

#[test]
fn a_closed_group_frees_the_port() {
    Namespace::new().run(|| {
        drop(open(Family::V4, PORT, 3));
        drop(eventually(|| SocketSet::open(group(Family::V4, PORT, 3))));
        eventually(|| UdpSocket::bind("0.0.0.0:3784"));
    });
}

#[test]
fn a_kernel_without_ipv6_is_told() {
    let error = OpenError {
        family: Family::V6,
        port: PORT,
        source: std::io::Error::from_raw_os_error(97),
    };
    assert!(error.is_family_missing());
    assert!(error.to_string().contains("switched off in the kernel"));
}
