//! The node mesh: the real daemon with its real client, against an API server that can do anything.

mod api_server;
mod cluster;

use std::path::Path;

use bfd_testbed::{Result, eventually};
use serde_json::{Value, json};

use crate::support::{Daemon, Pair, discriminator};
use api_server::{ApiServer, URL};
use cluster::Gone;

const BFD: &str = "bfd: {default_desired_min_tx: 50ms, default_required_min_rx: 50ms}\n";
const RELOADED: &str = "configuration reloaded";
const TROUBLE: &str = "cannot follow the Kubernetes nodes; sessions stay as they are";
const LEFT_OUT: &str = "session of the node mesh left out";
const LEFT: [&str; 2] = ["10.0.0.1", "fd00::1"];
const RIGHT: [&str; 2] = ["10.0.0.2", "fd00::2"];

/// A configuration of the node `name`; `more` are further keys of the section.
fn config(server: &ApiServer, name: &str, more: &str) -> String {
    let token = server.token_file.display();
    let ca = server.ca_file.display();
    format!(
        "{BFD}kubernetes: {{enabled: true, node_name: {name}, api_server: '{URL}', \
         token_file: {token}, ca_file: {ca}{more}}}\n"
    )
}

/// A server that knows both ends of the wire, and a daemon of the left one.
fn one_node(more: &str) -> Result<(Pair, ApiServer, Daemon)> {
    let pair = Pair::new()?;
    let server = ApiServer::start(&[&pair.left, &pair.right]);
    server.put("left", &LEFT);
    server.put("right", &RIGHT);
    let daemon = Daemon::start(&pair.left, &config(&server, "left", more))?;
    Ok((pair, server, daemon))
}

/// Waits for sessions with exactly these peers.
fn wait_peers(daemon: &Daemon, wanted: &[&str]) -> Result<Vec<Value>> {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    eventually(&format!("sessions with {wanted:?}"), || {
        let sessions = daemon.sessions();
        let mut peers: Vec<_> = sessions.iter().map(peer).collect();
        peers.sort_unstable();
        if peers == wanted {
            Ok(sessions)
        } else {
            Err(format!("{peers:?}\n{}", daemon.process.log()))
        }
    })
}

fn peer(session: &Value) -> String {
    session["peerAddress"].as_str().expect("text").to_owned()
}

/// A metric of the mesh; `None`: it is not on the page.
fn metric(daemon: &Daemon, name: &str) -> Option<u64> {
    let (status, page) = daemon.get("/metrics");
    assert_eq!(status, 200);
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(&format!("gobfd_kubernetes_{name} ")))?;
    line.parse().ok()
}

fn wait_metric(daemon: &Daemon, name: &str, holds: impl Fn(u64) -> bool) -> Result<u64> {
    eventually(name, || match metric(daemon, name) {
        Some(value) if holds(value) => Ok(value),
        other => Err(format!("{other:?}\n{}", daemon.process.log())),
    })
}

/// Waits until a watch is open again, counted from the last call of `seen`.
fn wait_watch(server: &ApiServer) -> Result<()> {
    eventually("a new watch", || {
        let seen = server.seen();
        let open = seen
            .iter()
            .any(|seen| seen.is_watch() && seen.status == 200);
        open.then_some(()).ok_or(format!("{seen:?}"))
    })
}

#[test]
fn two_nodes_find_each_other() -> Result<()> {
    let (pair, server, left) = one_node("")?;
    let right = Daemon::start(&pair.right, &config(&server, "right", ""))?;
    for (daemon, peers) in [(&left, RIGHT), (&right, LEFT)] {
        for peer in peers {
            let session = daemon.wait(peer, "UP")?;
            assert_eq!(session["owner"], "kubernetes");
        }
    }
    assert_eq!(left.session("10.0.0.2")["localAddress"], "10.0.0.1");
    let values = [
        "connected",
        "peers",
        "sessions",
        "lists_total",
        "failures_total",
    ];
    let values = values.map(|name| metric(&left, name));
    assert_eq!(values, [1, 1, 2, 1, 0].map(Some));
    let first = &server.seen()[0].query;
    assert_eq!(first.get("limit").map(String::as_str), Some("100"));
    assert_eq!(first.get("labelSelector"), None);
    Ok(())
}

