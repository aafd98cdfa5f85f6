//! Reads what commands take: machines, JSON values, plans.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use serde_json::Value;
use stepproof_specs::{
    asl::{
        self, Machine, ParseError, WorkflowType,
        diagnostic::Diagnostic,
        text::{MAX_BYTES, read, read_yaml},
    },
    scenario::plan::Plan,
    validate::{validate, validate_text},
};

use super::Failure;
use crate::casefile::CaseFileError;

/// The most bytes read of a definition or an input; AWS accepts definitions of up to 1 MiB.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Reads a file, or standard input for `-`, to the first byte that is too many.
pub(super) fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(path)?
            .take(LIMIT + 1)
            .read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Reads a file, or standard input for `-`.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    let place = path.display();
    let bytes = beginning(path)
        .map_err(|error| Failure::usage(format!("read '{place}': {error}"), "check the path"))?;
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

/// A definition, and what the validator says of it.
pub(super) struct Judged {
    /// The definition; null if it is too long to be read.
    pub value: Value,
    /// The machine, if AWS would accept it.
    pub machine: Option<Machine>,
    /// Why AWS would not.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it has what only machines have; of what is too long to be read, its text decides.
    pub is_machine: bool,
}

/// Reads a definition and validates it, in the same way for every command.
pub(super) fn judged(
    path: &Path,
    text: &str,
    workflow: WorkflowType,
) -> Result<Judged, ParseError> {
    if text.len() > MAX_BYTES {
        let (machine, diagnostics) = validate_text(text, workflow);
        return Ok(Judged {
            value: Value::Null,
            machine,
            diagnostics,
            is_machine: ["StartAt", "States"].iter().all(|it| text.contains(it)),
        });
    }
    let value = definition(path, text)?;
    let (machine, diagnostics) = validate(&value, workflow);
    let mut fields = ["StartAt", "States"].iter();
    Ok(Judged {
        is_machine: fields.any(|field| value.get(field).is_some()),
        value,
        machine,
        diagnostics,
    })
}

/// Parses the text of a definition, which need not be a valid one. A file that is named as YAML is
/// read as YAML, even if it begins as JSON does.
pub(super) fn definition(path: &Path, text: &str) -> Result<Value, ParseError> {
    let name = path.to_string_lossy();
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        read_yaml(text)
    } else {
        read(text)
    }
}

/// The failure to read a definition.
pub(super) fn unreadable(path: &Path, error: &ParseError) -> Failure {
    Failure::usage(
        format!("read '{}': {error}", path.display()),
        "give a machine in the Amazon States Language, as JSON or YAML",
    )
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
