//! FRR's `bgpd` beside its `bfdd`: the BGP peer of GoBGP.

use std::net::IpAddr;

use serde_json::Value;

use crate::frr::Frr;
use crate::wait::eventually;
use crate::{Error, Result};

impl Frr {
    /// Starts `bgpd`, AS 65002, with one peer of AS 65001 that it dials every second, and one prefix
    /// of its own.
    ///
    /// # Errors
    /// It is missing, or does not start.
    pub fn start_bgp(&mut self, peer: IpAddr, prefix: &str) -> Result<()> {
        let text = format!(
            "router bgp 65002\n bgp router-id 10.0.0.2\n no bgp ebgp-requires-policy\n \
             no bgp network import-check\n neighbor {peer} remote-as 65001\n \
             neighbor {peer} timers connect 1\n address-family ipv4 unicast\n  network {prefix}\n \
             exit-address-family\n address-family ipv6 unicast\n  neighbor {peer} activate\n \
             exit-address-family\nexit\n"
        );
        self.start_bgpd(&text)
    }

    /// Whether `bgpd` knows a route to `prefix`.
    ///
    /// # Errors
    /// `bgpd` does not answer.
    pub fn has_bgp_route(&self, prefix: &str) -> Result<bool> {
        let shown = self.ask_bgpd(&format!("show bgp ipv4 unicast {prefix} json"))?;
        Ok(json(&shown)?["paths"].is_array())
    }

    /// Waits until `bgpd` knows a route to `prefix`, or no longer does.
    ///
    /// # Errors
    /// It does not come to that.
    pub fn wait_bgp_route(&self, prefix: &str, there: bool) -> Result<()> {
        let what = if there { "to learn" } else { "to lose" };
        eventually(&format!("FRR {what} {prefix}"), || {
            match self.has_bgp_route(prefix) {
                Ok(found) if found == there => Ok(()),
                Ok(found) => Err(format!("there: {found}")),
                Err(error) => Err(error.to_string()),
            }
        })
    }

    /// The reason in the last Cease notification that `peer` sent (RFC 9003).
    ///
    /// # Errors
    /// `bgpd` does not answer.
    pub fn last_shutdown(&self, peer: IpAddr) -> Result<String> {
        let shown = self.ask_bgpd(&format!("show bgp neighbors {peer} json"))?;
        let reason = &json(&shown)?[peer.to_string()]["lastShutdownDescription"];
        Ok(reason.as_str().unwrap_or_default().to_owned())
    }
}

fn json(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| Error::Decode {
        what: "answer of bgpd".into(),
        text: format!("{error}: {text}"),
    })
}
