//! What the service answers to calls: the expectation of a case that consists of calls.

use serde_json::{Map, Value};

use super::timeline::{Timeline, items};
use crate::{
    base::time::Millis,
    clause::{Aspect, Coverage},
    deviation::Deviations,
    scenario::calls::{Call, CallsCase, Unanswered},
    service::{CallError, Config, Service, Told},
};

/// How long everything that happens by itself is waited for after a call, in milliseconds.
pub const SETTLING: Millis = 60_000;

/// What is expected of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Answers {
    /// The answers, one per call; `None` to a call that refers to something that a deviating engine does not
    /// answer, so that nobody can make it.
    pub answers: Vec<Option<Answer>>,
    /// The rules that were applied.
    pub coverage: Coverage,
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What is answered. Of a whole list, the items of all pages.
    pub answer: Result<Value, CallError>,
    /// What of it is not certain.
    pub doubt: Doubt,
    /// The ARNs of the executions that have ended by themselves, or by the call, before the next call.
    pub ended: Vec<String>,
}

/// What of an answer is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Nothing.
    None,
    /// The order of the items of a list.
    Order,
    /// How an error is worded.
    Wording,
    /// Everything.
    All,
}

/// Why a case has no expectation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallsError {
    /// A call refers to something that no call answers.
    #[error("make call {call}: {source}")]
    Unanswered {
        /// The call.
        call: usize,
        /// What it refers to.
        source: Unanswered,
    },
    /// A worker waits a minute for a task that does not come. Real engines let it wait as long.
    #[error("make call {0}: its worker waits for a task in vain")]
    InVain(usize),
    /// An execution comes to something that the reference does not interpret.
    #[error("make call {0}: what it starts is not interpreted")]
    Unsupported(usize),
}

/// What an engine with these deviations answers to the calls of a case.
pub fn answers(case: &CallsCase, deviations: &Deviations) -> Result<Answers, CallsError> {
    let config = Config {
        entropy: case.entropy,
        ..Config::default()
    };
    let mut timeline = Timeline::of(Service::new(config, deviations.clone()));
    let mut given = Vec::with_capacity(case.calls.len());
    let mut answers = Vec::with_capacity(case.calls.len());
    for (number, call) in case.calls.iter().enumerate() {
        let sent = match call.sent(&given) {
            Ok(sent) => sent,
            Err(source) if deviations.is_empty() => {
                return Err(CallsError::Unanswered {
                    call: number,
                    source,
                });
            }
            // A deviating engine may have refused what the call refers to: nobody can make it.
            Err(_) => {
                given.push(Value::Null);
                answers.push(None);
                continue;
            }
        };
        let answer = timeline.call(&call.operation, &sent);
        let answer = match answer {
            Ok(first) if call.whole => whole(&mut timeline, call, &sent, first),
            answer => answer,
        };
        if deviations.is_empty()
            && call.operation == "GetActivityTask"
            && matches!(&answer, Ok(Value::Object(task)) if task.is_empty())
        {
            return Err(CallsError::InVain(number));
        }
        timeline.pass(SETTLING);
        let service = timeline.service();
        let doubt = doubt(service, call, &sent, &answer);
        let ended = timeline.take_ended().into_iter();
        let service = timeline.service();
        let ended = ended.filter_map(|execution| service.arn_of(execution).map(str::to_owned));
        let ended: Vec<String> = ended.collect();
        if ended.iter().any(|arn| service.is_broken(arn)) {
            return Err(CallsError::Unsupported(number));
        }
        given.push(answer.as_ref().ok().cloned().unwrap_or_default());
        answers.push(Some(Answer {
            answer,
            doubt,
            ended,
        }));
    }
    Ok(Answers {
        answers,
        coverage: timeline.service().coverage(),
    })
}

/// All pages of a list as one.
fn whole(
    timeline: &mut Timeline,
    call: &Call,
    sent: &Value,
    first: Value,
) -> Result<Value, CallError> {
    let further = timeline.further_pages(&call.operation, sent, &first)?;
    Ok(join(first, &further))
}

/// The pages of a list as one, without a token.
pub fn join(first: Value, further: &[Value]) -> Value {
    let Value::Object(mut members) = first else {
        return first;
    };
    members.shift_remove("nextToken");
    let mut joined = Map::new();
    for (name, value) in members {
        let value = match value {
            Value::Array(mut all) => {
                all.extend(further.iter().flat_map(items).cloned());
                all.into()
            }
            value => value,
        };
        joined.insert(name, value);
    }
    joined.into()
}

