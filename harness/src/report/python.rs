//! Python programs with boto3 that reproduce a divergence without stepproof.

mod check;

use self::check::Check;
use minijinja::{Environment, UndefinedBehavior, context, syntax::SyntaxConfig};
use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        WorkflowType,
        resource::Resource,
        site::{AttemptKey, Site},
        text::MAX_BYTES,
        walk::for_each_state_mut,
    },
    base::{arn::Arn, time::Millis},
    clause::Aspect,
    reference::{EPOCH, EXECUTION_ARN, Expectation, MACHINE_ARN, calls::Answers, identity_in},
    scenario::{
        calls::CallsCase,
        case::{DefinitionCase, ExecutionCase, Start},
        letter::Letter,
        plan::Act,
        play::{Answer, Step},
    },
};

use super::layout::{flat, pretty};
use crate::{
    engines::SetupCall,
    judge::{signature::NONE, verdict::Difference},
    raw::{Completion, Creation, RawRun},
};

const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:4566";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:";
const QUEUE: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/";
const ROLE: &str = "arn:aws:iam::123456789012:role/stepproof";
const WIDTH: usize = 96;
/// How many attempts a script has beyond those of the reference.
const FURTHER: usize = 10;

/// Where a program runs: the engine's address, and what it has to be told before it is used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Target<'a> {
    /// The address for which the program is written; another one may be given in its environment.
    pub endpoint: Option<&'a str>,
    /// The engine's set-up.
    pub setup: &'a [SetupCall],
}

/// A program that runs the case, compares the aspect that differs, and says by its exit status whether
/// the engine does as the reference.
pub fn reproducer(
    case: &ExecutionCase,
    start: usize,
    expectation: &Expectation,
    root: Option<&Difference>,
    target: Target<'_>,
) -> String {
    let start = &case.starts[start];
    let mut definition = case.definition.clone();
    let sites = name_activities(&mut definition);
    let named = |number: usize| activity(number);
    let queues: serde_json::Map<String, Value> = sites
        .iter()
        .enumerate()
        .filter_map(|(number, (_, token))| Some((named(number), token.clone()?.into())))
        .collect();
    let sites: Vec<Site> = sites.into_iter().map(|(site, _)| site).collect();
    let scripts: serde_json::Map<String, Value> = sites
        .iter()
        .enumerate()
        .map(|(number, site)| (named(number), script(site, start, expectation)))
        .collect();
    let away: serde_json::Map<String, Value> = sites
        .iter()
        .enumerate()
        .filter(|(_, site)| start.plan.away(site) > 0)
        .map(|(number, site)| (named(number), seconds(start.plan.away(site)).into()))
        .collect();
    let by_name: serde_json::Map<String, Value> = sites
        .iter()
        .enumerate()
        .map(|(number, site)| (named(number), site.to_string().into()))
        .collect();
    let scripts = (!scripts.is_empty()).then(|| pretty(&Value::Object(scripts), WIDTH));
    let check = Check::of(root, &expectation.observation);
    let is_express = case.workflow == WorkflowType::Express;
    render(
        include_str!("python/execution.py.jinja"),
        context! {
            endpoint => address(target.endpoint),
            client => client(target.endpoint, is_express),
            setup => calls_of(target.setup),
            definition => literal(&pretty(&definition, WIDTH)),
            away => (!away.is_empty()).then(|| json!(away).to_string()),
            ignores => scripts.as_ref().is_some_and(|it| it.contains("\"ignore\"")),
            scripts => scripts.as_deref().map(literal),
            sites => json!(by_name).to_string(),
            activity => ACTIVITY,
            queue => QUEUE,
            queues => (!queues.is_empty()).then(|| json!(queues).to_string()),
            role => ROLE,
            workflow => kind(case.workflow),
            express => is_express,
            input => literal(&flat(&start.input)),
            limit => seconds(expectation.longest),
            aspect => check.aspect.name(),
            acceptance => check.aspect == Aspect::Acceptance,
            history => check.reads_history(),
            details => json!(check::DETAILS).to_string(),
            expected => literal(&flat(&check.expected)),
            names => names(&check.expected, case),
            seen => check.seen,
            same => check.same,
        },
    )
}

