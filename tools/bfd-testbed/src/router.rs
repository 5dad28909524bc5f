//! What a scenario asks of any foreign BFD speaker.

use std::net::IpAddr;

use crate::wait::eventually;
use crate::{Namespace, Result, Session, State};

/// A real routing daemon in a namespace of its own.
pub trait Router: Sized {
    /// What it is called in messages.
    const NAME: &'static str;
    /// Whether its operator can hold a session in AdminDown so that the peer is told.
    const SIGNALS_ADMIN_DOWN: bool;
    /// TTL of its multihop packets.
    const MULTIHOP_TTL: u8;

    /// Starts it with these sessions and waits until it listens.
    ///
    /// # Errors
    /// It is missing, or does not start.
    fn start(namespace: &Namespace, sessions: &[Session]) -> Result<Self>;

    /// State of the session with `peer`; `None` if it knows no such session.
    ///
    /// # Errors
    /// It does not answer.
    fn state(&self, peer: IpAddr) -> Result<Option<State>>;

    /// Changes a running session to these timers.
    ///
    /// # Errors
    /// It refuses.
    fn retime(&mut self, session: &Session) -> Result<()>;

    /// Dies without a word, as a crash does.
    fn crash(&mut self);

    /// Starts again after [`Router::crash`], with the sessions it had.
    ///
    /// # Errors
    /// It does not start.
    fn restart(&mut self) -> Result<()>;

    /// Waits until it reports the session with `peer` in `state`.
    ///
    /// # Errors
    /// It never does.
    fn wait_for(&self, peer: IpAddr, state: State) -> Result<()> {
        let what = format!("{} to report {peer} {state:?}", Self::NAME);
        eventually(&what, || match self.state(peer) {
            Ok(Some(seen)) if seen == state => Ok(()),
            Ok(seen) => Err(format!("{seen:?}")),
            Err(error) => Err(error.to_string()),
        })
    }
}
