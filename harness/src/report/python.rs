//! A program that shows a divergence without stepproof: Python with boto3.

use std::fmt::Write;

use serde_json::{Value, json};
use stepproof_specs::{
    asl::{
        WorkflowType,
        resource::Resource,
        site::{AttemptKey, Site},
        text::MAX_BYTES,
        walk::for_each_state_mut,
    },
    base::time::Millis,
    reference::Expectation,
    scenario::{
        case::{DefinitionCase, ExecutionCase, Start},
        plan::Act,
        play::{Answer, Step},
    },
};

use super::layout::{flat, pretty};
use crate::raw::{Creation, RawRun};

const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:4566";
const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:";
const ROLE: &str = "arn:aws:iam::123456789012:role/stepproof";
const WIDTH: usize = 96;

/// The program. Run as it is, it prints how the execution ends.
pub fn reproducer(
    case: &ExecutionCase,
    start: usize,
    expectation: Option<&Expectation>,
    endpoint: Option<&str>,
) -> String {
    let start = &case.starts[start];
    let mut definition = case.definition.clone();
    let sites = name_activities(&mut definition);
    let scripts: serde_json::Map<String, Value> = sites
        .iter()
        .enumerate()
        .map(|(number, site)| (activity(number), script(site, start, expectation)))
        .collect();
    let away: serde_json::Map<String, Value> = sites
        .iter()
        .enumerate()
        .filter(|(_, site)| start.plan.away(site) > 0)
        .map(|(number, site)| (activity(number), seconds(start.plan.away(site)).into()))
        .collect();
    let mut program = String::from(if scripts.is_empty() {
        "import json, time, uuid\n"
    } else {
        "import json, threading, time, uuid\n"
    });
    program.push_str("import boto3\nfrom botocore.config import Config\n\n");
    let _ = write!(
        program,
        "{}, config=Config(read_timeout=90))\ndefinition = {}\n",
        client(endpoint),
        literal(&pretty(&definition, WIDTH)),
    );
    if !scripts.is_empty() {
        workers(&Value::Object(scripts), &away, &mut program);
    }
    program.push_str(&finish(case, &start.input, !away.is_empty()));
    if let Some(expectation) = expectation {
        let end = crate::judge::compare::end(&expectation.observation);
        let _ = writeln!(program, "# Expected: {}", flat(&end));
    }
    program
}

/// A program that shows what becomes of a definition.
pub fn define(case: &DefinitionCase, expected: &RawRun, endpoint: Option<&str>) -> String {
    let mut program = format!(
        "import uuid\nimport boto3\n\n{})\ndefinition = {}\n",
        client(endpoint),
        definition(case),
    );
    let kind = kind(case.workflow);
    let _ = write!(
        program,
        "try:\n    \
         print(sfn.create_state_machine(name=f\"m-{{uuid.uuid4()}}\", definition=definition,\n        \
         roleArn=\"{ROLE}\"{kind})[\"stateMachineArn\"])\n\
         except sfn.exceptions.ClientError as error:\n    \
         print(error.response[\"Error\"])\n",
    );
    if expected.validation.is_some() {
        let _ = writeln!(
            program,
            "print(sfn.validate_state_machine_definition(definition=definition{kind})[\"diagnostics\"])"
        );
    }
    let end = match &expected.creation {
        Creation::Accepted => "accepted".to_owned(),
        Creation::Refused { code, message } => format!("{code}: {message}"),
    };
    let _ = writeln!(program, "# Expected: {}", end.replace('\n', " "));
    program
}

/// The definition; where it is no more than long, how long it is.
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

/// The client of an endpoint.
fn client(endpoint: Option<&str>) -> String {
    format!(
        "sfn = boto3.client(\"stepfunctions\", endpoint_url={}, region_name=\"us-east-1\",\n    \
         aws_access_key_id=\"test\", aws_secret_access_key=\"test\"",
        Value::from(endpoint.unwrap_or(DEFAULT_ENDPOINT)),
    )
}

/// The parameter for a workflow type that is not the default.
fn kind(workflow: WorkflowType) -> &'static str {
    match workflow {
        WorkflowType::Standard => "",
        WorkflowType::Express => ", type=\"EXPRESS\"",
    }
}

