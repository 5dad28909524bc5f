use super::*;

const EXAMPLE: &str = include_str!("../../../../configs/gobfd-exabgp-bridge.example.yml");

fn of_environment(variables: &[(&str, &str)]) -> Result<Settings, String> {
    Settings::load(None, &variables.iter().copied().collect()).map_err(|error| error.to_string())
}

fn of_file(text: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bridge.yml");
    std::fs::write(&path, text).unwrap();
    let shown = format!("{}/", folder.path().display());
    Settings::load(Some(&path), &variables.iter().copied().collect())
        .map_err(|error| error.to_string().replace(&shown, ""))
}

fn commands(settings: &Settings) -> Vec<String> {
    let routes = settings.routes.iter();
    routes
        .map(|route| route.announcement().trim_end().to_owned())
        .collect()
}

#[test]
fn the_variables_of_old_are_enough() {
    let settings = of_environment(&[
        ("GOBFD_PEER", "172.24.0.10"),
        ("ANYCAST_PREFIX", "198.51.100.1/32"),
    ])
    .unwrap();
    assert_eq!(settings.endpoint.to_string(), "127.0.0.1:50052");
    assert_eq!(settings.keep_last, Duration::from_secs(10));
    assert_eq!(
        commands(&settings),
        ["announce route 198.51.100.1/32 next-hop self"]
    );
    let peer: Vec<_> = settings.routes[0].peers().to_vec();
    assert_eq!(peer, [Peer::any_session("172.24.0.10".parse().unwrap())]);
}

#[test]
fn all_variables_count() {
    let settings = of_environment(&[
        ("GOBFD_ADDR", "http://[::1]:50051"),
        ("GOBFD_PEER", "fe80::1%eth0"),
        ("ANYCAST_PREFIX", "2001:DB8::1/128"),
        ("GOBFD_KEEP_LAST", "1m30s"),
    ])
    .unwrap();
    assert_eq!(settings.endpoint.to_string(), "[::1]:50051");
    assert_eq!(settings.keep_last, Duration::from_secs(90));
    assert_eq!(settings.routes[0].peers()[0].to_string(), "fe80::1%eth0");
    assert_eq!(
        commands(&settings),
        ["announce route 2001:db8::1/128 next-hop self"]
    );
}

#[test]
fn a_bad_variable_is_named() {
    let good = [
        ("GOBFD_PEER", "172.24.0.10"),
        ("ANYCAST_PREFIX", "198.51.100.1/32"),
    ];
    let with = |name: &'static str, value: &'static str| {
        let replaced = good.into_iter().filter(|(other, _)| *other != name);
        let all: Vec<_> = replaced.chain([(name, value)]).collect();
        of_environment(&all).unwrap_err()
    };
    let missing = "GOBFD_PEER and ANYCAST_PREFIX environment variables are required";
    assert_eq!(of_environment(&[]).unwrap_err(), missing);
    assert_eq!(with("GOBFD_PEER", ""), missing);
    assert_eq!(
        with("GOBFD_PEER", "router1"),
        "GOBFD_PEER: expected a unicast IPv4 or IPv6 address, found \"router1\""
    );
    assert_eq!(
        with("ANYCAST_PREFIX", "198.51.100.1/24"),
        "ANYCAST_PREFIX: 198.51.100.1/24 has bits set beyond its length; \
         the prefix is 198.51.100.0/24"
    );
    assert!(
        with("ANYCAST_PREFIX", "1.2.3.4/32\nwithdraw route 0.0.0.0/0")
            .starts_with("ANYCAST_PREFIX: expected a prefix such as")
    );
    assert!(with("GOBFD_ADDR", "https://a:1").starts_with("GOBFD_ADDR: address"));
    assert!(with("GOBFD_KEEP_LAST", "10").starts_with("GOBFD_KEEP_LAST: expected a duration"));
}

#[test]
fn the_example_is_good() {
    let settings = of_file(EXAMPLE, &[]).unwrap();
    assert_eq!(settings.endpoint.to_string(), "127.0.0.1:50052");
    assert_eq!(
        commands(&settings),
        [
            "announce route 198.51.100.1/32 next-hop self",
            "announce route 198.51.100.53/32 next-hop 192.0.2.9 med 100 \
             as-path [ 65002 65002 ] community [ 65000:1 no-export ]",
            "announce route 2001:db8:53::/48 next-hop self local-preference 200 \
             large-community [ 65000:1:2 ]",
        ]
    );
    assert_eq!(settings.routes[1].condition(), Condition::All);
}

