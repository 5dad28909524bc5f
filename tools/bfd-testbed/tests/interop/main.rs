//! GoBFD against the real FRR and BIRD, in network namespaces, judged on the wire.
//!
//! Each scenario is written once and played with each router. Run as root, by `make interop`; a router
//! that is not installed is a failure.
#![forbid(unsafe_code)]

mod admin;
mod authentication;
mod bring_up;
mod explain;
mod failure;
mod manual;
mod only_bird;
mod only_frr;
mod reload;
mod setup;
mod timers;

use bfd_testbed::{Bird, Frr, Result};

/// The scenarios that are the same for every router.
macro_rules! scenarios {
    ($name:ident, $router:ty) => {
        mod $name {
            use super::*;

            // covers: 5880-6.1-01, 5881-2-02, 5881-3-02, 5881-4-01..04, 5881-5-01, 7419-A-01
            #[test]
            fn comes_up_when_we_are_first() -> Result<()> {
                bring_up::we_are_first::<$router>()
            }

            #[test]
            fn comes_up_when_the_peer_is_first() -> Result<()> {
                bring_up::peer_is_first::<$router>()
            }

            #[test]
            fn comes_up_between_link_local_addresses() -> Result<()> {
                bring_up::link_local::<$router>()
            }

            // covers: 5883-4.1-01, 5883-5-01, 5883-5-02
            #[test]
            fn comes_up_over_a_router() -> Result<()> {
                bring_up::multihop::<$router>()
            }

            // covers: 5880-6.1-02, 5880-6.8.7-05
            #[test]
            fn a_passive_session_waits_for_the_peer() -> Result<()> {
                bring_up::passive::<$router>()
            }

            // covers: 5880-6.8.7-01, 5880-6.8.7-02, 5880-6.8.7-04
            #[test]
            fn timers_are_negotiated_by_the_formulas() -> Result<()> {
                timers::negotiated::<$router>()
            }

            // covers: 5880-6.5-03, 5880-6.5-04, 5880-6.8.10-01, 5880-6.8.11-01
            #[test]
            fn we_change_timers_while_up() -> Result<()> {
                timers::changed_by_us::<$router>()
            }

            // covers: 5880-6.5-03, 5880-6.8.10-01
            #[test]
            fn an_operator_sets_timers_while_up() -> Result<()> {
                timers::set_by_operator::<$router>()
            }

            #[test]
            fn a_changed_profile_changes_timers_while_up() -> Result<()> {
                timers::changed_by_profile::<$router>()
            }

            // covers: 5880-6.5-01, 5880-6.8.7-08
            #[test]
            fn the_peer_changes_timers_while_up() -> Result<()> {
                timers::changed_by_peer::<$router>()
            }

            #[test]
            fn a_silent_link_is_noticed_in_time() -> Result<()> {
                failure::silent::<$router>()
            }

            #[test]
            fn only_their_direction_fails() -> Result<()> {
                failure::their_direction::<$router>()
            }

            #[test]
            fn only_our_direction_fails() -> Result<()> {
                failure::our_direction::<$router>()
            }

            #[test]
            fn the_carrier_is_lost() -> Result<()> {
                failure::carrier::<$router>()
            }

            #[test]
            fn our_interface_goes_down() -> Result<()> {
                failure::our_interface::<$router>()
            }

            #[test]
            fn the_peer_crashes_and_comes_back() -> Result<()> {
                failure::peer_crashes::<$router>()
            }

            #[test]
            fn we_crash_and_come_back() -> Result<()> {
                failure::we_crash::<$router>()
            }

            // covers: 5880-6.8.16-01..03
            #[test]
            fn we_are_held_down_and_let_go() -> Result<()> {
                admin::by_us::<$router>()
            }

            #[test]
            fn a_clean_stop_tells_the_peer() -> Result<()> {
                admin::clean_stop::<$router>()
            }

            #[test]
            fn a_reload_touches_only_what_changed() -> Result<()> {
                reload::only_what_changed::<$router>()
            }
        }
    };
}

scenarios!(frr, Frr);
scenarios!(bird, Bird);
