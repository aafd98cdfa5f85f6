//! Calls of intrinsic functions: simpler replacements, and the paths in a call.

use serde_json::Value;
use stepproof_specs::query::jsonpath::{
    intrinsic::{Argument, Call, Function},
    path::Path,
};

use super::{paths::simpler_paths, value::of_its_kind};

/// A replacement for a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Simpler {
    /// A path or a call.
    Source(String),
    /// A value.
    Literal(Value),
}

/// Replacements for a call that are simpler: each of its arguments and of their arguments, the call
/// with fewer arguments, and the call with simpler ones.
pub(super) fn simpler(text: &str) -> Vec<Simpler> {
    let Ok(call) = Call::parse(text) else {
        return Vec::new();
    };
    let arguments = call.arguments();
    let mut found: Vec<Simpler> = arguments.iter().map(itself).collect();
    let inner = arguments.iter().filter_map(|argument| match argument {
        Argument::Call(call) => Some(call.arguments()),
        _ => None,
    });
    found.extend(inner.flatten().map(itself));
    found.extend(same_arguments(&call).map(Simpler::Source));
    found.extend(in_order(&call).map(Simpler::Source));
    found.extend(shorter(&call).into_iter().map(Simpler::Source));
    for (at, argument) in arguments.iter().enumerate() {
        for simpler in simpler_arguments(argument) {
            let mut texts = texts(&call);
            texts[at] = simpler;
            found.push(Simpler::Source(written(call.function(), &texts)));
        }
    }
    found
}

/// The call with `$` in place of an argument that occurs twice.
fn same_arguments(call: &Call) -> Option<String> {
    fn given(call: &Call, found: &mut Vec<String>) {
        found.extend(texts(call));
        for argument in call.arguments() {
            if let Argument::Call(inner) = argument {
                given(inner, found);
            }
        }
    }
    let mut found = Vec::new();
    given(call, &mut found);
    let twice = found
        .iter()
        .enumerate()
        .find(|(at, text)| found[..*at].contains(text))?
        .1;
    Some(replaced(call, twice)).filter(|_| twice != "$")
}

/// The call with `$` in place of every argument that is written as `same`.
fn replaced(call: &Call, same: &str) -> String {
    let texts: Vec<String> = texts(call)
        .into_iter()
        .zip(call.arguments())
        .map(|(text, argument)| match argument {
            _ if text == same => "$".to_owned(),
            Argument::Call(inner) => replaced(inner, same),
            _ => text,
        })
        .collect();
    written(call.function(), &texts)
}

/// The call with its two numbers in the order of their strings.
fn in_order(call: &Call) -> Option<String> {
    let [
        Argument::Literal(Value::Number(_)),
        Argument::Literal(Value::Number(_)),
    ] = call.arguments()
    else {
        return None;
    };
    let mut texts = texts(call);
    texts.sort_by_key(|text| format!("{text},"));
    Some(written(call.function(), &texts))
}

/// The call with literals in place of the paths for which `value` gives a scalar.
pub(super) fn fill(text: &str, value: &mut dyn FnMut(&Path) -> Option<Value>) -> Option<String> {
    fn filled(call: &Call, value: &mut dyn FnMut(&Path) -> Option<Value>) -> String {
        let mut texts = texts(call);
        for (text, argument) in texts.iter_mut().zip(call.arguments()) {
            match argument {
                Argument::Literal(_) => {}
                Argument::Call(inner) => *text = filled(inner, value),
                Argument::Path(path) => {
                    let scalar = value(path).filter(|it| !it.is_array() && !it.is_object());
                    if let Some(scalar) = scalar {
                        *text = literal(&scalar);
                    }
                }
            }
        }
        written(call.function(), &texts)
    }
    Call::parse(text).ok().map(|call| filled(&call, value))
}

fn itself(argument: &Argument) -> Simpler {
    match argument {
        Argument::Literal(value) => Simpler::Literal(value.clone()),
        Argument::Path(path) => Simpler::Source(path.text().to_owned()),
        Argument::Call(call) => Simpler::Source(call.text().to_owned()),
    }
}