#[test]
fn nodes_come_change_and_go() -> Result<()> {
    let (pair, server, left) = one_node(", families: ipv4")?;
    let right = Daemon::start(
        &pair.right,
        &format!("{BFD}sessions: [{{peer: 10.0.0.1}}]\n"),
    )?;
    right.wait("10.0.0.1", "UP")?;
    let kept = discriminator(&left.wait("10.0.0.2", "UP")?);

    server.put("third", &["10.0.0.3"]);
    wait_peers(&left, &["10.0.0.2", "10.0.0.3"])?;
    // A node that beats its heart, and one that moves.
    server.put("right", &RIGHT);
    server.put("third", &["10.0.0.33"]);
    wait_peers(&left, &["10.0.0.2", "10.0.0.33"])?;
    assert_eq!(discriminator(&left.session("10.0.0.2")), kept);

    server.cluster(|cluster| cluster.delete("right"));
    wait_peers(&left, &["10.0.0.33"])?;
    // The peer is told, it does not find out.
    right.wait_until("10.0.0.1", "AdminDown of the peer", |session| {
        session["remoteState"] == "SESSION_STATE_ADMIN_DOWN"
    })?;
    assert_eq!(metric(&left, "lists_total"), Some(1));
    Ok(())
}

#[test]
fn a_selector_makes_the_mesh_and_leaving_it_ends_ours() -> Result<()> {
    let (_pair, server, left) = one_node(", selector: 'mesh=yes', families: ipv4")?;
    let said = "our node left is not among the 0 nodes of the mesh";
    eventually(said, || {
        let lines = left.logged(LEFT_OUT);
        let found = lines
            .iter()
            .any(|line| line["error"].to_string().contains(said));
        found.then_some(()).ok_or(left.process.log())
    })?;
    let label = json!({ "mesh": "yes" });
    let put = |name: &str, addresses: &[&str], labels: &Value| {
        server.cluster(|cluster| cluster.put(name, addresses, labels));
    };
    put("left", &LEFT, &label);
    put("right", &RIGHT, &label);
    server.put("third", &["10.0.0.3"]);
    wait_peers(&left, &["10.0.0.2"])?;
    put("left", &LEFT, &json!({ "mesh": "no" }));
    wait_peers(&left, &[])?;
    let selectors: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| seen.query["labelSelector"].clone())
        .collect();
    assert!(
        selectors.iter().all(|selector| selector == "mesh=yes"),
        "{selectors:?}"
    );
    Ok(())
}

#[test]
fn sessions_stay_while_the_server_is_away() -> Result<()> {
    let (pair, mut server, left) = one_node(", families: ipv4")?;
    let _right = Daemon::start(&pair.right, &config(&server, "right", ", families: ipv4"))?;
    let kept = left.wait("10.0.0.2", "UP")?;
    server.go_away();
    wait_metric(&left, "failures_total", |count| count >= 3)?;
    assert_eq!(metric(&left, "connected"), Some(0));
    // Each trouble is said once, however often it is met.
    let said: Vec<_> = left
        .logged(TROUBLE)
        .iter()
        .map(|line| line["error"].clone())
        .collect();
    let mut once = said.clone();
    once.dedup();
    assert_eq!(said, once);
    let now = left.session("10.0.0.2");
    assert_eq!(now["lastStateChange"], kept["lastStateChange"]);

    // A reload does not need the server either.
    let slower = config(&server, "left", ", families: ipv4, detect_mult: 7");
    left.reload(&slower, RELOADED)?;
    left.wait_until("10.0.0.2", "the new multiplier", |session| {
        session["detectMultiplier"] == 7
    })?;

    server.put("third", &["10.0.0.3"]);
    server.come_back();
    wait_peers(&left, &["10.0.0.2", "10.0.0.3"])?;
    assert_eq!(metric(&left, "connected"), Some(1));
    assert_eq!(
        left.logged("the Kubernetes API server answers again").len(),
        1
    );
    let now = left.session("10.0.0.2");
    assert_eq!(now["lastStateChange"], kept["lastStateChange"]);
    Ok(())
}

#[test]
fn a_line_cut_in_the_middle_is_asked_for_again() -> Result<()> {
    let (_pair, server, left) = one_node(", families: ipv4")?;
    wait_peers(&left, &["10.0.0.2"])?;
    wait_watch(&server)?;
    server.cut();
    wait_watch(&server)?;
    server.put("third", &["10.0.0.3"]);
    wait_peers(&left, &["10.0.0.2", "10.0.0.3"])?;
    assert_eq!(metric(&left, "lists_total"), Some(1));
    Ok(())
}

