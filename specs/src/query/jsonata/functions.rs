//! The functions that AWS adds to JSONata, and those of JSONata's own that need a clock or chance
//! (AWS Developer Guide, "Transforming data with JSONata").
//!
//! Inside an expression they have names that no expression can spell, so that nothing else is
//! called by mistake.

use std::{cell::Cell, fmt::Write as _, rc::Rc};

use jsonata_core::{
    ast::AstNode,
    evaluator::{Context, Evaluator, EvaluatorError},
    value::JValue,
};
use serde_json::Value;

use super::{
    library,
    limits::{self, LONGEST_SEQUENCE, RANGE},
    program::World,
    reads::Reads,
    tree::{call, change_children},
    values::whole as whole_value,
};
use crate::{base::entropy::mix, query::hash};

/// The time of the evaluation, in milliseconds; a variable.
pub(super) const MILLIS: &str = "the time";
/// The largest seed of which it does not matter how many bits of it are taken.
const MOST_SEED: f64 = 2_147_483_647.0;

/// A function of ours.
#[derive(Clone, Copy)]
struct Function {
    name: &'static str,
    /// The name inside an expression.
    inner: &'static str,
    /// How many parameters it has.
    parameters: usize,
    apply: fn(&[JValue], &Chance) -> Result<JValue, EvaluatorError>,
}

const FUNCTIONS: [Function; 11] = [
    Function {
        name: "partition",
        inner: "the function partition",
        parameters: 2,
        apply: partition,
    },
    Function {
        name: "range",
        inner: RANGE,
        parameters: 3,
        apply: range,
    },
    Function {
        name: "hash",
        inner: "the function hash",
        parameters: 2,
        apply: hashed,
    },
    Function {
        name: "random",
        inner: "the function random",
        parameters: 1,
        apply: random,
    },
    Function {
        name: "uuid",
        inner: "the function uuid",
        parameters: 0,
        apply: uuid,
    },
    Function {
        name: "parse",
        inner: "the function parse",
        parameters: 1,
        apply: parse,
    },
    Function {
        name: "shuffle",
        inner: "the function shuffle",
        parameters: 1,
        apply: shuffle,
    },
    Function {
        name: "clone",
        inner: "the function clone",
        parameters: 1,
        apply: clone,
    },
    Function {
        name: "encodeUrl",
        inner: "the function encodeUrl",
        parameters: 1,
        apply: encode_url,
    },
    Function {
        name: "encodeUrlComponent",
        inner: "the function encodeUrlComponent",
        parameters: 1,
        apply: encode_url_component,
    },
    Function {
        name: "eval",
        inner: "the function eval",
        parameters: 2,
        apply: eval,
    },
];

/// The functions of the time, which become a variable.
const CLOCKS: [(&str, usize); 2] = [("millis", 0), ("now", 2)];

/// The functions whose value is chance, unless they are given a seed.
pub(super) const RANDOM: [&str; 3] = ["random", "uuid", "shuffle"];

/// The numbers that follow from one number of the interpreter's entropy, and what was asked of them.
#[derive(Debug)]
pub(super) struct Chance {
    seed: u64,
    drawn: Cell<u64>,
    has_odd_seed: Cell<bool>,
    evals: Cell<bool>,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Rc<Self> {
        Rc::new(Self {
            seed,
            drawn: Cell::new(0),
            has_odd_seed: Cell::new(false),
            evals: Cell::new(false),
        })
    }

    fn draw(&self) -> u64 {
        self.drawn.set(self.drawn.get() + 1);
        mix(self.seed ^ mix(self.drawn.get()))
    }

    /// Whether anything came of chance.
    pub(super) fn is_drawn(&self) -> bool {
        self.drawn.get() > 0
    }

    /// Whether `$eval` was called.
    pub(super) fn evals(&self) -> bool {
        self.evals.get()
    }

    /// Whether a seed was given of which it is not known what comes of it.
    pub(super) fn has_odd_seed(&self) -> bool {
        self.has_odd_seed.get()
    }
}

/// Whether a name is that of a function of the language.
pub(super) fn is_known(name: &str) -> bool {
    is_ours(name) || library::has(name)
}

/// Whether a name is that of a function here.
pub(super) fn is_ours(name: &str) -> bool {
    FUNCTIONS.iter().any(|it| it.name == name) || CLOCKS.iter().any(|it| it.0 == name)
}

/// Gives the calls of these functions their inner names.
pub(super) fn rename(node: &mut AstNode) {
    change_children(node, &mut rename);
    let AstNode::Function { name, args, .. } = node else {
        return;
    };
    if name == "millis" && args.is_empty() {
        *node = AstNode::Variable(MILLIS.to_owned());
    } else if name == "now" {
        let mut args = std::mem::take(args);
        args.insert(0, AstNode::Variable(MILLIS.to_owned()));
        *node = call("fromMillis", args);
    } else if let Some(function) = FUNCTIONS.iter().find(|it| it.name == name) {
        function.inner.clone_into(name);
    }
}