/// What of an answer there is no evidence for.
fn doubt(service: &Service, call: &Call, sent: &Value, answer: &Result<Value, CallError>) -> Doubt {
    match answer {
        Err(error) => match error.told {
            Told::Nothing => Doubt::All,
            Told::Code => Doubt::Wording,
            Told::Whole => Doubt::None,
        },
        Ok(_) => match call.operation.as_str() {
            // Aliases were recorded with names that ascend, and the API reference says otherwise; nothing is
            // known of activities and tags.
            "ListStateMachineAliases" | "ListActivities" | "ListTagsForResource" => Doubt::Order,
            "GetExecutionHistory" => {
                let arn = sent["executionArn"].as_str().unwrap_or_default();
                let exercised = service.exercised_by(arn).unwrap_or_default();
                let mut exercised = exercised.iter();
                if exercised.any(|rule| rule.doubts().contains(&Aspect::History)) {
                    Doubt::All
                } else {
                    Doubt::None
                }
            }
            _ => Doubt::None,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Answers, CallsError, Doubt, answers};
    use crate::{
        deviation::{CallRule, Change, Deviation, Deviations, Hook},
        scenario::calls::{Call, CallsCase},
    };

    const ROLE: &str = "arn:aws:iam::123456789012:role/stepproof";

    fn case(calls: &[(&str, Value)]) -> CallsCase {
        let calls = calls.iter();
        let calls = calls.map(|(operation, parameters)| Call::new(operation, parameters.clone()));
        CallsCase {
            calls: calls.collect(),
            entropy: 0,
        }
    }

    fn machine(state: &Value) -> (&'static str, Value) {
        let definition = json!({"StartAt": "A", "States": {"A": state}});
        let machine = json!({"name": "m", "roleArn": ROLE, "definition": definition});
        ("CreateStateMachine", machine)
    }

    fn expected(calls: &[(&str, Value)], deviations: &Deviations) -> Answers {
        answers(&case(calls), deviations).expect("answers")
    }

    fn codes(answers: &Answers) -> Vec<&str> {
        let answers = answers.answers.iter().flatten();
        let code = |it: &'_ super::Answer| match &it.answer {
            Ok(_) => "ok",
            Err(error) => error.code,
        };
        answers.map(code).collect()
    }

    fn of(answers: &Answers, call: usize) -> &super::Answer {
        answers.answers[call].as_ref().expect("a call that is made")
    }

    #[test]
    fn a_task_goes_through_a_worker() {
        let resource = json!({"Type": "Task", "Resource": "${0.activityArn}", "End": true});
        let token = json!({"taskToken": "${3.taskToken}", "output": {"x": 1}});
        let execution = json!({"executionArn": "${2.executionArn}"});
        let calls = [
            ("CreateActivity", json!({"name": "a"})),
            machine(&resource),
            (
                "StartExecution",
                json!({"stateMachineArn": "${1.stateMachineArn}", "name": "e"}),
            ),
            (
                "GetActivityTask",
                json!({"activityArn": "${0.activityArn}"}),
            ),
            ("SendTaskSuccess", token.clone()),
            ("SendTaskSuccess", token),
            ("DescribeExecution", execution.clone()),
            ("StopExecution", execution),
        ];
        let answered = expected(&calls, &Deviations::default());
        let refused = "TaskTimedOut";
        assert_eq!(
            codes(&answered),
            ["ok", "ok", "ok", "ok", "ok", refused, "ok", "ok"]
        );
        assert_eq!(
            of(&answered, 6).answer.as_ref().unwrap()["output"],
            "{\"x\":1}"
        );
        assert_eq!(of(&answered, 4).ended.len(), 1);
        let broken: Deviations = [CallRule::TokenOnce, CallRule::StopEnded]
            .map(|rule| Deviation::new(Hook::Answer(rule), Change::Ignore))
            .into_iter()
            .collect();
        let answered = expected(&calls, &broken);
        let refused = "ValidationException";
        assert_eq!(
            codes(&answered),
            ["ok", "ok", "ok", "ok", "ok", "ok", "ok", refused]
        );
        assert_eq!(of(&answered, 7).doubt, Doubt::Wording);
    }

    #[test]
    fn a_worker_that_waits_in_vain_is_no_case() {
        let calls = [
            ("CreateActivity", json!({"name": "a"})),
            (
                "GetActivityTask",
                json!({"activityArn": "${0.activityArn}"}),
            ),
        ];
        let refused = answers(&case(&calls), &Deviations::default());
        assert_eq!(refused, Err(CallsError::InVain(1)));
        let calls = [("DeleteActivity", json!({"activityArn": "${3.activityArn}"}))];
        let refused = answers(&case(&calls), &Deviations::default());
        assert!(matches!(
            refused,
            Err(CallsError::Unanswered { call: 0, .. })
        ));
    }

    #[test]
    fn a_whole_list_is_all_its_pages() {
        let mut calls = vec![machine(
            &json!({"Type": "Wait", "Seconds": 9_999, "End": true}),
        )];
        for name in ["a", "b", "c"] {
            let start = json!({"stateMachineArn": "${0.stateMachineArn}", "name": name});
            calls.push(("StartExecution", start));
        }
        let list = json!({"stateMachineArn": "${0.stateMachineArn}", "maxResults": 1});
        calls.push(("ListExecutions", list));
        let mut case = case(&calls);
        case.calls[4].whole = true;
        let names = |deviations: &Deviations| -> Vec<Value> {
            let answered = answers(&case, deviations).expect("answers");
            let list = of(&answered, 4).answer.clone().unwrap();
            assert_eq!(list.get("nextToken"), None);
            let items = list["executions"].as_array().unwrap().iter();
            items.map(|item| item["name"].clone()).collect()
        };
        assert_eq!(names(&Deviations::default()), ["c", "b", "a"]);
        let broken = Deviation::new(Hook::Answer(CallRule::Pages), Change::Ignore);
        assert_eq!(names(&broken.into()), ["c", "a"]);
    }
}
