//! Where a daemon's API is found.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Address of a daemon's API: `host:port`, `http://host:port` or `unix:PATH`.
///
/// `:port` means `localhost:port`. The daemon speaks clear text, so `https://` is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(Place);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `host:port`; an IPv6 host is in brackets.
    Tcp(http::uri::Authority),
    Unix(PathBuf),
}

/// A text that names no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not `host:port`.
    #[error("address {0:?} must be host:port, http://host:port or unix:PATH")]
    Form(String),
    /// The host has no port, or one that is no number up to 65535.
    #[error("address {0:?} has no usable port; the default of gobfd is 50051")]
    Port(String),
    /// The API has no TLS.
    #[error("address {0:?} asks for TLS, which the API does not speak; use http://")]
    Tls(String),
}

impl Endpoint {
    pub(crate) fn place(&self) -> &Place {
        &self.0
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let usable = !path.is_empty();
            return usable
                .then(|| Self(Place::Unix(path.into())))
                .ok_or_else(|| EndpointError::Form(text.into()));
        }
        if text.starts_with("https://") {
            return Err(EndpointError::Tls(text.into()));
        }
        authority(text).map(|authority| Self(Place::Tcp(authority)))
    }
}

fn authority(text: &str) -> Result<http::uri::Authority, EndpointError> {
    let bare = text
        .strip_prefix("http://")
        .unwrap_or(text)
        .trim_end_matches('/');
    let full = if bare.starts_with(':') {
        format!("localhost{bare}")
    } else {
        bare.into()
    };
    let form = || EndpointError::Form(text.into());
    let authority: http::uri::Authority = full.parse().map_err(|_| form())?;
    if authority.host().is_empty() || full.contains('@') || full.contains(char::is_whitespace) {
        return Err(form());
    }
    match authority.port_u16() {
        Some(_) => Ok(authority),
        None => Err(EndpointError::Port(text.into())),
    }
}

/// As [`FromStr`] reads it, without a scheme for TCP.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Tcp(authority) => authority.fmt(f),
            Place::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, EndpointError> {
        text.parse::<Endpoint>()
            .map(|endpoint| endpoint.to_string())
    }

    #[test]
    fn all_forms_are_read() {
        assert_eq!(shown("localhost:50051").unwrap(), "localhost:50051");
        assert_eq!(shown("http://127.0.0.1:50051/").unwrap(), "127.0.0.1:50051");
        assert_eq!(shown("[::1]:50051").unwrap(), "[::1]:50051");
        assert_eq!(shown(":50051").unwrap(), "localhost:50051");
        assert_eq!(
            shown("unix:/run/gobfd.sock").unwrap(),
            "unix:/run/gobfd.sock"
        );
        assert_eq!(
            shown("unix:///run/gobfd.sock").unwrap(),
            "unix:/run/gobfd.sock"
        );
    }

    #[test]
    fn the_fault_is_named() {
        assert_eq!(
            shown("host:port"),
            Err(EndpointError::Port("host:port".into()))
        );
        assert_eq!(
            shown("localhost"),
            Err(EndpointError::Port("localhost".into()))
        );
        assert_eq!(
            shown("https://a:1"),
            Err(EndpointError::Tls("https://a:1".into()))
        );
        for text in ["", "unix:", "a b:1", "::1:50051", "http://a:1/path"] {
            assert_eq!(
                shown(text),
                Err(EndpointError::Form(text.into())),
                "{text:?}"
            );
        }
    }
}
