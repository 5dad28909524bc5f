use std::time::Duration;

use crate::config::{Kind, Scalar, Section, read};

fn anything(root: &mut Section<'_>) -> Option<()> {
    root.flag("flag");
    root.duration("wait");
    root.values("names", Kind::Interface);
    root.within("inner", |inner| inner.integer("number", 1, 9));
    root.each("items", |item| {
        let peer = item.address("peer");
        item.required("peer", peer, "the address of the neighbour")
    });
    Some(())
}

fn faults(text: &str) -> String {
    read("x.yml", text, anything)
        .expect_err("refused")
        .to_string()
}

#[test]
fn what_is_asked_for_is_read() {
    let text = "wait: 300ms\nflag: true\nnames: [eth0, 100]\ninner: {number: 3}\n\
                items: [{peer: 192.0.2.1}, {peer: '::ffff:192.0.2.2'}]\n";
    let found = read("x.yml", text, |root| {
        assert_eq!(root.flag("flag"), Some(true));
        assert_eq!(root.duration("wait"), Some(Duration::from_millis(300)));
        let names = root.values("names", Kind::Interface);
        assert_eq!(
            names,
            ["eth0", "100"].map(|name| Scalar::Text(name.to_owned()))
        );
        let number = root.within("inner", |inner| {
            assert_eq!(inner.path(), "inner");
            inner.integer("number", 1, 9)
        });
        assert_eq!(number, Some(3));
        let peers = root.each("items", |item| Some(item.address("peer")?.address));
        assert_eq!(peers.len(), 2);
        assert!(root.is_given("wait") && !root.is_given("absent"));
        Some(peers[1].to_string())
    });
    assert_eq!(found.as_deref(), Ok("192.0.2.2"));
}

#[test]
fn nothing_is_as_good_as_defaults() {
    for text in ["", "inner:\nitems:\nflag: ~\n", "items: []\ninner: {}\n"] {
        assert_eq!(read("x.yml", text, anything), Ok(()), "{text}");
    }
}

#[test]
fn every_fault_is_told_with_its_place() {
    let text = "wiat: 1s\nwait: 3\nnames: eth0\ninner: []\nitems:\n  - {peer: x, port: 1}\n  - {}\n  - 7\n";
    let expected = "\
x.yml:1:1: wiat: unknown key; did you mean wait?
x.yml:2:7: wait: expected a duration such as 300ms, 1s or 1m30s; a number needs its unit: 3ms or 3us
x.yml:3:8: names: expected a list, found \"eth0\"
x.yml:4:8: inner: expected a section of keys and values, found a list
x.yml:6:12: items[0].peer: expected a unicast IPv4 or IPv6 address, found \"x\"
x.yml:6:15: items[0].port: unknown key; expected one of peer
x.yml:7:5: items[1].peer: missing: the address of the neighbour is required
x.yml:8:5: items[2]: expected a section of keys and values, found \"7\"";
    assert_eq!(faults(text), expected);
    assert!(faults("a: b: c\n").starts_with("x.yml:1:"));
    assert!(faults("- 1\n").contains("expected a section of keys and values, found a list"));
}
