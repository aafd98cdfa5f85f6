//! The crate `jsonata-core` as an implementation of the language that AWS has: JSONata 2.0.6 with
//! the functions of Step Functions, within counted limits.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use jsonata_core::{
    ast::AstNode,
    evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions},
    parser,
    value::JValue,
};
use serde_json::{Map, Value};

use super::{
    Template, between,
    functions::{self, Chance},
    limits::{self, Budget, LONGEST_SEQUENCE, MOST_DEPTH, SURE_DEPTH},
    messages,
    otherwise::{self, Family, Otherwise, Part},
    profile,
    program::{CONTEXT, Doubts, Evaluation, Failure, Field, Program, STATES, World},
    reads::{Reads, Unrooted, Way, way},
    tree::any,
    values::{self, Left},
};

/// The code of the parser's limit.
const TOO_DEEP_TO_PARSE: &str = "U1002";
/// What such an expression has.
const DEEPER: &str = "deeper nesting";
/// What an expression has that is none here, but may be one elsewhere.
const OTHERWISE_READ: &str = "syntax that is read elsewhere";

/// An expression for the crate.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Core {
    tree: AstNode,
    reads: Reads,
    /// A variable and names: looked up without the evaluator.
    way: Option<(Box<str>, Way)>,
    /// Whether it takes no more time and memory than its length and its data allow.
    is_tame: bool,
    /// Whether implementations of the language agree on every part of it, unless it has functions as values.
    is_sure: bool,
    /// Whether they also do if it has.
    is_sure_of_functions: bool,
    /// Whether several parts may fail of which none is the first.
    races: bool,
    /// Whether all sequences in it are ranges.
    ranges: bool,
    /// The only function that it calls, if there is only one call.
    called: Option<Box<str>>,
    /// Whether it has comparisons that were repaired.
    compares: bool,
    /// What it has that is not known here.
    unknown: Option<String>,
    /// The families of which it has parts.
    families: Vec<Family>,
    /// Whether its text could not be read, although it may be an expression.
    is_unread: bool,
    /// How it is evaluated otherwise.
    otherwise: Vec<Otherwise>,
}

/// Something that an expression reads.
struct Read<'r> {
    variable: &'r str,
    /// The field, if the variable is `$states`.
    field: Option<&'r str>,
    value: &'r Value,
    /// How far into it.
    ways: &'r BTreeSet<Way>,
}

