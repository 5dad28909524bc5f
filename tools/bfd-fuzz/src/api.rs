//! Any octets as requests to the API.
//!
//! The daemon's own services and control plane answer; no socket lies before them and no packet
//! behind. The octets are a script: two select procedure and encoding, two say how long the body is.
//! After each script all sessions are gone, so that a script means the same wherever it is played.

mod engine;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use bfd_control::{Control, Owner, Topology};
use futures::FutureExt as _;
use gobfd::api::{self, HealthSwitch as _, Vitals};
use gobfd::integrations::Board;
use http::Request;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, Full};
use tokio::runtime::Runtime;
use tower::Service;

use engine::Still;

/// What is called. A procedure that is missing here is never tried: a test compares with the schema.
pub(crate) const PROCEDURES: &[&str] = &[
    "/bfd.v1.BfdService/AddSession",
    "/bfd.v1.BfdService/DeleteSession",
    "/bfd.v1.BfdService/GetSession",
    "/bfd.v1.BfdService/ListSessions",
    "/bfd.v1.BfdService/SetSessionAdmin",
    "/bfd.v1.BfdService/WatchSessionEvents",
    "/bfd.v1.EchoService/AddEchoSession",
    "/bfd.v1.EchoService/DeleteEchoSession",
    "/bfd.v1.EchoService/ListEchoSessions",
    "/bfd.v1.IntegrationService/ListBgpTargets",
    "/bfd.v1.MicroBFDService/AddMicroBFDGroup",
    "/bfd.v1.MicroBFDService/DeleteMicroBFDGroup",
    "/bfd.v1.MicroBFDService/ListMicroBFDGroups",
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/no.such.Service/Procedure",
    "/bfd.v1.BfdService/SetSessionTimers",
];

/// How a body is said to be encoded, and whether it lies in an envelope.
const ENCODINGS: &[(&str, bool)] = &[
    ("application/json", false),
    ("application/proto", false),
    ("application/grpc", true),
    ("application/grpc+json", true),
    ("application/grpc-web", true),
    ("application/connect+json", true),
    ("application/connect+proto", true),
    ("text/html", false),
];

/// Calls of one script.
const CALLS: usize = 8;
/// Parts of a streamed answer that are read.
const PARTS: usize = 64;
/// An answer that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// Plays the script against the services.
pub fn api(script: &[u8]) {
    static SERVER: Mutex<Option<Server>> = Mutex::new(None);
    let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
    server.get_or_insert_with(Server::start).play(script);
}

struct Server {
    runtime: Runtime,
    control: Control,
    services: axum::Router,
}

impl Server {
    fn start() -> Self {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_time().build().expect("a runtime");
        let engine = Arc::new(Still::new());
        let events = engine.source();
        let route = Box::new(|_| None);
        let topology = Arc::new(Topology::default());
        let control = Control::start(engine, events, topology, route).expect("two threads");
        let vitals = Arc::new(Vitals::new());
        vitals.set_ready(true);
        let services = api::router(control.clone(), vitals, Board::default());
        Self {
            runtime,
            control,
            services,
        }
    }

    fn play(&mut self, mut script: &[u8]) {
        for _ in 0..CALLS {
            let Some(request) = request(&mut script) else {
                break;
            };
            let services = &mut self.services;
            let answer = async {
                let answer = tokio::time::timeout(PATIENCE, call(services, request)).await;
                answer.expect("an answer")
            };
            self.runtime.block_on(answer);
        }
        self.runtime.block_on(forget(&self.control));
    }
}

/// Ends all sessions and waits until the control plane has forgotten them.
async fn forget(control: &Control) {
    let config = control.reconcile(Owner::Config, Vec::new()).await;
    config.expect("it is not stopping");
    for meta in control.sessions().iter() {
        // Gone already is as good.
        let _ = control.remove(meta.id.discriminator.get()).await;
    }
    let begin = Instant::now();
    while !control.sessions().is_empty() {
        assert!(begin.elapsed() < PATIENCE, "a session that does not go");
        std::thread::yield_now();
    }
}

/// The next call; `None` behind the end.
fn request(script: &mut &[u8]) -> Option<Request<Full<Bytes>>> {
    let [procedure, encoding, high, low, rest @ ..] = *script else {
        return None;
    };
    let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
    let (body, rest) = rest.split_at(length);
    *script = rest;
    let path = PROCEDURES[usize::from(*procedure) % PROCEDURES.len()];
    let (kind, enveloped) = ENCODINGS[usize::from(*encoding) % ENCODINGS.len()];
    // The upper bit leaves the envelope to the octets.
    let octets = match enveloped && encoding & 0x80 == 0 {
        true => envelope(body),
        false => body.to_vec(),
    };
    let request = Request::post(path).header(CONTENT_TYPE, kind);
    let request = request.body(Full::new(octets.into()));
    Some(request.expect("both are valid"))
}

/// Uncompressed, as gRPC and Connect write the length.
fn envelope(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("short");
    [&[0], &length.to_be_bytes()[..], body].concat()
}

/// Calls and reads what is there of the answer; a stream may go on for ever.
async fn call(services: &mut axum::Router, request: Request<Full<Bytes>>) {
    let path = request.uri().path().to_owned();
    let answer: Result<_, Infallible> = services.call(request).await;
    let Ok(answer) = answer;
    let (head, mut body) = answer.into_parts();
    let mut octets = Vec::new();
    for _ in 0..PARTS {
        let Some(Some(Ok(frame))) = body.frame().now_or_never() else {
            break;
        };
        if let Some(data) = frame.data_ref() {
            octets.extend_from_slice(data);
        }
    }
    // The services turn a panic of a handler into this answer.
    let said = String::from_utf8_lossy(&octets);
    let headers = format!("{:?}", head.headers);
    for text in [&*said, &headers] {
        assert!(!text.contains("panic recovered"), "{path}: {text}");
    }
}
