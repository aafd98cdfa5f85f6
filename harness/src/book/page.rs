//! Writes the book as Markdown or HTML: one set of data, two templates.

use std::cmp::Reverse;

use indexmap::IndexMap;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};
use stepproof_specs::{
    asl::diagnostic::Diagnostic,
    clause::Clause,
    scenario::case::{Case, ExecutionCase, Start},
};

use super::{Book, Rule};
use crate::{
    job::Prepared,
    report::{Depth, layout::pretty, tell_calls, tell_whole, visible},
};

/// The width of the machines on a page, in characters.
const WIDTH: usize = 100;

/// From how many characters on the middle of a line is left out, and how many stay before and after it.
const LONGEST: usize = 600;
const BEGIN: usize = 100;
const END: usize = 40;

/// The form of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A page of Markdown.
    Markdown,
    /// A page of HTML that needs nothing else.
    Html,
}

/// The whole page.
///
/// # Errors
///
/// If a template cannot be filled in.
pub fn render(book: &Book, form: Form) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let template = match form {
        Form::Markdown => include_str!("book.md.jinja"),
        Form::Html => {
            environment.set_auto_escape_callback(|_| AutoEscape::Html);
            include_str!("book.html.jinja")
        }
    };
    environment.render_str(template, values(book))
}

fn values(book: &Book) -> Value {
    // Rules whose ids begin alike belong together.
    let mut chapters: IndexMap<&str, Vec<Value>> = IndexMap::new();
    for rule in &book.rules {
        let chapter = chapters.entry(family(rule.clause)).or_default();
        chapter.push(chapter_entry(book, rule));
    }
    let chapters = chapters.into_iter();
    let chapters: Vec<Value> = chapters
        .map(|(name, rules)| context! { name, count => rules.len(), rules })
        .collect();
    let shown = book.rules.iter().filter(|it| it.example.is_some()).count();
    let run = book.run.as_ref().map(|run| {
        context! { name => run.name.as_str(), cases => run.cases, rules => run.exercised.len() }
    });
    context! {
        version => env!("CARGO_PKG_VERSION"),
        seed => book.drawn.seed,
        cases => book.drawn.cases,
        rules => book.rules.len(),
        shown,
        run,
        chapters,
    }
}

fn family(clause: Clause) -> &'static str {
    clause.entry().path().next().unwrap_or_default()
}

fn chapter_entry(book: &Book, rule: &Rule) -> Value {
    let entry = rule.clause.entry();
    let mut profiles = rule.reached_by.clone();
    profiles.sort_by_key(|(_, cases)| Reverse(*cases));
    let profiles: Vec<String> = profiles
        .iter()
        .map(|(profile, cases)| format!("{profile} ({cases})"))
        .collect();
    let run = book.run.as_ref();
    let example = rule.example.as_ref();
    context! {
        id => entry.id,
        sentence => entry.sentence,
        source => entry.source,
        basis => entry.basis.name(),
        profiles => profiles.join(", "),
        run => run.map(|run| run.exercised.get(&rule.clause).copied().unwrap_or_default()),
        example => example.map(|(case, run)| example_of(rule.clause, case, run)),
    }
}

fn example_of(clause: Clause, case: &Case, run: &Prepared) -> Value {
    let machine = brief(&pretty(case.body.definition(), WIDTH));
    match run {
        Prepared::Execution(job) => {
            let starts = starts(clause, &job.case, run);
            context! { machine, starts, said => () }
        }
        Prepared::Definition(definition) => {
            let lines: Vec<String> = definition.diagnostics.iter().map(said).collect();
            let said = if lines.is_empty() {
                "nothing: the definition is accepted".to_owned()
            } else {
                lines.join("\n")
            };
            context! { machine, starts => Vec::<Value>::new(), said }
        }
        Prepared::Calls(job) => {
            let machine = brief(&tell_calls(&job.case).join("\n"));
            let answers = job.expected.answers.iter().enumerate();
            let said = answers.filter_map(|(number, answer)| {
                Some(match &answer.as_ref()?.answer {
                    Ok(answer) => format!("{number} {answer}"),
                    Err(error) => format!("{number} {error}"),
                })
            });
            let said = brief(&said.collect::<Vec<_>>().join("\n"));
            context! { machine, starts => Vec::<Value>::new(), said }
        }
    }
}

fn starts(clause: Clause, case: &ExecutionCase, run: &Prepared) -> Vec<Value> {
    let depth = if family(clause) == "history" {
        Depth::Events
    } else {
        Depth::Outline
    };
    let both = case.starts.iter().zip(run.expectations());
    let shown = both.map(|(start, expected)| {
        let mut lines = tell_whole(&expected.observation, depth);
        if let Some(millis) = expected.observation.duration.filter(|it| *it > 0) {
            lines.push(format!("duration {millis} ms"));
        }
        context! {
            input => brief(&pretty(&start.input, WIDTH)),
            plan => plan(start),
            result => brief(&lines.join("\n")),
        }
    });
    shown.collect()
}

fn plan(start: &Start) -> Option<String> {
    let plan = serde_json::json!(start.plan);
    (!start.plan.sites.is_empty()).then(|| brief(&pretty(&plan, WIDTH)))
}

/// The text as it can be shown, without the middle of lines that nobody reads to the end.
fn brief(text: &str) -> String {
    let shown = visible(text);
    let lines = shown.lines().map(|line| {
        let count = line.chars().count();
        if count <= LONGEST {
            return line.to_owned();
        }
        let begin: String = line.chars().take(BEGIN).collect();
        let end: String = line.chars().skip(count - END).collect();
        format!("{begin} … {} characters … {end}", count - BEGIN - END)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn said(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.location.as_deref().unwrap_or("null");
    let (severity, code) = (diagnostic.severity.name(), diagnostic.code.name());
    visible(&format!(
        "{severity} {code} at {place}: {}",
        diagnostic.message
    ))
    .into_owned()
}
