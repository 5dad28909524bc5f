//! The configurations of the page on interop, taken from it and run against each other.

use bfd_docs::{Block, Page, pages};
use bfd_testbed::{Bird, Frr, Gobfd, Namespace, Result, Router, State, Topology, eventually};

const PAGE: &str = "docs/en/05-interop.md";
/// The addresses on the page.
const PEER: &str = "192.0.2.1";
const OURS: [&str; 2] = ["192.0.2.2", "203.0.113.5"];

/// The block of this language, and the configuration of GoBFD that follows it.
fn blocks(language: &str) -> (String, String) {
    let pages = pages();
    let page = pages.iter().find(|page| page.path.ends_with(PAGE));
    let blocks = page.map(Page::blocks).expect("the page");
    let mut rest = blocks.iter().skip_while(|block| block.language != language);
    let theirs = rest.next().expect("their configuration");
    let ours = rest.find(|block: &&Block| block.language == "yaml");
    (
        theirs.text.clone(),
        ours.expect("our configuration").text.clone(),
    )
}

/// The network of the page: the peer on the right, both of our addresses on the left.
fn network() -> Result<(Topology, Namespace, Namespace)> {
    let topology = Topology::new()?;
    let (us, them) = (topology.namespace("us")?, topology.namespace("them")?);
    let link = topology.link((&us, "eth0"), (&them, "eth0"))?;
    link.right.add_address(&format!("{PEER}/24"))?;
    link.left.add_address(&format!("{}/24", OURS[0]))?;
    us.add_address("lo", &format!("{}/32", OURS[1]))?;
    them.add_route(&format!("{}/32", OURS[1]), OURS[0])?;
    Ok((topology, us, them))
}

fn all_up<R: Router>(ours: &Gobfd, theirs: &R, addresses: &[&str]) -> Result<()> {
    for address in addresses {
        theirs.wait_for(address.parse().expect("an address"), State::Up)?;
    }
    eventually("all of ours Up", || {
        let rows = ours.sessions().map_err(|error| error.to_string())?;
        let up = rows.iter().all(|row| row.state() == Some(State::Up));
        (up && rows.len() == addresses.len())
            .then_some(())
            .ok_or(format!("{rows:?}"))
    })
}

#[test]
fn frr_as_on_the_page() -> Result<()> {
    let (_topology, us, them) = network()?;
    let (theirs, ours) = blocks("frr");
    let ours = Gobfd::start_as(&us, &ours, 1)?;
    let theirs = Frr::start_as(&them, &theirs)?;
    all_up(&ours, &theirs, &OURS[..1])
}

#[test]
fn bird_as_on_the_page() -> Result<()> {
    let (_topology, us, them) = network()?;
    let (theirs, ours) = blocks("bird");
    let ours = Gobfd::start_as(&us, &ours, 2)?;
    let theirs = Bird::start_as(&them, &theirs)?;
    all_up(&ours, &theirs, &OURS)
}
