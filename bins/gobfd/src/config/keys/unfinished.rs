//! Keys of features that this version does not have: known, so that a section that is switched off
//! may stay in a file.

use bfd_program::config::Kind;

use super::{ANY, Feature, Key, MULTIPLIER, later};

/// Every such key, in the order of the manual.
pub(super) const KEYS: &[Key] = &[
    later("unsolicited.enabled", Kind::Bool, Feature::Unsolicited),
    later("unsolicited.max_sessions", ANY, Feature::Unsolicited),
    later(
        "unsolicited.cleanup_timeout",
        Kind::Duration,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.interfaces.<name>.enabled",
        Kind::Bool,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.interfaces.<name>.allowed_prefixes",
        Kind::Texts,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.session_defaults.desired_min_tx",
        Kind::Interval,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.session_defaults.required_min_rx",
        Kind::Interval,
        Feature::Unsolicited,
    ),
    later(
        "unsolicited.session_defaults.detect_mult",
        MULTIPLIER,
        Feature::Unsolicited,
    ),
    later("echo.enabled", Kind::Bool, Feature::Echo),
    later("echo.default_tx_interval", Kind::Interval, Feature::Echo),
    later("echo.default_detect_multiplier", MULTIPLIER, Feature::Echo),
    later("echo.peers[].peer", Kind::Address, Feature::Echo),
    later("echo.peers[].local", Kind::Address, Feature::Echo),
    later("echo.peers[].interface", Kind::Interface, Feature::Echo),
    later("echo.peers[].tx_interval", Kind::Interval, Feature::Echo),
    later("echo.peers[].detect_mult", MULTIPLIER, Feature::Echo),
    later(
        "micro_bfd.groups[].lag_interface",
        Kind::Interface,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].member_links",
        Kind::Texts,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].peer_addr",
        Kind::Address,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].local_addr",
        Kind::Address,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].desired_min_tx",
        Kind::Interval,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].required_min_rx",
        Kind::Interval,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].detect_mult",
        MULTIPLIER,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.groups[].min_active_links",
        ANY,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.actuator.mode",
        Kind::Word(&["disabled", "dry-run", "enforce"]),
        Feature::MicroBfd,
    ),
    later("micro_bfd.actuator.backend", Kind::Text, Feature::MicroBfd),
    later(
        "micro_bfd.actuator.ovsdb_endpoint",
        Kind::Text,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.actuator.owner_policy",
        Kind::Text,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.actuator.down_action",
        Kind::Text,
        Feature::MicroBfd,
    ),
    later(
        "micro_bfd.actuator.up_action",
        Kind::Text,
        Feature::MicroBfd,
    ),
    later("vxlan.enabled", Kind::Bool, Feature::Vxlan),
    later("vxlan.backend", Kind::Text, Feature::Vxlan),
    later("vxlan.management_vni", ANY, Feature::Vxlan),
    later(
        "vxlan.default_desired_min_tx",
        Kind::Interval,
        Feature::Vxlan,
    ),
    later(
        "vxlan.default_required_min_rx",
        Kind::Interval,
        Feature::Vxlan,
    ),
    later(
        "vxlan.default_detect_multiplier",
        MULTIPLIER,
        Feature::Vxlan,
    ),
    later("vxlan.peers[].peer", Kind::Address, Feature::Vxlan),
    later("vxlan.peers[].local", Kind::Address, Feature::Vxlan),
    later(
        "vxlan.peers[].desired_min_tx",
        Kind::Interval,
        Feature::Vxlan,
    ),
    later(
        "vxlan.peers[].required_min_rx",
        Kind::Interval,
        Feature::Vxlan,
    ),
    later("vxlan.peers[].detect_mult", MULTIPLIER, Feature::Vxlan),
    later("geneve.enabled", Kind::Bool, Feature::Geneve),
    later("geneve.backend", Kind::Text, Feature::Geneve),
    later("geneve.default_vni", ANY, Feature::Geneve),
    later(
        "geneve.default_desired_min_tx",
        Kind::Interval,
        Feature::Geneve,
    ),
    later(
        "geneve.default_required_min_rx",
        Kind::Interval,
        Feature::Geneve,
    ),
    later(
        "geneve.default_detect_multiplier",
        MULTIPLIER,
        Feature::Geneve,
    ),
    later("geneve.peers[].peer", Kind::Address, Feature::Geneve),
    later("geneve.peers[].local", Kind::Address, Feature::Geneve),
    later("geneve.peers[].vni", ANY, Feature::Geneve),
    later(
        "geneve.peers[].desired_min_tx",
        Kind::Interval,
        Feature::Geneve,
    ),
    later(
        "geneve.peers[].required_min_rx",
        Kind::Interval,
        Feature::Geneve,
    ),
    later("geneve.peers[].detect_mult", MULTIPLIER, Feature::Geneve),
];
