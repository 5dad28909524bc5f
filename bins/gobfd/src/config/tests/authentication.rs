use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use bfd_control::{KeyChain, TimedKey};
use bfd_proto::{AuthType, Key, Secret};
use tempfile::TempDir;

use super::{config, faults, with_environment};
use crate::config::{Config, Diff, Environment, parse};

fn chain_of(config: &Config, session: usize) -> &KeyChain {
    config.sessions[session].keys.as_deref().expect("keys")
}

fn secret(octets: &[u8]) -> Secret {
    Secret::new(octets).expect("1 to 20 octets")
}

/// The secrets of a chain, whose octets can only be compared.
fn assert_secrets(chain: &KeyChain, wanted: &[(u8, &[u8])]) {
    let found = chain.keys().iter().map(|timed| &*timed.key);
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(id, octets)| Key {
            id: *id,
            secret: secret(octets),
        })
        .collect();
    assert!(found.eq(wanted.iter()), "{chain:?}");
}

// covers: 5880-6.7.2-02, 5880-6.7.3-02, 5880-6.7.4-02, 5880-4.2-02
#[test]
fn a_session_has_one_key_as_in_older_files() {
    for (word, kind, max) in [
        ("simple_password", AuthType::SimplePassword, 16),
        ("keyed_md5", AuthType::KeyedMd5, 16),
        ("meticulous_keyed_md5", AuthType::MeticulousKeyedMd5, 16),
        ("keyed_sha1", AuthType::KeyedSha1, 20),
        ("meticulous_keyed_sha1", AuthType::MeticulousKeyedSha1, 20),
    ] {
        let text = |octets: usize| {
            let secret = "s".repeat(octets);
            format!(
                "sessions: [{{peer: 192.0.2.1, auth: {{type: {word}, key_id: 7, secret: {secret}}}}}]"
            )
        };
        for octets in [1, max] {
            let config = config(&text(octets));
            let chain = chain_of(&config, 0);
            assert_eq!(chain.kind(), kind);
            assert_secrets(chain, &[(7, "s".repeat(octets).as_bytes())]);
        }
        let found = faults(&text(max + 1));
        let wanted = format!(
            "sessions[0].auth.secret: expected a secret of 1 to {max} octets for this type"
        );
        assert!(found.ends_with(&wanted), "{found}");
    }
    let off = config("sessions: [{peer: 192.0.2.1, auth: {type: '', key_id: 0, secret: ''}}]");
    assert!(off.sessions[0].keys.is_none());
    let zero = config("sessions: [{peer: 192.0.2.1, auth: {type: keyed_md5, secret: '0'}}]");
    assert_secrets(chain_of(&zero, 0), &[(0, b"0")]);
}

const CHAIN: &str = "
key_chains:
  - name: core
    type: meticulous_keyed_sha1
    keys:
      - {id: 1, secret: opensesame, send_until: 2026-02-01T00:00:00Z, accept_until: '2026-02-01T01:00:00+01:00'}
      - {id: 2, secret_hex: 00ff10A7, send_from: 2026-02-01T00:00:00Z, accept_from: 2026-01-31T12:00:00.5Z}
sessions:
  - {peer: 192.0.2.1, auth: {key_chain: core}}
  - {peer: 192.0.2.2, auth: {key_chain: core}}
  - {peer: 192.0.2.3}
";

#[test]
fn sessions_share_a_chain_of_several_keys() {
    let config = config(CHAIN);
    let chain = chain_of(&config, 0);
    assert_eq!(chain, chain_of(&config, 1));
    assert!(config.sessions[2].keys.is_none());
    assert_eq!(
        (chain.name(), chain.kind()),
        ("core", AuthType::MeticulousKeyedSha1)
    );
    assert_secrets(chain, &[(1, b"opensesame"), (2, &[0, 0xff, 0x10, 0xa7])]);
    let midnight = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_904_000);
    let noon = midnight - Duration::from_secs(12 * 3600) + Duration::from_millis(500);
    let [
        TimedKey {
            send: first_sent,
            accept: first_accepted,
            ..
        },
        TimedKey { send, accept, .. },
    ] = chain.keys()
    else {
        panic!("{chain:?}");
    };
    assert_eq!((first_sent.from, first_sent.until), (None, Some(midnight)));
    assert_eq!(first_accepted.until, Some(midnight));
    assert_eq!((send.from, send.until), (Some(midnight), None));
    assert_eq!((accept.from, accept.until), (Some(noon), None));
}

fn with_key(key: &str) -> String {
    format!(
        "key_chains: [{{name: c, type: keyed_md5, keys: [{{{key}}}]}}]\n\
         sessions: [{{peer: 192.0.2.1, auth: {{key_chain: c}}}}]"
    )
}

