use std::{
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use stepproof_generators::given::Entered;
use stepproof_needs::require;
use stepproof_specs::{
    asl::StateType,
    clause::Coverage,
    history::EventKind,
    observation::{Observation, Status},
    scenario::plan::{Act, Reply},
};

use crate::engines::Dropped;

use super::{
    Digest, Ending, Event, Finding, Header, Known, Lines, MachineNotice, Reporter, Subject,
    Summary, Target, Terminal, Unjudged, counts, human,
};
use crate::{
    judge::{
        compare::tests::Fixture,
        ledger::{StaleCheck, Staleness},
        verdict::{Judgement, Signature, Verdict},
    },
    raw::{Creation, RawRun},
};

/// Keeps the snapshot with the other snapshots, which are data.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots/insta");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn pass_fixture() -> Fixture {
    let definition = json!({
        "StartAt": "A",
        "States": {
            "A": { "Type": "Pass", "Result": { "k": {} }, "ResultPath": "$.r", "End": true },
        },
    });
    Fixture::new(definition, json!({ "go": true }), &[])
}

fn task_fixture() -> Fixture {
    let definition = json!({
        "StartAt": "Work",
        "States": {
            "Work": {
                "Type": "Task", "End": true,
                "Resource": "arn:aws:states:us-east-1:123456789012:activity:w",
                "Retry": [{ "ErrorEquals": ["Boom"], "IntervalSeconds": 1, "MaxAttempts": 1 }],
            },
        },
    });
    let act = Act::now(Reply::Fail {
        error: "Boom".into(),
        cause: "it's \"why\"".into(),
    });
    Fixture::new(definition, json!({ "n": 1 }), &[("Work", act)])
}

fn finding(fixture: &Fixture, tamper: impl FnOnce(&mut Observation)) -> Finding {
    finding_at("http://127.0.0.1:4566", fixture, tamper)
}

fn finding_at(endpoint: &str, fixture: &Fixture, tamper: impl FnOnce(&mut Observation)) -> Finding {
    let mut observation = fixture.clean();
    tamper(&mut observation);
    let judgement = fixture.compare(&observation);
    let case = fixture.case.clone().into();
    Finding::new(&Subject {
        explained: None,
        grouped: None,
        suspected: None,
        beside: false,
        number: 1,
        signature: &judgement.differences[0].signature,
        case: &case,
        original: None,
        raw: Some(&RawRun::of([&observation])),
        judgement: Some(&judgement),
        engine: "someengine",
        engine_version: "1.2.3 (sha256:0123abcd)",
        api: true,
        target: Target {
            endpoint: Some(endpoint),
            setup: &[],
        },
        reproduced: (3, 3),
        withdrawn: false,
        replay: "stepproof replay runs/r/findings/1-x/case.json",
    })
}

fn wrong_output() -> Finding {
    finding(&pass_fixture(), |it| {
        it.output = Some(json!({ "go": true, "r": { "k": null } }).into());
        for event in it.history.iter_mut().flatten() {
            if event.kind == EventKind::Exited(StateType::Pass) {
                event.details.output = it.output.clone();
            }
        }
    })
}

fn wrong_status() -> Finding {
    finding(&task_fixture(), |it| {
        it.status = Status::Succeeded;
        it.error = None;
        it.cause = None;
        it.output = Some(json!(null).into());
        let events = it.history.as_mut().unwrap();
        let end = events.last_mut().unwrap();
        end.kind = EventKind::ExecutionSucceeded;
        end.details.failure = None;
    })
}

#[test]
fn a_finding_fits_on_a_screen() {
    for (name, finding) in [
        ("screen_output", wrong_output()),
        ("screen_status", wrong_status()),
    ] {
        let screen = finding.screen(false);
        assert!(screen.lines().count() <= 60, "{screen}");
        snapshot(name, &screen);
        assert!(finding.screen(true).contains("\u{1b}["));
    }
}

#[test]
fn a_finding_has_a_page() {
    snapshot("page", &wrong_status().markdown());
}

