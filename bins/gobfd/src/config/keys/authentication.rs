//! Keys of authentication (RFC 5880 §6.7).

use bfd_program::config::Kind;

use super::{AUTH_TYPES, Applies, Key, NEW, Preset, key};

/// The same with the word that switches it off.
const AUTH_TYPES_OR_NONE: &[&str] = &[
    "none",
    AUTH_TYPES[0],
    AUTH_TYPES[1],
    AUTH_TYPES[2],
    AUTH_TYPES[3],
    AUTH_TYPES[4],
];
const KEY_ID: Kind = Kind::Integer { min: 0, max: 255 };

/// Every such key, in the order of the manual.
pub(super) const KEYS: &[Key] = &[
    key(
        "sessions[].auth.type",
        Kind::Word(AUTH_TYPES_OR_NONE),
        Preset::Value("none"),
        Applies::Sessions,
        "How packets are authenticated (RFC 5880 §6.7). Both ends must agree. Prefer \
         `meticulous_keyed_sha1`: it alone refuses every repeated packet and has the stronger \
         digest. Over several hops a session should authenticate (RFC 5883 §6).",
    ),
    key(
        "sessions[].auth.key_id",
        KEY_ID,
        Preset::Value("0"),
        Applies::Sessions,
        "Id of the one key of the session.",
    ),
    key(
        "sessions[].auth.secret",
        Kind::Secret,
        Preset::Nothing("none; required with a `type`"),
        Applies::Sessions,
        "Secret of the one key of the session: 1 to 16 octets for a password or MD5, 1 to 20 for \
         SHA1. A change is not announced to the peer: use `key_chain` to change keys without a \
         gap.",
    ),
    key(
        "sessions[].auth.key_chain",
        Kind::Text,
        Preset::Nothing("none: `type`, `key_id` and `secret` count"),
        Applies::Sessions,
        "Name of the chain of `key_chains` whose keys the session uses, in place of `type`, \
         `key_id` and `secret`.",
    )
    .since(NEW),
    key(
        "key_chains[].name",
        Kind::Text,
        Preset::Required,
        Applies::Sessions,
        "What sessions and messages call the chain.",
    )
    .since(NEW),
    key(
        "key_chains[].type",
        Kind::Word(AUTH_TYPES),
        Preset::Required,
        Applies::Sessions,
        "Type of authentication of all keys of the chain, as `sessions[].auth.type`.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].id",
        KEY_ID,
        Preset::Required,
        Applies::Sessions,
        "Id of the key, which every packet carries; each key of a chain has another.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].secret",
        Kind::Secret,
        ONE_OF_FOUR,
        Applies::Sessions,
        "Secret of the key as text: 1 to 16 octets for a password or MD5, 1 to 20 for SHA1.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].secret_hex",
        Kind::Secret,
        ONE_OF_FOUR,
        Applies::Sessions,
        "Secret of the key as pairs of hexadecimal digits.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].secret_file",
        Kind::FilePath,
        ONE_OF_FOUR,
        Applies::Sessions,
        "File that holds the secret and nothing else; a line break at its end is no part of it. \
         It is read again by each reload, and should be readable for the daemon alone.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].secret_env",
        Kind::Text,
        ONE_OF_FOUR,
        Applies::Sessions,
        "Name of the environment variable that holds the secret. The environment of a running \
         daemon does not change: `secret_file` can be renewed by a reload.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].send_from",
        Kind::Moment,
        Preset::Nothing("since ever"),
        Applies::Sessions,
        "From when on packets leave with the key. Of several that count the one with the latest \
         beginning is used, and of those the last of the list.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].send_until",
        Kind::Moment,
        Preset::Nothing("for ever"),
        Applies::Sessions,
        "Until when packets leave with the key. When no key is left, the one that ran out last \
         goes on, and the log warns: a session never sends without authentication.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].accept_from",
        Kind::Moment,
        Preset::Nothing("since ever"),
        Applies::Sessions,
        "From when on packets with the key are accepted. Begin earlier than the peer sends, by \
         more than the clocks differ.",
    )
    .since(NEW),
    key(
        "key_chains[].keys[].accept_until",
        Kind::Moment,
        Preset::Nothing("for ever"),
        Applies::Sessions,
        "Until when packets with the key are accepted. When no key is left, the one that ran out \
         last goes on.",
    )
    .since(NEW),
];

const ONE_OF_FOUR: Preset = Preset::Nothing(
    "none; exactly one of `secret`, `secret_hex`, `secret_file` and `secret_env` is required",
);
