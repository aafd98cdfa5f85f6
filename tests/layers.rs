//! The modules of each crate must not use each other in a cycle, nor what the code map in
//! `ARCHITECTURE.md` forbids. `-- --nocapture` prints the graphs.

#[path = "layers/claims.rs"]
mod claims;
#[path = "layers/graph.rs"]
mod graph;
#[path = "layers/modules.rs"]
mod modules;
#[path = "layers/tokens.rs"]
mod tokens;

use std::{collections::BTreeMap, fs, path::PathBuf};

use claims::Claims;
use graph::Graph;
use modules::Modules;

/// The crates with modules, lowest first.
const CRATES: [&str; 3] = ["specs", "generators", "harness"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The modules of a crate in this workspace.
fn modules(name: &str) -> Modules {
    let source = root().join(name).join("src");
    Modules::read(&|file| fs::read_to_string(source.join(file)).ok())
}

/// The modules of a fictitious crate.
fn made_up(files: &[(&str, &str)]) -> Modules {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    Modules::read(&|file| files.get(file).map(|text| (*text).to_owned()))
}

#[test]
fn no_module_uses_what_uses_it() {
    let mut cycles = Vec::new();
    for name in CRATES {
        let modules = modules(name);
        for parent in modules.all() {
            let graph = Graph::below(&modules, parent);
            let title = [&[name.to_owned()][..], parent].concat().join("::");
            if let Some(cycle) = graph.cycle() {
                cycles.push(format!("{title}: {}", cycle.join(" → ")));
            }
            let text = graph.to_string();
            if text.lines().count() > 1 {
                println!("{title}\n{text}");
            }
        }
    }
    assert!(cycles.is_empty(), "modules use each other: {cycles:#?}");
}

/// The libraries in this workspace, as they are written in paths.
fn libraries() -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("a manifest");
    let (_, dependencies) = manifest
        .split_once("[workspace.dependencies]")
        .expect("the dependencies");
    let lines = dependencies.lines().skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split_once([' ', '.', '=']));
    names.map(|(name, _)| name.replace('-', "_")).collect()
}

#[test]
fn no_module_uses_what_the_code_map_keeps_from_it() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("a code map");
    let libraries = libraries();
    for name in CRATES {
        let modules = modules(name);
        let claims = Claims::read(&text, name);
        let nothing: [String; 0] = [];
        let missing = claims.missing(&modules);
        assert!(
            missing.is_empty(),
            "{name}: not in the code map: {missing:?}"
        );
        assert_eq!(
            claims.unknown(&modules, &libraries),
            nothing,
            "{name}: names nothing"
        );
        assert_eq!(claims.violations(&modules), nothing, "{name}");
    }
}

#[test]
fn a_cycle_is_found_and_shown() {
    let modules = made_up(&[
        (
            "lib.rs",
            "mod low; pub mod high; mod top; pub use high::High;",
        ),
        (
            "low.rs",
            "pub struct Low; fn f() { crate::high::g::<Low>() }",
        ),
        (
            "high.rs",
            "mod inner; use super::{low::{self, Low}, top as other};",
        ),
        ("high/inner.rs", "use super::super::low::Low;"),
        (
            "top.rs",
            "// use crate::high;\nconst S: &str = \"crate::high\";",
        ),
    ]);
    let graph = Graph::below(&modules, &[]);
    assert_eq!(graph.cycle(), Some(vec!["high", "low"]));
    let shown = "   0  high  low top\n   0  lib   high\n   0  low   high\n   0  top\n";
    assert_eq!(graph.to_string(), shown);
    assert_eq!(Graph::below(&modules, &["high".to_owned()]).cycle(), None);
}

#[test]
fn what_is_used_for_tests_only_does_not_count() {
    let modules = made_up(&[
        (
            "lib.rs",
            "pub mod low; pub mod high; #[cfg(test)] mod tests;",
        ),
        (
            "low.rs",
            "#[cfg(test)] use crate::high::{a, b}; #[cfg(test)] mod tests { use crate::high; } /* /* */ crate::high */",
        ),
        (
            "high.rs",
            "const C: char = '\"'; const L: &'static str = r#\"crate::low\"#; fn f() -> crate::low::Low {}",
        ),
    ]);
    let graph = Graph::below(&modules, &[]);
    assert_eq!(graph.cycle(), None);
    assert_eq!(graph.to_string(), "   0  lib\n   0  low\n   1  high  low\n");
}

#[test]
fn a_claim_can_be_broken() {
    let modules = made_up(&[
        ("lib.rs", "mod pure; mod other; mod free;"),
        ("pure.rs", "mod inner;"),
        (
            "pure/inner.rs",
            "fn f() { std::fs::read(crate::other::PATH) }",
        ),
        ("other.rs", "fn g() { super::free::f() }"),
        ("free.rs", ""),
    ]);
    let map = "| path | what | must not use |\n|---|---|---|\n\
               | `made/src/pure*` | | `free`, `std::fs`, `gone` |\n\
               | `made/src/{other,lost}.rs` | | `*` |\n";
    let claims = Claims::read(map, "made");
    assert_eq!(claims.missing(&modules), [["free"]]);
    assert_eq!(
        claims.unknown(&modules, &["serde".to_owned()]),
        ["lost", "gone"]
    );
    assert_eq!(
        claims.violations(&modules),
        ["pure::inner uses std::fs::read", "other uses free"]
    );
}