impl Core {
    /// Parses an expression; the error is JSONata's: its code, and words if there are any.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let (tree, unknown) = tree(source)?;
        Ok(Self::new(tree, unknown, Vec::new()))
    }

    /// The same expression, evaluated otherwise in these ways.
    pub(super) fn otherwise(source: &str, ways: Vec<Otherwise>) -> Result<Self, String> {
        let (mut parsed, unknown) = tree(source)?;
        for way in &ways {
            if let Otherwise::After(set) = way {
                let set = set.iter();
                let set = set.map(|(name, value)| Ok((name.clone(), template(value)?)));
                parsed = otherwise::after(parsed, set.collect::<Result<_, String>>()?);
            }
        }
        Ok(Self::new(parsed, unknown, ways))
    }

    /// Whether it has a part.
    pub(super) fn has(source: &str, part: Part) -> bool {
        tree(source).is_ok_and(|(tree, _)| otherwise::has(&tree, part))
    }

    fn new(mut tree: AstNode, mut unknown: Option<String>, ways: Vec<Otherwise>) -> Self {
        let reads = Reads::of(&tree);
        let is_unread = unknown.is_some();
        let is_sure = profile::is_sure(&tree, &|_| false);
        let is_sure_of_functions = profile::is_sure(&tree, &|_| true);
        let races = profile::races(&tree);
        let ranges = profile::has_only_ranges(&tree);
        if let Some(name) = reads.bound.iter().find(|name| functions::is_ours(name)) {
            unknown = Some(format!("a name of its own for the function ${name}"));
        }
        if any(&tree, &limits::is_guarded_in_part) {
            unknown = Some("parts of a call that makes more than it is given".to_owned());
        }
        let called = profile::only_call(&tree);
        let families = otherwise::families(&tree);
        for (place, way) in ways.iter().enumerate() {
            if let Otherwise::Part(part, how) = way {
                otherwise::change(&mut tree, *part, how, place);
            }
        }
        let is_tame = limits::is_tame(&tree);
        let way = simple_way(&tree);
        functions::rename(&mut tree);
        let compares = profile::repair(&mut tree);
        if !is_tame {
            limits::build_in(&mut tree);
        }
        Self {
            tree,
            reads,
            way,
            is_tame,
            is_sure,
            is_sure_of_functions,
            races,
            ranges,
            called,
            compares,
            unknown,
            families,
            is_unread,
            otherwise: ways,
        }
    }

    /// The families of which it has parts.
    pub(super) fn families(&self) -> &[Family] {
        &self.families
    }

    /// How it is evaluated otherwise.
    pub(super) fn ways(&self) -> &[Otherwise] {
        &self.otherwise
    }

    /// What it looks for at the top level, where there is no input.
    pub(super) fn unrooted(&self) -> &[Unrooted] {
        &self.reads.unrooted
    }

    /// The variables that it may read.
    pub(super) fn variables(&self) -> impl Iterator<Item = &str> {
        self.reads.variables.keys().map(|name| &**name)
    }

    /// The variables that it reads as values and does not set itself.
    pub(super) fn free_variables(&self) -> impl Iterator<Item = &str> {
        let values = self.reads.values.iter().map(|name| &**name);
        values.filter(|name| {
            !self.reads.bound.contains(*name) && *name != STATES && !functions::is_known(name)
        })
    }

    /// What its text has that is not known here.
    pub(super) fn unknown_syntax(&self) -> Option<&str> {
        self.unknown.as_deref().filter(|_| self.is_unread)
    }

    /// The fields of `$states` that it names.
    pub(super) fn states_fields(&self) -> BTreeSet<&str> {
        let ways = self.reads.variables.get(STATES);
        let ways = ways.into_iter().flatten();
        ways.filter_map(|way| way.first().map(|name| &**name))
            .collect()
    }

    /// The value at the end of a simple way, if objects lead there; an array on it is the evaluator's
    /// business.
    fn look_up(&self, world: &dyn World) -> Option<Result<Value, Failure>> {
        let (variable, way) = self.way.as_ref()?;
        let made;
        let (mut value, rest) = if &**variable == STATES {
            let (field, rest) = way.split_first()?;
            if &**field == CONTEXT {
                made = world.context(&|depth, name| rest.get(depth).is_none_or(|it| **it == *name));
                (&made, rest)
            } else {
                let field = Field::ALL.into_iter().find(|it| it.name() == &**field);
                match field.and_then(|field| world.states(field)) {
                    Some(value) => (value, rest),
                    None => return Some(Err(Failure::Undefined)),
                }
            }
        } else {
            match world.variable(variable) {
                Some(value) => (value, &way[..]),
                None if rest_is_builtin(variable) => return None,
                None => return Some(Err(Failure::Undefined)),
            }
        };
        for name in rest {
            match value {
                Value::Object(members) => match members.get(&**name) {
                    Some(member) => value = member,
                    None => return Some(Err(Failure::Undefined)),
                },
                Value::Array(_) => return None,
                _ => return Some(Err(Failure::Undefined)),
            }
        }
        Some(Ok(value.clone()))
    }

    /// Visits what it reads of the world.
    fn read(&self, world: &dyn World, seen: &mut dyn FnMut(Read<'_>)) {
        for (name, ways) in &self.reads.variables {
            if &**name == STATES {
                continue;
            }
            if let Some(value) = world.variable(name) {
                seen(Read {
                    variable: name,
                    field: None,
                    value,
                    ways,
                });
            }
        }
        let Some(ways) = self.reads.variables.get(STATES) else {
            return;
        };
        let into = |field: &str| -> Option<BTreeSet<Way>> {
            let whole = ways.iter().any(Vec::is_empty);
            let ways = ways
                .iter()
                .filter(|way| way.first().is_some_and(|it| **it == *field));
            let mut ways: BTreeSet<Way> = ways.map(|way| way[1..].to_vec()).collect();
            if whole {
                ways.insert(Way::new());
            }
            (!ways.is_empty()).then_some(ways)
        };
        for field in Field::ALL {
            if let (Some(ways), Some(value)) = (into(field.name()), world.states(field)) {
                seen(Read {
                    variable: STATES,
                    field: Some(field.name()),
                    value,
                    ways: &ways,
                });
            }
        }
        if let Some(ways) = into(CONTEXT) {
            let value = world.context(&|depth, name| {
                ways.iter()
                    .any(|way| way.get(depth).is_none_or(|it| **it == *name))
            });
            seen(Read {
                variable: STATES,
                field: Some(CONTEXT),
                value: &value,
                ways: &ways,
            });
        }
    }

    /// The variables that it reads, as JSON.
    pub(super) fn bindings(&self, world: &dyn World) -> Map<String, Value> {
        let mut bindings = Map::new();
        if self.reads.variables.contains_key(STATES) {
            bindings.insert(STATES.to_owned(), Map::new().into());
        }
        self.read(world, &mut |it| match it.field {
            None => drop(bindings.insert(it.variable.to_owned(), it.value.clone())),
            Some(field) => bindings[it.variable][field] = it.value.clone(),
        });
        bindings
    }

    /// The functions that it calls by name, or passes on.
    pub(super) fn functions(&self) -> impl Iterator<Item = &str> {
        let all = self.reads.calls.iter().chain(&self.reads.values);
        all.map(|name| &**name)
    }

    fn context(&self, world: &dyn World, budget: &Budget, doubts: &mut Doubts) -> Context {
        let mut context = Context::new();
        let mut states = Vec::new();
        self.read(world, &mut |it| {
            doubts.number |= it.field != Some(CONTEXT) && values::has_wide_number(it.value);
            let value = values::enter(it.value, it.ways);
            if let Some(measured) = values::measure(&value, usize::MAX) {
                budget.meet(measured.values);
            }
            match it.field {
                None => context.bind(it.variable.to_owned(), value),
                Some(field) => states.push((field.to_owned(), value)),
            }
        });
        if self.reads.variables.contains_key(STATES) {
            context.bind(
                STATES.to_owned(),
                JValue::object(states.into_iter().collect()),
            );
        }
        if self
            .reads
            .calls
            .iter()
            .any(|it| matches!(&**it, "now" | "millis"))
            || self.passes_on(&["now", "millis"], world)
        {
            context.bind(functions::MILLIS.to_owned(), JValue::Number(world.millis()));
        }
        context
    }

    /// Whether one of these functions is passed on as a value: a variable may have its name.
    fn passes_on(&self, functions: &[&str], world: &dyn World) -> bool {
        let mut passed = functions
            .iter()
            .filter(|it| self.reads.values.contains(**it));
        passed.any(|name| world.variable(name).is_none())
    }

    /// Whether it may need chance.
    fn may_draw(&self, world: &dyn World) -> bool {
        let functions = functions::RANDOM;
        functions.iter().any(|it| self.reads.calls.contains(*it))
            || self.passes_on(&functions, world)
    }

    /// Evaluates down to a depth.
    fn run(
        &self,
        world: &dyn World,
        depth: usize,
        budget: &std::rc::Rc<Budget>,
        doubts: &mut Doubts,
    ) -> Result<JValue, EvaluatorError> {
        let mut context = self.context(world, budget, doubts);
        functions::bind_values(&mut context, &self.reads, world)?;
        let options = EvaluatorOptions {
            max_stack_depth: Some(depth),
            max_sequence_length: Some(LONGEST_SEQUENCE),
            ..EvaluatorOptions::default()
        };
        let mut evaluator = Evaluator::with_options(context, options);
        let chance = Chance::new(if self.may_draw(world) {
            world.draw()
        } else {
            0
        });
        let mut read = self.reads.variables.keys();
        if read.any(|name| functions::is_ours(name)) {
            functions::serve(&mut evaluator, &chance)?;
        }
        if self.compares {
            profile::serve(&mut evaluator)?;
        }
        if !self.is_tame {
            budget.serve(&mut evaluator)?;
        }
        otherwise::serve(&mut evaluator, &self.otherwise)?;
        let value = evaluator.evaluate(&self.tree, &JValue::Undefined);
        doubts.chance |= chance.is_drawn();
        doubts.seed |= chance.has_odd_seed();
        doubts.evals |= chance.evals();
        value
    }

    /// What it has that is not known here, for these variables.
    fn unknown(&self, world: &dyn World) -> Option<String> {
        if self.unknown.is_some() {
            return self.unknown.clone();
        }
        let mut called = self.reads.calls.iter();
        let shadowed =
            called.find(|name| functions::is_ours(name) && world.variable(name).is_some());
        if let Some(name) = shadowed {
            return Some(format!("a variable with the name of the function ${name}"));
        }
        let mut passed = self.reads.values.iter();
        let unguarded = passed.find(|name| {
            limits::is_guarded(name)
                && !self.reads.bound.contains(*name)
                && world.variable(name).is_none()
        });
        unguarded.map(|name| format!("the function ${name} as a value"))
    }

    fn outcome(&self, world: &dyn World, doubts: &mut Doubts) -> (Result<Value, Failure>, usize) {
        if let Some(text) = self.unknown(world) {
            return (Err(Failure::Unknown(text)), 0);
        }
        let mut budget = Budget::new();
        let mut value = self.run(world, SURE_DEPTH, &budget, doubts);
        if matches!(&value, Err(error) if is_too_deep(error)) {
            doubts.limit = true;
            budget = Budget::new();
            value = self.run(world, MOST_DEPTH, &budget, doubts);
        }
        let outcome = match value {
            Ok(value) => left(&value, doubts),
            Err(error) => {
                doubts.message |= self.races;
                doubts.limit |= !self.ranges && is_too_long(&error);
                Err(failure(&error, self.called.as_deref(), doubts))
            }
        };
        (outcome, budget.taken())
    }
}

