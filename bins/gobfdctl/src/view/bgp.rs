//! The GoBGP integration.

use bfd_api::v1::{BgpTarget, BgpWish, ListBgpTargetsResponse};
use serde::Serialize;

use super::{Time, interval, is_false, is_zero, time};
use crate::names;

/// One BGP peer or route.
#[derive(Serialize)]
pub(crate) struct BgpTargetView<'a> {
    pub(crate) name: &'a str,
    pub(crate) wish: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostic: Option<&'static str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) verdict: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) applied: &'a str,
    pub(crate) confirmed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed_at: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) took: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) failures: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) last_error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error_at: Option<Time>,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) suppressed: bool,
    #[serde(skip_serializing_if = "is_nothing")]
    penalty: f64,
}

impl<'a> From<&'a BgpTarget> for BgpTargetView<'a> {
    fn from(target: &'a BgpTarget) -> Self {
        let avoid = target.wish.as_known() == Some(BgpWish::BGP_WISH_AVOID);
        Self {
            name: &target.name,
            wish: names::wish(target.wish.as_known()),
            since: target.since.as_option().map(time),
            diagnostic: avoid.then(|| names::diagnostic(target.diagnostic.as_known())),
            verdict: &target.verdict,
            applied: &target.applied,
            confirmed: target.confirmed,
            confirmed_at: target.confirmed_at.as_option().map(time),
            took: interval(target.took.as_option()),
            failures: target.failures,
            last_error: &target.last_error,
            last_error_at: target.last_error_at.as_option().map(time),
            suppressed: target.suppressed,
            penalty: target.penalty,
        }
    }
}

/// Where GoBGP is called and whether it answers.
#[derive(Serialize)]
pub(crate) struct BgpStatusView<'a> {
    pub(crate) enabled: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) address: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) strategy: &'a str,
    pub(crate) connected: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) error: &'a str,
}

impl<'a> From<&'a ListBgpTargetsResponse> for BgpStatusView<'a> {
    fn from(answer: &'a ListBgpTargetsResponse) -> Self {
        Self {
            enabled: answer.enabled,
            address: &answer.address,
            strategy: &answer.strategy,
            connected: answer.connected,
            version: &answer.version,
            error: &answer.error,
        }
    }
}

fn is_nothing(value: &f64) -> bool {
    *value == 0.0
}
