//! Who is at the other end of a connection.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::unix::UCred;

/// The client of a connection, for log lines; an extension of each of its requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(Arc<str>);

impl Caller {
    /// By its address, as `192.0.2.9:41032`.
    pub(super) fn tcp(address: Option<SocketAddr>) -> Self {
        Self(address.map_or_else(|| "unknown".into(), |address| address.to_string().into()))
    }

    /// By its process, as `unix:pid=4711,uid=1000`.
    pub(super) fn unix(credentials: Option<UCred>) -> Self {
        let Some(credentials) = credentials else {
            return Self("unix:unknown".into());
        };
        let uid = credentials.uid();
        Self(match credentials.pid() {
            Some(pid) => format!("unix:pid={pid},uid={uid}").into(),
            None => format!("unix:uid={uid}").into(),
        })
    }
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