/// How the reference calls what an engine names itself, as Python literals, if it shows in what is
/// expected.
fn names(expected: &Value, case: &ExecutionCase) -> Option<minijinja::Value> {
    let text = flat(expected);
    let start = EPOCH.rfc3339();
    let day = start.split('T').next().unwrap_or_default();
    let execution = identity_in(case).execution_arn;
    let name = Arn::last(EXECUTION_ARN);
    let shown = [&*execution, MACHINE_ARN, name, Arn::last(MACHINE_ARN), day];
    shown.iter().any(|name| text.contains(name)).then(|| {
        context! {
            execution => Value::from(&*execution).to_string(),
            machine => Value::from(MACHINE_ARN).to_string(),
            name => Value::from(name).to_string(),
            day => day,
        }
    })
}

/// A program that compares the answers to a definition.
pub fn define(case: &DefinitionCase, expected: &RawRun, target: Target<'_>) -> String {
    let created = match &expected.creation {
        Creation::Accepted => "accepted",
        Creation::Refused { code, .. } => code,
    };
    let mut answers = json!({ "created": created });
    if let Some(validation) = &expected.validation {
        answers["validated"] = json!(validation.result);
    }
    render(
        include_str!("python/definition.py.jinja"),
        context! {
            endpoint => address(target.endpoint),
            client => client(target.endpoint, false),
            setup => calls_of(target.setup),
            definition => definition(case),
            role => ROLE,
            workflow => kind(case.workflow),
            validates => expected.validation.is_some(),
            expected => literal(&flat(&answers)),
        },
    )
}

/// A program that makes the calls, and compares the answer that differs.
pub fn calls(
    case: &CallsCase,
    expected: &Answers,
    told: &Completion,
    root: &Difference,
    target: Target<'_>,
) -> String {
    // What is compared: a member of the answer, an error with its message, or only how the call ends.
    let place = &*root.signature.parent;
    let member = place.split('.').next().unwrap_or_default();
    let compared = match told {
        Completion::Ok(answer) if place != NONE => json!({ member: answer[member] }),
        Completion::Fail { code, message } if place == "message" => {
            json!({ "fails": code, "message": message })
        }
        Completion::Fail { code, .. } => json!({ "fails": code }),
        Completion::Ok(_) | Completion::Unknown(_) => json!({}),
    };
    let made: Vec<Value> = case
        .calls
        .iter()
        .zip(&expected.answers)
        .map(|(call, answer)| {
            let ended = answer.iter().flat_map(|it| &it.ended);
            let ended: Vec<usize> = ended.filter_map(|arn| started(expected, arn)).collect();
            json!([call.operation, call.parameters, call.whole, ended])
        })
        .collect();
    let lines: Vec<String> = made.iter().map(flat).collect();
    // Some calls are wrong on purpose.
    let unchecked =
        client(target.endpoint, false).replace("Config(", "Config(parameter_validation=False, ");
    render(
        include_str!("python/calls.py.jinja"),
        context! {
            endpoint => address(target.endpoint),
            client => unchecked,
            setup => calls_of(target.setup),
            calls => literal(&format!("[{}]", lines.join(",\n "))),
            call => root.start,
            expected => literal(&flat(&compared)),
        },
    )
}

/// The call that started this execution.
fn started(expected: &Answers, execution: &str) -> Option<usize> {
    expected.answers.iter().flatten().position(|answer| {
        answer
            .answer
            .as_ref()
            .is_ok_and(|answer| answer["executionArn"] == execution)
    })
}

/// Fills in a program's template.
fn render(template: &str, values: minijinja::Value) -> String {
    let mut environment = Environment::empty();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let program = environment.render_str(template, values);
    program.expect("the values are those of the template")
}

/// The definition as a Python expression. If it is above the size limit, the expression generates
/// it.
fn definition(case: &DefinitionCase) -> String {
    let text = pretty(&case.definition, WIDTH);
    if text.len() <= MAX_BYTES {
        return literal(&text);
    }
    let mut plain = crate::shrink::trivial_case().body.definition().clone();
    plain["Comment"] = "LONG".into();
    format!(
        "{}.replace('LONG', {MAX_BYTES} * 'x')",
        literal(&plain.to_string())
    )
}

/// The address of an endpoint, as a Python literal.
fn address(endpoint: Option<&str>) -> String {
    Value::from(endpoint.unwrap_or(DEFAULT_ENDPOINT)).to_string()
}

