//! The targets without a fuzzer: everything kept, and mutations of it from a fixed seed.

use super::TARGETS;
use std::fs;
use std::path::{Path, PathBuf};

/// Mutations of each entry; all of them take a few seconds in a debug build.
fn mutations(name: &str) -> usize {
    match name {
        // A call passes through several threads, which wait for a processor each.
        "api" => 10,
        _ => 400,
    }
}

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(name)
}

/// Kept inputs of a target, and the vectors for those that read packets.
fn entries(name: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir(corpus(name))
        .unwrap_or_else(|error| panic!("{name} has no corpus: {error}"))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let kept = files.iter().map(|file| fs::read(file).unwrap());
    let packets = (!["api", "config"].contains(&name)).then(vectors);
    kept.chain(packets.into_iter().flatten()).collect()
}

fn vectors() -> impl Iterator<Item = Vec<u8>> {
    let valid = ["control", "frames", "auth", "padded", "s-bfd", "other"];
    let valid = valid
        .into_iter()
        .flat_map(|file| bfd_spec::vectors(file).unwrap());
    let malformed = bfd_spec::malformed().unwrap().into_iter();
    valid
        .map(|vector| vector.payload())
        .chain(malformed.map(|packet| packet.payload.to_vec()))
}

/// SplitMix64: the same mutations in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap();
        usize::try_from(self.next() % bound).unwrap()
    }

    /// Flips, sets, inserts, removes or doubles a few octets.
    fn mutate(&mut self, entry: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(entry.len());
            let octet = u8::try_from(self.below(256)).unwrap();
            match self.below(5) {
                0 if !entry.is_empty() => entry[at] ^= 1 << (octet & 7),
                1 if !entry.is_empty() => entry[at] = octet,
                2 if !entry.is_empty() => drop(entry.remove(at)),
                3 => entry.extend_from_within(at..),
                _ => entry.insert(at, octet),
            }
        }
        entry.truncate(4096);
    }
}

/// Names the input on the way out of a panic, so that it can be kept.
struct Told<'a>(&'a str, &'a [u8]);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("target {} fails on {:02x?}", self.0, self.1);
        }
    }
}

#[test]
fn kept_inputs_and_their_mutations_break_nothing() {
    for (name, body) in TARGETS {
        let mut chance = Chance(1);
        for entry in entries(name) {
            let told = Told(name, &entry);
            body(&entry);
            drop(told);
            for _ in 0..mutations(name) {
                let mut mutant = entry.clone();
                chance.mutate(&mut mutant);
                let _told = Told(name, &mutant);
                body(&mutant);
            }
        }
    }
}

/// A target without a libFuzzer entry would never meet new inputs.
#[test]
fn each_target_has_an_entry_for_the_fuzzer() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/fuzz_targets");
    for (name, _) in TARGETS {
        assert!(folder.join(format!("{name}.rs")).is_file(), "{name}");
    }
}

/// A procedure that the target does not know would never be tried.
#[test]
fn each_procedure_of_the_schema_is_called() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../api/bfd/v1/bfd.proto");
    let schema = fs::read_to_string(schema).unwrap();
    let mut service = "";
    let mut count = 0;
    for line in schema.lines() {
        let mut words = line.split([' ', '(']).filter(|word| !word.is_empty());
        match (words.next(), words.next()) {
            (Some("service"), Some(name)) => service = name,
            (Some("rpc"), Some(name)) => {
                let path = format!("/bfd.v1.{service}/{name}");
                assert!(super::api::PROCEDURES.contains(&&*path), "{path}");
                count += 1;
            }
            _ => {}
        }
    }
    assert!(count > 10, "the schema has {count} procedures");
}
