//! Finds the `// covers:` comments above tests.

use crate::repository;
use anyhow::{Context, Result, bail, ensure};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// How a comment that names rows begins.
const MARK: &str = "// covers:";

/// A test and the rows it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    /// Source file, relative to the top folder.
    pub(crate) file: PathBuf,
    /// Name of the function.
    pub(crate) name: String,
    /// Ids of rows, decisions and subtle points.
    pub(crate) covers: Vec<String>,
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.name)
    }
}

/// All tests of the repository that name a row.
pub(crate) fn tests() -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    for file in repository::rust_files()? {
        let text = fs::read_to_string(repository::root().join(&file))?;
        tests.extend(tests_in(&file, &text).with_context(|| file.display().to_string())?);
    }
    Ok(tests)
}

/// The tests of one file.
pub(super) fn tests_in(file: &Path, text: &str) -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if !line.trim_start().starts_with(MARK) {
            continue;
        }
        let rest = std::iter::once(line).chain(lines.by_ref().map(|(_, line)| line));
        let test = one_test(file, rest).with_context(|| format!("line {}", number + 1))?;
        tests.push(test);
    }
    Ok(tests)
}

/// Reads from the first comment down to the line with `fn`.
fn one_test<'a>(file: &Path, lines: impl Iterator<Item = &'a str>) -> Result<Test> {
    let mut covers = Vec::new();
    let mut is_test = false;
    for line in lines.map(str::trim) {
        if let Some(list) = line.strip_prefix(MARK) {
            covers.extend(ids(list)?);
        } else if let Some(name) = function_name(line) {
            ensure!(is_test, "{name} is no test, yet it covers rows");
            let file = file.to_path_buf();
            return Ok(Test { file, name, covers });
        } else if line.is_empty() || line == "}" {
            break;
        } else {
            is_test |= is_test_attribute(line);
        }
    }
    bail!("a list of rows must stand directly above a test")
}

fn is_test_attribute(line: &str) -> bool {
    line.starts_with("#[test]") || (line.starts_with("#[") && line.contains("::test"))
}

/// The name of the function that the line begins, if it does.
fn function_name(line: &str) -> Option<String> {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("async ").unwrap_or(line);
    let name = line.strip_prefix("fn ")?.split(['(', '<']).next()?;
    Some(name.to_owned())
}

/// Ids of a list, its sequences written out: `5880-6.8.6-22..24` stands for three.
fn ids(list: &str) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for item in list
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
    {
        match item.split_once("..") {
            None => ids.push(item.to_owned()),
            Some((first, last)) => ids.extend(sequence(first, last).context(item.to_owned())?),
        }
    }
    Ok(ids)
}

fn sequence(first: &str, last: &str) -> Result<impl Iterator<Item = String>> {
    let (section, first) = first.rsplit_once('-').context("no running number")?;
    let (first, last): (u8, u8) = (first.parse()?, last.parse()?);
    ensure!(first < last, "the sequence is empty");
    Ok((first..=last).map(move |number| format!("{section}-{number:02}")))
}