#[test]
fn a_bookmark_spares_a_list() -> Result<()> {
    let (_pair, server, left) = one_node(", families: ipv4")?;
    wait_peers(&left, &["10.0.0.2"])?;
    wait_watch(&server)?;
    // An event after the bookmark shows that it was read.
    server.cluster(cluster::Cluster::bookmark);
    server.put("third", &["10.0.0.3"]);
    wait_peers(&left, &["10.0.0.2", "10.0.0.3"])?;
    server.cluster(cluster::Cluster::bookmark);
    server.cluster(cluster::Cluster::compact);
    server.cut();
    wait_watch(&server)?;
    server.put("fourth", &["10.0.0.4"]);
    wait_peers(&left, &["10.0.0.2", "10.0.0.3", "10.0.0.4"])?;
    Ok(())
}

/// The server has forgotten where we were, and a node left meanwhile.
fn gone(how: Gone) -> Result<()> {
    let (_pair, server, left) = one_node(", families: ipv4")?;
    server.put("third", &["10.0.0.3"]);
    let sessions = wait_peers(&left, &["10.0.0.2", "10.0.0.3"])?;
    wait_watch(&server)?;
    server.cluster(|cluster| {
        cluster.gone = how;
        cluster.epoch += 1;
        cluster.delete("third");
        cluster.put("fourth", &["10.0.0.4"], &json!({}));
        cluster.compact();
    });
    wait_peers(&left, &["10.0.0.2", "10.0.0.4"])?;
    let kept = sessions
        .iter()
        .find(|session| peer(session) == "10.0.0.2")
        .expect("listed");
    assert_eq!(
        discriminator(&left.session("10.0.0.2")),
        discriminator(kept)
    );
    wait_metric(&left, "lists_total", |lists| lists == 2)?;
    let refused = server
        .seen()
        .iter()
        .filter(|seen| seen.status == 410)
        .count();
    assert_eq!(refused, usize::from(how == Gone::Status));
    let line = left.logged(TROUBLE).pop().expect("a line");
    assert!(
        line["error"]
            .to_string()
            .contains("410: too old resource version"),
        "{line}"
    );
    // And the new watch lives.
    server.put("fifth", &["10.0.0.5"]);
    wait_peers(&left, &["10.0.0.2", "10.0.0.4", "10.0.0.5"])?;
    Ok(())
}

#[test]
fn gone_as_an_event_is_listed_anew() -> Result<()> {
    gone(Gone::Event)
}

#[test]
fn gone_as_an_http_status_is_listed_anew() -> Result<()> {
    gone(Gone::Status)
}

#[test]
fn a_large_cluster_comes_in_pages() -> Result<()> {
    let pair = Pair::new()?;
    let server = ApiServer::start(&[&pair.left]);
    server.put("left", &LEFT);
    for host in 0..250 {
        server.put(&format!("node-{host:03}"), &[&format!("10.1.0.{host}")]);
    }
    let left = Daemon::start(&pair.left, &config(&server, "left", ""))?;
    // 10.1.0.0 is an address like any other.
    eventually("250 sessions", || {
        let count = left.call("ListSessions", &json!({})).1["sessions"]
            .as_array()
            .map_or(0, Vec::len);
        let metrics = (metric(&left, "peers"), metric(&left, "sessions"));
        (metrics == (Some(250), Some(250)))
            .then_some(())
            .ok_or(format!("{count} {metrics:?}"))
    })?;
    let seen = server.seen();
    let lists = seen.iter().filter(|seen| !seen.is_watch()).count();
    assert_eq!(lists, 3, "{seen:?}");
    assert_eq!(metric(&left, "lists_total"), Some(1));
    Ok(())
}

