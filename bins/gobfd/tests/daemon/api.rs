//! The procedures over Connect with JSON, by `curl`.

use bfd_testbed::{Result, eventually};
use serde_json::{Value, json};

use crate::support::{Daemon, Pair, config, discriminator, lonely, wish};

fn refused(answer: (u16, Value), status: u16, code: &str, message: &str) {
    assert_eq!(answer.0, status, "{answer:?}");
    assert_eq!(answer.1["code"], code, "{answer:?}");
    let text = answer.1["message"].as_str().unwrap_or_default();
    assert!(text.contains(message), "{text} lacks {message}");
}

#[test]
fn sessions_come_up_and_tell_everything() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2", "fd00::2"]))?;
    let right = Daemon::start(&pair.right, &config(&["10.0.0.1", "fd00::1"]))?;
    for peer in ["10.0.0.2", "fd00::2"] {
        left.wait(peer, "UP")?;
    }
    let up = left.wait_until("10.0.0.2", "negotiated", |session| {
        session["detectionTime"] == "0.150s"
    })?;
    assert_eq!(up["localAddress"], "10.0.0.1");
    assert_eq!(up["negotiatedTxInterval"], "0.050s");
    assert_eq!(up["remoteState"], "SESSION_STATE_UP");
    assert_eq!(up["owner"], "config");
    assert_eq!(up["role"], "SESSION_ROLE_ACTIVE");
    assert_eq!(up["authType"], "AUTHENTICATION_TYPE_NONE");
    let port = up["sourcePort"].as_u64().expect("a port");
    assert!((49152..=65535).contains(&port));
    let theirs = right.session("10.0.0.1");
    assert_eq!(up["remoteDiscriminator"], theirs["localDiscriminator"]);
    assert_eq!(up["remote"]["detectMultiplier"], 3);
    for time in [
        "created",
        "observedAt",
        "lastStateChange",
        "lastPacketReceived",
    ] {
        assert!(up[time].is_string(), "{time}: {up}");
    }

    pair.link.cut()?;
    let down = left.wait("10.0.0.2", "DOWN")?;
    assert_eq!(down["lastDown"]["verdict"], "peer-silent");
    assert!(down["lastDown"]["timestamp"].is_string(), "{down}");
    let ages = down["lastDown"]["evidence"]["arrivalsBefore"].as_array();
    assert!(ages.is_some_and(|ages| !ages.is_empty()), "{down}");
    assert_eq!(down["counters"]["flaps"], "1");
    Ok(())
}

#[test]
fn sessions_are_added_found_and_deleted() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&["10.0.0.2"]))?;
    let (status, added) = daemon.call("AddSession", &wish("10.0.0.3"));
    assert_eq!(status, 200, "{added}");
    let added = &added["session"];
    assert_eq!(added["localState"], "SESSION_STATE_DOWN");
    assert_eq!(added["remoteState"], "SESSION_STATE_DOWN");
    assert_eq!(
        (&added["owner"], &added["localAddress"]),
        (&json!("api"), &json!("10.0.0.1"))
    );
    assert_eq!(added["desiredMinTxInterval"], "1s");
    let number = discriminator(added);

    let (_, found) = daemon.call("GetSession", &json!({ "localDiscriminator": number }));
    assert_eq!(found["session"]["peerAddress"], "10.0.0.3");
    let numbers: Vec<u64> = daemon.sessions().iter().map(discriminator).collect();
    assert!(numbers.is_sorted() && numbers.contains(&number));

    refused(
        daemon.call("AddSession", &wish("10.0.0.3")),
        409,
        "already_exists",
        "duplicate session for peer key: session 10.0.0.3 already belongs to the API",
    );
    refused(
        daemon.call("AddSession", &wish("10.0.0.2")),
        409,
        "already_exists",
        "already belongs to the configuration",
    );

    let delete = json!({ "localDiscriminator": number });
    assert_eq!(daemon.call("DeleteSession", &delete).0, 200);
    refused(
        daemon.call("DeleteSession", &delete),
        404,
        "not_found",
        &format!("delete session: destroy session with discriminator {number}: session not found"),
    );
    refused(
        daemon.call("GetSession", &delete),
        404,
        "not_found",
        "session not found",
    );
    assert_eq!(daemon.sessions().len(), 1);
    // The key is free at once.
    assert_eq!(daemon.call("AddSession", &wish("10.0.0.3")).0, 200);
    Ok(())
}

