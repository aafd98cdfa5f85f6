//! The reporter for people: a progress bar, and findings as they are made; plain lines if the
//! output is not a terminal.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stepproof_specs::clause::REGISTRY;

use super::{
    Digest, Ending, Event, Finding, Header, LeftOut, MachineNotice, Reporter, Summary, digest,
    human, keep, on_one_line, visible,
    words::{first_of, plural},
};
use crate::judge::{
    ledger::{StaleCheck, Staleness},
    verdict::Verdict,
};

const BAR: &str = "{bar:24} {pos}/{len}  {msg}";
const SPINNER: &str = "{spinner} {pos}  {msg}";
/// How often the text of the bar is updated.
const REFRESH: Duration = Duration::from_millis(100);

/// Reports a run to people.
pub struct Terminal<W> {
    out: W,
    lost: Option<io::Error>,
    /// Whether output to `out` is coloured.
    colour: bool,
    bar: ProgressBar,
    summary: Summary,
    digest: Digest,
    started: Instant,
    refreshed: Instant,
    /// What is done beside running cases.
    under_way: String,
}

impl Terminal<Term> {
    /// Writes findings and the verdict to standard output, and progress to standard error.
    pub fn standard() -> Self {
        let out = Term::stdout();
        let colour = out.features().colors_supported() && console::colors_enabled();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        Self::with(out, colour, bar)
    }
}

impl<W: Write + Send> Terminal<W> {
    /// Writes plain lines to `out`, without progress.
    pub fn plain(out: W) -> Self {
        Self::with(out, false, ProgressBar::hidden())
    }

    fn with(out: W, colour: bool, bar: ProgressBar) -> Self {
        let now = Instant::now();
        Self {
            out,
            lost: None,
            colour,
            bar,
            summary: Summary::default(),
            digest: Digest::default(),
            started: now,
            refreshed: now,
            under_way: String::new(),
        }
    }

    /// The sink, with what was written.
    pub fn into_inner(self) -> W {
        self.out
    }

    /// Writes a line above the bar. A reader that has gone away is not an error.
    fn line(&mut self, text: &str) {
        self.painted(&visible(text));
    }

    /// Writes text that is safe to show, above the bar.
    fn painted(&mut self, text: &str) {
        let Self { bar, out, .. } = self;
        let written = bar.suspend(|| writeln!(out, "{text}"));
        keep(&mut self.lost, written);
    }

    fn start(&mut self, header: &Header) {
        let cases = header
            .cases
            .map_or("cases".into(), |cases| plural(cases, "case"));
        let directory = header.directory.as_ref();
        let directory = directory.map_or(String::new(), |it| format!(", in {}", it.display()));
        self.line(&format!(
            "stepproof {}: {cases} of profile {} with seed {} on {} {}{directory}",
            header.stepproof, header.profile, header.seed, header.engine, header.engine_version,
        ));
        self.line(&format!("  judged by {}", header.policy));
        for dropped in &header.dropped {
            self.line(&format!("  {dropped}"));
        }
        if !header.rarely.is_empty() {
            let rarely = header.rarely.join(",");
            self.line(&format!("  with --rarely {rarely}"));
        }
        let style = if header.cases.is_some() { BAR } else { SPINNER };
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.bar.set_style(style.progress_chars("━╸ "));
        }
        self.bar.set_length(header.cases.unwrap_or(0));
        self.started = Instant::now();
    }

    /// Writes how a user's machine is run, unless it is run unchanged.
    fn machine(&mut self, notice: &MachineNotice) {
        let file = on_one_line(&notice.file);
        if let Some(LeftOut { kind, reason }) = &notice.unsupported {
            self.line(&format!("{}: {file}: failed to {reason}", kind.name()));
            return;
        }
        let mut changes = Vec::new();
        if !notice.served.is_empty() {
            let tasks = notice.served.iter();
            let tasks = tasks.map(|(site, resource)| format!("{site} ({resource})"));
            let tasks = first_of(&tasks.collect::<Vec<_>>(), NAMED);
            changes.push(format!("an activity of the harness stands for {tasks}"));
        }
        if !notice.tokens.is_empty() {
            let states = first_of(&notice.tokens, NAMED);
            changes.push(format!(
                "the name of the state stands for its task token in {states}"
            ));
        }
        if !notice.shortened.is_empty() {
            let states = first_of(&notice.shortened, NAMED);
            changes.push(format!(
                "waits and time limits are a few seconds in {states}"
            ));
        }
        if !notice.placeholders.is_empty() {
            changes.push(first_of(&notice.placeholders, NAMED));
        }
        changes.extend(notice.workflow.map(str::to_owned));
        if let Some(reason) = &notice.partly {
            changes.push(format!("some cases are unsupported: failed to {reason}"));
        }
        if !notice.remarks.is_empty() {
            changes.push(first_of(&notice.remarks, NAMED));
        }
        if !changes.is_empty() {
            let changes = changes.join("; ");
            self.line(&format!("{file}: {}", on_one_line(&changes)));
        }
    }

    fn progress(&mut self) {
        self.bar.set_position(self.summary.cases());
        if self.refreshed.elapsed() >= REFRESH {
            self.refresh();
        }
    }

    fn refresh(&mut self) {
        self.refreshed = Instant::now();
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        let rate = self.summary.cases() as f64 / seconds;
        let mut text = progress(&self.summary, rate);
        if !self.under_way.is_empty() {
            text.push_str("  ");
            text.push_str(&on_one_line(&self.under_way));
        }
        self.bar.set_message(text);
    }

    fn finding(&mut self, finding: &Finding) {
        let screen = finding.screen(self.colour);
        self.painted(&format!("\n{}", screen.trim_end()));
        self.line("");
    }

    fn ledger(&mut self, check: &StaleCheck) {
        let text = match &check.outcome {
            Staleness::Confirmed => return,
            Staleness::Stale => {
                format!(
                    "stale: '{}' no longer diverges; take it out of the ledger",
                    check.entry
                )
            }
            Staleness::Changed(signatures) => {
                let signatures: Vec<_> = signatures.iter().map(ToString::to_string).collect();
                format!(
                    "changed: '{}' diverges otherwise: {}",
                    check.entry,
                    signatures.join("; ")
                )
            }
            Staleness::Unjudged(why) => format!("unchecked: '{}': {why}", check.entry),
        };
        self.line(&format!("{text} ({})", check.case.display()));
    }

    fn finish(&mut self, ending: &Ending) {
        self.bar.finish_and_clear();
        for line in self.digest.lines() {
            self.line(&line);
        }
        let summary = &ending.summary;
        let (clauses, all) = (summary.coverage.len(), REGISTRY.len());
        let text = format!(
            "{clauses} of {all} clauses exercised, {}",
            human(summary.elapsed)
        );
        self.line(&text);
        self.line(&summary.line());
        let flushed = self.out.flush();
        keep(&mut self.lost, flushed);
    }
}

