//! GoBFD steering the real GoBGP, against FRR as BFD and BGP peer, in network namespaces.
//!
//! Each scenario is written once and played with GoBGP 3 and GoBGP 4. Run as root, by
//! `make interop`; a daemon that is not installed is a failure.
#![forbid(unsafe_code)]

mod admin;
mod dampening;
mod failover;
mod life;
mod reload;
mod routes;
mod setup;
mod tls;

use bfd_testbed::{GobgpVersion, Result};

/// The scenarios that are the same for both versions.
macro_rules! scenarios {
    ($name:ident, $version:expr) => {
        mod $name {
            use super::*;

            // covers: 5882-4.2.1-01
            #[test]
            fn down_disables_and_up_enables() -> Result<()> {
                failover::down_disables_and_up_enables($version)
            }

            #[test]
            fn the_peer_may_speak_ipv6() -> Result<()> {
                failover::ipv6($version)
            }

            #[test]
            fn an_operators_disable_is_left_alone() -> Result<()> {
                admin::operators_disable($version)
            }

            // covers: 5882-3.2-01, 5882-4.1-01, 5882-4.2-01
            #[test]
            fn admin_down_of_the_peer_touches_nothing() -> Result<()> {
                admin::of_the_peer($version)
            }

            #[test]
            fn our_admin_down_gives_the_peer_back() -> Result<()> {
                admin::of_ours($version)
            }

            #[test]
            fn a_restarted_gobgp_is_told_again() -> Result<()> {
                life::gobgp_restarts($version)
            }

            #[test]
            fn a_killed_daemon_knows_what_it_had_disabled() -> Result<()> {
                life::we_are_killed($version)
            }

            #[test]
            fn a_peer_without_sessions_is_given_back() -> Result<()> {
                life::sessions_go($version)
            }

            #[test]
            fn a_hung_gobgp_delays_nobody() -> Result<()> {
                life::gobgp_hangs($version)
            }

            #[test]
            fn routes_are_withdrawn_and_announced() -> Result<()> {
                routes::withdrawn_and_announced($version)
            }

            #[test]
            fn a_flapping_peer_is_held_down_for_a_time() -> Result<()> {
                dampening::held_down_for_a_time($version)
            }

            #[test]
            fn settings_change_by_reload() -> Result<()> {
                reload::settings_change($version)
            }
        }
    };
}

scenarios!(v3, GobgpVersion::V3);
scenarios!(v4, GobgpVersion::V4);
