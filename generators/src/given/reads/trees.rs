//! What expressions in JSONata read: from what is read of their value, backwards to what they read it
//! from.

use std::{collections::HashMap, sync::Arc};

use serde_json::json;
use stepproof_specs::query::{
    jsonata::{Expression, Template},
    jsonpath::path::Step,
};

use super::backwards::{self, Side, beside};
use crate::{
    given::{
        constants::Constants,
        want::{Hint, Made, Want},
    },
    jsonata::{Operator, Tree},
};

/// Where a read starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::given) enum Origin {
    /// `$states.input`.
    Input,
    /// `$states.result`.
    Result,
    /// `$states.context.Execution.Input`.
    Execution,
    /// `$states.context.Map.Item.Value`.
    Item,
    /// A variable of the machine.
    Variable(Arc<str>),
}

/// A read of something: where it starts, the steps from there, and what is read of the value.
pub(in crate::given) type Read = (Origin, Vec<Step>, Want);

/// What was found to be read, where these variables are known.
#[derive(Debug)]
pub(in crate::given) struct Found<'c> {
    pub reads: Vec<Read>,
    constants: &'c Constants,
}

impl<'c> Found<'c> {
    pub fn new(constants: &'c Constants) -> Self {
        Self {
            reads: Vec::new(),
            constants,
        }
    }

    fn of(&mut self, expression: &Expression, wanted: &Want) {
        let Some(mut tree) = Tree::of_field(expression.text()) else {
            return;
        };
        put(&mut tree, self.constants);
        let mut reads = Reads {
            found: &mut self.reads,
            bound: HashMap::new(),
            context: None,
        };
        reads.tree(&tree, wanted);
    }
}

/// What the JSON of a field reads, if `wanted` is read of what it makes.
pub(super) fn of_template(template: &Template, wanted: &Want, found: &mut Found<'_>) {
    match template {
        Template::Literal(_) => {}
        Template::Expression(expression) => of_expression(expression, wanted, found),
        Template::Array(items) => {
            let each = wanted.each();
            for item in items {
                of_template(item, &each, found);
            }
        }
        Template::Object(members) => {
            for (name, member) in members {
                let wanted = wanted.get(&[Step::Name(name.as_str().into())]);
                of_template(member, &wanted, found);
            }
        }
    }
}

/// What an expression reads, if `wanted` is read of its value.
pub(super) fn of_expression(expression: &Expression, wanted: &Want, found: &mut Found<'_>) {
    found.of(expression, wanted);
}

/// What a condition reads; `holds` says what it has to come to, if anything.
pub(in crate::given) fn of_condition(
    expression: &Expression,
    holds: Option<bool>,
    found: &mut Found<'_>,
) {
    let wanted = match holds {
        Some(holds) => Want::must([Hint::Value(holds.into())]),
        None => Want::hinted([Hint::Bool]),
    };
    found.of(expression, &wanted);
}

/// Puts values in place of the variables that have them. What an expression binds itself is drawn as if it had
/// another name, because the evaluator is asked in the end.
fn put(tree: &mut Tree, constants: &Constants) {
    if let Tree::Variable(name) = tree
        && let Some(value) = constants.get(name).and_then(backwards::tree)
    {
        *tree = value;
        return;
    }
    for part in tree.parts_mut() {
        put(part, constants);
    }
}

struct Reads<'f> {
    found: &'f mut Vec<Read>,
    /// What is read of the variables that the expression binds.
    bound: HashMap<String, Want>,
    /// What is read of the value that a path is at.
    context: Option<Want>,
}

