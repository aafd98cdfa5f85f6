use std::{path::Path, sync::Arc};

use serde_json::json;
use stepproof_generators::{Feature, FeatureSet};
use stepproof_specs::{
    clause::{Clause, Coverage},
    deviation::{Change, Deviation, Field, Hook},
};

use super::{Circumstances, Entry, Ledger};
use crate::{
    casefile,
    job::{Lane, prepare},
    judge::verdict::Signature,
};

/// Keeps the snapshot with the other snapshots, which are data.
fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../../snapshots/insta");
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn entry(id: &str, signature: &str) -> Entry {
    Entry {
        id: id.into(),
        title: "a missing Choice variable is no match".into(),
        deviations: Arc::default(),
        signatures: vec![signature.parse().unwrap()],
        reason: "reported \"upstream\"\nand open".into(),
        clause: Clause::from_id("choice.missing-variable").unwrap(),
        only: Vec::new(),
        definition: None,
        spreads: false,
        evidence: "recorded on AWS".into(),
        first_seen: "2026-01-31".parse().unwrap(),
        last_confirmed: "2026-02-01".parse().unwrap(),
        engine_version: "1.2.3".into(),
        case: format!("engine/{id}.json"),
        avoid: FeatureSet::EMPTY,
        link: None,
    }
}

#[test]
fn what_is_written_can_be_read() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger/engine.toml");
    let mut ledger = Ledger::empty(&path, "engine");
    let first = entry(
        "first",
        "status Choice root FAILED:States.Runtime≠SUCCEEDED",
    );
    let second = Entry {
        only: vec!["data.path.* & choice.is".into(), "data.limit".into()],
        avoid: FeatureSet::of(&[Feature::OddNames, Feature::Damage]),
        link: Some("https://example.org/1".into()),
        ..entry("second", "output Pass Map object≠null@value")
    };
    let third = Entry {
        definition: Some(r#""[^"]*[^\x00-\x7F]"#.into()),
        spreads: true,
        ..entry("third", "output Map root order")
    };
    let gives_null = Deviation::new(Hook::PathMissing, Change::Set(json!(null)));
    let keeps = Deviation::new(Hook::Field(Field::ResultPath), Change::Ignore);
    let exact = Entry {
        deviations: Arc::new(gives_null.clone().into()),
        signatures: Vec::new(),
        ..entry("exact", "output Map root order")
    };
    let several = Entry {
        deviations: Arc::new([gives_null, keeps].into_iter().collect()),
        signatures: Vec::new(),
        ..entry("several", "output Map root order")
    };
    let fourth = Entry {
        definition: Some("Choices".into()),
        ..entry("fourth", "output Map root length")
    };
    ledger.append(&first).unwrap();
    ledger.append(&second).unwrap();
    ledger.append(&third).unwrap();
    ledger.append(&fourth).unwrap();
    ledger.append(&exact).unwrap();
    ledger.append(&several).unwrap();
    ledger
        .confirm("second", "2026-03-01".parse().unwrap(), "1.3.0")
        .unwrap();

    let missing = Ledger::load(&path).unwrap_err().to_string();
    assert!(missing.contains("entry 'first': the minimal case engine/first.json is not there"));
    for entry in ledger.entries() {
        let file = ledger.case_file(entry);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "{}").unwrap();
    }
    let loaded = Ledger::load(&path).unwrap();
    assert_eq!(loaded, ledger);
    assert_eq!(loaded.entries()[0], first);
    assert_eq!(loaded.entries()[1].engine_version, "1.3.0");
    let mut exercised = Coverage::default();
    let known = |signature: &Signature, exercised: &Coverage, start: &str| {
        let case = Circumstances {
            exercised: *exercised,
            definition: &json!({ "StartAt": start }),
            at: None,
        };
        let entry = loaded.matches(signature, &case);
        entry.map_or("new".to_owned(), |entry| entry.id.clone())
    };
    let of = |entry: &Entry| -> Signature { entry.signatures[0].to_string().parse().unwrap() };
    assert_eq!(known(&of(&first), &exercised, "A"), "first");
    assert_eq!(known(&of(&second), &exercised, "A"), "new");
    exercised.mark(Clause::PathMissing);
    assert_eq!(known(&of(&second), &exercised, "A"), "new");
    exercised.mark(Clause::ChoiceIs);
    assert_eq!(known(&of(&second), &exercised, "A"), "second");
    assert_eq!(known(&of(&third), &exercised, "A"), "new");
    assert_eq!(known(&of(&third), &exercised, "é"), "third");
    assert_eq!(known(&of(&fourth), &exercised, "A"), "new");
    assert_eq!(known(&of(&fourth), &exercised, "é"), "third");
    let hangs = "liveness - - ended≠RUNNING".parse().unwrap();
    assert_eq!(known(&hangs, &exercised, "é"), "new");
    let text = std::fs::read_to_string(&path).unwrap();
    snapshot("written", &text);
}

