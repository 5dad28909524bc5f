//! What HAProxy says to a line of commands.

/// The reply to each command, in order: empty for success, else what HAProxy says, on one line.
///
/// A reply ends with an empty line; success is nothing but that. `None` when there are fewer than
/// `expected`.
pub(super) fn replies(text: &str, expected: usize) -> Option<Vec<String>> {
    let mut replies = Vec::with_capacity(expected);
    let mut reply = String::new();
    for line in text.lines() {
        if line.is_empty() {
            replies.push(std::mem::take(&mut reply));
            if replies.len() == expected {
                break;
            }
        } else {
            if !reply.is_empty() {
                reply.push(' ');
            }
            reply.push_str(line.trim());
        }
    }
    (replies.len() == expected).then_some(replies)
}

/// The value of `NAME: VALUE` in the output of `show info`.
pub(super) fn info<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.trim())
}