impl Program for Core {
    fn evaluate(&self, world: &dyn World) -> Evaluation {
        let mut doubts = Doubts::default();
        if let Some(outcome) = self.look_up(world) {
            return Evaluation {
                outcome,
                doubts,
                steps: 1,
                is_looked_up: true,
            };
        }
        let has_functions = || {
            let mut values = self.reads.values.iter();
            values.any(|name| functions::is_known(name) && world.variable(name).is_none())
        };
        doubts.value = !self.is_sure || !self.is_sure_of_functions && has_functions();
        let outcome = AssertUnwindSafe(|| self.outcome(world, &mut doubts));
        let (outcome, steps) = catch_unwind(outcome).unwrap_or_else(|_| {
            let text = "something that the evaluator cannot do".to_owned();
            (Err(Failure::Unknown(text)), 0)
        });
        Evaluation {
            outcome,
            doubts,
            steps: steps + 1,
            is_looked_up: false,
        }
    }
}

/// The syntax tree of an expression, and what it has that is not known here.
fn tree(source: &str) -> Result<(AstNode, Option<String>), String> {
    let said = match parser::parse(source) {
        Ok(tree) => {
            return match profile::wrong_syntax(&tree) {
                Some(error) => Err(error.to_owned()),
                None => Ok((tree, None)),
            };
        }
        Err(error) => error.to_string(),
    };
    match messages::code(&said) {
        // The parser's own limit, which says nothing about the language.
        Some((TOO_DEEP_TO_PARSE, _)) => Ok((AstNode::Null, Some(DEEPER.to_owned()))),
        Some((code, _)) if profile::READ_BY_OTHERS.contains(&code) => {
            Ok((AstNode::Null, Some(OTHERWISE_READ.to_owned())))
        }
        Some((code, words)) => Err(format!("{code}: {words}")),
        None => Err(said),
    }
}

