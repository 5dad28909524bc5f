//! The whole picture, asked for.

use std::io;

use bfd_control::Topology;
use rtnetlink::packet_core::{NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use rtnetlink::packet_route::RouteNetlinkMessage;
use rtnetlink::packet_route::address::AddressMessage;
use rtnetlink::packet_route::link::LinkMessage;
use rtnetlink::sys::{AsyncSocket, AsyncSocketExt, SocketAddr, TokioSocket, protocols};

use super::message::{Told, apply_all};

/// Reads all links and addresses.
pub(super) async fn dump() -> io::Result<Topology> {
    let mut topology = Topology::default();
    ask(
        RouteNetlinkMessage::GetLink(LinkMessage::default()),
        &mut topology,
    )
    .await?;
    ask(
        RouteNetlinkMessage::GetAddress(AddressMessage::default()),
        &mut topology,
    )
    .await?;
    Ok(topology)
}

async fn ask(question: RouteNetlinkMessage, topology: &mut Topology) -> io::Result<()> {
    let mut socket = TokioSocket::new(protocols::NETLINK_ROUTE)?;
    socket.socket_mut().bind(&SocketAddr::new(0, 0))?;
    let mut message = NetlinkMessage::from(question);
    message.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    debug_assert!(matches!(message.payload, NetlinkPayload::InnerMessage(_)));
    message.finalize();
    let mut octets = vec![0; message.buffer_len()];
    message.serialize(&mut octets);
    socket.send(&octets).await?;
    let mut ended = None;
    while ended.is_none() {
        let (datagram, _) = socket.recv_from_full().await?;
        apply_all(&datagram, topology, |told| match told {
            Told::Done => ended = Some(Ok(())),
            Told::Trouble => ended = Some(Err(io::Error::other("rtnetlink refused a dump"))),
            Told::Topology | Told::Routes | Told::Nothing => {}
        });
    }
    ended.unwrap_or(Ok(()))
}