/// Makes these functions values, where an expression passes them on, `$map(x, $parse)`, unless a
/// variable has the name.
pub(super) fn bind_values(
    context: &mut Context,
    reads: &Reads,
    world: &dyn World,
) -> Result<(), EvaluatorError> {
    let all = FUNCTIONS.iter().map(|it| (it.name, it.parameters));
    for (name, parameters) in all.chain(CLOCKS) {
        if reads.values.contains(name) && world.variable(name).is_none() {
            let names = ["a", "b", "c"];
            let params = &names[..parameters];
            let args = params.iter().map(|it| AstNode::Variable((*it).to_owned()));
            let mut body = call(name, args.collect());
            rename(&mut body);
            limits::build_in(&mut body);
            let lambda = AstNode::Lambda {
                params: params.iter().map(|it| (*it).to_owned()).collect(),
                body: Box::new(body),
                signature: None,
                thunk: false,
            };
            let value = Evaluator::new().evaluate(&lambda, &JValue::Undefined)?;
            context.bind(name.to_owned(), value);
        }
    }
    Ok(())
}

/// Lets an evaluation call these functions.
pub(super) fn serve(evaluator: &mut Evaluator, draw: &Rc<Chance>) -> Result<(), EvaluatorError> {
    for function in FUNCTIONS {
        let draw = draw.clone();
        evaluator.register_fn(function.inner, move |args: &[JValue]| {
            (function.apply)(args, &draw)
        })?;
    }
    Ok(())
}

fn wrong(function: &str, index: usize) -> EvaluatorError {
    EvaluatorError::TypeError(format!(
        "T0410: Argument {index} of function \"{function}\" does not match function signature"
    ))
}

/// An argument that has to be a whole number: what is not is rounded down.
fn whole(args: &[JValue], index: usize, function: &str) -> Result<Option<f64>, EvaluatorError> {
    match args.get(index) {
        None | Some(JValue::Undefined) => Ok(None),
        Some(JValue::Number(number)) if number.is_finite() => Ok(Some(number.floor())),
        Some(_) => Err(wrong(function, index + 1)),
    }
}

/// `$partition`: an array in pieces.
fn partition(args: &[JValue], _: &Chance) -> Result<JValue, EvaluatorError> {
    let name = "partition";
    let single;
    let size = whole(args, 1, name)?;
    let items = match args.first() {
        None | Some(JValue::Undefined) => return Ok(JValue::Undefined),
        Some(JValue::Array(items)) => &items[..],
        Some(other) => {
            single = [other.clone()];
            &single[..]
        }
    };
    let Some(size) = size else {
        return Err(wrong(name, 2));
    };
    if size < 1.0 {
        return Err(wrong(name, 2));
    }
    let pieces = items.chunks(size as usize);
    Ok(JValue::array(
        pieces.map(|piece| JValue::array(piece.to_vec())).collect(),
    ))
}

/// `$range`: the numbers from one to another, both included. It is a sequence: one of a single
/// number is that number.
fn range(args: &[JValue], _: &Chance) -> Result<JValue, EvaluatorError> {
    let name = "range";
    let mut bounds = [0.0; 3];
    for (index, bound) in bounds.iter_mut().enumerate() {
        match whole(args, index, name)? {
            Some(number) => *bound = number,
            None => return Ok(JValue::Undefined),
        }
    }
    let [first, last, step] = bounds;
    if step == 0.0 {
        return Err(wrong(name, 3));
    }
    let count = ((last - first) / step).floor() + 1.0;
    if count > LONGEST_SEQUENCE as f64 {
        return Err(EvaluatorError::EvaluationError(
            super::limits::MEMORY.to_owned(),
        ));
    }
    let count = count.max(0.0) as usize;
    let items = (0..count).map(|index| JValue::Number(first + step * index as f64));
    let items: Vec<JValue> = items.collect();
    Ok(match items.len() {
        0 => JValue::Undefined,
        _ => JValue::sequence(items).unwrap_sequence(),
    })
}

/// `$hash`: the hash of a text, in hexadecimal digits.
fn hashed(args: &[JValue], _: &Chance) -> Result<JValue, EvaluatorError> {
    let name = "hash";
    let text = match args.first() {
        None | Some(JValue::Undefined) => return Ok(JValue::Undefined),
        Some(JValue::String(text)) => text.to_string(),
        Some(_) => return Err(wrong(name, 1)),
    };
    let algorithm = args.get(1).and_then(JValue::as_str);
    match algorithm.and_then(|it| hash::digits(it, &text)) {
        Some(digits) => Ok(JValue::string(digits)),
        None => Err(wrong(name, 2)),
    }
}