#[test]
fn refusals_have_their_codes() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&[]))?;
    let add = |change: Value| {
        let mut request = wish("10.0.0.2");
        let fields = request.as_object_mut().expect("an object");
        fields.extend(change.as_object().cloned().expect("an object"));
        daemon.call("AddSession", &request)
    };
    let invalid = "invalid_argument";
    refused(
        add(json!({ "peerAddress": "" })),
        400,
        invalid,
        "parse peer address \"\"",
    );
    refused(
        add(json!({ "type": "SESSION_TYPE_ECHO" })),
        400,
        invalid,
        "SESSION_TYPE_ECHO",
    );
    refused(
        add(json!({ "detectMultiplier": 0 })),
        400,
        invalid,
        "must be >= 1",
    );
    refused(
        add(json!({ "requiredMinRxInterval": "0s" })),
        400,
        invalid,
        "must be > 0",
    );
    let auth = json!({ "authType": "AUTHENTICATION_TYPE_KEYED_SHA1", "authKeyId": 7 });
    refused(add(auth), 400, invalid, "api auth key material is required");
    refused(
        daemon.call("GetSession", &json!({})),
        400,
        invalid,
        "identifier must be",
    );
    refused(
        daemon.call("DeleteSession", &json!({})),
        404,
        "not_found",
        "discriminator 0",
    );
    refused(
        daemon.call("SetSessionAdmin", &json!({ "localDiscriminator": 1 })),
        400,
        invalid,
        "admin_state",
    );
    assert!(daemon.sessions().is_empty());

    for path in [
        "bfd.v1.EchoService/ListEchoSessions",
        "bfd.v1.EchoService/AddEchoSession",
        "bfd.v1.EchoService/DeleteEchoSession",
        "bfd.v1.MicroBFDService/ListMicroBFDGroups",
        "bfd.v1.MicroBFDService/AddMicroBFDGroup",
        "bfd.v1.MicroBFDService/DeleteMicroBFDGroup",
    ] {
        refused(
            daemon.post(path, &json!({})),
            501,
            "unimplemented",
            "not part of this release",
        );
    }
    assert_eq!(daemon.post("bfd.v1.BfdService/NoSuch", &json!({})).0, 404);
    let get = format!(
        "http://{}/bfd.v1.BfdService/ListSessions",
        crate::support::API
    );
    assert_eq!(daemon.curl(&[&get]).0, 405);
    let odd = ["-H", "content-type: text/plain", "-d", "x", &get];
    assert_eq!(daemon.curl(&odd).0, 415);
    Ok(())
}

#[test]
fn a_sender_problem_does_not_fail_the_add() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&[]))?;
    let mut request = wish("10.0.0.2");
    request["localAddress"] = json!("10.0.0.77");
    let (status, added) = daemon.call("AddSession", &request);
    assert_eq!(status, 200, "{added}");
    assert_eq!(
        added["session"]["pathProblem"],
        "PATH_PROBLEM_ADDRESS_MISSING"
    );
    assert_eq!(added["session"].get("sourcePort"), None);
    Ok(())
}

#[test]
fn several_sessions_with_one_peer_must_be_told_apart() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&["10.0.0.2"]))?;
    let mut multihop = wish("10.0.0.2");
    multihop["type"] = json!("SESSION_TYPE_MULTI_HOP");
    let (status, added) = daemon.call("AddSession", &multihop);
    assert_eq!(status, 200, "{added}");
    assert_eq!(added["session"]["minTtl"], 254);
    refused(
        daemon.call("GetSession", &json!({ "peerAddress": "10.0.0.2" })),
        400,
        "failed_precondition",
        "2 sessions have peer 10.0.0.2",
    );
    let chosen = json!({ "peerAddress": "10.0.0.2", "type": "SESSION_TYPE_MULTI_HOP" });
    let (_, found) = daemon.call("GetSession", &chosen);
    assert_eq!(
        discriminator(&found["session"]),
        discriminator(&added["session"])
    );
    Ok(())
}