/// Gives every task an activity of its own.
fn name_activities(definition: &mut Value) -> Vec<Site> {
    let mut sites = Vec::new();
    for_each_state_mut(definition, |path, state| {
        let resource = state.get("Resource").and_then(Value::as_str);
        if resource.is_some_and(Resource::is_activity) {
            let own = format!("{ACTIVITY}{}", activity(sites.len()));
            state.insert("Resource".to_owned(), own.into());
            sites.push(path.site.clone());
        }
    });
    sites
}

fn activity(number: usize) -> String {
    format!("task-{number}-end")
}

/// What the worker of a site does, attempt by attempt: `[seconds, what, …]`.
fn script(site: &str, start: &Start, expectation: Option<&Expectation>) -> Value {
    let attempts = expectation.iter().flat_map(|it| &it.attempts);
    let mut acts: Vec<Value> = attempts
        .filter(|attempt| *attempt.key.site == *site)
        .map(|attempt| act(&start.plan.act(&attempt.key)))
        .collect();
    if acts.is_empty() {
        let first = AttemptKey {
            site: site.into(),
            visit: 0,
            items: Vec::new(),
            attempt: 0,
        };
        acts.push(act(&start.plan.act(&first)));
    }
    // The last one is repeated by the program.
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

/// A Python literal for a text.
fn literal(text: &str) -> String {
    if text.contains("'''") || text.ends_with(['\'', '\\']) {
        Value::from(text).to_string()
    } else {
        format!("r'''{text}'''")
    }
}

/// The workers; those that are away wait for the start of the execution, and then for longer.
fn workers(scripts: &Value, away: &serde_json::Map<String, Value>, program: &mut String) {
    let scripts_text = literal(&pretty(scripts, WIDTH));
    let ignores = if scripts_text.contains("\"ignore\"") {
        "if what == \"ignore\":\n            return\n        "
    } else {
        ""
    };
    let [parameter, waits, argument] = if away.is_empty() {
        [""; 3]
    } else {
        let literal = json!(away);
        let _ = write!(
            program,
            "# How many seconds after the start the workers of a task are there.\n\
             away = {literal}\n\
             started = threading.Event()\n",
        );
        [
            ", away",
            "started.wait()\n    time.sleep(away)\n    ",
            ", away.get(name, 0)",
        ]
    };
    let _ = write!(
        program,
        "# Per task and attempt: heartbeats and seconds before the reply, and the reply.\n\
         scripts = json.loads({scripts_text})\n\
         \n\
         def work(arn, script{parameter}):\n    \
         {waits}for beats, after, what, *data in script + 99 * [script[-1]]:\n        \
         {ignores}task = {{}}\n        \
         while not task.get(\"taskToken\"):\n            \
         task = sfn.get_activity_task(activityArn=arn)\n        \
         for beat in beats:\n            \
         time.sleep(beat)\n            \
         sfn.send_task_heartbeat(taskToken=task[\"taskToken\"])\n        \
         time.sleep(after)\n        \
         if what == \"fail\":\n            \
         sfn.send_task_failure(taskToken=task[\"taskToken\"], **data[0])\n        \
         elif what != \"silent\":\n            \
         sfn.send_task_success(taskToken=task[\"taskToken\"], output=(data or [task[\"input\"]])[0])\n\
         \n\
         for name, script in scripts.items():\n    \
         arn = sfn.create_activity(name=name)[\"activityArn\"]\n    \
         definition = definition.replace(\"{ACTIVITY}\" + name, arn)\n    \
         threading.Thread(target=work, args=(arn, script{argument}), daemon=True).start()\n",
    );
}

fn finish(case: &ExecutionCase, input: &Value, waited_for: bool) -> String {
    let kind = kind(case.workflow);
    let started = if waited_for { "started.set()\n" } else { "" };
    format!(
        "machine = sfn.create_state_machine(name=f\"m-{{uuid.uuid4()}}\", definition=definition,\n    \
         roleArn=\"{ROLE}\"{kind})[\"stateMachineArn\"]\n\
         execution = sfn.start_execution(stateMachineArn=machine, input={})[\"executionArn\"]\n\
         {started}while (seen := sfn.describe_execution(executionArn=execution))[\"status\"] == \"RUNNING\":\n    \
         time.sleep(0.1)\n\
         print(json.dumps({{key: seen.get(key) for key in (\"status\", \"output\", \"error\", \"cause\")}}, indent=2))\n",
        literal(&flat(input)),
    )
}