#[test]
fn the_same_entry_is_not_added_twice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("engine.toml");
    let mut ledger = Ledger::empty(&path, "engine");
    let entry = entry("one", "output Pass root order");
    ledger.append(&entry).unwrap();
    let before = std::fs::read_to_string(&path).unwrap();
    assert!(ledger.append(&entry).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    assert_eq!(ledger.entries().len(), 1);
}

#[test]
fn problems_have_a_place_and_a_remedy() {
    let problems = |text: &str| {
        Ledger::parse(Path::new("ledger/engine.toml"), text)
            .unwrap_err()
            .to_string()
    };
    let empty = "format = 1\nengine = \"e\"\n\n[[divergence]]\nid = \"x\"\nsignatures = []\n";
    snapshot("incomplete", &problems(empty));
    let wrong = "format = 2\nengine = \"e\"\n\n[[divergence]]\nid = \"x\"\ntitle = \" \"\n\
                 signatures = [\"output\", \"output Pass root x\", \"output Pass root x\"]\n\
                 reason = \"r\"\nclause = \"no.such.clause\"\nevidence = \"e\"\n\
                 first_seen = 2026-01-31T10:00:00Z\nlast_confirmed = 10:00:00\n\
                 engine_version = \"1\"\ncase = \"c.json\"\ndefinition = \"(\"\nspreads = true\n";
    snapshot("wrong", &problems(wrong));
    let assumed = wrong.replace("no.such.clause", "data.result-path.conflict.text");
    assert!(problems(&assumed).contains("'data.result-path.conflict.text' is only assumed"));
    let unknown = empty.replace("signatures", "signature");
    snapshot("unknown", &problems(&unknown));
    snapshot("broken", &problems("format = \n"));
    let deviating = |deviation: &str| {
        let line = format!("id = \"x\"\ndeviation = '{deviation}'");
        problems(&wrong.replace("id = \"x\"", &line))
    };
    let told = deviating(r#"{"hook":"path-mising","change":"ignore"}"#);
    let why = "`deviation` is no deviation: there is no `path-mising`, there is `field`, `work`";
    assert!(told.contains(why), "{told}");
    assert!(told.contains("`stepproof deviations` lists"), "{told}");
    let told = deviating(r#"{"hook":"work","change":"ignor"}"#);
    assert!(
        told.contains("there is no `ignor`, there is `ignore`, `outer`"),
        "{told}"
    );
}

#[test]
fn minimal_cases_exercise_the_clauses_that_they_break() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots/ledger");
    let mut wrong = Vec::new();
    for engine in ["localstack", "ministack", "moto", "aws-local-stepfunctions"] {
        let ledger = Ledger::load(&directory.join(format!("{engine}.toml"))).unwrap();
        for entry in ledger.entries() {
            let case = casefile::load(&ledger.case_file(entry)).unwrap();
            let prepared = prepare(&case, Lane::Quiet).unwrap();
            let case = Circumstances::from(&prepared);
            let exercised = &case.exercised;
            if !exercised.contains(entry.clause) || !entry.concerns(&case) {
                let ids: Vec<_> = exercised.iter().map(|it| it.entry().id).collect();
                wrong.push(format!("{engine} {}: {ids:?}", entry.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
