//! The Python programs on findings' pages tell an engine that breaks a rule from one that does not, by
//! their exit status.
//!
//! One fault of the zoo for every aspect; `STEPPROOF_REPRODUCERS=all` runs those of all faults.

use std::{env, process::Command};

use serde_json::{Value, json};
use stepproof::{
    casefile,
    engines::{
        Engine, Immediate as _,
        embedded::{Server, Speed},
        reference::Reference,
    },
    job::{Lane, Prepared, prepare},
    judge::compare::{judge, judge_calls},
    raw::RawRun,
    report::{Finding, Subject, Target},
    zoo::Deviant,
};
use stepproof_specs::{
    asl::WorkflowType,
    deviation::Deviations,
    scenario::{
        case::{Body, Case, Start},
        plan::Plan,
    },
};
use stepproof_tests::{python_has, workspace};

/// How fast the engines' clocks are: a program's calls take their time.
const SCALE: f64 = 2.0;

const ASPECTS: [&str; 13] = [
    "retry-budget", // attempts
    "backoff-rate", // timing
    "wildcards",    // attempts, fewer
    "result-path",  // output
    "choice-order", // path
    "heartbeat",    // status
    "task-failed",  // error
    "input-path",   // effects or output
    // Answers to calls: the order of a list, its length, a member, an error instead, and none.
    "executions-reversed",
    "page-skips",
    "version-follows",
    "stop-ended",
    "token-again",
];

/// The minimal case of a fault.
fn minimal(fault: Deviant) -> Case {
    let file = format!("snapshots/zoo/{}.json", fault.name());
    casefile::load(&workspace().join(file)).expect("the fault's case")
}

/// A case that shows a wrong `InputPath` beside what is different in every execution.
fn with_names() -> Case {
    let parameters = json!({
        "seen.$": "$",
        "execution.$": "$$.Execution",
        "since.$": "$$.State.EnteredTime",
        "said.$": "States.Format('{} of {}', $$.Execution.Name, $$.StateMachine.Id)",
    });
    let pass = json!({ "Type": "Pass", "InputPath": "$.a", "Parameters": parameters, "End": true });
    let definition = json!({ "StartAt": "A", "States": { "A": pass } });
    with(minimal(named("input-path")), definition, json!({ "a": 1 }))
}

/// The same in an Express workflow, which is started synchronously.
fn express() -> Case {
    let mut case = with_names();
    if let Body::Execution(execution) = &mut case.body {
        execution.workflow = WorkflowType::Express;
    }
    case
}

/// A case whose only difference is how long a Wait takes: it ends with the machine's time limit.
fn with_a_wait() -> Case {
    let definition = json!({ "TimeoutSeconds": 2, "StartAt": "A", "States": {
        "A": { "Type": "Wait", "Seconds": 1, "Next": "B" },
        "B": { "Type": "Wait", "Seconds": 600, "End": true },
    } });
    with(minimal(named("wait")), definition, json!({}))
}

fn with(mut case: Case, definition: Value, input: Value) -> Case {
    let Body::Execution(execution) = &mut case.body else {
        panic!("an execution");
    };
    execution.definition = definition.into();
    execution.starts = vec![Start {
        input: input.into(),
        plan: Plan::default(),
    }];
    case
}

fn named(name: &str) -> Deviant {
    let mut all = Deviant::all();
    all.find(|it| it.name() == name).expect("a fault")
}

/// The program on the page of a fault's finding.
async fn program(fault: Deviant, case: &Case) -> String {
    let engine = Reference::deviating(fault.deviations());
    let terms = engine.profile().terms(0);
    let (raw, judgement) = match prepare(case, Lane::Quiet).expect("a prepared case") {
        Prepared::Execution(job) => {
            let seen = engine.observe(&job).expect("an observation");
            let raw = RawRun::of(seen.iter().map(AsRef::as_ref));
            let judgement = judge(&job, &raw, terms);
            (raw, judgement)
        }
        Prepared::Calls(job) => {
            let raw = engine.call(&job).await.expect("answers");
            let judgement = judge_calls(&job, &raw, terms);
            (raw, judgement)
        }
        Prepared::Definition(_) => panic!("what runs"),
    };
    let finding = Finding::new(&Subject {
        original: None,
        explained: None,
        grouped: None,
        suspected: None,
        beside: false,
        number: 1,
        signature: &judgement.differences[0].signature,
        case,
        raw: Some(&raw),
        judgement: Some(&judgement),
        engine: "e",
        engine_version: "1",
        api: true,
        target: Target::default(),
        reproduced: (3, 3),
        withdrawn: false,
        replay: "",
    });
    finding.reproducer.expect("a program")
}

/// Runs a program against an engine; returns its status and what it printed.
async fn run(program: String, server: &Server) -> (Option<i32>, String) {
    let endpoint = server.endpoint();
    let ran = tokio::task::spawn_blocking(move || {
        let mut python = Command::new("python3");
        python.args(["-c", &program]);
        python.env("AWS_ENDPOINT_URL", endpoint);
        python.env("TIME_SCALE", SCALE.to_string());
        python.output()
    });
    let ran = ran.await.expect("no panic").expect("python3 starts");
    let printed = [ran.stdout, ran.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).into_owned();
    (ran.status.code(), printed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reproducers_tell_a_faulty_engine_from_a_good_one() {
    if !python_has("boto3") {
        return;
    }
    let all = env::var_os("STEPPROOF_REPRODUCERS").is_some();
    let speed = Speed::Scaled(SCALE);
    let good = Server::start(0, speed, Deviations::default())
        .await
        .unwrap();
    let mut wrong = Vec::new();
    let faults = Deviant::all().filter(|it| all || ASPECTS.contains(&it.name()));
    let cases = faults.map(|fault| (fault, minimal(fault)));
    let further = [
        (named("input-path"), with_names()),
        (named("input-path"), express()),
        (named("wait"), with_a_wait()),
    ];
    for (deviant, case) in cases.chain(further) {
        let name = deviant.name();
        let bad = Server::start(0, speed, deviant.deviations()).await.unwrap();
        let program = program(deviant, &case).await;
        let (differs, agrees) =
            tokio::join!(run(program.clone(), &bad), run(program.clone(), &good));
        if differs.0 != Some(1) || agrees.0 != Some(0) {
            wrong.push(format!("{name}\n{program}\n{differs:?}\n{agrees:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of them:\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}
