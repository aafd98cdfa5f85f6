//! Lays out a finding as a page, for a terminal and for a file.

use std::fmt::Write;

use console::Style;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};
use stepproof_specs::scenario::case::Body;

use super::{
    Finding,
    layout::{flat, pretty},
    story,
    visible::{on_one_line, visible},
    words::plural,
};

/// The assumed number of lines on a screen.
const SCREEN: usize = 60;
/// The maximum length of a line.
const WIDTH: usize = 100;
/// The length from which a string in a definition is abridged.
const TEXT: usize = 4_000;
/// The number of unchanged lines kept around a change in a diff.
const CONTEXT: usize = 3;
/// The maximum number of lines of a diff.
const DIFF: usize = 24;

/// What the page of a withdrawn finding says.
const WITHDRAWN: &str = "\n**Withdrawn:** the case did not diverge when it was loaded from its file \
    and run again. It may be flaky, and counts as that.\n\n";

/// How the page says that a finding is another way to an earlier one.
const ANOTHER_WAY: &str = "\n**Another way to root ";

/// Whether the page of a finding says neither that it was withdrawn nor that it is another way to an earlier
/// one. What it quotes of the case comes later.
#[cfg(feature = "cli")]
pub(crate) fn counts(page: &str) -> bool {
    let head = page.split("```").next().unwrap_or_default();
    !head.contains(WITHDRAWN) && !head.contains(ANOTHER_WAY)
}

/// Whether output is coloured.
struct Paint(bool);

impl Paint {
    fn with(&self, style: Style, text: &str) -> String {
        let text = visible(text);
        style.force_styling(self.0).apply_to(text).to_string()
    }

    fn strong(&self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    fn faint(&self, text: &str) -> String {
        self.with(Style::new().dim(), text)
    }
}

/// The page for a terminal, at most one screen. What does not fit is only in the file.
pub fn screen(finding: &Finding, colour: bool) -> String {
    let paint = Paint(colour);
    let mut text = head(finding, &paint);
    text.push_str(&evidence(finding, colour, DIFF));
    text.push('\n');
    section(&mut text, &paint, "replay", &visible(&finding.replay));
    let Some(reproducer) = &finding.reproducer else {
        return text;
    };
    let title = paint.strong("reproducer (Python, boto3)");
    let program = format!("\n{title}\n{}", visible(reproducer));
    let room = SCREEN.saturating_sub(text.lines().count());
    if program.lines().count() <= room {
        text.push_str(&program);
    } else {
        text.push_str(&paint.faint("A reproducer in Python is in the finding's report.\n"));
    }
    text
}

/// What was run, and what was seen, in at most so many lines.
pub fn evidence(finding: &Finding, colour: bool, limit: usize) -> String {
    let paint = Paint(colour);
    let mut text = String::new();
    section(
        &mut text,
        &paint,
        what(finding),
        &visible(&machine(finding)),
    );
    if let Some(input) = input(finding) {
        section(&mut text, &paint, "input", &visible(&input));
    }
    if let Some(plan) = plan(finding) {
        section(&mut text, &paint, "plan", &visible(&plan));
    }
    let legend = legend(finding);
    let changes = diff(finding, limit);
    let coloured: Vec<String> = changes.iter().map(|line| coloured(line, &paint)).collect();
    section(&mut text, &paint, &legend, &coloured.join("\n"));
    text
}

/// Which sign stands for whom.
fn legend(finding: &Finding) -> String {
    let engine = &finding.engine;
    // The reference itself may be the engine, and told to break a rule.
    let expected = if engine == "reference" {
        "expected"
    } else {
        "reference"
    };
    format!("{expected} (-) and {engine} (+)")
}

fn section(text: &mut String, paint: &Paint, title: &str, body: &str) {
    let one_line = !body.contains('\n') && title.len() + body.chars().count() + 2 <= WIDTH;
    let title = paint.strong(title);
    let _ = if one_line {
        writeln!(text, "{title}  {body}")
    } else {
        writeln!(text, "\n{title}\n{body}")
    };
}

fn head(finding: &Finding, paint: &Paint) -> String {
    let red = Style::new().red().bold();
    let mut text = format!(
        "{} {}\n",
        paint.with(red, &format!("root {}:", finding.root())),
        paint.strong(&finding.sentence()),
    );
    if finding.explained.is_some() {
        let title = paint.strong("signature");
        let signature = finding.signature.to_string();
        let _ = writeln!(text, "{title}  {}", on_one_line(&signature));
    }
    let _ = writeln!(
        text,
        "{}  {} {}, {}{}",
        paint.strong("engine"),
        on_one_line(&finding.engine),
        on_one_line(&finding.engine_version),
        came_back(finding),
        place(finding).map_or(String::new(), |state| {
            format!(", at state '{}'", on_one_line(state))
        }),
    );
    if let Some(source) = &finding.source {
        let words = source.words();
        let _ = writeln!(
            text,
            "{}  {}",
            paint.strong("found in"),
            on_one_line(&words)
        );
        if let Some(original) = source.original() {
            let _ = writeln!(text, "  as it was found: {}", on_one_line(&original));
        }
    }
    if let Some(clause) = finding.clause {
        let entry = clause.entry();
        let _ = writeln!(
            text,
            "{}  {} ({})",
            paint.strong("clause"),
            entry.id,
            entry.basis.name()
        );
        for line in wrapped(entry.sentence, WIDTH - 2) {
            let _ = writeln!(text, "  {line}");
        }
        let _ = writeln!(text, "  {}", paint.faint(entry.source));
    }
    let title = paint.strong("confidence");
    let _ = writeln!(text, "{title}  {}", on_one_line(&finding.confidence()));
    for more in finding.differences.iter().skip(1) {
        let signature = more.signature.to_string();
        let _ = writeln!(
            text,
            "{}  {}",
            paint.strong("also"),
            on_one_line(&signature)
        );
    }
    text
}

/// How often it was seen.
fn came_back(finding: &Finding) -> String {
    match finding.reproduced {
        (1, 1) => "seen once".to_owned(),
        (came_back, runs) => format!("came back {came_back} of {}", plural(runs, "time")),
    }
}

/// Wraps words into lines of at most this length.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn place(finding: &Finding) -> Option<&str> {
    finding.differences.first()?.state.as_deref()
}

