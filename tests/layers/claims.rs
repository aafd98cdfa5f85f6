//! The restrictions that the code map in `ARCHITECTURE.md` puts on modules.

use crate::modules::{Modules, Path};

/// Stands for every other module at the top of the crate.
const OTHERS: &str = "*";

/// The rows of the code map that are about one crate.
#[derive(Debug)]
pub struct Claims(Vec<Claim>);

/// One row for one module.
#[derive(Debug)]
struct Claim {
    /// The module; an empty path stands for the whole crate.
    module: Path,
    /// What the module and the modules below it must not use.
    forbidden: Vec<Path>,
}

impl Claims {
    /// The claims about the crate in `directory`, read from a Markdown table.
    pub fn read(text: &str, directory: &str) -> Self {
        let source = format!("{directory}/src");
        let rows = text.lines().filter_map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            (cells.len() == 5).then(|| (quoted(cells[1]), quoted(cells[3])))
        });
        let claims = rows.flat_map(|(paths, forbidden)| {
            let forbidden: Vec<Path> = forbidden.iter().map(|it| words(it, "::")).collect();
            let modules = paths.into_iter().filter_map(|path| {
                let below = path.strip_prefix(&source)?;
                let below = below.trim_end_matches('*').trim_end_matches(".rs");
                Some(words(below, "/"))
            });
            modules
                .map(|module| Claim {
                    module,
                    forbidden: forbidden.clone(),
                })
                .collect::<Vec<_>>()
        });
        Self(claims.collect())
    }

    /// The top-level modules of the crate that have no row.
    pub fn missing(&self, modules: &Modules) -> Vec<Path> {
        let tops = modules.all().filter(|path| path.len() == 1);
        let has_row = |top: &Path| self.0.iter().any(|claim| claim.module.starts_with(top));
        tops.filter(|top| !has_row(top)).cloned().collect()
    }

    /// Paths in the claims that are neither modules of the crate nor among the `others` that it
    /// could use.
    pub fn unknown(&self, modules: &Modules, others: &[String]) -> Vec<String> {
        let is_known = |path: &Path| {
            let other = &path[0];
            modules.has(path) || other == OTHERS || other == "std" || others.contains(other)
        };
        let subjects = self.0.iter().map(|claim| &claim.module);
        let subjects = subjects.filter(|path| !modules.has(path));
        let forbidden = self.0.iter().flat_map(|claim| &claim.forbidden);
        let unknown = subjects.chain(forbidden.filter(|path| !is_known(path)));
        unknown.map(|path| path.join("::")).collect()
    }

    /// Every use that violates a claim.
    pub fn violations(&self, modules: &Modules) -> Vec<String> {
        self.0
            .iter()
            .flat_map(|it| it.violations(modules))
            .collect()
    }
}

impl Claim {
    fn violations(&self, modules: &Modules) -> Vec<String> {
        let inside = |path: &Path| path.starts_with(&self.module);
        let own = modules
            .uses()
            .filter(|(from, to)| inside(from) && !inside(to));
        let own = own.filter(|(_, to)| self.forbidden.iter().any(|it| self.denies(it, to)));
        let foreign = modules.foreign().filter(|(from, path)| {
            let denied = |it: &Path| !modules.has(it) && path.starts_with(it);
            inside(from) && self.forbidden.iter().any(denied)
        });
        let foreign = foreign.map(|(from, path)| (from, path.clone()));
        let uses = own.chain(foreign);
        uses.map(|(from, to)| format!("{} uses {}", from.join("::"), to.join("::")))
            .collect()
    }

    /// Whether a forbidden path covers the module that is used.
    fn denies(&self, forbidden: &Path, used: &Path) -> bool {
        if forbidden[0] == OTHERS {
            used.first() != self.module.first()
        } else {
            used.starts_with(forbidden)
        }
    }
}

/// The strings between backticks, one for each choice in braces.
fn quoted(cell: &str) -> Vec<String> {
    let quoted = cell.split('`').skip(1).step_by(2);
    quoted.flat_map(choices).collect()
}

/// Expands braces: `a/{b,c}*` becomes `a/b*` and `a/c*`.
fn choices(text: &str) -> Vec<String> {
    let braces = text.split_once('{').and_then(|(before, rest)| {
        let (inside, after) = rest.split_once('}')?;
        Some((before, inside, after))
    });
    let Some((before, inside, after)) = braces else {
        return vec![text.to_owned()];
    };
    let choices = inside.split(',');
    choices.map(|it| format!("{before}{it}{after}")).collect()
}

fn words(text: &str, separator: &str) -> Path {
    let words = text.split(separator).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}
