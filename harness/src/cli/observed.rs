//! `stepproof observed`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Value, json};

use super::{
    Failure, Status,
    output::{self, Format, Output},
    target::Target,
};
use crate::{
    judge::verdict::Verdict,
    observed::{
        Counts, Divergence, Extent, Judged, ReadError, Recording, Tally, area, files, judge,
        judge_all,
    },
};

/// The version of the JSON output format.
const FORMAT: u32 = 1;
/// How many characters are shown of a value that differs.
const SHOWN: usize = 160;

/// Compares the reference, or an engine, with recordings of what AWS did.
///
/// A recording is a JSON file DIR/<area>/<name>.json: a definition, an input, what each task
/// returned, and what the service then did. An engine runs the recordings that have only activity
/// tasks or no tasks, and is judged as strictly as its adapter allows.
///
/// Exit status 1 if a recording diverges, 0 if none does, 4 if nothing was judged, 2 if a file
/// cannot be read.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  stepproof observed recordings
  stepproof observed recordings --area scenarios --area timeouts
  stepproof observed recordings --engine localstack --format json")]
pub(super) struct Observed {
    /// The folder of recordings.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    target: Target,
    /// Use only this area; may be given several times.
    #[arg(long = "area", value_name = "AREA")]
    areas: Vec<String>,
    /// The output format.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What was judged, and the results.
struct Report {
    engine: String,
    version: String,
    tally: Tally,
}

impl Observed {
    pub(super) fn execute(self) -> Result<Status, Failure> {
        let (recordings, unread) = self.read()?;
        for error in &unread {
            output::failure(&Failure::usage(error.to_string(), error.remedy()));
        }
        let judged = if self.target.is_default() {
            reference(&recordings)
        } else {
            super::runtime()?.block_on(self.on_engine(recordings))?
        };
        let mut output = Output::new();
        match self.format {
            Format::Human => human(&mut output, &judged)?,
            Format::Json => output.json(&as_json(&judged, &unread))?,
        }
        output.flush()?;
        Ok(judged.tally.status(!unread.is_empty()))
    }

    /// The recordings that were asked for, and the files that could not be read.
    fn read(&self) -> Result<(Vec<Recording>, Vec<ReadError>), Failure> {
        let files = files(&self.folder).map_err(|error| bad(&error))?;
        if let Some(stranger) = self.areas.iter().find(|it| !has_area(&files, it)) {
            return Err(unknown_area(&self.folder, &files, stranger));
        }
        let wanted = |file: &&PathBuf| self.areas.is_empty() || self.areas.contains(&area(file));
        let mut recordings = Vec::new();
        let mut unread = Vec::new();
        for file in files.iter().filter(wanted) {
            match Recording::load(file) {
                Ok(recording) => recordings.push(recording),
                Err(error) => unread.push(error),
            }
        }
        Ok((recordings, unread))
    }

