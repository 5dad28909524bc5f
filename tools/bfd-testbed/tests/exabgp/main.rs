//! The bridge under the real ExaBGP 4.2 and 5.0, with a real GoBGP that receives the routes.
//!
//! On our side run gobfd, ExaBGP and the bridge; on the other side gobfd and GoBGP. A peer that stops
//! is one whose gobfd is frozen: BGP itself notices nothing. Run as root; a program that is not
//! installed is a failure.
#![forbid(unsafe_code)]

mod deaths;
mod routes;
mod setup;

use bfd_testbed::{Release, Result};

/// The scenarios that are the same for every release.
macro_rules! scenarios {
    ($name:ident, $release:expr) => {
        mod $name {
            use super::*;

            #[test]
            fn a_route_follows_its_session() -> Result<()> {
                routes::follow($release)
            }

            #[test]
            fn attributes_and_ipv6_arrive() -> Result<()> {
                routes::attributes($release)
            }

            #[test]
            fn a_killed_bridge_leaves_no_stale_route() -> Result<()> {
                deaths::bridge_killed($release)
            }

            #[test]
            fn a_bridge_that_dies_again_and_again_ends_exabgp() -> Result<()> {
                deaths::bridge_killed_often($release)
            }

            #[test]
            fn a_killed_daemon_leaves_no_stale_route() -> Result<()> {
                deaths::daemon_killed($release)
            }

            #[test]
            fn a_daemon_that_is_stopped_withdraws_at_once() -> Result<()> {
                deaths::daemon_stopped($release)
            }

            #[test]
            fn a_killed_exabgp_takes_the_bridge_along() -> Result<()> {
                deaths::exabgp_killed($release)
            }

            #[test]
            fn a_bridge_that_is_stopped_withdraws_first() -> Result<()> {
                deaths::bridge_stopped($release)
            }
        }
    };
}

scenarios!(exabgp_4, Release::Four);
scenarios!(exabgp_5, Release::Five);
