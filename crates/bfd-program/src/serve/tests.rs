use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixListener};
use tokio::sync::watch;

use super::{Listener, Pages, Server, router};
use crate::config::ListenAddress;

async fn listener() -> (Listener, SocketAddr) {
    let address = ListenAddress::parse("127.0.0.1:0").expect("an address");
    let listener = Listener::tcp("tests", "tests.addr", &address).await;
    let listener = listener.expect("a free port");
    let Listener::Tcp(tcp) = &listener else {
        panic!("TCP was asked for");
    };
    let address = tcp.local_addr().expect("bound");
    (listener, address)
}

/// One request over HTTP/1.1; the status line.
async fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_panic_costs_one_answer() {
    async fn panics() -> &'static str {
        panic!("on purpose")
    }
    let pages = Router::new()
        .route("/bad", get(panics))
        .route("/good", get(|| async { "fine" }));
    let (listener, address) = listener().await;
    let (stop, stopping) = watch::channel(false);
    let server = tokio::spawn(Server::new(listener, pages).run(stopping, Duration::ZERO));
    let bad = ask(address, "/bad").await.expect("an answer");
    assert_eq!(bad, "HTTP/1.1 500 Internal Server Error");
    let good = ask(address, "/good").await.expect("an answer");
    assert_eq!(good, "HTTP/1.1 200 OK");
    stop.send_replace(true);
    server.await.expect("no panic");
    assert!(ask(address, "/good").await.is_err(), "nobody listens");
}

#[tokio::test]
async fn what_is_under_way_is_finished() {
    let (begun, mut began) = watch::channel(false);
    let (finish, finishing) = watch::channel(false);
    let slow = move || async move {
        begun.send_replace(true);
        let _ = finishing.clone().wait_for(|finish| *finish).await;
        "done"
    };
    let (listener, address) = listener().await;
    let (stop, stopping) = watch::channel(false);
    let pages = Router::new().route("/slow", get(slow));
    let server = tokio::spawn(Server::new(listener, pages).run(stopping, Duration::from_secs(60)));
    let asked = tokio::spawn(async move { ask(address, "/slow").await });
    began.wait_for(|begun| *begun).await.expect("a request");
    stop.send_replace(true);
    finish.send_replace(true);
    let answer = asked.await.expect("no panic").expect("an answer");
    assert_eq!(answer, "HTTP/1.1 200 OK");
    server.await.expect("no panic");
}

#[tokio::test]
async fn a_taken_port_names_key_and_remedy() {
    let (_held, address) = listener().await;
    let taken = ListenAddress::parse(&address.to_string()).expect("an address");
    let error = Listener::tcp("the API", "grpc.addr", &taken).await;
    let text = error.expect_err("taken").to_string();
    assert!(
        text.starts_with(&format!("cannot listen for the API on {address}: ")),
        "{text}"
    );
    assert!(
        text.contains("stop it or set grpc.addr to another address"),
        "{text}"
    );
}

#[tokio::test]
async fn a_dead_unix_socket_is_replaced_and_a_live_one_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("api.sock");
    drop(UnixListener::bind(&path).expect("a socket"));
    assert!(path.exists(), "left behind");
    let first = Listener::unix("the API", "grpc.unix", &path).await;
    let first = first.expect("nobody listens there");
    let second = Listener::unix("the API", "grpc.unix", &path).await;
    let text = second.expect_err("taken").to_string();
    assert!(text.contains("grpc.unix"), "{text}");
    drop(first);
    assert!(!path.exists(), "removed with its listener");
    std::fs::write(&path, "a file of somebody else").expect("a file");
    let other = Listener::unix("the API", "grpc.unix", &path).await;
    assert!(other.is_err(), "only sockets are replaced");
    assert!(path.exists());
}

struct Neighbour(bool);

impl Pages for Neighbour {
    fn metrics(&self) -> String {
        "up 1\n".to_owned()
    }

    fn ready(&self) -> Result<(), String> {
        self.0.then_some(()).ok_or("it is away".to_owned())
    }
}

#[tokio::test]
async fn a_bridge_is_healthy_without_its_neighbour_and_not_ready() {
    for (neighbour, ready) in [(true, "200 OK"), (false, "503 Service Unavailable")] {
        let (listener, address) = listener().await;
        let (_stop, stopping) = watch::channel(false);
        let server = Server::new(listener, router(Arc::new(Neighbour(neighbour))));
        tokio::spawn(server.run(stopping, Duration::ZERO));
        for (path, status) in [
            ("/metrics", "200 OK"),
            ("/healthz", "200 OK"),
            ("/readyz", ready),
        ] {
            let answer = ask(address, path).await.expect("an answer");
            assert_eq!(answer, format!("HTTP/1.1 {status}"), "{path}");
        }
    }
}