/// The most tasks, states or placeholders that are named.
const NAMED: usize = 6;

/// The text beside the bar.
fn progress(summary: &Summary, rate: f64) -> String {
    let mut parts = vec![
        format!("{rate:.0}/s"),
        format!("{} agreed", summary.of(Verdict::Agree)),
    ];
    for verdict in Verdict::ALL.into_iter().skip(1) {
        if summary.of(verdict) > 0 {
            parts.push(format!("{} {}", summary.of(verdict), verdict.name()));
        }
    }
    parts.push(format!(
        "{}/{} clauses",
        summary.coverage.len(),
        REGISTRY.len()
    ));
    parts.join("  ")
}

impl<W: Write + Send> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event) {
        self.digest.event(event);
        match event {
            Event::RunStarted(header) => self.start(header),
            Event::Machine(notice) => self.machine(notice),
            Event::Skipped(files) => self.line(&digest::skipped(files, digest::plain)),
            Event::CaseJudged {
                verdict, coverage, ..
            } => {
                self.summary.count(*verdict);
                self.summary.coverage.merge(coverage);
                self.progress();
            }
            Event::Divergence(finding) => self.finding(finding),
            Event::AnotherWay(finding) | Event::Earlier(finding) => {
                self.line(&digest::found(finding));
            }
            Event::Explained(finding) => {
                let number = finding.number;
                if finding.explained.is_none() {
                    let why = finding.grouped.as_deref();
                    let why = why.unwrap_or("no explanation holds for all its cases");
                    self.line(&format!("root {number} is grouped: {why}"));
                }
                if let Some(deviation) = &finding.explained {
                    self.line(&format!("root {number} is rather as if {deviation}"));
                }
            }
            Event::Withdrawn {
                number,
                signature,
                cases,
            } => {
                for _ in 0..*cases {
                    self.summary.recount(Verdict::Diverge, Verdict::Flaky);
                }
                self.line(&format!(
                    "flaky: divergence {number} ({signature}) did not come back from its file"
                ));
            }
            Event::UnderWay(what) => {
                self.under_way.clone_from(what);
                self.refresh();
            }
            Event::LedgerChecked(check) => self.ledger(check),
            Event::Unreachable { trouble, probe } => {
                self.line(&format!(
                    "the engine does not answer ({trouble}); probe {probe}"
                ));
            }
            Event::Warning(text) => self.line(&format!("warning: {text}")),
            Event::RunFinished(ending) => self.finish(ending),
        }
    }

    fn lost(&self) -> Option<&io::Error> {
        self.lost.as_ref()
    }
}
