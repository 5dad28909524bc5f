//! The command line as a script meets it: the process, its output, its code; above all `--check`.
#![forbid(unsafe_code)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const GOBFD: &str = env!("CARGO_BIN_EXE_gobfd");

/// Standard output, standard error, exit code.
type Said = (String, String, Option<i32>);

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn write(&self, text: &str) -> PathBuf {
        let path = self.0.path().join("gobfd.yml");
        fs::write(&path, text).expect("written");
        path
    }
}

/// Runs the program with no variable of ours but these.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Said {
    let mut command = Command::new(GOBFD);
    command.env_clear().args(arguments);
    let output = command.envs(variables.iter().copied()).output();
    let output = output.expect("it runs");
    let text = |octets| String::from_utf8(octets).expect("UTF-8");
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

fn check(path: &Path) -> Said {
    run(&["--check", "--config", path.to_str().expect("UTF-8")], &[])
}

fn good(output: &str) -> Said {
    (output.into(), String::new(), Some(0))
}

fn bad(errors: &str) -> Said {
    (String::new(), errors.into(), Some(1))
}

#[test]
fn a_good_file_is_told_in_every_spelling() {
    let folder = Folder::new();
    let path = folder.write("sessions: [{peer: 192.0.2.1}, {peer: '2001:db8::1'}]\n");
    let path = path.to_str().expect("UTF-8");
    let joined = format!("-config={path}");
    for arguments in [
        &["--check", "--config", path][..],
        &["-check", "-config", path],
        &["--config", path, "--check"],
        &[&joined, "-check=true"],
    ] {
        assert_eq!(
            run(arguments, &[]),
            good("ok: 2 sessions\n"),
            "{arguments:?}"
        );
    }
    assert_eq!(run(&["--check"], &[]), good("ok: 0 sessions\n"));
}

#[test]
fn every_fault_is_a_line_with_file_place_and_key() {
    let folder = Folder::new();
    let path = folder.write(
        "bfd:
  default_desired_min_tx: 300
log: {level: loud}
sessions:
  - {peer: 192.0.2.1, tpye: multi_hop}
  - {peer: 10.0.0, detect_mult: 256}
  - {peer: 192.0.2.1, auth: {type: keyed_sha1, key_id: 1, secret: x}}
echo: {enabled: true}
",
    );
    let (output, errors, code) = check(&path);
    assert_eq!((output.as_str(), code), ("", Some(1)), "{errors}");
    let lines: Vec<&str> = errors.lines().collect();
    let expected = [
        "2:27: bfd.default_desired_min_tx: expected a duration",
        "3:14: log.level: expected debug, info, warn or error",
        "5:23: sessions[0].tpye: unknown key; did you mean type?",
        "6:12: sessions[1].peer: expected a unicast IPv4 or IPv6 address, found \"10.0.0\"",
        "6:33: sessions[1].detect_mult: expected a whole number from 1 to 255, found \"256\"",
    ];
    let display = path.display();
    for begin in expected {
        let begin = format!("{display}:{begin}");
        assert!(
            lines.iter().any(|line| line.starts_with(&begin)),
            "{begin}\n{errors}"
        );
    }
    let whole = format!("{display}:");
    assert!(
        lines.iter().all(|line| line.starts_with(&whole)),
        "{errors}"
    );
}

