//! What counts as out of step.

use std::path::Path;

use super::{counts_as, differences, out_of_step};
use crate::outline::outline;
use crate::page::{Page, pages};

const ENGLISH: &str = "\
# Title

Deutsch: [other](../ru/page.md), see [configuration](other.md#keys) and [ADR](../adr/README.md).

- Default: `3`, from 1 to 255
- Variable: `GOBFD_X`

| port | use |
|---|---|
| 3784 | one hop, 3.3 ms |

```sh
# Build first
make demo   # a minute
```

```mermaid
A[\"agent at 172.23.0.10\"] -->|\"asks\"| B
```
";

const RUSSIAN: &str = "\
# Название

По-английски: [там](../en/page.md), см. [настройку](other.md#ключи) и [ADR](../adr/README.md).

- По умолчанию: `3`, от 1 до 255
- Переменная: `GOBFD_X`

| порт | зачем |
|---|---|
| 3784 | один переход, 3,3 мс |

```sh
# Сначала сборка
make demo   # минута
```

```mermaid
A[\"агент на 172.23.0.10\"] -->|\"спрашивает\"| B
```
";

fn page(path: &str, text: &str) -> Page {
    Page {
        path: path.into(),
        text: text.to_owned(),
    }
}

fn complaints(russian: &str) -> Vec<String> {
    out_of_step(&[
        page("docs/en/page.md", ENGLISH),
        page("docs/en/other.md", ""),
        page("docs/ru/other.md", ""),
        page("docs/ru/page.md", russian),
    ])
}

#[test]
fn words_may_differ() {
    assert_eq!(complaints(RUSSIAN), [] as [&str; 0]);
}

#[test]
fn whatever_is_no_word_may_not() {
    for (from, to) in [
        ("# Название", "## Название"),
        ("`3`", "`5`"),
        ("от 1 до 255", "от 1 до 256"),
        ("`GOBFD_X`", "GOBFD_X"),
        ("- Переменная: `GOBFD_X`\n", ""),
        (
            "- Переменная: `GOBFD_X`\n",
            "- Переменная: `GOBFD_X`\n- Ещё\n",
        ),
        ("| 3784 |", "| 4784 |"),
        ("3,3 мс", "33 мс"),
        ("| порт | зачем |\n|---|---|", "| порт |\n|---|"),
        ("```sh", "```bash"),
        ("make demo", "make test"),
        ("# Сначала сборка\n", ""),
        ("172.23.0.10", "172.23.0.20"),
        ("B\n```", "C\n```"),
        ("(other.md#ключи)", "(other.md)"),
        ("(other.md#ключи)", "(../en/other.md#keys)"),
        ("../adr/README.md", "../adr/0001.md"),
        ("```mermaid", "Ещё абзац.\n\n```mermaid"),
    ] {
        let changed = RUSSIAN.replacen(from, to, 1);
        assert_ne!(changed, RUSSIAN, "{from}");
        assert_eq!(complaints(&changed).len(), 1, "{from} -> {to}");
    }
}

#[test]
fn a_complaint_names_both_places_and_the_difference() {
    assert_eq!(
        complaints(&RUSSIAN.replace("`GOBFD_X`", "`GOBFD_Y`")),
        [
            "docs/ru/page.md:6: against docs/en/page.md:6, the list item lacks `GOBFD_X` and adds `GOBFD_Y`"
        ]
    );
    assert_eq!(
        complaints(&RUSSIAN.replace("make demo", "make test")),
        ["docs/ru/page.md:12: line 2 of the code block `sh` differs from docs/en/page.md:12"]
    );
}

#[test]
fn a_translation_of_nothing_is_noticed() {
    let orphan = page("docs/ru/page.md", RUSSIAN);
    assert_eq!(out_of_step(&[orphan]).len(), 1);
}

/// The pages as they are: whichever row, item or heading goes missing, somebody notices.
#[test]
fn each_line_of_the_russian_pages_is_held_by_its_english_page() {
    let pages = pages();
    let link = |target: &str| counts_as(target, &pages);
    let russian = pages.iter().filter(|page| page.path.starts_with("docs/ru"));
    for page in russian {
        let name = page.path.file_name().expect("a name");
        let path = Path::new("docs/en").join(name);
        let original = pages.iter().find(|page| page.path == path);
        let original = outline(original.expect("checked by docs-check"), link);
        for (at, line) in page.text.lines().enumerate() {
            if ["- ", "| ", "### "]
                .iter()
                .any(|start| line.starts_with(start))
            {
                let changed = outline(&without_line(page, at), link);
                assert_ne!(differences(&original, &changed), [] as [&str; 0], "{line}");
            }
        }
    }
}

fn without_line(page: &Page, at: usize) -> Page {
    let lines = page.text.lines().enumerate();
    let kept = lines.filter(|&(other, _)| other != at);
    Page {
        path: page.path.clone(),
        text: kept.map(|(_, line)| format!("{line}\n")).collect(),
    }
}