impl Reads<'_> {
    fn tree(&mut self, tree: &Tree, wanted: &Want) {
        if let Some((start, steps)) = way(tree) {
            self.read(start, &steps, wanted);
            return;
        }
        match tree {
            Tree::Infix(operator, left, right) => self.infix(*operator, left, right, wanted),
            Tree::Negative(inner) => {
                let wanted = wanted.through(|it| Some(json!(-it.as_f64()?)));
                self.tree(inner, &or(wanted, number()));
            }
            Tree::Filter(inner, predicate) => {
                let item = self.inside(|it| it.tree(predicate, &Want::hinted([Hint::Bool])));
                let mut items = wanted.selected();
                items.merge(&item);
                self.tree(inner, &Want::array(items));
            }
            Tree::Keep(inner) => self.tree(inner, wanted),
            Tree::Group(inner, members) => {
                let item = self.inside(|it| {
                    for (key, value) in members {
                        it.tree(key, &Want::hinted([Hint::Text]));
                        it.tree(value, &Want::default());
                    }
                });
                self.tree(inner, &Want::array(item));
            }
            Tree::Sort(inner, terms) => {
                let mut item = self.inside(|it| {
                    for (_, term) in terms {
                        it.tree(term, &number());
                    }
                });
                item.merge(&wanted.each());
                self.tree(inner, &Want::array(item));
            }
            Tree::Array(items) => {
                let each = wanted.selected();
                for item in items {
                    self.tree(item, &each);
                }
            }
            Tree::Object(members) => {
                for (key, value) in members {
                    let wanted = match key {
                        Tree::Text(name) => wanted.get(&[Step::Name(name.as_str().into())]),
                        _ => Want::default(),
                    };
                    self.tree(key, &Want::hinted([Hint::Text]));
                    self.tree(value, &wanted);
                }
            }
            Tree::Block(parts) => self.block(parts, wanted),
            Tree::Condition(condition, then, otherwise) => {
                let truth = backwards::branch(wanted, then, otherwise.as_deref());
                self.tree(condition, &or(truth, Want::hinted([Hint::Bool])));
                self.tree(then, wanted);
                if let Some(otherwise) = otherwise {
                    self.tree(otherwise, wanted);
                }
            }
            Tree::Call(function, arguments) => match &**function {
                Tree::Variable(name) => self.call(name, arguments, wanted),
                Tree::Block(parts) if parts.len() == 1 => self.apply(&parts[0], arguments, wanted),
                other => self.apply(other, arguments, wanted),
            },
            Tree::Lambda(_, _, body) => self.tree(body, wanted),
            other => {
                for part in other.parts() {
                    self.tree(part, &Want::default());
                }
            }
        }
    }

    /// Adds a read of something.
    fn read(&mut self, start: Start, steps: &[Step], wanted: &Want) {
        let origin = match start {
            Start::Context => {
                if let Some(context) = &mut self.context {
                    context.at(steps).merge(wanted);
                }
                return;
            }
            Start::Variable(name) => match self.bound.get_mut(&name) {
                Some(bound) => {
                    bound.at(steps).merge(wanted);
                    return;
                }
                None => Origin::Variable(name.into()),
            },
            Start::Origin(origin) => origin,
        };
        self.found.push((origin, steps.to_vec(), wanted.clone()));
    }

    /// What is read of each value that a path is at.
    fn inside(&mut self, read: impl FnOnce(&mut Self)) -> Want {
        let outer = self.context.replace(Want::default());
        read(self);
        std::mem::replace(&mut self.context, outer).unwrap_or_default()
    }

    fn infix(&mut self, operator: Operator, left: &Tree, right: &Tree, wanted: &Want) {
        match operator {
            Operator::Dot => match right {
                Tree::Name(name) => {
                    let mut object = Want::default();
                    object.at(&[Step::Name(name.as_str().into())]).merge(wanted);
                    self.tree(left, &object);
                }
                right => {
                    let item = self.inside(|it| it.tree(right, &wanted.selected()));
                    self.tree(left, &item);
                }
            },
            Operator::Equal
            | Operator::Unequal
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                let truth = backwards::truth(wanted);
                self.tree(left, &beside(Side::Left, operator, right, truth));
                self.tree(right, &beside(Side::Right, operator, left, truth));
            }
            Operator::In => {
                let truth = backwards::truth(wanted);
                self.tree(left, &beside(Side::Left, operator, right, truth));
                let item = beside(Side::Right, Operator::Equal, left, truth);
                self.tree(right, &Want::array(item));
            }
            Operator::Plus
            | Operator::Minus
            | Operator::Times
            | Operator::Divide
            | Operator::Modulo => {
                let (of_left, of_right) = backwards::operands(operator, (left, right), wanted);
                self.tree(left, &or(of_left, number()));
                self.tree(right, &or(of_right, number()));
            }
            Operator::Range => {
                let count = Want::hinted([Hint::Count]);
                self.tree(left, &count);
                self.tree(right, &count);
            }
            Operator::And | Operator::Or => {
                let both = operator == Operator::And;
                let truth = match backwards::truth(wanted) {
                    Some(it) if it == both => Want::must([Hint::Value(it.into())]),
                    _ => Want::hinted([Hint::Bool]),
                };
                self.tree(left, &truth);
                self.tree(right, &truth);
            }
            Operator::Concatenate => {
                let text = || Want::hinted([Hint::Text]);
                let from = backwards::operand(operator, Side::Left, right, wanted);
                self.tree(left, &or(from, text()));
                let from = backwards::operand(operator, Side::Right, left, wanted);
                self.tree(right, &or(from, text()));
            }
            Operator::Pipe => match right {
                Tree::Call(function, arguments) => {
                    let mut all = vec![left.clone()];
                    all.extend(arguments.iter().cloned());
                    self.tree(&Tree::Call(function.clone(), all), wanted);
                }
                Tree::Transform(location, update, _) => {
                    let item = self.inside(|it| {
                        it.tree(location, &Want::default());
                        it.tree(update, &Want::default());
                    });
                    let mut given = wanted.clone();
                    given.merge(&item);
                    self.tree(left, &given);
                }
                function => {
                    let call = Tree::Call(function.clone().into(), vec![left.clone()]);
                    self.tree(&call, wanted);
                }
            },
            Operator::Bind => self.tree(right, wanted),
            Operator::Focus | Operator::Index => self.tree(left, wanted),
        }
    }

    /// The parts of a block from last to first: what is bound is read by what follows.
    fn block(&mut self, parts: &[Tree], wanted: &Want) {
        let inlined;
        let parts = match with_functions(parts) {
            Some(other) => {
                inlined = other;
                &inlined[..]
            }
            None => parts,
        };
        let names: Vec<&String> = parts.iter().filter_map(|part| bound(part)).collect();
        let shadowed: Vec<Option<Want>> = names
            .iter()
            .map(|name| self.bound.insert((*name).clone(), Want::default()))
            .collect();
        for (at, part) in parts.iter().enumerate().rev() {
            if let (Some(name), Tree::Infix(_, _, value)) = (bound(part), part) {
                let read = self.bound.get(name).cloned().unwrap_or_default();
                self.tree(value, &read);
            } else if at + 1 == parts.len() {
                self.tree(part, wanted);
            } else {
                self.tree(part, &Want::default());
            }
        }
        for (name, before) in names.into_iter().zip(shadowed) {
            self.restore(name, before);
        }
    }

    fn restore(&mut self, name: &str, before: Option<Want>) {
        match before {
            Some(before) => self.bound.insert(name.to_owned(), before),
            None => self.bound.remove(name),
        };
    }

    /// What a function reads of its parameters, if `wanted` is read of its value.
    fn parameters(&mut self, function: &Tree, wanted: &Want) -> Vec<Want> {
        let Tree::Lambda(names, _, body) = function else {
            return Vec::new();
        };
        let shadowed: Vec<Option<Want>> = names
            .iter()
            .map(|name| self.bound.insert(name.clone(), Want::default()))
            .collect();
        self.tree(body, wanted);
        let read = names.iter().map(|name| {
            let read = self.bound.get(name);
            read.cloned().unwrap_or_default()
        });
        let read: Vec<Want> = read.collect();
        for (name, before) in names.iter().zip(shadowed) {
            self.restore(name, before);
        }
        read
    }

    /// A function that is applied where it stands.
    fn apply(&mut self, function: &Tree, arguments: &[Tree], wanted: &Want) {
        let parameters = self.parameters(function, wanted);
        for (at, argument) in arguments.iter().enumerate() {
            let read = parameters.get(at).cloned().unwrap_or_default();
            self.tree(argument, &read);
        }
    }

    fn call(&mut self, name: &str, arguments: &[Tree], wanted: &Want) {
        let [first, rest @ ..] = arguments else {
            return;
        };
        match (name, first, rest) {
            (
                "map" | "filter" | "each" | "single" | "sift" | "sort" | "reduce",
                _,
                [function @ Tree::Lambda(..), others @ ..],
            ) => {
                let item = self.item(name, function, wanted);
                for other in others {
                    self.tree(other, wanted);
                }
                self.tree(first, &Want::array(item));
                return;
            }
            ("merge", Tree::Array(items), _) => {
                for item in items {
                    self.tree(item, wanted);
                }
                return;
            }
            ("lookup", Tree::Object(members), [key]) => {
                let keys = members.iter().filter_map(|(key, _)| match key {
                    Tree::Text(key) => Some(Hint::Value(json!(key))),
                    _ => None,
                });
                self.tree(key, &Want::hinted(keys));
                return;
            }
            _ => {}
        }
        self.tree(first, &argument(name, rest, wanted));
        let of_rest = match name {
            "append" | "zip" => wanted.clone(),
            "range" | "power" | "round" | "substring" | "partition" | "pad" => {
                Want::hinted([Hint::Count])
            }
            "contains" | "split" | "join" | "replace" => Want::hinted([Hint::Text]),
            _ => Want::default(),
        };
        for argument in rest {
            self.tree(argument, &of_rest);
        }
    }

    /// What is read of each item to which one of the library's functions applies another one.
    fn item(&mut self, name: &str, function: &Tree, wanted: &Want) -> Want {
        let of_body = match name {
            "map" | "each" => wanted.selected(),
            "reduce" => wanted.clone(),
            _ => Want::hinted([Hint::Bool]),
        };
        let parameters = self.parameters(function, &of_body);
        let mut item = match name {
            "filter" | "sort" => wanted.selected(),
            "single" => wanted.clone(),
            _ => Want::default(),
        };
        let item_at = usize::from(name == "reduce");
        for parameter in parameters.iter().skip(item_at).take(1) {
            item.merge(parameter);
        }
        item
    }
}