    async fn on_engine(&self, recordings: Vec<Recording>) -> Result<Report, Failure> {
        let (engine, version) = self.target.reach_alone().await?;
        let recordings: std::sync::Arc<[Recording]> = recordings.into();
        let outcomes = judge_all(engine.clone(), recordings.clone()).await;
        engine.clean().await?;
        let mut tally = Tally::default();
        for (recording, outcome) in recordings.iter().zip(outcomes) {
            tally.count(Judged::new(recording, outcome));
        }
        Ok(Report {
            engine: engine.profile().name.clone(),
            version,
            tally,
        })
    }
}

fn reference(recordings: &[Recording]) -> Report {
    let mut tally = Tally::default();
    for recording in recordings {
        tally.count(Judged::new(recording, judge(recording)));
    }
    Report {
        engine: "reference".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        tally,
    }
}

fn bad(error: &ReadError) -> Failure {
    Failure::usage(error.to_string(), error.remedy())
}

fn has_area(files: &[PathBuf], wanted: &str) -> bool {
    files.iter().any(|file| area(file) == wanted)
}

fn unknown_area(folder: &Path, files: &[PathBuf], stranger: &str) -> Failure {
    let mut areas: Vec<String> = files.iter().map(|file| area(file)).collect();
    areas.dedup();
    Failure::usage(
        format!(
            "find the area '{stranger}' in '{}': there is no such folder",
            folder.display()
        ),
        format!("its areas are {}", areas.join(", ")),
    )
}

/// The verdicts shown as columns of the table.
const COLUMNS: [Verdict; 5] = [
    Verdict::Agree,
    Verdict::Diverge,
    Verdict::Unsupported,
    Verdict::Poisoned,
    Verdict::Unknown,
];

fn human(output: &mut Output, judged: &Report) -> Result<(), Failure> {
    let tally = &judged.tally;
    output.line(format_args!("{} {}", judged.engine, judged.version))?;
    for (extent, title) in [
        (Extent::History, "areas, by histories"),
        (Extent::Outcome, "areas, by outputs alone"),
        (Extent::Answer, "areas, by answers to calls"),
    ] {
        let areas = tally.areas.iter();
        let rows = areas.filter(|((it, _), _)| *it == extent);
        counts(
            output,
            title,
            rows.map(|((_, area), counts)| (area, counts)),
        )?;
    }
    counts(output, "kinds", tally.kinds.iter())?;
    let aspects = tally.aspects.iter().map(|(aspect, (agreed, diverged))| {
        [
            format!("  {}", aspect.name()),
            agreed.to_string(),
            diverged.to_string(),
        ]
    });
    let heads = ["aspects", "agreed", "diverged"].map(str::to_owned);
    section(
        output,
        &[heads].into_iter().chain(aspects).collect::<Vec<_>>(),
    )?;
    let reasons: Vec<_> = tally.reasons.iter().collect();
    for verdict in COLUMNS {
        let rows = reasons.iter().filter(|((it, _), _)| *it == verdict);
        let rows = rows.map(|((_, why), cases)| [format!("  {cases}"), why.clone()]);
        let head = [verdict.name().to_owned(), String::new()];
        section(output, &[head].into_iter().chain(rows).collect::<Vec<_>>())?;
    }
    for (file, divergence) in &tally.divergences {
        tell(output, file, divergence, &judged.engine)?;
    }
    output.line("")?;
    output.line(tally.line())
}

/// Writes a table with a heading, unless it has no rows.
fn section<const N: usize>(output: &mut Output, rows: &[[String; N]]) -> Result<(), Failure> {
    if rows.len() < 2 {
        return Ok(());
    }
    output.line("")?;
    output.table(rows)
}

fn counts<'a>(
    output: &mut Output,
    title: &str,
    rows: impl Iterator<Item = (&'a String, &'a Counts)>,
) -> Result<(), Failure> {
    let [agreed, diverged, unsupported, poisoned, unknown] = COLUMNS.map(|it| it.name().to_owned());
    let head = [
        title.to_owned(),
        agreed,
        diverged,
        unsupported,
        poisoned,
        unknown,
    ];
    let rows = rows.map(|(name, counts)| {
        let [agreed, diverged, unsupported, poisoned, unknown] =
            COLUMNS.map(|verdict| counts.of(verdict).to_string());
        let name = format!("  {name}");
        [name, agreed, diverged, unsupported, poisoned, unknown]
    });
    section(output, &[head].into_iter().chain(rows).collect::<Vec<_>>())
}

/// Writes a divergence: its location, and both sides.
fn tell(
    output: &mut Output,
    file: &Path,
    divergence: &Divergence,
    engine: &str,
) -> Result<(), Failure> {
    let Divergence {
        aspect, at, event, ..
    } = divergence;
    let event = event.as_ref().map(|it| format!(" (event {it})"));
    output.line("")?;
    output.line(format_args!(
        "{}: {} at {at}{}",
        file.display(),
        aspect.name(),
        event.unwrap_or_default()
    ))?;
    output.table(&[
        [
            "  recorded".to_owned(),
            short(divergence.recorded.as_deref()),
        ],
        [format!("  {engine}"), short(divergence.seen.as_deref())],
    ])
}

fn short(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    }
}

fn as_json(judged: &Report, unread: &[ReadError]) -> Value {
    let tally = &judged.tally;
    let areas = tally.areas.iter().map(|((extent, area), counts)| {
        let mut row = counts_json(counts);
        row.insert("area".into(), area.as_str().into());
        row.insert("by".into(), extent.name().into());
        row
    });
    let kinds = tally.kinds.iter();
    let kinds: BTreeMap<_, _> = kinds.map(|(kind, it)| (kind, counts_json(it))).collect();
    let aspects = tally.aspects.iter().map(|(aspect, (agreed, diverged))| {
        let counts = json!({ "agreed": agreed, "diverged": diverged });
        (aspect.name(), counts)
    });
    let reasons = tally.reasons.iter().map(|((verdict, why), cases)| {
        json!({ "verdict": verdict.name(), "reason": why, "cases": cases })
    });
    json!({
        "format": FORMAT,
        "engine": judged.engine,
        "version": judged.version,
        "all": counts_json(&tally.all),
        "areas": areas.collect::<Vec<_>>(),
        "kinds": kinds,
        "aspects": aspects.collect::<BTreeMap<_, _>>(),
        "reasons": reasons.collect::<Vec<_>>(),
        "divergences": tally.divergences.iter().map(divergence_json).collect::<Vec<_>>(),
        "unread": unread.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn counts_json(counts: &Counts) -> serde_json::Map<String, Value> {
    let verdicts = COLUMNS.iter();
    let mut row: serde_json::Map<_, _> = verdicts
        .map(|verdict| (verdict.name().to_owned(), counts.of(*verdict).into()))
        .collect();
    row.insert("cases".into(), counts.all().into());
    row.insert("judged".into(), counts.judged().into());
    row
}

fn divergence_json((file, divergence): &(PathBuf, Divergence)) -> Value {
    json!({
        "file": file.display().to_string(),
        "aspect": divergence.aspect.name(),
        "at": divergence.at,
        "event": divergence.event,
        "recorded": divergence.recorded,
        "seen": divergence.seen,
    })
}