/// `$random`: from 0 up to 1, and the same for the same seed.
fn random(args: &[JValue], chance: &Chance) -> Result<JValue, EvaluatorError> {
    let number = match whole(args, 0, "random")? {
        Some(seed) => {
            let is_whole = args.first().and_then(JValue::as_f64) == Some(seed);
            if !is_whole || seed.abs() > MOST_SEED {
                chance.has_odd_seed.set(true);
            }
            seeded(seed as i64)
        }
        None => (chance.draw() >> 11) as f64 / (1_u64 << 53) as f64,
    };
    Ok(JValue::Number(number))
}

/// The first number that Java's generator gives for a seed: `new Random(seed).nextDouble()` (measured
/// on AWS in 2026-09).
fn seeded(seed: i64) -> f64 {
    const FACTOR: u64 = 0x5_DEEC_E66D;
    const BITS: u32 = 48;
    let mask = (1_u64 << BITS) - 1;
    let mut state = (seed as u64 ^ FACTOR) & mask;
    let mut next = |bits: u32| {
        state = state.wrapping_mul(FACTOR).wrapping_add(11) & mask;
        state >> (BITS - bits)
    };
    let high = next(26) << 27;
    (high + next(27)) as f64 / (1_u64 << 53) as f64
}

/// `$uuid`: of version 4.
#[expect(clippy::unnecessary_wraps, reason = "as every function")]
fn uuid(_: &[JValue], chance: &Chance) -> Result<JValue, EvaluatorError> {
    let bits = u128::from(chance.draw()) << 64 | u128::from(chance.draw());
    let uuid = uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
    Ok(JValue::string(uuid.to_string()))
}

/// `$parse`: JSON in a text.
fn parse(args: &[JValue], _: &Chance) -> Result<JValue, EvaluatorError> {
    match args.first() {
        None | Some(JValue::Undefined) => Ok(JValue::Undefined),
        Some(JValue::String(text)) => match serde_json::from_str::<Value>(text) {
            Ok(value) => Ok(whole_value(&value)),
            Err(_) => Err(EvaluatorError::EvaluationError(
                "D3120: Syntax error in expression passed to function parse".to_owned(),
            )),
        },
        Some(_) => Err(wrong("parse", 1)),
    }
}

/// `$shuffle`, with the interpreter's entropy.
#[expect(clippy::unnecessary_wraps, reason = "as every function")]
fn shuffle(args: &[JValue], chance: &Chance) -> Result<JValue, EvaluatorError> {
    match args.first() {
        Some(JValue::Array(items)) => {
            let mut items: Vec<JValue> = items.to_vec();
            for last in (1..items.len()).rev() {
                let other = chance.draw() % (last as u64 + 1);
                items.swap(last, other as usize);
            }
            Ok(JValue::array(items))
        }
        Some(other @ JValue::Undefined) => Ok(other.clone()),
        Some(other) => Ok(JValue::array(vec![other.clone()])),
        None => Ok(JValue::Undefined),
    }
}

/// `$clone`, which the evaluator lacks.
fn clone(args: &[JValue], _: &Chance) -> Result<JValue, EvaluatorError> {
    match args.first() {
        None | Some(JValue::Undefined) => Ok(JValue::Undefined),
        Some(value @ (JValue::Array(_) | JValue::Object(_))) => Ok(value.clone()),
        Some(_) => Err(wrong("clone", 1)),
    }
}

/// `$encodeUrl`: a URI, in which what has a meaning of its own stays as it is.
fn encode_url(args: &[JValue], _: &Chance) -> Result<JValue, EvaluatorError> {
    encoded(args, "encodeUrl", "-_.!~*'();/?:@&=+$,#")
}

/// `$encodeUrlComponent`: a part of a URI.
fn encode_url_component(args: &[JValue], _: &Chance) -> Result<JValue, EvaluatorError> {
    encoded(args, "encodeUrlComponent", "-_.!~*'()")
}

fn encoded(args: &[JValue], name: &str, kept: &str) -> Result<JValue, EvaluatorError> {
    let text = match args.first() {
        None | Some(JValue::Undefined) => return Ok(JValue::Undefined),
        Some(JValue::String(text)) => text,
        Some(_) => return Err(wrong(name, 1)),
    };
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            encoded.push(byte.into());
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    Ok(JValue::string(encoded))
}

/// `$eval` does not exist.
fn eval(_: &[JValue], called: &Chance) -> Result<JValue, EvaluatorError> {
    called.evals.set(true);
    Err(EvaluatorError::ReferenceError(
        "T1006: Attempted to invoke a non-function".to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::seeded;

    #[test]
    fn seeds_give_javas_numbers() {
        assert_eq!(seeded(42).to_bits(), 0.727_563_680_032_868_1_f64.to_bits());
        assert_eq!(seeded(0).to_bits(), 0.730_967_787_376_657_f64.to_bits());
    }
}
