//! Lists in pages.

use bfd_api::v1::__buffa::view::ListSessionsRequestView;
use bfd_api::v1::ListSessionsResponse;
use bfd_control::Control;
use buffa::Message as _;
use connectrpc::ConnectError;

use super::convert;
use crate::calendar::Calendar;

/// Most sessions of one page.
const LARGEST_PAGE: usize = 1000;
/// Most octets of one answer: clients refuse more by default.
const LARGEST_ANSWER: usize = 4 << 20;

/// One page, in ascending order of the discriminator. The token is the last discriminator of the
/// page before, so that sessions that come and go in between move no others to another page.
pub(super) fn page(
    control: &Control,
    request: &ListSessionsRequestView<'_>,
) -> Result<ListSessionsResponse, ConnectError> {
    let after = after(request.page_token)?;
    let size = match request.page_size {
        0 => usize::MAX,
        asked => usize::try_from(asked)
            .unwrap_or(usize::MAX)
            .min(LARGEST_PAGE),
    };
    let all = control.sessions();
    let start = all.partition_point(|meta| meta.id.discriminator.get() <= after);
    let shown = &all[start..start.saturating_add(size).min(all.len())];
    let calendar = Calendar::read();
    let session = |meta| convert::session(control, &calendar, &control.look(meta));
    let mut answer = ListSessionsResponse {
        sessions: shown.iter().map(session).collect(),
        ..Default::default()
    };
    if start + shown.len() < all.len() {
        let last = shown.last().map(|meta| meta.id.discriminator.get());
        answer.next_page_token = last.unwrap_or(after).to_string();
    }
    if answer.encoded_len() as usize > LARGEST_ANSWER {
        return Err(ConnectError::resource_exhausted(format!(
            "{} sessions do not fit into one answer of 4 MiB: ask for pages (page_size up to {LARGEST_PAGE})",
            answer.sessions.len()
        )));
    }
    Ok(answer)
}

fn after(token: &str) -> Result<u32, ConnectError> {
    if token.is_empty() {
        return Ok(0);
    }
    token.parse().map_err(|_| {
        ConnectError::invalid_argument(format!(
            "page_token \"{token}\" was not given by this service"
        ))
    })
}