/// What a function of the library reads of its first argument, if `wanted` is read of its value.
fn argument(name: &str, rest: &[Tree], wanted: &Want) -> Want {
    let text = Want::hinted([Hint::Text]);
    match name {
        "merge" => Want::array(wanted.clone()),
        "append" | "reverse" | "distinct" | "shuffle" | "sort" | "zip" => wanted.clone(),
        "count" => {
            let mut counted = wanted.of_possible_length();
            counted.hints([json!([]), json!([1]), json!([1, 2])].map(Hint::Value));
            counted
        }
        "sum" | "max" | "min" | "average" => {
            let item = wanted.through(|it| it.is_number().then(|| it.clone()));
            if item.is_vague() {
                Want::array(number())
            } else {
                Want::few(item)
            }
        }
        "join" => Want::array(text),
        "partition" => Want::array(wanted.each().each()),
        "exists" if backwards::truth(wanted) == Some(false) => Want::must([Hint::Absent]),
        "exists" => Want::hinted([Hint::Absent, Hint::Number, Hint::Text]),
        "not" => or(
            wanted.through(|it| Some(json!(!it.as_bool()?))),
            Want::hinted([Hint::Bool]),
        ),
        "boolean" => or(
            wanted.through(|it| it.is_boolean().then(|| it.clone())),
            Want::hinted([Hint::Bool]),
        ),
        "type" => wanted.through(backwards::of_type),
        "lookup" => {
            let mut object = Want::default();
            if let [Tree::Text(key)] = rest {
                object.at(&[Step::Name(key.as_str().into())]).merge(wanted);
            }
            object
        }
        "number" => {
            let mut given = wanted.through(|it| it.is_number().then(|| json!(it.to_string())));
            given.hints([Hint::Value(json!("10")), Hint::Number]);
            given
        }
        "parse" => Want::made(Made::Json, wanted),
        "string" => {
            let mut given = wanted.maker(Made::Json);
            given.merge(&wanted.through(|it| it.is_string().then(|| it.clone())));
            given
        }
        "base64decode" => Want::made(Made::Plain, wanted),
        "base64encode" => wanted.maker(Made::Plain),
        "toMillis" => Want::hinted([
            Hint::Timestamp,
            Hint::Value(json!("2099-12-31T23:59:59Z")),
            Hint::Value(json!("2026-01-01T00:00:00Z")),
        ]),
        "abs" | "floor" | "ceil" | "round" => or(
            wanted.through(|it| it.is_number().then(|| it.clone())),
            number(),
        ),
        "fromMillis" | "sqrt" | "power" | "formatNumber" | "formatBase" | "formatInteger" => {
            number()
        }
        "range" => Want::hinted([Hint::Count]),
        "contains" | "split" | "substringBefore" | "substringAfter" | "replace" | "match" => {
            let mut given = backwards::searched(name, rest.first(), wanted);
            given.hint(Hint::Text);
            given
        }
        "length" | "uppercase" | "lowercase" | "trim" | "substring" => {
            let wanted = wanted.through(|it| backwards::of_text(name, it));
            or(wanted, text)
        }
        "pad" | "hash" | "encodeUrlComponent" | "decodeUrlComponent" | "encodeUrl"
        | "decodeUrl" => text,
        _ => Want::default(),
    }
}

