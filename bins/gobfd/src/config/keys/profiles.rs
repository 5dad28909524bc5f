//! Keys of profiles.

use bfd_program::config::Kind;

use super::{Applies, Key, MULTIPLIER, NEW, PADDING, Preset, key};

/// Left out: the key below counts.
const BELOW: &str = "the value that counts without a profile";

/// Every key of an element of `profiles`, in the order of the manual.
pub(super) const KEYS: &[Key] = &[
    key(
        "profiles[].name",
        Kind::Text,
        Preset::Required,
        Applies::Sessions,
        "What sessions call the profile, in `sessions[].profile` and `kubernetes.profile`. A value \
         of a profile goes before section `bfd`, and a session's own before its profile. To change \
         a profile and reload changes its sessions live, as if each had been changed.",
    )
    .since(NEW),
    key(
        "profiles[].desired_min_tx",
        Kind::Interval,
        Preset::Nothing(BELOW),
        Applies::Sessions,
        "`desired_min_tx` of its sessions.",
    )
    .since(NEW),
    key(
        "profiles[].required_min_rx",
        Kind::Interval,
        Preset::Nothing(BELOW),
        Applies::Sessions,
        "`required_min_rx` of its sessions.",
    )
    .since(NEW),
    key(
        "profiles[].detect_mult",
        MULTIPLIER,
        Preset::Nothing(BELOW),
        Applies::Sessions,
        "`detect_mult` of its sessions.",
    )
    .since(NEW),
    key(
        "profiles[].padded_pdu_size",
        PADDING,
        Preset::Nothing(BELOW),
        Applies::Sessions,
        "`padded_pdu_size` of its sessions.",
    )
    .since(NEW),
    key(
        "profiles[].passive",
        Kind::Bool,
        Preset::Nothing(BELOW),
        Applies::Sessions,
        "`passive` of its sessions.",
    )
    .since(NEW),
    key(
        "profiles[].min_ttl",
        Kind::Integer { min: 1, max: 255 },
        Preset::Nothing(BELOW),
        Applies::Sessions,
        "`min_ttl` of those of its sessions that are `multi_hop`; the others do not mind it.",
    )
    .since(NEW),
];
