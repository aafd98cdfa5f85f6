//! Data about engines: the ledgers of known divergences, and minimal cases.
//!
//! The files are compiled in, so that an installed command finds them from any directory.
//!
//! ```
//! let ledger = stepproof_snapshots::ledger("localstack").unwrap();
//! assert!(ledger.contains("choice-missing-variable"));
//! assert!(stepproof_snapshots::case("localstack/choice-missing-variable").is_some());
//! assert!(stepproof_snapshots::case("zoo/retry-budget.json").is_some());
//! let mut names = stepproof_snapshots::cases().into_iter();
//! assert!(names.all(|name| stepproof_snapshots::case(&name).is_some()));
//! ```

use include_dir::{Dir, File, include_dir};

static LEDGERS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/ledger");
static ZOO: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/zoo");

/// The ledger of an engine, in TOML.
pub fn ledger(engine: &str) -> Option<&'static str> {
    LEDGERS.get_file(format!("{engine}.toml"))?.contents_utf8()
}

/// The names of all cases, in order.
pub fn cases() -> Vec<String> {
    let name = |file: &File<'_>, group: &str| {
        let path = file.path().to_str()?.strip_suffix(".json")?;
        Some(format!("{group}{path}"))
    };
    let ledgers = LEDGERS.dirs().flat_map(Dir::files);
    let ledgers = ledgers.filter_map(|file| name(file, ""));
    let zoo = ZOO.files().filter_map(|file| name(file, "zoo/"));
    let mut names: Vec<String> = ledgers.chain(zoo).collect();
    names.sort_unstable();
    names
}

/// A case, in JSON: `ENGINE/ENTRY` is the minimal case of a ledger entry, `zoo/NAME` the smallest
/// case that shows a rule broken on purpose. The suffix `.json` is optional.
pub fn case(name: &str) -> Option<&'static str> {
    let name = format!("{}.json", name.strip_suffix(".json").unwrap_or(name));
    let file = match name.strip_prefix("zoo/") {
        Some(fault) => ZOO.get_file(fault),
        None => LEDGERS.get_file(&name),
    };
    file.and_then(File::contents_utf8)
}
