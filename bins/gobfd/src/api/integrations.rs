//! The procedures of `IntegrationService`.

use bfd_api::v1::{
    BgpTarget, BgpWish, IntegrationService, ListBgpTargetsRequest, ListBgpTargetsResponse,
};
use buffa::MessageField;
use connectrpc::{RequestContext, Response, ServiceRequest, ServiceResult};

use super::convert::{diagnostic, duration, moment};
use crate::calendar::Calendar;
use crate::integrations::{Board, Picture, Target, Wish};

pub(super) struct IntegrationApi {
    pub(super) gobgp: Board,
}

#[expect(
    refining_impl_trait_internal,
    reason = "the concrete message is clearer"
)]
impl IntegrationService for IntegrationApi {
    async fn list_bgp_targets(
        &self,
        _: RequestContext,
        _: ServiceRequest<'_, ListBgpTargetsRequest>,
    ) -> ServiceResult<ListBgpTargetsResponse> {
        Response::ok(answer(self.gobgp.picture()))
    }
}

fn answer(picture: Picture) -> ListBgpTargetsResponse {
    let calendar = Calendar::read();
    let Some(neighbour) = picture.neighbour else {
        return ListBgpTargetsResponse::default();
    };
    let targets = picture.targets.iter();
    ListBgpTargetsResponse {
        enabled: true,
        address: neighbour.address,
        strategy: neighbour.strategy.to_owned(),
        connected: neighbour.connected,
        version: neighbour.version.unwrap_or_default().to_owned(),
        error: neighbour.error.unwrap_or_default(),
        targets: targets
            .map(|(name, shown)| target(&calendar, name, shown))
            .collect(),
    }
}

fn target(calendar: &Calendar, name: &str, shown: &Target) -> BgpTarget {
    let cause = match shown.wish {
        Wish::Avoid(cause) => Some(cause),
        _ => None,
    };
    let (last_error, last_error_at) = match &shown.error {
        Some((reason, at)) => (reason.clone(), Some(*at)),
        None => (String::new(), None),
    };
    BgpTarget {
        name: name.to_owned(),
        wish: wish(shown.wish).into(),
        since: moment(calendar, Some(shown.since)),
        diagnostic: cause
            .map(|cause| diagnostic(cause.diagnostic))
            .unwrap_or_default()
            .into(),
        verdict: cause
            .map(|cause| cause.verdict)
            .unwrap_or_default()
            .to_owned(),
        applied: shown.applied.unwrap_or_default().to_owned(),
        confirmed: shown.confirmed,
        confirmed_at: moment(calendar, shown.confirmed_at),
        took: shown.took.map_or_else(MessageField::none, duration),
        failures: shown.failures,
        last_error,
        last_error_at: moment(calendar, last_error_at),
        suppressed: shown.suppressed,
        penalty: shown.penalty.unwrap_or_default(),
    }
}

const fn wish(wish: Wish) -> BgpWish {
    match wish {
        Wish::Leave => BgpWish::BGP_WISH_LEAVE,
        Wish::Use | Wish::Release => BgpWish::BGP_WISH_USE,
        Wish::Avoid(_) => BgpWish::BGP_WISH_AVOID,
    }
}