/// The call without one argument, if the function accepts any number of them.
fn shorter(call: &Call) -> Vec<String> {
    let texts = texts(call);
    let without = |at: usize, template: Option<String>| {
        let mut texts = texts.clone();
        texts.remove(at);
        if let Some(template) = template {
            texts[0] = template;
        }
        written(call.function(), &texts)
    };
    match call.function() {
        Function::Array => (0..texts.len()).map(|at| without(at, None)).collect(),
        Function::Format => {
            let gaps = texts.len().saturating_sub(1);
            let mut plain = texts.clone();
            plain[0] = format!("'{}'", "{}".repeat(gaps));
            let fewer = format!("'{}'", "{}".repeat(gaps.saturating_sub(1)));
            (1..texts.len())
                .map(|at| without(at, Some(fewer.clone())))
                .chain([written(call.function(), &plain)])
                .collect()
        }
        _ => Vec::new(),
    }
}

fn simpler_arguments(argument: &Argument) -> Vec<String> {
    match argument {
        Argument::Literal(value) => of_its_kind(value).iter().map(literal).collect(),
        Argument::Path(path) => simpler_paths(path.text()),
        Argument::Call(call) => simpler(call.text())
            .into_iter()
            .map(|simpler| match simpler {
                Simpler::Source(text) => text,
                Simpler::Literal(value) => literal(&value),
            })
            .chain(["0".to_owned()])
            .collect(),
    }
}

/// A path or a call with its paths changed; `None` if it is neither.
pub(super) fn map_paths(text: &str, change: &mut dyn FnMut(&Path) -> Path) -> Option<String> {
    if let Ok(path) = Path::parse(text) {
        return Some(change(&path).text().to_owned());
    }
    Call::parse(text).ok().map(|call| map_call(&call, change))
}

fn map_call(call: &Call, change: &mut dyn FnMut(&Path) -> Path) -> String {
    let mut texts = texts(call);
    for (text, argument) in texts.iter_mut().zip(call.arguments()) {
        match argument {
            Argument::Literal(_) => {}
            Argument::Path(path) => change(path).text().clone_into(text),
            Argument::Call(call) => *text = map_call(call, change),
        }
    }
    written(call.function(), &texts)
}

/// The arguments as strings.
fn texts(call: &Call) -> Vec<String> {
    let is_template = |at: usize| at == 0 && call.function() == Function::Format;
    let arguments = call.arguments().iter().enumerate();
    arguments
        .map(|(at, argument)| match argument {
            Argument::Literal(Value::String(text)) if is_template(at) => format!("'{text}'"),
            Argument::Literal(value) => literal(value),
            Argument::Path(path) => path.text().to_owned(),
            Argument::Call(call) => call.text().to_owned(),
        })
        .collect()
}

fn literal(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    let escaped = text.chars().flat_map(|c| {
        let escape = matches!(c, '\'' | '{' | '}' | '\\').then_some('\\');
        escape.into_iter().chain([c])
    });
    format!("'{}'", escaped.collect::<String>())
}

fn written(function: Function, arguments: &[String]) -> String {
    format!("{}({})", function.name(), arguments.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stepproof_specs::query::jsonpath::path::Path;

    use super::{Simpler, map_paths, simpler};

    #[test]
    fn a_call_gives_way_to_its_arguments() {
        let source = |text: &str| Simpler::Source(text.to_owned());
        let found = simpler("States.MathAdd(States.ArrayLength($.a), 0)");
        assert_eq!(
            found,
            [
                source("States.ArrayLength($.a)"),
                Simpler::Literal(json!(0)),
                source("$.a"),
                source("States.MathAdd($.a, 0)"),
                source("States.MathAdd(States.ArrayLength($), 0)"),
                source("States.MathAdd(0, 0)"),
            ]
        );
        let twice = simpler("States.ArrayUnique(States.Array(1, 1))");
        assert!(twice.contains(&source("States.ArrayUnique(States.Array($, $))")));
        let in_order = simpler("States.MathAdd(0.5, 0)");
        assert!(in_order.contains(&source("States.MathAdd(0, 0.5)")));
        let found = simpler("States.Format('it\\'s {}', $)");
        assert!(found.contains(&source("States.Format('{}', $)")));
        assert!(found.contains(&source("States.Format('')")));
    }

    #[test]
    fn paths_change_and_texts_keep_their_escapes() {
        let text = "States.Format('\\{{}\\}', $.a, States.StringSplit('it\\'s', $x))";
        let same = map_paths(text, &mut Path::clone);
        assert_eq!(same.as_deref(), Some(text));
        let root = map_paths("States.Array($.a, 1)", &mut |_| Path::data());
        assert_eq!(root.as_deref(), Some("States.Array($, 1)"));
    }
}
