//! The order of cases: what "smaller" means.

use serde_json::Value;
use stepproof_specs::{
    asl::WorkflowType,
    scenario::{
        calls::CallsCase,
        case::{Body, Case},
        plan::{Plan, Reply},
    },
};

use super::{
    graph::{states, targets},
    names::disorder,
};
use crate::jsonata::Tree;

/// The size of a case. Sizes are compared by these fields, from first to last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure {
    /// States in all scopes; or calls.
    pub states: usize,
    /// Values in the definition, the inputs and the plans.
    pub values: usize,
    /// The distance of types, replies and literals from the plainest ones.
    pub strangeness: usize,
    /// The number of states and fields that are not in their usual order.
    pub disorder: usize,
    /// The length of the text in bytes.
    pub bytes: usize,
    /// The text itself, so that two different cases never have equal sizes.
    pub text: String,
}

/// The size of a case.
pub fn measure(case: &Case) -> Measure {
    let definition = case.body.definition();
    let starts = match &case.body {
        Body::Execution(execution) => execution.starts.as_slice(),
        Body::Definition(_) => &[],
        Body::Api(calls) => return measure_calls(calls),
    };
    let mut text = definition.to_string();
    let states = states(definition);
    let mut values = count(definition);
    let mut strangeness = states
        .iter()
        .map(|(path, state)| {
            let to_itself = targets(state).contains(&path.name.as_str());
            rank(state["Type"].as_str()) + usize::from(to_itself)
        })
        .sum::<usize>()
        + strange(definition)
        + unusual(case);
    for start in starts {
        // Writing to a string cannot fail: the keys of a start are strings.
        let start_value = serde_json::to_value(start).unwrap_or_default();
        values += count(&start.input) + count_plan(&start.plan);
        strangeness += strange(&start.input) + strange_plan(&start.plan);
        text.push_str(&start_value.to_string());
    }
    Measure {
        states: states.len(),
        values,
        strangeness,
        disorder: disorder(definition),
        bytes: text.len(),
        text,
    }
}

/// The number of settings outside the definition and the starts that differ from their defaults.
fn unusual(case: &Case) -> usize {
    match &case.body {
        Body::Execution(execution) => {
            usize::from(execution.entropy != 0)
                + usize::from(execution.workflow != WorkflowType::Standard)
        }
        Body::Definition(_) | Body::Api(_) => 0,
    }
}

/// The size of calls: their number counts first.
fn measure_calls(case: &CallsCase) -> Measure {
    // Writing to a string cannot fail: the keys of a call are strings.
    let text = serde_json::to_string(&case.calls).unwrap_or_default();
    let parameters = || case.calls.iter().map(|call| &call.parameters);
    let machines = parameters().filter_map(|it| it.get("definition"));
    let machines = machines.flat_map(|definition| {
        let states = states(definition).into_iter();
        states.map(|(_, state)| rank(state["Type"].as_str()) + usize::from(state["End"] == true))
    });
    let whole = case.calls.iter().filter(|call| call.whole).count();
    // What a version or an alias leads to is less plain than a machine.
    let detours = text.matches("VersionArn}").count() + text.matches("AliasArn}").count();
    Measure {
        states: case.calls.len(),
        values: parameters().map(count).sum::<usize>() + whole,
        strangeness: parameters().map(strange).sum::<usize>()
            + machines.sum::<usize>()
            + detours
            + usize::from(case.entropy != 0),
        disorder: 0,
        bytes: text.len(),
        text,
    }
}

/// The number of values, including the value itself, and of the nodes of expressions.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::String(text) => Tree::of_field(text).map_or(0, |tree| tree.size()),
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// The number of values that say what tasks do: fields of rules, and outputs. All replies count the
/// same.
fn count_plan(plan: &Plan) -> usize {
    let values = plan.rules().map(|rule| {
        let act = &rule.act;
        let output = match &act.reply {
            Reply::Succeed(output) => count(output),
            _ => 0,
        };
        1 + usize::from(rule.visit.is_some())
            + usize::from(rule.items.is_some())
            + usize::from(rule.attempts_below.is_some())
            + usize::from(act.after > 0)
            + usize::from(act.lose_answer)
            + act.heartbeats.len()
            + output
    });
    let away = plan.sites.values().filter(|script| script.away > 0);
    values.sum::<usize>() + away.count()
}

/// How difficult a state of this type is to understand.
fn rank(kind: Option<&str>) -> usize {
    match kind {
        Some("Pass" | "Succeed") => 0,
        Some("Fail") => 8,
        Some("Wait") => 16,
        Some("Choice") => 24,
        Some("Task") => 32,
        _ => 40,
    }
}

/// The distance of literals from the plainest ones: `{}`, then `null`, `[]`, `false`, numbers,
/// `""`.
fn strange(value: &Value) -> usize {
    match value {
        Value::Null => 1,
        Value::Bool(flag) => 3 + usize::from(*flag),
        Value::Number(number) => 5 + usize::from(number.is_f64()),
        Value::String(text) => match Tree::of_field(text) {
            Some(tree) => 8 + tree.strangeness(),
            None => 6 + usize::from(!text.is_empty()),
        },
        Value::Array(items) => 2 + items.iter().map(strange).sum::<usize>(),
        Value::Object(fields) => {
            let tests = fields.keys().filter(|name| name.starts_with("Is"));
            tests.filter(|name| *name != "IsPresent").count()
                + fields.iter().map(strange_field).sum::<usize>()
        }
    }
}