/// JSON with expressions inside as one expression.
fn template(value: &Template) -> Result<AstNode, String> {
    Ok(match value {
        Template::Literal(value) => otherwise::constant(value),
        Template::Expression(expression) => tree(between(expression.text()))?.0,
        Template::Array(items) => {
            AstNode::Array(items.iter().map(template).collect::<Result<_, _>>()?)
        }
        Template::Object(members) => {
            let members = members.iter();
            let members =
                members.map(|(name, it)| Ok((AstNode::String(name.clone()), template(it)?)));
            AstNode::Object(members.collect::<Result<_, String>>()?)
        }
    })
}

/// Whether a variable that nobody has set may be a function.
fn rest_is_builtin(name: &str) -> bool {
    functions::is_ours(name) || name.starts_with(|c: char| c.is_ascii_lowercase())
}

fn is_too_deep(error: &EvaluatorError) -> bool {
    matches!(error.code(), Some("D1011" | "U1001"))
}

fn is_too_long(error: &EvaluatorError) -> bool {
    error.code() == Some("D2015")
}

fn left(value: &JValue, doubts: &mut Doubts) -> Result<Value, Failure> {
    match values::leave(value) {
        Left::Data {
            value,
            has_infinity,
        } => {
            doubts.number |= has_infinity;
            Ok(value)
        }
        Left::Undefined => Err(Failure::Undefined),
        Left::Function => Err(Failure::Function),
        Left::FunctionInside => Err(Failure::Unknown("functions inside data".to_owned())),
        Left::TooLarge => {
            doubts.limit = true;
            Err(Failure::Memory)
        }
    }
}

fn failure(error: &EvaluatorError, called: Option<&str>, doubts: &mut Doubts) -> Failure {
    let said = error.message();
    let Some((code, rest)) = messages::code(said) else {
        return Failure::Unknown(said.lines().next().unwrap_or_default().to_owned());
    };
    match code {
        "D1011" | "U1001" => Failure::Depth,
        "D2015" => Failure::Memory,
        "L0001" => {
            doubts.limit = true;
            Failure::Time
        }
        "L0002" | "L0003" => {
            doubts.limit = true;
            Failure::Memory
        }
        code => {
            let message = messages::message(code, rest, called);
            doubts.message |= !message.is_exact;
            Failure::Thrown {
                code: code.to_owned(),
                message: message.text,
            }
        }
    }
}

/// A variable and names after it.
fn simple_way(tree: &AstNode) -> Option<(Box<str>, Way)> {
    match tree {
        AstNode::Variable(name) if !name.is_empty() => Some((name.as_str().into(), Way::new())),
        AstNode::Path { steps } => {
            let (first, rest) = steps.split_first()?;
            let AstNode::Variable(name) = &first.node else {
                return None;
            };
            let is_plain = !name.is_empty()
                && steps
                    .iter()
                    .all(|step| step.stages.is_empty() && step.index_var.is_none());
            let way = way(rest);
            (is_plain && way.len() == rest.len()).then(|| (name.as_str().into(), way))
        }
        _ => None,
    }
}