#[test]
fn what_is_accepted_without_effect_is_warned_about() {
    let folder = Folder::new();
    let path = folder.write("socket: {write_buffer_size: 65536}\n");
    let path = path.to_str().expect("UTF-8");
    let arguments = ["--check", "--config", path];
    let (output, errors, code) = run(&arguments, &[("GOBFD_LOGLEVEL", "debug")]);
    assert_eq!((output.as_str(), code), ("ok: 0 sessions\n", Some(0)));
    let mut lines: Vec<&str> = errors.lines().collect();
    lines.sort_unstable();
    let expected = [
        "warning: GOBFD_LOGLEVEL: no such key, ignored",
        "warning: socket.write_buffer_size: has no effect, remove it",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn variables_count_and_are_named() {
    let folder = Folder::new();
    let path = folder.write("sessions: [{peer: 192.0.2.1}]\n");
    let path = path.to_str().expect("UTF-8");
    let arguments = ["--check", "--config", path];
    let said = run(&arguments, &[("GOBFD_SESSIONS_1_PEER", "192.0.2.2")]);
    assert_eq!(said, good("ok: 2 sessions\n"));
    let (_, errors, code) = run(&arguments, &[("GOBFD_METRICS_ADDR", "nowhere")]);
    assert_eq!(code, Some(1));
    assert!(
        errors.starts_with("GOBFD_METRICS_ADDR: metrics.addr: expected HOST:PORT"),
        "{errors}"
    );
}

#[test]
fn a_file_that_cannot_be_used_is_one_sentence() {
    let folder = Folder::new();
    let path = folder.0.path().join("none.yml");
    let file = path.display();
    let missing = format!("{file}: cannot be read: No such file or directory (os error 2)\n");
    assert_eq!(check(&path), bad(&missing));
    let own = folder.0.path();
    let directory = format!("{}: cannot be read: not a regular file\n", own.display());
    assert_eq!(check(own), bad(&directory));
    let broken = folder.write("sessions: [\n");
    let (output, errors, code) = check(&broken);
    assert_eq!((output.as_str(), code), ("", Some(1)));
    assert!(
        errors.starts_with(&format!("{}:", broken.display())),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

/// The daemon of the package runs as a user of its own. Needs root, to become somebody else.
#[test]
fn a_file_of_another_user_is_one_sentence() {
    let folder = Folder::new();
    let path = folder.write("sessions: []\n");
    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("changed");
    };
    allow(folder.0.path(), 0o755);
    allow(&path, 0o600);
    // A copy, because the build folder is often not for everybody to enter.
    let program = folder.0.path().join("gobfd");
    fs::copy(GOBFD, &program).expect("copied");
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .args(["--check", "--config"])
        .arg(&path)
        .output()
        .expect("it runs");
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    let expected = format!(
        "{}: cannot be read: Permission denied (os error 13)\n",
        path.display()
    );
    assert_eq!((errors, output.status.code()), (expected, Some(1)));
}

/// One line in the form of the log, before there is a log.
#[test]
fn a_daemon_that_cannot_read_its_file_says_so_and_ends() {
    let folder = Folder::new();
    let path = folder.0.path().join("none.yml");
    let (output, errors, code) = run(&["-config", path.to_str().expect("UTF-8")], &[]);
    assert_eq!((output.as_str(), code), ("", Some(1)), "{errors}");
    let end = format!(
        " level=ERROR msg=\"failed to load configuration\" error=\"{}: cannot be read: \
         No such file or directory (os error 2)\"\n",
        path.display()
    );
    assert!(
        errors.starts_with("time=") && errors.ends_with(&end),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 1);
}

#[test]
fn version_and_usage_have_their_streams_and_codes() {
    for spelling in ["-version", "--version"] {
        let (output, errors, code) = run(&[spelling], &[]);
        assert_eq!((errors.as_str(), code), ("", Some(0)));
        let begins = ["gobfd ", "  commit:  ", "  built:   "];
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines.len(), begins.len(), "{output}");
        let mut each = lines.iter().zip(begins);
        assert!(
            each.all(|(line, begin)| line.starts_with(begin)),
            "{output}"
        );
    }
    for (arguments, expected) in [(&["-h"][..], 0), (&["-x"], 2), (&["-config"], 2)] {
        let (output, errors, code) = run(arguments, &[]);
        assert_eq!(
            (output.as_str(), code),
            ("", Some(expected)),
            "{arguments:?}"
        );
        assert!(errors.contains("Usage: gobfd"), "{errors}");
    }
}

#[test]
fn nothing_is_started() {
    // No namespace of its own, no permission needed: it only reads.
    let folder = Folder::new();
    let path = folder.write("grpc: {addr: '127.0.0.1:1'}\nmetrics: {addr: '127.0.0.1:1'}\n");
    assert_eq!(check(&path), good("ok: 0 sessions\n"));
}
