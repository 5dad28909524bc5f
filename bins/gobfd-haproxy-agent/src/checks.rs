//! The agent-check server: one port per backend.
//!
//! Purpose: on each connection write the answer and close. Owner: each port has its own task and
//! its own bound on connections. Thread: tokio's. A client that never reads or never closes must
//! never harm anybody else.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::board::Answer;
use crate::published::{Outcome, Published};

/// Connections per backend at a time; further ones are closed without an answer.
const CONNECTIONS: usize = 64;
/// How long the answer may take to be taken.
const WRITE: Duration = Duration::from_millis(100);
/// How long the client may take to close.
const LINGER: Duration = Duration::from_secs(1);
/// How long to rest when the system gives no more descriptors.
const REST: Duration = Duration::from_millis(100);

/// The octets of an answer.
#[must_use]
pub const fn line(answer: Answer) -> &'static [u8] {
    match answer {
        Answer::Up => b"up ready\n",
        Answer::Down => b"down\n",
        Answer::Drain => b"drain\n",
    }
}

/// Answers for the server with this index until dropped.
///
/// Nobody is answered before there is something to say; until then connections wait, and HAProxy
/// keeps what it knows. So a restart of the agent changes nothing.
pub async fn serve(listener: TcpListener, server: usize, published: Arc<Published>) {
    published.settled().await;
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        match listener.accept().await {
            Ok((stream, _)) => begin(stream, server, &room, &published),
            Err(error) => {
                tracing::warn!(%error, "cannot accept an agent check");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

fn begin(stream: TcpStream, server: usize, room: &Arc<Semaphore>, published: &Arc<Published>) {
    let Ok(permit) = Arc::clone(room).try_acquire_owned() else {
        published.count(server, Outcome::Refused);
        return;
    };
    tokio::spawn(exchange(stream, server, Arc::clone(published), permit));
}

async fn exchange(
    mut stream: TcpStream,
    server: usize,
    published: Arc<Published>,
    permit: OwnedSemaphorePermit,
) {
    let answer = line(published.answer(server));
    let written = timeout(WRITE, say(&mut stream, answer)).await;
    let outcome = match written {
        Ok(Ok(())) => Outcome::Answered,
        _ => Outcome::Failed,
    };
    published.count(server, outcome);
    if outcome == Outcome::Answered {
        let _ = timeout(LINGER, listen_out(&mut stream)).await;
    }
    drop(permit);
}

async fn say(stream: &mut TcpStream, answer: &[u8]) -> io::Result<()> {
    stream.write_all(answer).await?;
    stream.shutdown().await
}

/// Reads what the client sends until it closes: to close before that would reset the connection,
/// and the reset may overtake the answer.
async fn listen_out(stream: &mut TcpStream) {
    let mut ignored = [0; 256];
    while let Ok(1..) = stream.read(&mut ignored).await {}
}

#[cfg(test)]
mod tests;
