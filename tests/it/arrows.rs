//! The modules use each other as ARCHITECTURE.md says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Uses = BTreeMap<String, BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Modules named in backticks in the table, each with those it uses.
fn table() -> Uses {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows =
        text.lines().skip_while(|line| *line != "| module | uses |").skip(2).take_while(|line| line.starts_with('|'));
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let mut uses: Uses = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').collect();
            (names(cells[1]).remove(0), names(cells[2]).into_iter().collect())
        })
        .collect();
    let all: BTreeSet<String> = uses.keys().filter(|name| *name != "cli").cloned().collect();
    uses.insert("cli".to_owned(), all);
    uses
}

/// `crate::name` in the product lines of a module's files.
fn used_by(module: &str) -> BTreeSet<String> {
    let mut files = vec![root().join(format!("src/{module}.rs"))];
    let mut folders = vec![root().join(format!("src/{module}"))];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let product =
        |path: &Path| path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs");
    let mut used = BTreeSet::new();
    for path in files.into_iter().filter(|path| product(path)) {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for rest in line.split("crate::").skip(1) {
                used.insert(rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect());
            }
        }
    }
    used.remove(module);
    used
}

#[test]
fn modules_use_each_other_as_the_architecture_says() {
    let table = table();
    let library = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules: BTreeSet<String> = library
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    assert_eq!(table.keys().cloned().collect::<BTreeSet<_>>(), modules, "the table lists the modules of lib.rs");
    for module in modules {
        let (used, allowed) = (used_by(&module), &table[&module]);
        let beyond: Vec<&String> = used.difference(allowed).collect();
        assert!(beyond.is_empty(), "{module} uses {beyond:?}, which ARCHITECTURE.md does not allow");
        let unused: Vec<&String> = allowed.difference(&used).collect();
        assert!(unused.is_empty() || module == "cli", "ARCHITECTURE.md says {module} uses {unused:?}, but it does not");
    }
}

#[test]
fn the_arrows_have_no_circle() {
    let mut left = table();
    while !left.is_empty() {
        let names: BTreeSet<String> = left.keys().cloned().collect();
        let ground: Vec<String> = left
            .iter()
            .filter(|(_, uses)| uses.intersection(&names).next().is_none())
            .map(|(name, _)| name.clone())
            .collect();
        assert!(!ground.is_empty(), "these use each other in a circle: {names:?}");
        left.retain(|name, _| !ground.contains(name));
    }
}