#[test]
fn a_secret_may_stand_in_a_file() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("key");
    let load = |octets: &[u8], mode: u32| {
        fs::write(&file, octets).expect("written");
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("a mode");
        let text = with_key(&format!("id: 3, secret_file: {}", file.display()));
        parse("gobfd.yml", &text, &Environment::default())
    };
    for octets in [&b"from-a-file"[..], b"from-a-file\n", b"from-a-file\r\n"] {
        let loaded = load(octets, 0o600).expect("accepted");
        assert_secrets(chain_of(&loaded.config, 0), &[(3, b"from-a-file")]);
        assert!(loaded.warnings.is_empty());
    }
    let binary = load(&[0, 10, 255, 13, 10, 10], 0o640).expect("accepted");
    assert_secrets(chain_of(&binary.config, 0), &[(3, &[0, 10, 255, 13, 10])]);
    let open = load(b"from-a-file", 0o644).expect("accepted");
    let wanted = format!(
        "key_chains[0].keys[0].secret_file: everybody may read {0}: chmod 600 it",
        file.display()
    );
    assert_eq!(open.warnings, [wanted]);
    let long = load(&[b'x'; 17], 0o600).expect_err("too long").to_string();
    assert!(
        long.ends_with("secret_file: expected a secret of 1 to 16 octets for this type"),
        "{long}"
    );
    let empty = load(b"\n", 0o600).expect_err("empty").to_string();
    assert!(empty.contains("1 to 16 octets"), "{empty}");
    for (path, why) in [
        ("/no/such/file", "No such file or directory (os error 2)"),
        ("/dev/zero", "not a regular file"),
    ] {
        let found = faults(&with_key(&format!("id: 3, secret_file: {path}")));
        let wanted = format!("secret_file: {path} cannot be read: {why}");
        assert!(found.ends_with(&wanted), "{found}");
    }
}

#[test]
fn a_secret_may_stand_in_the_environment() {
    let text = with_key("id: 3, secret_env: BFD_KEY");
    let config = with_environment(&text, &[("BFD_KEY", "from-outside")]).expect("accepted");
    assert_secrets(chain_of(&config, 0), &[(3, b"from-outside")]);
    let found = with_environment(&text, &[("BFD_KEY", "")]).expect_err("empty");
    assert!(
        found.ends_with("secret_env: the variable it names is empty"),
        "{found}"
    );
    let found = with_environment(&text, &[]).expect_err("missing");
    assert!(found.contains("is not set"), "{found}");
    let old = "sessions: [{peer: 192.0.2.1, auth: {type: keyed_md5}}]";
    let variables = [
        ("GOBFD_SESSIONS_0_AUTH_SECRET", "outer"),
        ("GOBFD_SESSIONS_0_AUTH_KEY_ID", "9"),
    ];
    let config = with_environment(old, &variables).expect("accepted");
    assert_secrets(chain_of(&config, 0), &[(9, b"outer")]);
    assert!(!format!("{:?}", Environment::of(variables)).contains("outer"));
}