/// What is commented out shows a default.
#[test]
fn the_example_shows_the_defaults() {
    let shown = EXAMPLE
        .lines()
        .filter_map(|line| line.strip_prefix("# keep_last: "));
    assert_eq!(shown.collect::<Vec<_>>(), ["10s"]);
    assert_eq!(of_file(EXAMPLE, &[]).unwrap().keep_last, DEFAULT_KEEP_LAST);
}

#[test]
fn the_file_goes_before_the_environment() {
    let text = "gobfd_addr: 10.0.0.1:1\nkeep_last: 0s\n\
                routes: [{prefix: 192.0.2.0/24, peers: [{peer: 10.0.0.2}]}]\n";
    let variables = [("GOBFD_ADDR", "10.0.0.9:9"), ("GOBFD_KEEP_LAST", "9s")];
    let settings = of_file(text, &variables).unwrap();
    assert_eq!(settings.endpoint.to_string(), "10.0.0.1:1");
    assert_eq!(settings.keep_last, Duration::ZERO);
    let text = "routes: [{prefix: 192.0.2.0/24, peers: [{peer: 10.0.0.2}]}]\n";
    let settings = of_file(text, &variables).unwrap();
    assert_eq!(settings.endpoint.to_string(), "10.0.0.9:9");
    assert_eq!(settings.keep_last, Duration::from_secs(9));
    let both = of_file(text, &[("GOBFD_PEER", "10.0.0.2")]).unwrap_err();
    assert_eq!(
        both,
        "GOBFD_PEER and a file are given; unset the variable, or do without the file"
    );
}

#[test]
fn every_fault_is_told_with_its_place() {
    let text = "\
gobfd_adr: x
routes:
  - prefix: 198.51.100.1
    med: -1
    community: [65000:1, \"no-export ]\\nwithdraw route 0.0.0.0/0\"]
    as_path: [0]
    peers: [{peer: 10.0.0.2, type: single}]
  - prefix: 198.51.100.2/32
    next_hop: 2001:db8::1
    peers: [{peer: fe80::1%eth0, interface: eth1}, {peer: 10.0.0.2}]
  - prefix: 198.51.100.2/32
    condition: some
    peers: [{peer: 10.0.0.2}]
  - {}
";
    let expected = "\
bridge.yml:1:1: gobfd_adr: unknown key; did you mean gobfd_addr?
bridge.yml:3:13: routes[0].prefix: expected a prefix, found the address 198.51.100.1; 198.51.100.1/32 is its host route
bridge.yml:4:10: routes[0].med: expected a whole number from 0 to 4294967295, found \"-1\"
bridge.yml:5:16: routes[0].community: expected a community such as 65000:1, each part at most 65535, or no-export, no-advertise, no-export-subconfed, nopeer, blackhole, found \"no-export ]\\nwithdraw route 0.0.0.0/0\"
bridge.yml:6:15: routes[0].as_path[0]: expected a whole number from 1 to 4294967295, found \"0\"
bridge.yml:7:36: routes[0].peers[0].type: expected single_hop or multi_hop, found \"single\"
bridge.yml:8:13: routes[1].prefix: next hop 2001:db8::1 is not of the family of 198.51.100.2/32; give one that is, or self
bridge.yml:10:45: routes[1].peers[0].interface: differs from the zone of peer; give one of them
bridge.yml:11:13: routes[2].prefix: another route has this prefix; a prefix is announced once
bridge.yml:12:16: routes[2].condition: expected any or all, found \"some\"
bridge.yml:14:5: routes[3].peers: expected a list of at least one
bridge.yml:14:5: routes[3].prefix: missing: what to announce is required";
    let found = of_file(text, &[]).unwrap_err();
    let mut found: Vec<_> = found.lines().collect();
    found[10..].sort_unstable();
    assert_eq!(found.join("\n"), expected);
    let nothing = of_file("keep_last: 3s\n", &[]).unwrap_err();
    assert!(
        nothing.ends_with("routes: expected a list of at least one"),
        "{nothing}"
    );
    for text in [
        "routes: []\n",
        "routes: [{prefix: 192.0.2.0/24, peers: []}]\n",
    ] {
        let refused = of_file(text, &[]).unwrap_err();
        assert!(refused.contains("at least one"), "{refused}");
    }
}
