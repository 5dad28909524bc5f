//! TLS to GoBGP. Only version 4 can ask for a client certificate.

use std::path::Path;

use bfd_testbed::{GobgpSettings, GobgpVersion, Result, eventually};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};

use crate::setup::{Trio, plain, section};

/// GoBGP's certificate has this name, and the address that GoBGP's own command line calls.
const NAME: &str = "gobgp.example";

/// A certification authority with one certificate for GoBGP and one for us.
struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = root();
        write(&folder.path().join("ca.pem"), &root.pem());
        for (file, names, purpose) in [
            (
                "server",
                &[NAME, "127.0.0.1"][..],
                ExtendedKeyUsagePurpose::ServerAuth,
            ),
            ("client", &["gobfd"], ExtendedKeyUsagePurpose::ClientAuth),
        ] {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let mut params = CertificateParams::new(names).expect("names");
            params.extended_key_usages = vec![purpose];
            let key = KeyPair::generate().expect("a key");
            let certificate = params.signed_by(&key, &root).expect("a certificate");
            let path = |ending| folder.path().join(format!("{file}.{ending}"));
            write(&path("pem"), &certificate.pem());
            write(&path("key"), &key.serialize_pem());
        }
        Self { folder }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A GoBGP with its certificate, and its command line.
    fn gobgp(&self, version: GobgpVersion) -> GobgpSettings {
        let file = |name| self.file(name);
        GobgpSettings {
            arguments: [
                ["--tls-cert-file", &file("server.pem")],
                ["--tls-key-file", &file("server.key")],
            ]
            .concat()
            .into_iter()
            .chain(["--tls"])
            .map(str::to_owned)
            .collect(),
            cli: ["--tls", "--tls-ca-file", &file("ca.pem")]
                .map(str::to_owned)
                .into(),
            ..plain(version)
        }
    }

    /// Section `gobgp.tls`.
    fn section(&self, name: &str, more: &str) -> String {
        let root = self.file("ca.pem");
        section(&format!(
            "  tls: {{enabled: true, ca_file: \"{root}\", server_name: {name}{more}}}\n"
        ))
    }
}

fn root() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("a root")
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("written");
}

/// Waits until `gobfdctl bgp status` shows this as the reason why GoBGP cannot be called.
fn wait_error(trio: &Trio, wanted: &str) -> Result<()> {
    eventually(wanted, || {
        let shown = trio.gobfd.ctl(&["bgp", "status"]);
        match shown {
            Ok(text) if text.contains(wanted) => Ok(()),
            seen => Err(format!("{seen:?}")),
        }
    })
}

#[test]
fn the_server_is_who_it_must_be() -> Result<()> {
    let authority = Authority::new();
    let section = authority.section(NAME, "");
    let mut trio = Trio::start(authority.gobgp(GobgpVersion::V3), &section)?;
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.heal()?;
    trio.gobgp.wait_established(trio.peer())?;

    // Another name, and nothing is said to it.
    trio.gobfd.set_extra(authority.section("other.example", ""));
    trio.gobfd.reload(&[trio.session.clone()])?;
    wait_error(&trio, "not valid for name")?;

    // Another authority.
    let other = Authority::new();
    trio.gobfd.set_extra(other.section(NAME, ""));
    trio.gobfd.reload(&[trio.session.clone()])?;
    wait_error(&trio, "invalid peer certificate")
}

#[test]
fn we_are_who_we_must_be() -> Result<()> {
    let authority = Authority::new();
    let file = |name| authority.file(name);
    let mut settings = authority.gobgp(GobgpVersion::V4);
    settings.arguments.push("--tls-client-ca-file".into());
    settings.arguments.push(file("ca.pem"));
    for (flag, name) in [("cert", "client.pem"), ("key", "client.key")] {
        settings.cli.push(format!("--tls-client-{flag}-file"));
        settings.cli.push(file(name));
    }
    let (certificate, key) = (file("client.pem"), file("client.key"));
    let identity = format!(", cert_file: \"{certificate}\", key_file: \"{key}\"");
    let section = authority.section(NAME, &identity);
    let mut trio = Trio::start(settings, &section)?;
    trio.fail()?;
    trio.wait_confirmed("avoid", "disabled")?;
    trio.heal()?;
    trio.gobgp.wait_established(trio.peer())?;

    // Without a certificate GoBGP does not speak to us.
    trio.gobfd.set_extra(authority.section(NAME, ""));
    trio.gobfd.reload(&[trio.session.clone()])?;
    wait_error(&trio, "ertificate")
}
