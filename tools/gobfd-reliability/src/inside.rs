//! Code of the test in a namespace: threads enter it, sockets made there stay there.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsFd as _;
use std::thread;
use std::time::Duration;

use bfd_testbed::Namespace;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Longest wait for an answer; a daemon that needs longer does not answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Moves the calling thread into the namespace, for the rest of its life.
pub(crate) fn enter(namespace: &str) {
    let file = File::open(format!("/run/netns/{namespace}")).expect("the namespace exists");
    move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
        .expect("root may enter a namespace");
}

/// Runs `body` on a thread inside the namespace.
pub(crate) fn inside<T: Send>(namespace: &Namespace, body: impl FnOnce() -> T + Send) -> T {
    let name = namespace.name();
    thread::scope(|scope| {
        let run = scope.spawn(move || {
            enter(name);
            body()
        });
        run.join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The body of `http://ADDRESS/PATH`; to be called inside the namespace.
pub(crate) fn get(address: &str, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: gobfd\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.to_owned()),
        _ => Err(io::Error::other(answer)),
    }
}
