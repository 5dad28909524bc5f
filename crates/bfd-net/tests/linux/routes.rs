//! The source address the kernel would use.

use std::io;

use bfd_net::route_source;

use crate::support::{Namespace, Pair, ifindex, ip};

const EINVAL: i32 = 22;
const ENODEV: i32 = 19;
const ENETUNREACH: i32 = 101;

fn errno(result: io::Result<std::net::IpAddr>) -> i32 {
    result
        .expect_err("no source")
        .raw_os_error()
        .expect("an error of the system")
}

#[test]
fn a_neighbour_has_our_address_of_its_network() {
    Pair::new().a.run(|| {
        assert_eq!(route_source(ip("192.0.2.2"), 0).ok(), Some(ip("192.0.2.1")));
        let source = route_source(ip("2001:db8:0:1::2"), 0).ok();
        assert_eq!(source, Some(ip("2001:db8:0:1::1")));
    });
}

#[test]
fn the_interface_decides_when_given() {
    let pair = Pair::new();
    pair.cable("veth1");
    pair.address("198.51.100.1/24", "198.51.100.2/24", "veth1");
    pair.a.ip("route add 203.0.113.9 dev veth0");
    pair.a.ip("route add 203.0.113.9 dev veth1 metric 5");
    pair.a.run(|| {
        let through = |device| route_source(ip("203.0.113.9"), ifindex(device)).ok();
        assert_eq!(through("veth0"), Some(ip("192.0.2.1")));
        assert_eq!(through("veth1"), Some(ip("198.51.100.1")));
        let link_local = route_source(ip("fe80::b"), ifindex("veth1")).ok();
        assert_eq!(link_local, Some(ip("fe80::a")));
    });
}

#[test]
fn errors_are_those_of_the_kernel() {
    Namespace::new().run(|| {
        assert_eq!(errno(route_source(ip("203.0.113.1"), 0)), ENETUNREACH);
        assert_eq!(errno(route_source(ip("2001:db8::1"), 0)), ENETUNREACH);
        assert_eq!(errno(route_source(ip("fe80::b"), 0)), EINVAL);
        assert_eq!(errno(route_source(ip("203.0.113.1"), 9999)), ENODEV);
    });
}
