//! The way to the API server.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use http::{Response, Uri};
use kube::api::ApiResource;
use kube::client::ClientBuilder;
use kube::{Api, Config};
use tower::util::MapResponseLayer;

use super::health::Health;
use super::node::Node;
use super::nodes::WATCH_SECONDS;
use crate::config::{ApiServerSettings, KubernetesSettings};

const CONNECT: Duration = Duration::from_secs(10);

/// Why nothing can be sent to the API server.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    /// Nobody says where it is.
    #[error(
        "kubernetes.api_server is not given and KUBERNETES_SERVICE_HOST is not set: not in a pod?"
    )]
    NoServer,
    /// `KUBERNETES_SERVICE_HOST` or `_PORT` make no URL.
    #[error("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no URL: {0}")]
    BadServer(String),
    /// A file of the account cannot be read.
    #[error("{key}: cannot read {}: {error}", path.display())]
    File {
        /// The key that names it.
        key: &'static str,
        /// Its place.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Token or certificates are no use.
    #[error("cannot use the account's token or certificates: {0}")]
    Client(String),
}

/// The nodes, as the server that `settings` name knows them. Nothing is sent yet. `health` hears of
/// every answer.
pub(super) fn connect(
    settings: &KubernetesSettings,
    health: &Health,
) -> Result<Api<Node>, ConnectError> {
    let config = config(&settings.api)?;
    let builder = ClientBuilder::try_from(config).map_err(|e| ConnectError::Client(chain(&e)))?;
    let health = health.clone();
    let note = MapResponseLayer::new(move |response: Response<_>| {
        if response.status().is_success() {
            health.answered();
        }
        response
    });
    let client = builder.with_layer(&note).build();
    Ok(Api::all_with(client, &nodes()))
}

fn nodes() -> ApiResource {
    ApiResource {
        group: String::new(),
        version: "v1".to_owned(),
        api_version: "v1".to_owned(),
        kind: "Node".to_owned(),
        plural: "nodes".to_owned(),
    }
}

fn config(api: &ApiServerSettings) -> Result<Config, ConnectError> {
    let mut config = Config::new(server(api)?);
    readable("kubernetes.token_file", &api.token_file)?;
    config.auth_info.token_file = Some(api.token_file.display().to_string());
    if config.cluster_url.scheme_str() == Some("https") {
        readable("kubernetes.ca_file", &api.ca_file)?;
        // Nobody is trusted but those of the file, which is read again as it changes.
        config.root_cert = Some(Vec::new());
        config.root_cert_file = Some(api.ca_file.clone());
    }
    config.connect_timeout = Some(CONNECT);
    // Longer than any silence of a watch that lives.
    config.read_timeout = Some(Duration::from_secs(u64::from(WATCH_SECONDS) + 30));
    // The watch has a back-off of its own, and says when it uses it.
    config.default_retry = false;
    Ok(config)
}

fn server(api: &ApiServerSettings) -> Result<Uri, ConnectError> {
    let url = match &api.server {
        Some(url) => url.clone(),
        None => from_pod()?,
    };
    url.parse().map_err(|_| ConnectError::BadServer(url))
}

fn from_pod() -> Result<String, ConnectError> {
    let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    let host = variable("KUBERNETES_SERVICE_HOST").ok_or(ConnectError::NoServer)?;
    let port = variable("KUBERNETES_SERVICE_PORT").unwrap_or_else(|| "443".to_owned());
    let is_v6 = host.parse::<std::net::Ipv6Addr>().is_ok();
    Ok(if is_v6 {
        format!("https://[{host}]:{port}")
    } else {
        format!("https://{host}:{port}")
    })
}

fn readable(key: &'static str, path: &PathBuf) -> Result<(), ConnectError> {
    match std::fs::File::open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(ConnectError::File {
            key,
            path: path.clone(),
            error,
        }),
    }
}

/// An error with its causes, none said twice.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(&format!(": {next}"));
        }
        cause = error.source();
    }
    text
}