/// `IsPresent` counts the same for true and false: either question is equally plain.
fn strange_field((name, field): (&String, &Value)) -> usize {
    match name.as_str() {
        "IsPresent" => 3,
        _ => strange(field),
    }
}

fn strange_plan(plan: &Plan) -> usize {
    plan.rules()
        .map(|rule| match &rule.act.reply {
            Reply::Echo => 0,
            Reply::Succeed(value) => 1 + strange(value),
            Reply::Fail { .. } | Reply::FailNameless => 10,
            Reply::Silent => 11,
            Reply::Ignore => 12,
        })
        .sum()
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value)] // callers write literals
mod tests {
    use serde_json::{Value, json};
    use stepproof_specs::scenario::case::Case;

    use super::{Measure, measure};

    fn sized(case: Value) -> Measure {
        let case: Case = serde_json::from_value(case).expect("a case");
        measure(&case)
    }

    fn execution(definition: Value, input: Value, plan: Value) -> Value {
        let starts = json!([{ "input": input, "plan": plan }]);
        json!({ "format": 1, "kind": "execution", "definition": definition, "starts": starts })
    }

    fn machine(state: Value) -> Value {
        json!({ "StartAt": "A", "States": { "A": state } })
    }

    fn planned(script: Value) -> Measure {
        let definition = machine(json!({ "Type": "Succeed" }));
        sized(execution(definition, json!({}), json!({ "A": script })))
    }

    #[test]
    fn every_part_of_a_plan_counts_once() {
        // Five values in the definition, one input and one rule.
        assert_eq!(planned(json!([])).values, 6);
        assert_eq!(planned(json!([{ "reply": "echo" }])).values, 7);
        for (rule, more) in [
            (json!({ "reply": "silent" }), 0),
            (json!({ "reply": "echo", "visit": 0 }), 1),
            (json!({ "reply": "echo", "items": [0, 1] }), 1),
            (json!({ "reply": "echo", "attempts_below": 1 }), 1),
            (json!({ "reply": "echo", "after": 1 }), 1),
            (json!({ "reply": "echo", "lose_answer": true }), 1),
            (json!({ "reply": "silent", "heartbeats": [1, 2] }), 2),
            (json!({ "reply": { "succeed": { "a": [1, 2] } } }), 4),
            (
                json!({
                    "reply": { "succeed": 1 }, "visit": 0, "items": [0], "attempts_below": 1,
                    "after": 1, "lose_answer": true, "heartbeats": [1],
                }),
                7,
            ),
        ] {
            let text = rule.to_string();
            assert_eq!(planned(json!([rule])).values, 7 + more, "{text}");
        }
        let rules = json!([{ "reply": "echo" }, { "reply": "echo" }]);
        assert_eq!(planned(rules.clone()).values, 8);
        assert_eq!(planned(json!({ "away": 5, "rules": rules })).values, 9);
    }

    #[test]
    fn the_plainest_comes_first() {
        let kinds = ["Pass", "Fail", "Wait", "Choice", "Task", "Map"];
        let kinds = kinds.map(|kind| machine(json!({ "Type": kind })));
        let literals = [
            json!({}),
            json!(null),
            json!([]),
            json!(true),
            json!(7),
            json!(0.5),
            json!("a"),
            json!(["a"]),
        ];
        let literals =
            literals.map(|literal| machine(json!({ "Type": "Pass", "Result": literal })));
        let tests = ["IsPresent", "IsNull"];
        let tests =
            tests.map(|test| machine(json!({ "Type": "Choice", "Choices": [{ test: 0 }] })));
        for ladder in [&kinds[..], &literals, &tests] {
            for pair in ladder.windows(2) {
                let [less, more] = [&pair[0], &pair[1]]
                    .map(|it| sized(execution(it.clone(), json!({}), json!({}))).strangeness);
                assert!(less < more, "{} {}", pair[0], pair[1]);
            }
        }
        let replies = [
            json!("echo"),
            json!({ "succeed": {} }),
            json!({ "succeed": null }),
            json!({ "fail": { "error": "E", "cause": "c" } }),
            json!("silent"),
            json!("ignore"),
        ];
        let replies = replies.map(|reply| planned(json!([{ "reply": reply }])).strangeness);
        assert!(
            replies.is_sorted_by(|less, more| less < more),
            "{replies:?}"
        );
    }

    #[test]
    fn what_is_strange_adds_up() {
        // Three strings, a Fail state, the input and the reply.
        let definition = machine(json!({ "Type": "Fail", "Error": "E" }));
        let plan = json!({ "A": [{ "reply": { "succeed": null } }] });
        let mut case = execution(definition, json!({ "x": true }), plan);
        assert_eq!(sized(case.clone()).strangeness, 3 * 7 + 8 + 4 + 2);
        case["entropy"] = json!(7);
        case["workflow"] = json!("EXPRESS");
        assert_eq!(sized(case).strangeness, 3 * 7 + 8 + 4 + 2 + 2);
    }

    #[test]
    fn bytes_are_those_of_the_text() {
        let definition = machine(json!({ "Type": "Pass" }));
        let one = sized(execution(definition.clone(), json!("in"), json!({})));
        assert_eq!((one.states, one.bytes), (1, one.text.len()));
        assert!(one.text.starts_with(&definition.to_string()));
        assert!(one.text.contains("\"in\""));
        let alone = json!({ "format": 1, "kind": "definition", "definition": definition });
        assert_eq!(sized(alone).text, definition.to_string());
    }
}