#[test]
fn a_page_has_a_command_that_asks_aws_where_one_shows_the_difference() {
    let page = wrong_output().markdown();
    let asked = page.lines().find(|line| line.starts_with("aws "));
    let asked = asked.expect("a command");
    assert!(asked.contains("test-state"), "{asked}");
    assert!(asked.ends_with(r#"--input '{ "go": true }'"#), "{asked}");
    // A task calls something.
    assert!(!wrong_status().markdown().contains("aws stepfunctions"));
}

#[test]
fn a_refused_machine_is_a_finding_too() {
    let fixture = pass_fixture();
    let judgement = Judgement {
        differences: wrong_output().differences,
        ..Judgement::default()
    };
    let case = fixture.case.clone().into();
    let mut raw = RawRun::of([&fixture.clean()]);
    raw.creation = Creation::Refused {
        code: "InvalidDefinition".into(),
        message: "no".into(),
    };
    let finding = Finding::new(&Subject {
        explained: None,
        grouped: None,
        suspected: None,
        beside: false,
        number: 2,
        signature: &"acceptance - - accepted≠refused:InvalidDefinition"
            .parse()
            .unwrap(),
        case: &case,
        original: None,
        raw: Some(&raw),
        judgement: Some(&judgement),
        engine: "e",
        engine_version: "1",
        api: true,
        target: Target::default(),
        reproduced: (1, 1),
        withdrawn: false,
        replay: "stepproof replay case.json",
    });
    assert!(
        finding
            .screen(false)
            .contains("+ refused InvalidDefinition")
    );
}

/// Whether Python can parse the program.
fn parses(program: &str) -> bool {
    let check = "import ast, sys; ast.parse(sys.stdin.read())";
    let mut python = Command::new("python3")
        .args(["-c", check])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    input.write_all(program.as_bytes()).unwrap();
    drop(input);
    python.wait().unwrap().success()
}

#[test]
fn reproducers_are_programs() {
    let mut odd = pass_fixture();
    odd.case.definition["Comment"] = json!("'''\\");
    odd.case.starts[0].input = json!("it's '''odd\"\\").into();
    let odd = finding(&odd, |it| it.output = None);
    let mut away = task_fixture();
    away.case.starts[0]
        .plan
        .sites
        .values_mut()
        .for_each(|it| it.away = 2_000);
    away.again();
    let away = finding(&away, |it| it.error = None);
    let program = away.reproducer.as_deref().unwrap();
    assert!(program.contains("away = {\"task-0-end\":2.0}"), "{program}");
    snapshot("reproducer", wrong_status().reproducer.as_deref().unwrap());
    if require("python", python("pass")).is_none() {
        return;
    }
    for finding in [wrong_output(), wrong_status(), odd, away] {
        let program = finding.reproducer.as_deref().unwrap();
        assert!(parses(program), "{program}");
    }
}

/// Whether this Python program runs, or its error message.
fn python(program: &str) -> Result<(), String> {
    let ran = Command::new("python3").args(["-c", program]).output();
    let ran = ran.map_err(|error| format!("python3 does not start: {error}"))?;
    let trace = String::from_utf8_lossy(&ran.stderr).into_owned();
    ran.status.success().then_some(()).ok_or(trace)
}

fn header() -> Header {
    Header {
        stepproof: "0.1.0".into(),
        engine: "someengine".into(),
        engine_version: "1.2.3".into(),
        policy: task_fixture().policy,
        dropped: vec![Dropped {
            what: "variables".into(),
            reason: "its probe did not end within 5 s".into(),
        }],
        seed: 7,
        profile: "swarm".into(),
        rarely: vec!["odd-names".into()],
        ledger: vec![Known {
            id: "old".into(),
            title: "an old one".into(),
        }],
        replay: "--engine someengine --rarely odd-names".into(),
        cases: Some(2),
        directory: Some(PathBuf::from("runs/r")),
    }
}

fn events() -> Vec<Event> {
    let because = |index, verdict, signatures, why: &[&str]| Event::CaseJudged {
        index,
        verdict,
        signatures,
        coverage: Box::new(Coverage::default()),
        root: None,
        why: why.iter().map(ToString::to_string).collect(),
        machine: None,
        entered: Entered::new(),
    };
    let judged = |index, verdict, signatures| because(index, verdict, signatures, &[]);
    let finding = wrong_output();
    let mut again = wrong_output();
    (again.number, again.same_as) = (2, Some(1));
    let mut summary = Summary::default();
    summary.add(Verdict::Agree, 1);
    summary.add(Verdict::Diverge, 2);
    summary.recount(Verdict::Diverge, Verdict::Flaky);
    summary.roots = 1;
    summary.stale = vec!["old".into()];
    summary.elapsed = Duration::from_millis(1_500);
    summary.add(Verdict::Known, 1);
    summary.add(Verdict::Unknown, 3);
    let status = summary.exit_status(0.05);
    let wobbly: Signature = "status Task root SUCCEEDED≠FAILED:custom".parse().unwrap();
    vec![
        Event::RunStarted(header()),
        judged(0, Verdict::Agree, Vec::new()),
        judged(1, Verdict::Diverge, vec![finding.signature.clone()]),
        Event::Unreachable {
            trouble: "reach it: refused".into(),
            probe: 1,
        },
        Event::Divergence(Box::new(finding)),
        Event::AnotherWay(Box::new(again)),
        judged(2, Verdict::Diverge, vec![wobbly.clone()]),
        because(3, Verdict::Known, Vec::new(), &["old"]),
        because(
            4,
            Verdict::Unknown,
            Vec::new(),
            &["wait for it: it took 12 s"],
        ),
        because(
            5,
            Verdict::Unknown,
            Vec::new(),
            &["wait for it: it took 9 s"],
        ),
        because(
            6,
            Verdict::Unknown,
            Vec::new(),
            &["call it: `no`|\u{1b}[2J"],
        ),
        Event::Withdrawn {
            number: 3,
            signature: wobbly,
            cases: 1,
        },
        Event::LedgerChecked(StaleCheck {
            entry: "old".into(),
            title: "an old one".into(),
            case: PathBuf::from("ledger/old.json"),
            outcome: Staleness::Stale,
        }),
        Event::Warning("careful".into()),
        Event::RunFinished(Box::new(Ending {
            why: summary.why(status, 0.05),
            summary,
            status,
            go_on: Some("stepproof run --resume runs/r".into()),
            page: Some(PathBuf::from("runs/r/report.md")),
        })),
    ]
}

#[test]
fn the_terminal_tells_plain_lines_where_nobody_looks_on() {
    let mut terminal = Terminal::plain(Vec::new());
    for event in events() {
        terminal.event(&event);
    }
    let text = String::from_utf8(terminal.into_inner()).unwrap();
    assert!(text.ends_with(
        "\n7 cases, 3 judged: 1 agreed, 1 diverged, 1 known; 0 unsupported, 0 poisoned, 1 flaky, \
         3 unknown; 1 roots\n"
    ));
    // The number of clauses changes, so the snapshot leaves it out.
    let all = format!("of {} clauses", stepproof_specs::clause::REGISTRY.len());
    snapshot("terminal", &text.replace(&all, "of all clauses"));
}

#[test]
fn a_run_has_a_page() {
    let mut digest = Digest::default();
    for event in events() {
        digest.event(&event);
    }
    let all = format!("of {}\n", stepproof_specs::clause::REGISTRY.len());
    let page = digest.markdown().replace(&all, "of all\n");
    assert!(
        !page.contains(|c: char| c != '\n' && c.is_control()),
        "{page:?}"
    );
    snapshot("run_page", &page);
}

#[test]
fn a_reason_of_several_lines_is_a_list_in_the_page() {
    let mut digest = Digest::default();
    digest.event(&Event::RunStarted(header()));
    let reason = "accept the machine: 2 problems\n  line 1: `no`\n\n  # [x](y)\u{1b}[2J<b>\r\n";
    for file in ["a.json", "b.json"] {
        let notice = MachineNotice::unsupported(file.into(), Unjudged::Refused, reason.to_owned());
        digest.event(&Event::Machine(notice));
    }
    let page = digest.markdown();
    let item = "- `b.json`: refused, `failed to accept the machine: 2 problems`\n  - `` line 1: `no` ``\n  \
                - `# [x](y)\\u001b[2J<b>`\n";
    assert!(page.contains(item), "{page}");
    let told = digest.lines();
    let first = "failed to accept the machine: 2 problems (first: a.json)";
    assert!(told.iter().any(|line| line.ends_with(first)), "{told:?}");
}

#[test]
fn names_of_states_and_files_are_quoted_and_begin_no_line() {
    let mut digest = Digest::default();
    digest.event(&Event::RunStarted(header()));
    let mut notice = MachineNotice::unsupported("a".into(), Unjudged::Refused, String::new());
    notice.unsupported = None;
    notice.file = "a\nb.json".into();
    notice.states = ["<img src=x>[c](http://e)", "two\nlines"]
        .map(Into::into)
        .into();
    digest.event(&Event::Machine(notice));
    let left_out = MachineNotice::unsupported("c\nd".into(), Unjudged::Refused, "x".to_owned());
    digest.event(&Event::Machine(left_out));
    let skipped = ["*e*\n# f.json".to_owned(), "g.json".to_owned()];
    digest.event(&Event::Skipped(skipped.to_vec()));
    let page = digest.markdown();
    let quoted = "not `<img src=x>[c](http://e)`, `two\\u000alines`\n";
    assert!(page.contains(quoted), "{page}");
    let quoted = "- skipped, not a state machine (no States): `*e*\\u000a# f.json`, `g.json`\n";
    assert!(page.contains(quoted), "{page}");
    let told = digest.lines();
    assert!(told.iter().all(|line| !line.contains('\n')), "{told:?}");
}

#[test]
fn a_run_that_has_not_ended_says_so() {
    let mut digest = Digest::default();
    digest.event(&Event::RunStarted(header()));
    let page = digest.markdown();
    assert!(page.contains("**The run has not ended.**"), "{page}");
    assert!(page.contains("`stepproof run --resume runs/r`"), "{page}");
}

/// The beginning of a page: everything above the clause.
fn above(page: &str) -> &str {
    page.split("\n## ").next().unwrap()
}

#[test]
fn a_withdrawn_finding_says_that_and_why() {
    let mut withdrawn = wrong_status();
    withdrawn.withdrawn = true;
    assert!(!counts(&withdrawn.markdown()) && counts(&wrong_status().markdown()));
    snapshot("page_withdrawn", above(&withdrawn.markdown()));
}

#[test]
fn findings_with_the_same_case_refer_to_each_other() {
    let (mut first, mut second) = (wrong_status(), wrong_status());
    first.others = vec![(2, second.signature.clone())];
    (second.number, second.same_as) = (2, Some(1));
    let pages = [first.markdown(), second.markdown()];
    assert_eq!([counts(&pages[0]), counts(&pages[1])], [true, false]);
    snapshot(
        "pages_of_one_case",
        &pages.each_ref().map(|it| above(it)).join("\n---\n"),
    );
}

#[test]
fn every_event_is_one_json_line() {
    let mut lines = Lines::new(Vec::new());
    for event in events() {
        lines.event(&event);
    }
    let text = String::from_utf8(lines.into_inner()).unwrap();
    let values: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<&str> = values
        .iter()
        .map(|it| it["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "run_started",
            "case_judged",
            "case_judged",
            "unreachable",
            "divergence",
            "another_way",
            "case_judged",
            "case_judged",
            "case_judged",
            "case_judged",
            "case_judged",
            "withdrawn",
            "ledger_checked",
            "warning",
            "root",
            "run_finished",
        ]
    );
    assert_eq!(values[0]["format"], 1);
    assert_eq!(values[4]["clause"], "data.result-path.merges");
    assert_eq!(values[5]["same_as"], 1);
    assert_eq!(values[8]["why"], json!(["wait for it: it took 12 s"]));
    let root = &values[values.len() - 2];
    assert_eq!(
        (
            &root["root"],
            &root["cases"],
            &root["states"],
            &root["aspects"]
        ),
        (&json!(1), &json!(1), &json!(["Pass"]), &json!(["output"]))
    );
    let last = &values[values.len() - 1];
    assert_eq!(last["roots"], 1);
    assert_eq!(
        (&last["exit_status"], &last["page"]),
        (&json!(1), &json!("runs/r/report.md"))
    );
}

#[test]
fn durations_are_readable() {
    for (seconds, text) in [
        (0.4, "0.4 s"),
        (12.0, "12 s"),
        (185.0, "3 min 5 s"),
        (7_620.0, "2 h 7 min"),
    ] {
        assert_eq!(human(Duration::from_secs_f64(seconds)), text);
    }
}

/// What an engine answers shows, and does nothing: neither on a screen, coloured or not, nor in a page.
#[test]
fn an_engine_does_nothing_to_a_terminal() {
    let hostile = "x\u{1b}]0;t\u{7}\u{9b}2J\r\n- status SUCCEEDED\u{202e}`";
    let mut finding = finding(&pass_fixture(), |it| {
        it.status = Status::Failed;
        it.error = Some(hostile.into());
        it.cause = Some(hostile.into());
        it.output = None;
    });
    hostile.clone_into(&mut finding.engine_version);
    finding.differences[0].state = Some(hostile.to_owned());
    let (plain, page) = (finding.screen(false), finding.markdown());
    for text in [&plain, &page] {
        assert!(
            text.contains("x\\u001b]0;t\\u0007\\u009b2J\\u000d\\u000a- status"),
            "{text}"
        );
        assert!(
            !text.contains(|c: char| c != '\n' && c.is_control()),
            "{text:?}"
        );
        assert!(
            !text
                .lines()
                .any(|line| line.starts_with("- status SUCCEEDED\\u202e")),
            "{text}"
        );
    }
    // Colours apart, both screens are the same.
    assert_eq!(console::strip_ansi_codes(&finding.screen(true)), plain);
    // A back-tick ends no code.
    assert!(page.contains("at the state `` x"), "{page}");
}
