//! What an expression reads: variables and how far into them, functions, and what it looks for
//! although there is no input.

use std::collections::{BTreeMap, BTreeSet};

use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};

use super::tree::for_each_child;

/// The names on the way into a value; shorter ways may lead to more.
pub(super) type Way = Vec<Box<str>>;

/// What an expression reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reads {
    /// Every variable by name, and the ways into it.
    pub(super) variables: BTreeMap<Box<str>, BTreeSet<Way>>,
    /// The variables that are read as values, and not only called.
    pub(super) values: BTreeSet<Box<str>>,
    /// The functions that are called by name.
    pub(super) calls: BTreeSet<Box<str>>,
    /// The variables and parameters that the expression itself sets.
    pub(super) bound: BTreeSet<Box<str>>,
    /// What is looked for in the input at the top level, where there is none: names, `$`, `$$`,
    /// wildcards; in the order of the text.
    pub(super) unrooted: Vec<Unrooted>,
}

/// Something that is looked for in the input at the top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrooted {
    /// As it is written.
    pub text: String,
    /// Whether it is a name.
    pub is_name: bool,
    /// Whether it is directly at the top level, and not in a function or a path there.
    pub is_direct: bool,
}

/// Whether a node has an input.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    /// It has none: it is at the top level.
    None,
    /// The same, in the body of a function.
    NoneInFunction,
    /// A part of a path gives it one.
    Some,
}

impl Reads {
    /// What a whole expression reads.
    pub(super) fn of(tree: &AstNode) -> Self {
        let mut reads = Self::default();
        reads.node(tree, Input::None);
        reads
    }

    fn node(&mut self, node: &AstNode, input: Input) {
        match node {
            AstNode::Variable(name) if name.is_empty() => self.look("$", false, input),
            AstNode::Variable(name) => self.variable(name, Way::new()),
            AstNode::ParentVariable(_) => {
                // The root of all: no path gives it an input.
                let input = match input {
                    Input::Some => Input::NoneInFunction,
                    input => input,
                };
                self.look("$$", false, input);
            }
            AstNode::Name(name) => self.look(name, true, input),
            AstNode::Wildcard => self.look("*", false, input),
            AstNode::Descendant => self.look("**", false, input),
            AstNode::Path { steps } => self.path(steps, input),
            AstNode::Sort { input: from, terms } => {
                self.node(from, input);
                for (term, _) in terms {
                    self.node(term, Input::Some);
                }
            }
            AstNode::ObjectTransform {
                input: from,
                pattern,
            } => {
                self.node(from, input);
                for (key, value) in pattern {
                    self.node(key, Input::Some);
                    self.node(value, Input::Some);
                }
            }
            AstNode::Transform { .. } => {
                for_each_child(node, &mut |child| self.node(child, Input::Some));
            }
            AstNode::Lambda { params, body, .. } => {
                self.bound
                    .extend(params.iter().map(|it| it.as_str().into()));
                let input = match input {
                    Input::None => Input::NoneInFunction,
                    input => input,
                };
                self.node(body, input);
            }
            AstNode::Binary {
                op: BinaryOp::ColonEqual,
                lhs,
                rhs,
            } => {
                if let AstNode::Variable(name) = &**lhs {
                    self.bound.insert(name.as_str().into());
                }
                self.node(rhs, input);
            }
            AstNode::Function { name, args, .. } => {
                self.calls.insert(name.as_str().into());
                // A function that the expression defines, or a variable, may have the name.
                self.enter(name, Way::new());
                for argument in args {
                    self.node(argument, input);
                }
            }
            _ => for_each_child(node, &mut |child| self.node(child, input)),
        }
    }

    fn path(&mut self, steps: &[PathStep], input: Input) {
        let mut rest = steps;
        match steps {
            [
                PathStep {
                    node: AstNode::Variable(name),
                    stages,
                    ..
                },
                following @ ..,
            ] if !name.is_empty() => {
                let way = if stages.is_empty() {
                    way(following)
                } else {
                    Way::new()
                };
                self.variable(name, way);
                self.stages(stages);
                rest = following;
            }
            [first, following @ ..] => {
                self.node(&first.node, input);
                self.bind(first);
                self.stages(&first.stages);
                rest = following;
            }
            [] => {}
        }
        for step in rest {
            self.bind(step);
            self.node(&step.node, Input::Some);
            self.stages(&step.stages);
        }
    }

    fn bind(&mut self, step: &PathStep) {
        let names = [&step.focus, &step.index_var];
        let names = names.into_iter().flatten();
        self.bound.extend(names.map(|it| it.as_str().into()));
    }

    fn stages(&mut self, stages: &[Stage]) {
        for stage in stages {
            match stage {
                Stage::Filter(predicate) => self.node(predicate, Input::Some),
                Stage::Index(name) => {
                    self.bound.insert(name.as_str().into());
                }
                Stage::KeepArray => {}
            }
        }
    }

    fn variable(&mut self, name: &str, way: Way) {
        self.values.insert(name.into());
        self.enter(name, way);
    }

    fn enter(&mut self, name: &str, way: Way) {
        self.variables.entry(name.into()).or_default().insert(way);
    }

    fn look(&mut self, text: &str, is_name: bool, input: Input) {
        if input != Input::Some {
            self.unrooted.push(Unrooted {
                text: text.to_owned(),
                is_name,
                is_direct: input == Input::None,
            });
        }
    }
}

/// The names that a path begins with, as far as nothing but a name is looked up.
pub(super) fn way(steps: &[PathStep]) -> Way {
    let mut way = Way::new();
    for step in steps {
        let AstNode::Name(name) = &step.node else {
            break;
        };
        let reads_around = step.ancestor_label.is_some() || step.is_tuple;
        if reads_around {
            // What is above a place can be asked for, too.
            return Way::new();
        }
        way.push(name.as_str().into());
        if !step.stages.is_empty() || step.focus.is_some() || step.index_var.is_some() {
            break;
        }
    }
    way
}
