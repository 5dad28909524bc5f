//! TLS to GoBGP: roots, name, and our own certificate, read from their files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};

use crate::config::TlsSettings;
use bfd_program::config::GrpcTarget;

/// Why TLS cannot be spoken with these settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file is missing, unreadable, or no PEM.
    #[error("cannot read {}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file holds no certificate.
    #[error("{} holds no certificate", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The system has no trusted certificates.
    #[error("the system has no trusted certificates: give ca_file")]
    NoRoots,
    /// Certificate and key do not fit, or cannot be used.
    #[error("certificate and key cannot be used: {0}")]
    Identity(String),
    /// The name of the server is none.
    #[error("{0:?} is no name that a certificate can have: give server_name")]
    Name(String),
}

/// How TLS is spoken: the configuration and the name the server must have.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: ServerName<'static>,
}

impl Tls {
    /// Reads all files.
    pub(super) fn read(settings: &TlsSettings, target: &GrpcTarget) -> Result<Self, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Identity(error.to_string()))?
            .with_root_certificates(roots(settings.ca_file.as_deref())?);
        let mut config = match &settings.identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => builder
                .with_client_auth_cert(certificates(chain)?, private_key(key)?)
                .map_err(|error| TlsError::Identity(error.to_string()))?,
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        let config = Arc::new(config);
        let name = name(settings, target)?;
        Ok(Self { config, name })
    }
}

fn roots(file: Option<&Path>) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| TlsError::File {
                    path: path.to_owned(),
                    reason: error.to_string(),
                })?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(TlsError::NoRoots);
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fault = |error: rustls::pki_types::pem::Error| file_fault(path, &error);
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(fault)?
        .collect();
    let certificates = certificates.map_err(fault)?;
    if certificates.is_empty() {
        let path = path.to_owned();
        return Err(TlsError::Empty { path });
    }
    Ok(certificates)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| file_fault(path, &error))
}

fn file_fault(path: &Path, error: &rustls::pki_types::pem::Error) -> TlsError {
    TlsError::File {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn name(settings: &TlsSettings, target: &GrpcTarget) -> Result<ServerName<'static>, TlsError> {
    let name = match (&settings.server_name, target) {
        (Some(name), _) => name.clone(),
        (None, GrpcTarget::Tcp { host, .. }) => host.clone(),
        (None, GrpcTarget::Unix(_)) => "localhost".to_owned(),
    };
    let wrong = |_: InvalidDnsNameError| TlsError::Name(name.clone());
    ServerName::try_from(name.clone()).map_err(wrong)
}
