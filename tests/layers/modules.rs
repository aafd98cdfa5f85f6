//! The modules of a crate, and the paths that each of them uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::tokens::{Token, after_brackets, tokens};

/// The segments of a path.
pub type Path = Vec<String>;

/// The modules of a crate.
#[derive(Debug, Default)]
pub struct Modules {
    /// For each module, the paths it uses, as written in the source. The root has an empty path.
    written: BTreeMap<Path, BTreeSet<Path>>,
}

impl Modules {
    /// Reads a crate, starting with its `lib.rs`. `read` returns the contents of a file below
    /// `src`.
    pub fn read(read: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut modules = Self::default();
        modules.file(read, &Path::new(), &read("lib.rs").expect("a lib.rs"));
        modules
    }

    fn file(&mut self, read: &dyn Fn(&str) -> Option<String>, here: &Path, source: &str) {
        let mut children = Vec::new();
        self.scan(&tokens(source), here, &mut children);
        for child in children {
            let file = format!("{}.rs", child.join("/"));
            let source = read(&file).unwrap_or_else(|| panic!("{file} is not there"));
            self.file(read, &child, &source);
        }
    }

    /// Records the paths in a module; `children` collects the modules that have their own files.
    fn scan(&mut self, tokens: &[Token], here: &Path, children: &mut Vec<Path>) {
        self.written.entry(here.clone()).or_default();
        let mut at = 0;
        while at < tokens.len() {
            let after_path = at > 0 && matches!(tokens[at - 1], Token::PathSeparator);
            match (&tokens[at], tokens.get(at + 1)) {
                (Token::Word(word), Some(Token::Word(name))) if word == "mod" => {
                    let child: Path = here.iter().chain([name]).cloned().collect();
                    let end = after_brackets(tokens, at + 2);
                    if tokens.get(at + 2).is_some_and(|it| it.is_sign('{')) {
                        self.scan(&tokens[at + 3..end - 1], &child, children);
                    } else {
                        children.push(child);
                    }
                    at = end;
                }
                (Token::Word(word), _) if word == "use" => {
                    let end = (at..tokens.len()).find(|it| tokens[*it].is_sign(';'));
                    let end = end.unwrap_or(tokens.len());
                    for path in tree(&tokens[at + 1..end]) {
                        self.note(here, path);
                    }
                    at = end;
                }
                (Token::Word(_), Some(Token::PathSeparator)) if !after_path => {
                    let (path, end) = path(tokens, at);
                    self.note(here, path);
                    at = end;
                }
                _ => at += 1,
            }
        }
    }

    fn note(&mut self, here: &Path, path: Path) {
        self.written.entry(here.clone()).or_default().insert(path);
    }

    /// The paths of all modules.
    pub fn all(&self) -> impl Iterator<Item = &Path> {
        self.written.keys()
    }

    /// Whether there is a module with this path.
    pub fn has(&self, path: &[String]) -> bool {
        self.written.contains_key(path)
    }

    /// Every module with every other module that it uses.
    pub fn uses(&self) -> impl Iterator<Item = (&Path, Path)> {
        let uses = self.written.iter().flat_map(|(here, paths)| {
            let targets = paths.iter().filter_map(|it| self.resolve(here, it));
            targets.map(move |target| (here, target))
        });
        uses.filter(|(here, target)| *here != target)
    }

    /// Every module with every path to another crate that it uses.
    pub fn foreign(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.written.iter().flat_map(|(here, paths)| {
            let foreign = paths.iter().filter(|it| self.resolve(here, it).is_none());
            foreign.map(move |path| (here, path))
        })
    }

    /// The module to which a path leads, if it is in this crate.
    fn resolve(&self, here: &Path, path: &Path) -> Option<Path> {
        let mut target = here.clone();
        let mut rest = path.as_slice();
        match rest.first()?.as_str() {
            "crate" => {
                target.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|it| it == "super") {
                    target.pop();
                    rest = &rest[1..];
                }
            }
            _ => {
                target.push(rest[0].clone());
                if !self.has(&target) {
                    return None;
                }
                rest = &rest[1..];
            }
        }
        for word in rest {
            target.push(word.clone());
            if !self.has(&target) {
                target.pop();
                break;
            }
        }
        Some(target)
    }
}

/// The path that starts at a position, and the position after it.
fn path(tokens: &[Token], start: usize) -> (Path, usize) {
    let mut path = Path::new();
    let mut at = start;
    while let Some(Token::Word(word)) = tokens.get(at) {
        path.push(word.clone());
        at += 1;
        if !matches!(tokens.get(at), Some(Token::PathSeparator)) {
            break;
        }
        at += 1;
    }
    (path, at)
}

/// The paths of a `use` declaration, without renamings.
fn tree(tokens: &[Token]) -> Vec<Path> {
    let (prefix, mut at) = path(tokens, 0);
    if !tokens.get(at).is_some_and(|it| it.is_sign('{')) {
        return vec![prefix];
    }
    let mut paths = Vec::new();
    let end = after_brackets(tokens, at) - 1;
    at += 1;
    while at < end {
        let mut next = at;
        while next < end && !tokens[next].is_sign(',') {
            next = match tokens[next] {
                Token::Sign('{') => after_brackets(tokens, next),
                _ => next + 1,
            };
        }
        for path in tree(&tokens[at..next]) {
            // `a::{self, b}`
            let path = path
                .into_iter()
                .filter(|word| word != "self" || prefix.is_empty());
            paths.push(prefix.iter().cloned().chain(path).collect());
        }
        at = next + 1;
    }
    paths
}