#[test]
fn lists_come_in_pages() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&[]))?;
    for host in 2..=24 {
        assert_eq!(
            daemon
                .call("AddSession", &wish(&format!("10.0.0.{host}")))
                .0,
            200
        );
    }
    let (mut pages, mut all, mut token) = (0, Vec::new(), String::new());
    loop {
        let request = json!({ "pageSize": 10, "pageToken": token });
        let (status, page) = daemon.call("ListSessions", &request);
        assert_eq!(status, 200, "{page}");
        pages += 1;
        all.extend(
            page["sessions"]
                .as_array()
                .expect("sessions")
                .iter()
                .map(discriminator),
        );
        match page["nextPageToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((pages, all.len()), (3, 23));
    assert!(all.is_sorted_by(|a, b| a < b));
    let junk = json!({ "pageToken": "x" });
    refused(
        daemon.call("ListSessions", &junk),
        400,
        "invalid_argument",
        "page_token",
    );
    Ok(())
}

#[test]
fn a_session_is_held_down_and_let_go() -> Result<()> {
    let pair = Pair::new()?;
    let left = Daemon::start(&pair.left, &config(&["10.0.0.2"]))?;
    let right = Daemon::start(&pair.right, &config(&["10.0.0.1"]))?;
    left.wait("10.0.0.2", "UP")?;
    let hold = |state: &str| {
        let request = json!({ "peerAddress": "10.0.0.2", "adminState": state });
        let (status, answer) = left.call("SetSessionAdmin", &request);
        assert_eq!(status, 200, "{answer}");
        answer["session"].clone()
    };
    let held = hold("ADMIN_STATE_DOWN");
    assert_eq!(
        (&held["adminDown"], &held["overridden"]),
        (&json!(true), &json!(true))
    );
    left.wait("10.0.0.2", "ADMIN_DOWN")?;
    let theirs = right.wait("10.0.0.1", "DOWN")?;
    assert_eq!(theirs["lastDown"]["verdict"], "peer-admin-down");
    let free = hold("ADMIN_STATE_UP");
    assert_eq!(free.get("overridden"), None);
    left.wait("10.0.0.2", "UP").map(drop)
}

#[test]
fn health_and_probes_answer() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&["10.0.0.2"]))?;
    assert_eq!(daemon.get("/healthz"), (200, "ok\n".into()));
    assert_eq!(daemon.get("/readyz"), (200, "ok\n".into()));
    let check = |service: &str| {
        daemon.post(
            "grpc.health.v1.Health/Check",
            &json!({ "service": service }),
        )
    };
    for service in [
        "",
        "bfd.v1.BfdService",
        "bfd.v1.EchoService",
        "bfd.v1.MicroBFDService",
    ] {
        assert_eq!(
            check(service),
            (200, json!({ "status": "SERVING" })),
            "{service}"
        );
    }
    refused(check("x"), 404, "not_found", "unknown service x");
    let (status, page) = daemon.get("/metrics");
    assert_eq!(status, 200);
    assert!(page.contains("gobfd_bfd_sessions{peer_addr=\"10.0.0.2\",local_addr=\"10.0.0.1\""));
    eventually("packets on the page", || {
        let (_, page) = daemon.get("/metrics");
        let sent = page
            .lines()
            .find(|line| line.starts_with("gobfd_bfd_packets_sent_total{"));
        sent.filter(|line| !line.ends_with(" 0"))
            .map(drop)
            .ok_or(page.clone())
    })
}

#[test]
fn the_api_is_on_a_unix_socket_too() -> Result<()> {
    let (_topology, host) = lonely()?;
    let socket = host.folder().join("api.sock");
    let text = format!(
        "grpc: {{unix: \"{}\"}}\n{}",
        socket.display(),
        config(&["10.0.0.2"])
    );
    let daemon = Daemon::start(&host, &text)?;
    let path = socket.display().to_string();
    let url = "http://gobfd/bfd.v1.BfdService/ListSessions";
    let json = "content-type: application/json";
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        let args = ["--unix-socket", &path, version, "-H", json, "-d", "{}", url];
        let (status, body) = daemon.curl(&args);
        assert_eq!(status, 200, "{version}: {body}");
        assert!(body.contains("10.0.0.2"), "{body}");
    }
    Ok(())
}

#[test]
fn every_protocol_and_codec_is_understood() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&["10.0.0.2"]))?;
    let url = format!(
        "http://{}/bfd.v1.BfdService/ListSessions",
        crate::support::API
    );
    // An empty request: alone for unary Connect, else in an envelope of five octets.
    let bare = host.folder().join("bare").display().to_string();
    let framed = host.folder().join("framed").display().to_string();
    std::fs::write(&bare, "").expect("the folder of a namespace");
    std::fs::write(&framed, [0; 5]).expect("the folder of a namespace");
    #[rustfmt::skip]
    let table = [
        ("--http1.1", "application/proto", &bare),
        ("--http2-prior-knowledge", "application/proto", &bare),
        ("--http1.1", "application/grpc-web+proto", &framed),
        ("--http2-prior-knowledge", "application/grpc-web", &framed),
        ("--http2-prior-knowledge", "application/grpc+proto", &framed),
    ];
    for (version, kind, body) in table {
        let kind = format!("content-type: {kind}");
        let body = format!("@{body}");
        let args = [
            version,
            "-H",
            &kind,
            "-H",
            "te: trailers",
            "--data-binary",
            &body,
            &url,
        ];
        let (status, answer) = daemon.curl(&args);
        assert_eq!(status, 200, "{version} {kind}: {answer}");
        assert!(answer.contains("10.0.0.2"), "{version} {kind}: {answer}");
    }
    Ok(())
}