#[test]
fn a_token_or_an_authority_that_is_wrong_is_named_and_put_right() -> Result<()> {
    let (_pair, server, left) = one_node("")?;
    wait_peers(&left, &RIGHT)?;
    let (token, ca) = (&server.token_file, &server.ca_file);
    for (path, wrong, said) in [
        (
            token,
            b"nonsense".to_vec(),
            "the API server answers 401: Unauthorized",
        ),
        (ca, api_server::stranger(), "invalid peer certificate"),
        (ca, Vec::new(), "certificate"),
    ] {
        let right = std::fs::read(path).expect("written");
        let before = left.logged(TROUBLE).len();
        write(path, &wrong);
        left.reload(&config(&server, "left", ""), RELOADED)?;
        eventually(said, || {
            let lines = left.logged(TROUBLE);
            let found = lines[before..]
                .iter()
                .any(|line| line["error"].to_string().contains(said));
            found.then_some(()).ok_or(left.process.log())
        })?;
        assert_eq!(metric(&left, "connected"), Some(0));
        wait_peers(&left, &RIGHT)?;
        write(path, &right);
        left.reload(&config(&server, "left", ""), RELOADED)?;
        wait_metric(&left, "connected", |connected| connected == 1)?;
    }
    let secret = std::fs::read_to_string(token).expect("written");
    assert!(!left.process.log().contains(&secret));
    Ok(())
}

fn write(path: &Path, text: &[u8]) {
    std::fs::write(path, text).expect("the folder of a namespace");
}

#[test]
fn a_missing_file_is_named_and_waited_for() -> Result<()> {
    let pair = Pair::new()?;
    let server = ApiServer::start(&[&pair.left]);
    server.put("left", &LEFT);
    server.put("right", &RIGHT);
    let token = std::fs::read(&server.token_file).expect("written");
    std::fs::remove_file(&server.token_file).expect("it is there");
    let left = Daemon::start(&pair.left, &config(&server, "left", ""))?;
    let line = eventually("a line", || {
        left.logged(TROUBLE).pop().ok_or(left.process.log())
    })?;
    assert!(
        line["error"]
            .to_string()
            .contains("kubernetes.token_file: cannot read"),
        "{line}"
    );
    write(&server.token_file, &token);
    wait_peers(&left, &RIGHT)?;
    Ok(())
}

#[test]
fn what_others_have_is_left_to_them() -> Result<()> {
    let (_pair, server, left) = one_node(", families: ipv4")?;
    wait_peers(&left, &["10.0.0.2"])?;
    assert_eq!(left.session("10.0.0.2")["owner"], "kubernetes");
    // The same system under another key: without a local address.
    let mesh = config(&server, "left", ", families: ipv4");
    left.reload(&format!("{mesh}sessions: [{{peer: 10.0.0.2}}]\n"), RELOADED)?;
    eventually("one session, of the file", || {
        let owners: Vec<_> = left
            .sessions()
            .iter()
            .map(|session| session["owner"].clone())
            .collect();
        (owners == ["config"])
            .then_some(())
            .ok_or(format!("{owners:?}"))
    })?;
    let line = left.logged(LEFT_OUT).pop().expect("a line");
    assert!(
        line["error"]
            .to_string()
            .contains("10.0.0.2 already belongs to the configuration"),
        "{line}"
    );
    left.reload(&mesh, RELOADED)?;
    left.wait_until("10.0.0.2", "it is ours again", |session| {
        session["owner"] == "kubernetes"
    })?;
    Ok(())
}

#[test]
fn an_operator_may_hold_a_session_and_switch_the_mesh_off() -> Result<()> {
    let (_pair, server, left) = one_node(", families: ipv4")?;
    wait_peers(&left, &["10.0.0.2"])?;
    let hold = json!({ "peerAddress": "10.0.0.2", "adminState": "ADMIN_STATE_DOWN" });
    assert_eq!(left.call("SetSessionAdmin", &hold).0, 200);
    let set = json!({ "peerAddress": "10.0.0.2", "detectMultiplier": 9 });
    assert_eq!(left.call("SetSessionTimers", &set).0, 200);
    server.put("third", &["10.0.0.3"]);
    wait_peers(&left, &["10.0.0.2", "10.0.0.3"])?;
    let session = left.session("10.0.0.2");
    assert_eq!(session["overridden"], true);
    assert_eq!(session["localState"], "SESSION_STATE_ADMIN_DOWN");
    assert_eq!(session["detectMultiplier"], 9);

    left.reload(BFD, RELOADED)?;
    wait_peers(&left, &[])?;
    assert_eq!(metric(&left, "connected"), None);
    left.reload(&config(&server, "left", ""), RELOADED)?;
    wait_peers(&left, &["10.0.0.2", "10.0.0.3", "fd00::2"])?;
    Ok(())
}
