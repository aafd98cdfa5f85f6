//! Reads what commands take: machines, JSON values, plans.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use serde_json::Value;
use stepproof_specs::{
    asl::{
        self, Machine, WorkflowType,
        diagnostic::{Diagnostic, Severity},
        text::{read, read_yaml},
    },
    scenario::plan::Plan,
};

use super::Failure;
use crate::{casefile::CaseFileError, report::on_one_line};

/// The most bytes read of a definition or an input; AWS accepts definitions of up to 1 MiB.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Reads a file, or standard input for `-`.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let place = path.display();
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::usage(format!("read '{place}': {error}"), "check the path"))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::usage(
            format!("read '{place}': it is longer than {LIMIT} bytes"),
            "AWS takes definitions of up to 1 MiB and inputs of up to 256 KiB",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::usage(
            format!("read '{place}': it is not UTF-8 at byte {at}"),
            "save it as UTF-8",
        )
    })
}

/// The workflow type that a flag selects.
pub(super) fn workflow(express: bool) -> WorkflowType {
    if express {
        WorkflowType::Express
    } else {
        WorkflowType::Standard
    }
}

/// Parses the text of a machine in JSON or YAML.
pub(super) fn parsed(path: &Path, text: &str) -> Result<Machine, Failure> {
    asl::from_text(text).map_err(|error| {
        Failure::usage(
            format!("read '{}': {error}", path.display()),
            "give a machine in the Amazon States Language, as JSON or YAML",
        )
    })
}

/// Parses the text of a definition, which need not be a valid one. A file that is named as YAML is
/// read as YAML, even if it begins as JSON does.
pub(super) fn definition(path: &Path, text: &str) -> Result<Value, Failure> {
    let name = path.to_string_lossy();
    let is_yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let read = if is_yaml { read_yaml } else { read };
    read(text).map_err(|error| {
        Failure::usage(
            format!("read '{}': {error}", path.display()),
            "give a machine in the Amazon States Language, as JSON or YAML",
        )
    })
}

/// Parses a JSON argument: the name of an existing file, `-` for standard input, or JSON itself.
pub(super) fn json(argument: &str, option: &str) -> Result<Value, Failure> {
    let path = Path::new(argument);
    let (source, text) = if argument == "-" || path.is_file() {
        (format!("'{argument}'"), text(path)?)
    } else {
        (format!("the argument of {option}"), argument.to_owned())
    };
    serde_json::from_str(&text).map_err(|error| {
        let reason = if looks_like_a_path(argument) && !path.is_file() {
            format!("read '{argument}', given with {option}: there is no such file")
        } else {
            format!("read {source}: it is not JSON: {error}")
        };
        Failure::usage(
            reason,
            format!("give {option} the name of a JSON file that exists, or JSON in quotes"),
        )
    })
}

/// Whether an argument that is no JSON is meant as a file's name rather than as JSON.
fn looks_like_a_path(argument: &str) -> bool {
    !argument.starts_with(['{', '[', '"']) && argument.contains(['.', '/', '\\'])
}

/// Parses how many there are to be: at least one.
pub(super) fn count(text: &str) -> Result<u64, String> {
    let parsed = text.parse().ok().filter(|count| *count > 0);
    parsed.ok_or_else(|| "it must be a whole number above zero".to_owned())
}

/// The failure to load a case that a user named, with the names that there are instead.
pub(super) fn no_case(error: CaseFileError, name: &str) -> Failure {
    let mut failure = Failure::from(error);
    let Some((group, _)) = name.split_once('/') else {
        return failure;
    };
    let path = Path::new(name);
    if path.exists() || path.extension().is_some_and(|it| it == "json") {
        return failure;
    }
    let all = stepproof_snapshots::cases();
    let groups = all.iter().filter_map(|it| it.split_once('/'));
    let mut groups: Vec<&str> = groups.map(|(group, _)| group).collect();
    groups.dedup();
    let like = |other: &&&String| (strsim::jaro_winkler(name, other) * 1e6) as u64;
    let others = all
        .iter()
        .filter(|it| it.split_once('/').is_some_and(|it| it.0 == group));
    let others: Vec<&String> = others.collect();
    failure.message =
        format!("find the case '{name}': it is neither a file nor a case of stepproof");
    failure.remedy = Some(match others.iter().max_by_key(like) {
        Some(nearest) => {
            let others: Vec<&str> = others.iter().map(|it| it.as_str()).collect();
            format!(
                "the nearest name is {nearest}; there are {}",
                others.join(", ")
            )
        }
        None => format!(
            "check the path; stepproof has cases of {}",
            groups.join(", ")
        ),
    });
    failure
}

/// Parses a plan argument and checks it against the sites of a machine.
pub(super) fn plan(argument: &str, machine: &Machine) -> Result<Plan, Failure> {
    let plan = any_plan(argument)?;
    check_sites(&plan, machine)?;
    Ok(plan)
}

/// Parses a plan argument.
pub(super) fn any_plan(argument: &str) -> Result<Plan, Failure> {
    serde_json::from_value(json(argument, "--plan")?).map_err(|error| {
        Failure::usage(
            format!("read the plan: {error}"),
            "a plan is an object from sites to lists of rules, for example \
             '{\"Work\": [{\"attempts_below\": 2, \"reply\": {\"fail\": {\"error\": \"E\", \
             \"cause\": \"c\"}}}]}'",
        )
    })
}

/// Checks that every task a plan names exists in the machine.
pub(super) fn check_sites(plan: &Plan, machine: &Machine) -> Result<(), Failure> {
    let mut sites = Vec::new();
    machine.scope.visit("", &mut |site, _, state| {
        if matches!(state.body, asl::Body::Task(_)) {
            sites.push(site.to_owned());
        }
    });
    let stranger = plan
        .sites
        .keys()
        .find(|site| !sites.iter().any(|known| **known == ***site));
    stranger.map_or(Ok(()), |site| Err(self::stranger(site, &sites)))
}

/// A plan names a task that no machine has.
pub(super) fn stranger(stranger: &str, sites: &[impl AsRef<str>]) -> Failure {
    let sites: Vec<&str> = sites.iter().map(AsRef::as_ref).collect();
    let remedy = match sites.as_slice() {
        [] => "the machine has no Task states: leave the plan out".to_owned(),
        sites => format!("its Task states are at: {}", sites.join(", ")),
    };
    Failure::usage(
        format!("use the plan: the machine has no Task state at '{stranger}'"),
        remedy,
    )
}

/// The first error that made the validator refuse a machine, as one line.
pub(super) fn refusal(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == Severity::Error)
        .map_or_else(|| "it is refused".to_owned(), diagnostic_line)
}

/// A diagnostic as one line.
pub(super) fn diagnostic_line(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let code = serde_json::to_value(diagnostic.code).unwrap_or_default();
    let code = code.as_str().unwrap_or_default().to_owned();
    let line = match &diagnostic.location {
        Some(location) => format!("{severity}: {code}: {} at {location}", diagnostic.message),
        None => format!("{severity}: {code}: {}", diagnostic.message),
    };
    on_one_line(&line).into_owned()
}