/// The client's arguments: AWS itself is called with the user's own credentials. Only there is a host whose
/// name begins with `sync-`, to which some calls are sent otherwise.
fn client(endpoint: Option<&str>, is_sync: bool) -> String {
    if endpoint.is_some_and(|it| it.contains(".amazonaws.com")) {
        return "config=Config(read_timeout=90)".to_owned();
    }
    let host = if is_sync {
        ", inject_host_prefix=False"
    } else {
        ""
    };
    format!(
        "endpoint_url=endpoint, region_name=\"us-east-1\",\n    aws_access_key_id=\"test\", \
         aws_secret_access_key=\"test\", config=Config(read_timeout=90{host})"
    )
}

/// An engine's set-up, as Python literals.
fn calls_of(setup: &[SetupCall]) -> Vec<minijinja::Value> {
    let text = |text: &str| Value::from(text).to_string();
    let call = |call: &SetupCall| context! { path => text(call.path), body => text(call.body) };
    setup.iter().map(call).collect()
}

/// The argument for a workflow type that is not the default.
fn kind(workflow: WorkflowType) -> &'static str {
    match workflow {
        WorkflowType::Standard => "",
        WorkflowType::Express => ", type=\"EXPRESS\"",
    }
}

/// Gives every task its own activity or queue; of the latter with the member of its messages that is the token.
fn name_activities(definition: &mut Value) -> Vec<(Site, Option<String>)> {
    let mut sites = Vec::new();
    for_each_state_mut(definition, |path, state| {
        if let Some(letter) = Letter::of(state) {
            let own = format!("{QUEUE}{}", activity(sites.len()));
            for field in ["Parameters", "Arguments"] {
                if let Some(url) = state.get_mut(field).and_then(|it| it.get_mut("QueueUrl")) {
                    *url = own.as_str().into();
                }
            }
            sites.push((path.site.clone(), Some(letter.token)));
            return;
        }
        let resource = state.get("Resource").and_then(Value::as_str);
        if resource.is_some_and(Resource::is_activity) {
            let own = format!("{ACTIVITY}{}", activity(sites.len()));
            state.insert("Resource".to_owned(), own.into());
            sites.push((path.site.clone(), None));
        }
    });
    sites
}

fn activity(number: usize) -> String {
    format!("task-{number}-end")
}

/// What the worker of a site does, attempt by attempt: `[beats, seconds, what, …]`.
fn script(site: &str, start: &Start, expectation: &Expectation) -> Value {
    let attempts = expectation.attempts.iter();
    let keys: Vec<&AttemptKey> = attempts
        .map(|attempt| &attempt.key)
        .filter(|key| *key.site == *site)
        .collect();
    let mut acts: Vec<Value> = keys.iter().map(|key| act(&start.plan.act(key))).collect();
    // An engine may make more attempts than the reference: the plan goes on.
    let mut next = keys.last().map_or_else(
        || AttemptKey {
            site: site.into(),
            visit: 0,
            items: Vec::new(),
            attempt: 0,
        },
        |last| AttemptKey {
            attempt: last.attempt + 1,
            ..(*last).clone()
        },
    );
    for _ in 0..FURTHER {
        acts.push(act(&start.plan.act(&next)));
        next.attempt += 1;
    }
    // The program repeats the last act.
    while acts.len() > 1 && acts[acts.len() - 1] == acts[acts.len() - 2] {
        acts.pop();
    }
    acts.into()
}

fn act(act: &Act) -> Value {
    let mut beats: Vec<f64> = Vec::new();
    let mut before = 0;
    for (at, step) in act.steps() {
        let pause = seconds(at.saturating_sub(before));
        before = at;
        match step {
            Step::Heartbeat => beats.push(pause),
            Step::Answer(Answer::Success(Some(output))) => {
                return json!([beats, pause, "succeed", flat(output)]);
            }
            Step::Answer(Answer::Success(None)) => return json!([beats, pause, "echo"]),
            Step::Answer(Answer::Failure(named)) => return json!([beats, pause, "fail", named]),
            Step::Silence => return json!([beats, pause, "silent"]),
        }
    }
    json!([beats, 0.0, "ignore"])
}

fn seconds(span: Millis) -> f64 {
    span as f64 / 1_000.0
}

/// A string as a Python literal.
fn literal(text: &str) -> String {
    if text.contains("'''") || text.ends_with(['\'', '\\']) {
        Value::from(text).to_string()
    } else {
        format!("r'''{text}'''")
    }
}