/// Each wrong thing gets one sentence with its place, and none shows a secret.
#[test]
fn faults_have_a_place_and_show_no_secret() {
    let session = |auth: &str| format!("sessions: [{{peer: 192.0.2.1, auth: {auth}}}]");
    let chains = |chains: &str| format!("key_chains: [{chains}]");
    let keys = |keys: &str| chains(&format!("{{name: c, type: keyed_sha1, keys: [{keys}]}}"));
    let one_of = "expected exactly one of secret, secret_hex, secret_file, secret_env";
    for (text, wanted) in [
        (
            session("{type: keyed_sha2, secret: hidden}"),
            "sessions[0].auth.type: expected none, simple_password, keyed_md5, \
             meticulous_keyed_md5, keyed_sha1 or meticulous_keyed_sha1, found \"keyed_sha2\"",
        ),
        (session("{secret: hidden}"), "sessions[0].auth.secret: needs auth.type"),
        (session("{key_id: 1}"), "sessions[0].auth.key_id: needs auth.type"),
        (session("{type: none, secret: hidden}"), "sessions[0].auth.secret: needs auth.type"),
        (session("{type: keyed_sha1}"), "sessions[0].auth.type: needs auth.secret"),
        (
            session("{type: keyed_sha1, secret: hidden, key_id: 256}"),
            "sessions[0].auth.key_id: expected a whole number from 0 to 255, found \"256\"",
        ),
        (session("hidden"), "sessions[0].auth: expected a section of keys and values"),
        (session("{secret: [hidden]}"), "sessions[0].auth.secret: expected text"),
        (session("{secret: {hidden: 1}}"), "sessions[0].auth.secret: expected text"),
        (
            session("{key_chain: c}"),
            "sessions[0].auth.key_chain: expected the name of a chain, but key_chains has none",
        ),
        (
            format!(
                "{}\n{}",
                keys("{id: 1, secret: hidden}"),
                session("{key_chain: d}")
            ),
            "sessions[0].auth.key_chain: expected one of the names in key_chains: \"c\"",
        ),
        (
            format!(
                "{}\n{}",
                keys("{id: 1, secret: hidden}"),
                session("{key_chain: c, secret: hidden}")
            ),
            "sessions[0].auth.secret: only without key_chain, which brings its own",
        ),
        (chains("{type: keyed_sha1, keys: [{id: 1, secret: hidden}]}"), "key_chains[0].name: missing"),
        (chains("{name: c, keys: [{id: 1, secret: hidden}]}"), "key_chains[0].type: missing"),
        (chains("{name: c, type: keyed_sha1}"), "key_chains[0].keys: at least one key is required"),
        (keys(""), "key_chains[0].keys: at least one key is required"),
        (
            chains(
                "{name: c, type: keyed_sha1, keys: [{id: 1, secret: hidden}]}, \
                 {name: c, type: keyed_sha1, keys: [{id: 1, secret: hidden}]}",
            ),
            "key_chains[1].name: another chain has this name",
        ),
        (keys("{secret: hidden}"), "key_chains[0].keys[0].id: missing"),
        (
            keys("{id: 1, secret: hidden}, {id: 1, secret: hidden2}"),
            "key_chains[0].keys[1].id: another key of the chain has this id",
        ),
        (keys("{id: 1}"), &format!("key_chains[0].keys[0].secret: {one_of}")),
        (
            keys("{id: 1, secret: hidden, secret_hex: abcd}"),
            &format!("key_chains[0].keys[0].secret_hex: {one_of}"),
        ),
        (
            keys("{id: 1, secret_hex: hidden}"),
            "key_chains[0].keys[0].secret_hex: expected pairs of hexadecimal digits",
        ),
        (
            keys("{id: 1, secret_hex: abc}"),
            "key_chains[0].keys[0].secret_hex: expected pairs of hexadecimal digits",
        ),
        (
            keys("{id: 1, secret: hidden, send_from: tomorrow}"),
            "key_chains[0].keys[0].send_from: expected a time with its offset, such as \
             2026-01-31T12:00:00Z, found \"tomorrow\"",
        ),
        (
            keys("{id: 1, secret: hidden, accept_from: 2026-01-02T00:00:00Z, accept_until: 2026-01-01T00:00:00Z}"),
            "key_chains[0].keys[0].accept_until: expected a time after accept_from",
        ),
        (
            keys("{id: 1, secret: hidden, sekret: hidden}"),
            "key_chains[0].keys[0].sekret: unknown key; did you mean secret?",
        ),
        (
            "sessions: [{peer: 192.0.2.1, padded_pdu_size: 25, auth: {type: keyed_md5, secret: hidden}}]"
                .to_owned(),
            "sessions[0].padded_pdu_size: expected at least 26 octets with authentication",
        ),
    ] {
        let found = faults(&text);
        assert!(found.contains(wanted), "{found}\n--- wanted ---\n{wanted}");
        assert_eq!(found.lines().count(), 1, "{found}");
        assert!(!found.contains("hidden"), "{found}");
    }
}

/// The reader of YAML quotes no line that it cannot read.
#[test]
fn broken_yaml_shows_no_secret() {
    for text in [
        "sessions:\n  - peer: 192.0.2.1\n    auth: {secret: hidden\n",
        "sessions:\n  - auth:\n      secret: \"hidden\n",
        "sessions:\n  - auth:\n      secret: 'hidden' hidden\n",
        "sessions:\n  - auth:\n     secret: hidden\n    type: none\n   x: hidden\n",
        "sessions:\n  - auth: {secret: hidden, secret: hidden}\n",
        "sessions:\n  - auth: {secret: *hidden}\n",
        "sessions:\n  - auth: {secret: !hidden hidden}\n",
    ] {
        let found = faults(text);
        let shown = found.replace("*hidden", "").replace("!hidden", "");
        assert!(!shown.contains("hidden") || text.contains('*'), "{found}");
    }
}

#[test]
fn a_configuration_shows_no_secret() {
    let shown = format!("{:?}", config(CHAIN));
    assert!(
        !shown.contains("opensesame") && !shown.contains("167"),
        "{shown}"
    );
    assert!(shown.contains('…'));
}

#[test]
fn another_secret_changes_the_sessions_that_use_it_and_nothing_else() {
    let old = config(CHAIN);
    assert_eq!(old, config(CHAIN));
    let new = config(&CHAIN.replace("opensesame", "opensesamf"));
    assert!(Diff::between(&old, &new).is_empty());
    let keys = |config: &Config| config.sessions.iter().map(|it| it.key).collect::<Vec<_>>();
    assert_eq!(keys(&old), keys(&new));
    let both = old.sessions.iter().zip(&new.sessions);
    assert_eq!(both.filter(|(old, new)| old != new).count(), 2);
}
