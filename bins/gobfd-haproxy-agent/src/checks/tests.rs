use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{CONNECTIONS, line, serve};
use crate::board::{Answer, Change, Reason};
use crate::published::{Outcome, Published};

async fn server(servers: usize) -> (Arc<Published>, Vec<SocketAddr>) {
    let published = Arc::new(Published::new(servers));
    let mut addresses = Vec::new();
    for server in 0..servers {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        addresses.push(listener.local_addr().expect("bound"));
        tokio::spawn(serve(listener, server, Arc::clone(&published)));
    }
    (published, addresses)
}

fn change(server: usize, from: Answer, to: Answer) -> Change {
    Change {
        server,
        from,
        to,
        reason: Reason::Up,
    }
}

async fn ask(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it closes");
    answer
}

#[tokio::test]
async fn the_octets_are_exact_and_the_connection_closes() {
    let (published, addresses) = server(2).await;
    published.show(&[]);
    assert_eq!(ask(addresses[0]).await, b"down\n");
    published.show(&[change(0, Answer::Down, Answer::Up)]);
    assert_eq!(ask(addresses[0]).await, b"up ready\n");
    assert_eq!(ask(addresses[1]).await, b"down\n");
    published.show(&[change(0, Answer::Up, Answer::Drain)]);
    assert_eq!(ask(addresses[0]).await, b"drain\n");
    assert_eq!(line(Answer::Up), b"up ready\n");
    assert_eq!(published.checks(0, Outcome::Answered), 3);
    assert_eq!(published.changes(0), 2);
}

#[tokio::test]
async fn nobody_is_answered_before_there_is_something_to_say() {
    let (published, addresses) = server(1).await;
    let mut stream = TcpStream::connect(addresses[0]).await.expect("it listens");
    let mut answer = Vec::new();
    {
        let early = stream.read_to_end(&mut answer);
        let wait = std::time::Duration::from_millis(200);
        assert!(tokio::time::timeout(wait, early).await.is_err());
    }
    published.show(&[change(0, Answer::Down, Answer::Up)]);
    stream.read_to_end(&mut answer).await.expect("it closes");
    assert_eq!(answer, b"up ready\n");
}

#[tokio::test]
async fn a_client_that_sends_first_gets_its_answer() {
    let (published, addresses) = server(1).await;
    published.show(&[]);
    for _ in 0..50 {
        let mut stream = TcpStream::connect(addresses[0]).await.expect("it listens");
        stream.write_all(&[b'x'; 4_096]).await.expect("taken");
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await.expect("an answer");
        assert_eq!(&answer, b"down\n");
    }
}

#[tokio::test]
async fn clients_that_never_close_harm_nobody_for_long() {
    let (published, addresses) = server(2).await;
    published.show(&[]);
    let mut held = Vec::new();
    while published.checks(0, Outcome::Refused) == 0 {
        held.push(TcpStream::connect(addresses[0]).await.expect("it listens"));
        tokio::task::yield_now().await;
    }
    assert!(held.len() > CONNECTIONS);
    assert_eq!(ask(addresses[1]).await, b"down\n", "another backend");
    // Without an answer while they hold on; with one soon after.
    while ask(addresses[0]).await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
