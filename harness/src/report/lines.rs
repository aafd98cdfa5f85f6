//! JSON lines: one event per line, for programs.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{
    Digest, EVENT_FORMAT, Ending, Event, Finding, Reporter, finding::Seen, keep, visible::visible,
};
use crate::judge::{ledger::Staleness, verdict::Verdict};

/// Writes one JSON object per event. Write errors are ignored: the reader has gone away.
pub struct Lines<W> {
    sink: W,
    digest: Digest,
    lost: Option<io::Error>,
}

impl<W: Write + Send> Lines<W> {
    /// Writes to `sink`.
    pub fn new(sink: W) -> Self {
        Self {
            sink,
            digest: Digest::default(),
            lost: None,
        }
    }

    /// The sink.
    pub fn into_inner(self) -> W {
        self.sink
    }
}

impl<W: Write + Send> Lines<W> {
    fn write(&mut self, value: &Value) {
        let line = value.to_string();
        let written = writeln!(self.sink, "{}", visible(&line));
        keep(&mut self.lost, written);
    }

    /// A root, with all its cases.
    fn root(&self, finding: &Finding) -> Value {
        let number = finding.number;
        let shown = self.digest.shown(number);
        let smallest = self.digest.smallest(number).unwrap_or(finding);
        json!({
            "event": "root",
            "root": number,
            "sentence": finding.sentence(),
            "clause": finding.clause.map(|clause| clause.entry().id),
            "confidence": finding.confidence(),
            "deviation": finding.explained,
            "cases": shown.cases,
            "states": shown.kinds,
            "aspects": shown.aspects,
            "definition": smallest.case.definition(),
            "replay": smallest.replay,
        })
    }
}

impl<W: Write + Send> Reporter for Lines<W> {
    fn event(&mut self, event: &Event) {
        self.digest.event(event);
        if matches!(event, Event::RunFinished(_)) {
            let roots: Vec<Value> = self.digest.roots().map(|it| self.root(it)).collect();
            for root in &roots {
                self.write(root);
            }
        }
        if let Some(event) = encode(event) {
            self.write(&event);
        }
        if matches!(event, Event::RunFinished(_)) {
            let flushed = self.sink.flush();
            keep(&mut self.lost, flushed);
        }
    }

    fn lost(&self) -> Option<&io::Error> {
        self.lost.as_ref()
    }
}

/// An event as JSON, unless it is no result.
fn encode(event: &Event) -> Option<Value> {
    Some(match event {
        Event::UnderWay(_) => return None,
        Event::RunStarted(header) => {
            let mut value = json!({ "event": "run_started", "format": EVENT_FORMAT });
            if let (Some(to), Value::Object(from)) = (value.as_object_mut(), json!(header)) {
                to.extend(from);
            }
            value
        }
        Event::Machine(notice) => {
            let served: serde_json::Map<String, Value> = notice
                .served
                .iter()
                .map(|(site, resource)| (site.clone(), json!(resource)))
                .collect();
            json!({
                "event": "machine", "file": notice.file, "served": served,
                "tokens": notice.tokens, "shortened": notice.shortened, "states": notice.states,
                "placeholders": notice.placeholders, "workflow": notice.workflow,
                "unsupported": notice.unsupported.as_ref().map(|it| &it.reason),
                "kind": notice.unsupported.as_ref().map(|it| it.kind),
                "partly": notice.partly, "remarks": notice.remarks,
            })
        }
        Event::CaseJudged {
            index,
            verdict,
            signatures,
            why,
            root,
            machine,
            ..
        } => {
            let mut value = json!({
                "event": "case_judged", "index": index, "verdict": verdict,
                "signatures": signatures,
            });
            if !why.is_empty() {
                value["why"] = json!(why);
            }
            if let Some(root) = root {
                value["root"] = json!(root);
            }
            if let Some(machine) = machine {
                value["machine"] = json!(machine);
            }
            value
        }
        Event::Skipped(files) => json!({ "event": "skipped", "files": files }),
        Event::Divergence(finding) => divergence("divergence", finding),
        Event::AnotherWay(finding) => divergence("another_way", finding),
        Event::Earlier(finding) => divergence("earlier", finding),
        Event::Explained(finding) => json!({
            "event": "explained",
            "number": finding.number,
            "clause": finding.clause.map(|clause| clause.entry().id),
            "deviation": finding.explained,
            "explanation": finding.explained.as_ref().map(ToString::to_string),
        }),
        Event::Withdrawn {
            number,
            signature,
            cases,
        } => json!({
            "event": "withdrawn", "number": number, "signature": signature, "cases": cases,
        }),
        Event::LedgerChecked(check) => {
            let (outcome, detail) = match &check.outcome {
                Staleness::Confirmed => ("confirmed", Value::Null),
                Staleness::Stale => ("stale", Value::Null),
                Staleness::Changed(signatures) => ("changed", json!(signatures)),
                Staleness::Unjudged(why) => ("unjudged", json!(why)),
            };
            json!({
                "event": "ledger_checked", "entry": check.entry, "case": check.case,
                "outcome": outcome, "detail": detail,
            })
        }
        Event::Unreachable { trouble, probe } => {
            json!({ "event": "unreachable", "trouble": trouble, "probe": probe })
        }
        Event::Warning(text) => json!({ "event": "warning", "text": text }),
        Event::RunFinished(ending) => finished(ending),
    })
}

fn divergence(event: &str, finding: &Finding) -> Value {
    let (came_back, runs) = finding.reproduced;
    let actual = match &finding.actual {
        Seen::Refused { code, message } => json!({ "refused": code, "message": message }),
        Seen::Ran(observation) => json!(observation.status),
        Seen::Defined(raw) => json!({ "creation": raw.creation, "validation": raw.validation }),
        Seen::Called(_) | Seen::Unrecorded => finding
            .differences
            .first()
            .filter(|_| finding.case.calls().is_some())
            .map_or(Value::Null, |difference| difference.actual.clone()),
    };
    json!({
        "event": event,
        "number": finding.number,
        "root": finding.root(),
        "signature": finding.signature,
        "confidence": finding.confidence(),
        "clause": finding.clause.map(|clause| clause.entry().id),
        "deviation": finding.explained,
        "explanation": finding.explained.as_ref().map(ToString::to_string),
        "engine": finding.engine,
        "engine_version": finding.engine_version,
        "reproduced": came_back,
        "repetitions": runs,
        "definition": finding.case.definition(),
        "start": finding.start(),
        "machine": finding.source.as_ref().map(|it| &it.file),
        "case": finding.source.as_ref().map(|it| &it.case),
        "differences": finding.differences,
        "actual": actual,
        "withdrawn": finding.withdrawn,
        "open": finding.open,
        "same_as": finding.same_as,
        "replay": finding.replay,
    })
}

fn finished(ending: &Ending) -> Value {
    let summary = &ending.summary;
    let counts: serde_json::Map<String, Value> = Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict.name().to_owned(), json!(summary.of(verdict))))
        .collect();
    let clauses: Vec<&str> = summary.coverage.iter().map(|it| it.entry().id).collect();
    json!({
        "event": "run_finished",
        "cases": summary.cases(),
        "judged": summary.judged(),
        "verdicts": counts,
        "roots": summary.roots,
        "stale": summary.stale,
        "unjudged": summary.unjudged,
        "machines": summary.machines,
        "exit_status": ending.status.code(),
        "why": ending.why,
        "go_on": ending.go_on,
        "page": ending.page,
        "clauses": clauses,
        "elapsed_millis": u64::try_from(summary.elapsed.as_millis()).unwrap_or(u64::MAX),
        "line": summary.line(),
    })
}