/// What was run.
fn what(finding: &Finding) -> &'static str {
    match finding.case {
        Body::Api(_) => "calls",
        Body::Execution(_) | Body::Definition(_) => "machine",
    }
}

fn machine(finding: &Finding) -> String {
    if let Body::Api(case) = &finding.case {
        return story::calls(case).join("\n");
    }
    let mut definition = finding.case.definition().clone();
    abridge(&mut definition);
    pretty(&definition, WIDTH)
}

/// Abridges strings that are too long to read.
fn abridge(value: &mut Value) {
    match value {
        Value::String(text) => {
            let length = text.chars().count();
            if length > TEXT {
                let head: String = text.chars().take(WIDTH).collect();
                *text = format!("{head}… ({length} characters)");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(abridge),
        Value::Object(fields) => fields.values_mut().for_each(abridge),
        _ => {}
    }
}

fn input(finding: &Finding) -> Option<String> {
    finding.start().map(|start| pretty(&start.input, WIDTH))
}

fn plan(finding: &Finding) -> Option<String> {
    let plan = &finding.start()?.plan;
    (!plan.sites.is_empty()).then(|| pretty(&json!(plan), WIDTH))
}

/// The diff of the two observations; each line starts with its sign.
fn diff(finding: &Finding, limit: usize) -> Vec<String> {
    let (expected, actual) = finding.stories();
    let (expected, actual) = (expected.join("\n") + "\n", actual.join("\n") + "\n");
    let diff = TextDiff::from_lines(&expected, &actual);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if number > 0 {
            lines.push("  …".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign} {}", change.value().trim_end()));
        }
    }
    if lines.is_empty() {
        lines.extend(finding.differences.iter().flat_map(difference));
    }
    if lines.len() > limit {
        let more = lines.len() - limit + 1;
        lines.truncate(limit - 1);
        lines.push(format!(
            "  … {} more in the finding's report",
            plural(more, "line")
        ));
    }
    lines
}

/// A difference that is not visible in the lines of the observations.
fn difference(difference: &crate::judge::verdict::Difference) -> [String; 2] {
    let show = |value: &Value| format!("{} {}", difference.aspect.name(), flat(value));
    [
        format!("- {}", show(&difference.expected)),
        format!("+ {}", show(&difference.actual)),
    ]
}

fn coloured(line: &str, paint: &Paint) -> String {
    match line.as_bytes().first() {
        Some(b'-') => paint.with(Style::new().green(), line),
        Some(b'+') => paint.with(Style::new().red(), line),
        _ => visible(line).into_owned(),
    }
}

/// The page as Markdown.
pub fn markdown(finding: &Finding) -> String {
    let mut text = format!(
        "# Root {}: {}\n\nSignature: {}. {} {}, {}.\n",
        finding.root(),
        code(&finding.sentence()),
        code(&finding.signature.to_string()),
        on_one_line(&finding.engine),
        on_one_line(&finding.engine_version),
        came_back(finding),
    );
    if finding.withdrawn {
        text.push_str(WITHDRAWN);
    }
    if let Some(first) = finding.same_as {
        let _ = writeln!(
            text,
            "{ANOTHER_WAY}{first}:** this is divergence {}.\n",
            finding.number
        );
    }
    for (number, signature) in &finding.others {
        let signature = code(&signature.to_string());
        let _ = writeln!(
            text,
            "\nDivergence {number}, {signature}, is another way to this root.\n"
        );
    }
    if let Some(state) = place(finding) {
        let _ = writeln!(text, "It shows first at the state {}.", code(state));
    }
    if let Some(source) = &finding.source {
        let _ = writeln!(text, "\nFound in {}.", code(&source.words()));
        if let Some(original) = source.original() {
            let _ = writeln!(text, "The case as it was found: {}.", code(&original));
        }
    }
    if let Some(clause) = finding.clause {
        let entry = clause.entry();
        let _ = write!(
            text,
            "\n## Clause\n\n`{}` ({}): {}\n\nSource: {}\n",
            entry.id,
            entry.basis.name(),
            entry.sentence,
            entry.source
        );
    }
    let confidence = on_one_line(&finding.confidence()).into_owned();
    let _ = write!(text, "\n## Confidence\n\nThis root is {confidence}.\n");
    if let Some(deviation) = &finding.explained {
        let deviation = json!(deviation).to_string();
        let _ = write!(
            text,
            "\nThe deviation, for a ledger: {}\n",
            code(&deviation)
        );
    }
    let (title, language) = match finding.case {
        Body::Api(_) => ("Calls", "text"),
        Body::Execution(_) | Body::Definition(_) => ("Machine", "json"),
    };
    fenced(&mut text, title, language, &machine(finding));
    if let Some(input) = input(finding) {
        fenced(&mut text, "Input", "json", &input);
    }
    if let Some(plan) = plan(finding) {
        fenced(&mut text, "Plan", "json", &plan);
    }
    let changes = diff(finding, usize::MAX).join("\n");
    let title = legend(finding);
    let (first, rest) = title.split_at(1);
    let title = format!("{}{rest}", first.to_uppercase());
    fenced(&mut text, &title, "diff", &changes);
    if finding.differences.len() > 1 {
        text.push_str("\n## All differences\n\n");
        for difference in &finding.differences {
            let _ = writeln!(
                text,
                "- {}: expected {}, got {}",
                code(&difference.signature.to_string()),
                code(&flat(&difference.expected)),
                code(&flat(&difference.actual))
            );
        }
    }
    fenced(&mut text, "Replay", "sh", &finding.replay);
    if let Some(command) = &finding.ask {
        fenced(&mut text, "Ask AWS", "sh", command);
    }
    if let Some(reproducer) = &finding.reproducer {
        fenced(&mut text, "Reproducer", "python", reproducer.trim_end());
    }
    text
}

pub(super) fn fenced(text: &mut String, title: &str, language: &str, body: &str) {
    let body = visible(body);
    let fence = fence("```", &body);
    let _ = write!(text, "\n## {title}\n\n{fence}{language}\n{body}\n{fence}\n");
}

/// A fence that does not occur in the text.
fn fence(shortest: &str, text: &str) -> String {
    let mut fence = shortest.to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    fence
}

/// Text in an item of a list, as it stands: its first line with what follows that, and an item for each
/// other line.
pub(super) fn listed(text: &str, after: &str) -> String {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut listed = code(lines.next().unwrap_or_default().trim());
    listed.push_str(after);
    for line in lines {
        let _ = write!(listed, "\n  - {}", code(line.trim()));
    }
    listed
}

/// Text within a line, as it stands.
pub(super) fn code(text: &str) -> String {
    let text = on_one_line(text);
    let fence = fence("`", &text);
    let blank = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{blank}{text}{blank}{fence}")
}