#[test]
fn a_watch_speaks_every_protocol_and_codec_too() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&["10.0.0.2"]))?;
    let url = format!(
        "http://{}/bfd.v1.BfdService/WatchSessionEvents",
        crate::support::API
    );
    // `include_current`, in an envelope: as the octets of field 1, and as JSON.
    let binary = host.folder().join("binary").display().to_string();
    let json = host.folder().join("json").display().to_string();
    let framed = |message: &[u8]| {
        let length = u8::try_from(message.len()).expect("short");
        [&[0, 0, 0, 0, length], message].concat()
    };
    std::fs::write(&binary, framed(&[8, 1])).expect("the folder of a namespace");
    let text = framed(br#"{"includeCurrent":true}"#);
    std::fs::write(&json, text).expect("the folder of a namespace");
    #[rustfmt::skip]
    let table = [
        ("--http1.1", "application/connect+proto", &binary),
        ("--http2-prior-knowledge", "application/connect+json", &json),
        ("--http1.1", "application/grpc-web+proto", &binary),
        ("--http1.1", "application/grpc-web+json", &json),
        ("--http2-prior-knowledge", "application/grpc+proto", &binary),
        ("--http2-prior-knowledge", "application/grpc+json", &json),
    ];
    for (version, kind, body) in table {
        let (header, body) = (format!("content-type: {kind}"), format!("@{body}"));
        // The stream has no end; what came in three seconds is enough.
        #[rustfmt::skip]
        let args = ["--max-time", "3", version, "-H", &header, "-H", "te: trailers",
                    "--data-binary", &body, &url];
        let (status, answer) = daemon.curl(&args);
        assert_eq!(status, 200, "{version} {kind}: {answer}");
        assert!(answer.contains("10.0.0.2"), "{version} {kind}: {answer}");
    }
    Ok(())
}

#[test]
fn requests_and_long_answers_may_be_compressed() -> Result<()> {
    let (_topology, host) = lonely()?;
    let peers: Vec<String> = (2..=60).map(|host| format!("10.0.0.{host}")).collect();
    let peers: Vec<&str> = peers.iter().map(String::as_str).collect();
    let daemon = Daemon::start(&host, &config(&peers))?;
    let request = host.folder().join("request").display().to_string();
    host.run("sh", &["-ec", &format!("printf '{{}}' | gzip > {request}")])?;
    let url = format!(
        "http://{}/bfd.v1.BfdService/ListSessions",
        crate::support::API
    );
    let body = format!("@{request}");
    #[rustfmt::skip]
    let args = ["-i", "--compressed", "-H", "accept-encoding: gzip", "-H", "content-encoding: gzip",
                "-H", "content-type: application/json", "--data-binary", &body, &url];
    let (status, answer) = daemon.curl(&args);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("content-encoding: gzip"), "{answer}");
    assert_eq!(
        answer.matches("\"peerAddress\"").count(),
        peers.len(),
        "{answer}"
    );
    Ok(())
}

#[test]
fn promtool_finds_nothing_to_complain_about() -> Result<()> {
    let (_topology, host) = lonely()?;
    let daemon = Daemon::start(&host, &config(&["10.0.0.2", "fd00::2"]))?;
    let url = format!("http://{}/metrics", crate::support::METRICS);
    let (_, head) = daemon.curl(&["-I", "-X", "GET", &url]);
    assert!(
        head.contains("content-type: text/plain; version=0.0.4"),
        "{head}"
    );
    let (_, page) = daemon.get("/metrics");
    let path = host.folder().join("page");
    std::fs::write(&path, page).expect("the folder of a namespace");
    let script = format!("promtool check metrics < {}", path.display());
    let said = host.run("sh", &["-ec", &script])?;
    assert_eq!(said, "");
    Ok(())
}