/// How large a block may become: functions that call each other twice grow without end.
const LARGEST: usize = 2_000;

/// The parts of a block, with the functions that it binds where they are named.
fn with_functions(parts: &[Tree]) -> Option<Vec<Tree>> {
    let is_function = |part: &Tree| matches!(part, Tree::Infix(Operator::Bind, _, it) if matches!(**it, Tree::Lambda(..)));
    let at = parts.iter().position(is_function)?;
    let (name, Tree::Infix(_, _, function)) = (bound(&parts[at])?, &parts[at]) else {
        return None;
    };
    // One that calls itself remains.
    let rest = parts[at + 1..].iter();
    let rest = rest.map(|part| part.clone().with(name, function));
    let inlined: Vec<Tree> = parts[..at].iter().cloned().chain(rest).collect();
    if inlined.iter().map(Tree::size).sum::<usize>() > LARGEST {
        return None;
    }
    Some(with_functions(&inlined).unwrap_or(inlined))
}

/// The name that a part of a block binds.
fn bound(part: &Tree) -> Option<&String> {
    match part {
        Tree::Infix(Operator::Bind, variable, _) => match &**variable {
            Tree::Variable(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn number() -> Want {
    Want::hinted([Hint::Number])
}

/// The first of these, unless nothing is known of it.
fn or(one: Want, other: Want) -> Want {
    if one.is_vague() { other } else { one }
}

/// Where a way starts.
enum Start {
    Origin(Origin),
    Variable(String),
    /// The value that a path is at.
    Context,
}

/// The way that an expression is, if it is one: names and indexes only.
fn way(tree: &Tree) -> Option<(Start, Vec<Step>)> {
    let (start, steps) = walked(tree)?;
    match start {
        Start::Variable(name) if name == "states" => {
            let names = steps.iter().map_while(|step| match step {
                Step::Name(name) => Some(&**name),
                _ => None,
            });
            let names: Vec<&str> = names.collect();
            let (origin, from) = match names[..] {
                ["input", ..] => (Origin::Input, 1),
                ["result", ..] => (Origin::Result, 1),
                ["context", "Execution", "Input", ..] => (Origin::Execution, 3),
                ["context", "Map", "Item", "Value", ..] => (Origin::Item, 4),
                _ => return None,
            };
            Some((Start::Origin(origin), steps[from..].to_vec()))
        }
        start => Some((start, steps)),
    }
}

fn walked(tree: &Tree) -> Option<(Start, Vec<Step>)> {
    match tree {
        Tree::Variable(name) if name.is_empty() => Some((Start::Context, Vec::new())),
        Tree::Variable(name) if name != "$" => Some((Start::Variable(name.clone()), Vec::new())),
        Tree::Name(name) => Some((Start::Context, vec![Step::Name(name.as_str().into())])),
        Tree::Infix(Operator::Dot, left, right) => {
            let (start, mut steps) = walked(left)?;
            match walked(right)? {
                (Start::Context, more) if !more.is_empty() => steps.extend(more),
                _ => return None,
            }
            Some((start, steps))
        }
        Tree::Filter(inner, index) => {
            let (start, mut steps) = walked(inner)?;
            let Tree::Number(index) = **index else {
                return None;
            };
            steps.push(Step::Index(index as i32));
            Some((start, steps))
        }
        Tree::Block(parts) if parts.len() == 1 => walked(&parts[0]),
        _ => None,
    }
}
