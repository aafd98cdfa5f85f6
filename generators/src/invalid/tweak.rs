//! Random changes of a value anywhere in a definition.

use serde_json::{Value, json};
use stepproof_specs::scenario::case::DefinitionCase;

use crate::dice::Dice;

/// The definition with one value changed at random.
pub(super) fn tweaked(case: &DefinitionCase, dice: &mut Dice) -> DefinitionCase {
    let mut tweaked = case.clone();
    while tweaked == *case {
        let mut at = dice.index(count(&case.definition));
        let change = dice.below(4);
        visit(&mut tweaked.definition, &mut at, &mut |value| {
            tweak(value, change, dice);
        });
    }
    tweaked
}

/// Changes one value, or one member of it.
fn tweak(value: &mut Value, change: u32, dice: &mut Dice) {
    match (change, value) {
        (0, Value::Object(object)) if !object.is_empty() => {
            let index = dice.index(object.len());
            if let Some(name) = object.keys().nth(index).cloned() {
                object.shift_remove(&name);
            }
        }
        (0, Value::Array(items)) if !items.is_empty() => {
            items.remove(dice.index(items.len()));
        }
        (1, Value::Array(items)) if !items.is_empty() => {
            let copy = items[dice.index(items.len())].clone();
            items.push(copy);
        }
        (1, Value::Object(object)) if object.len() > 1 => {
            let (from, to) = (dice.index(object.len()), dice.index(object.len()));
            let copy = object.values().nth(from).cloned();
            if let (Some(copy), Some(slot)) = (copy, object.values_mut().nth(to)) {
                *slot = copy;
            }
        }
        (2, Value::Object(object)) if !object.is_empty() => {
            let name = object.keys().nth(dice.index(object.len())).cloned();
            if let Some(name) = name
                && let Some(value) = object.shift_remove(&name)
            {
                object.insert(misspelt(&name, dice), value);
            }
        }
        (_, value) => *value = other(value, dice),
    }
}

/// A name with one character added or removed, or with another case.
fn misspelt(name: &str, dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => format!("{name}s"),
        1 => name.chars().skip(1).collect(),
        _ => name.to_lowercase(),
    }
}

/// A value of another type.
fn other(value: &Value, dice: &mut Dice) -> Value {
    let plain = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("$.a"),
        json!([]),
        json!({}),
    ];
    let kind = std::mem::discriminant(value);
    let others: Vec<&Value> = plain
        .iter()
        .filter(|other| std::mem::discriminant(*other) != kind)
        .collect();
    dice.pick(&others).clone()
}

/// The number of values, including the value itself.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(object) => object.values().map(count).sum(),
        _ => 0,
    }
}

/// Calls `see` with value number `at`, counted from the outside in.
fn visit(value: &mut Value, at: &mut usize, see: &mut dyn FnMut(&mut Value)) -> bool {
    if *at == 0 {
        see(value);
        return true;
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|inner| visit(inner, at, see)),
        Value::Object(object) => object.values_mut().any(|inner| visit(inner, at, see)),
        _ => false,
    }
}
