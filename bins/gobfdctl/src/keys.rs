//! The keys of a session in words; their secrets are known to nobody here.

use bfd_api::v1::AuthenticationKeys;

/// The key that is sent and those accepted: `2 of chain core, accepts 1 2`.
pub(crate) fn in_words(keys: &AuthenticationKeys) -> String {
    let mut text = keys.send.to_string();
    if !keys.chain.is_empty() {
        text += &format!(" of chain {}", keys.chain);
    }
    if keys.stand_in {
        text += " (its time is over or to come)";
    }
    text += ", accepts";
    for id in &keys.accept {
        text += &format!(" {id}");
    }
    text
}
