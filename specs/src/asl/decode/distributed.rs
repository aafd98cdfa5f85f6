//! The fields of a distributed Map. They are kept as JSON, and checked against the specification
//! ("Map State") and the Developer Guide ("`ItemReader`", "`ResultWriter`", "`ItemBatcher`").

use std::ops::RangeInclusive;

use indexmap::IndexMap;
use serde_json::Value;

use super::{COUNT, support};
use crate::{
    asl::{
        QueryLanguage::{self, JsonPath, Jsonata},
        diagnostic::{Diagnostic, Evidence, Extent, NO_ARN, not_recognized},
        fields::{Fields, Languages, object, schema},
        resource::is_placeholder,
    },
    base::{arn::Arn, pointer::Pointer},
    clause::Clause,
};

/// `ToleratedFailurePercentage` (specification, "Map State Failure Tolerance": a number).
const PERCENTAGE: RangeInclusive<f64> = 0.0..=100.0;
/// `MaxItemsPerBatch` (specification, "Batching Items": positive).
const BATCH_ITEMS: RangeInclusive<u64> = 1..=u64::MAX;
/// `MaxInputBytesPerBatch` (Developer Guide, "`ItemBatcher`": at most 256 KiB).
const BATCH_BYTES: RangeInclusive<u64> = 1..=262_144;
/// `MaxItems` (Developer Guide, "`ItemReader`": at most 100,000,000).
const MAX_ITEMS: RangeInclusive<u64> = 0..=100_000_000;
const INPUT_TYPES: [&str; 5] = ["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"];

/// The limits of a batch, at least one of which is required.
const LIMITS: [&str; 4] = [
    "MaxItemsPerBatch",
    "MaxItemsPerBatchPath",
    "MaxInputBytesPerBatch",
    "MaxInputBytesPerBatchPath",
];

pub(super) fn distributed(fields: &mut Fields<'_, '_, '_>) -> IndexMap<String, Value> {
    let fields_here: IndexMap<String, Value> = fields
        .iter()
        .filter(|(field, _)| support::is_distributed(field))
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect();
    if !fields_here.is_empty() {
        check(fields);
    }
    fields_here
}

fn check(fields: &mut Fields<'_, '_, '_>) {
    fields.limit("ToleratedFailureCount", "ToleratedFailureCountPath", &COUNT);
    let (percentage, twin) = (
        "ToleratedFailurePercentage",
        "ToleratedFailurePercentagePath",
    );
    fields.limit_or(percentage, twin, |fields| {
        fields.number(percentage, &PERCENTAGE);
        None
    });
    fields.str("Label");
    inside(fields, "ItemReader", reader);
    inside(fields, "ResultWriter", writer);
    inside(fields, "ItemBatcher", batcher);
}

/// Checks the object in a field.
fn inside(
    fields: &mut Fields<'_, '_, '_>,
    name: &str,
    check: impl FnOnce(&mut Fields<'_, '_, '_>),
) {
    let Some(value) = fields.get(name) else {
        return;
    };
    let at = fields.at.field(name);
    if let Some(object) = object(value, &at, fields.problems) {
        let mut inner = Fields::new(object, &at, fields.languages, fields.problems);
        check(&mut inner);
        inner.finish();
    }
}

/// Reports the fields of an object that are not in the list, and those in `of` that belong to the
/// other query language.
fn only(fields: &mut Fields<'_, '_, '_>, known: &[&str], of: &[(&str, QueryLanguage)]) {
    for field in fields.keys() {
        let language = of.iter().find(|(name, _)| name == field);
        match language {
            Some((_, language)) if *language != fields.languages.state => {
                fields.of_language(Clause::ValidateLanguageFieldInner, field, *language);
            }
            Some(_) => {}
            None if field == "Comment" || known.contains(&field.as_str()) => {}
            None => fields.unsupported(Clause::ValidateUnknownInner, field),
        }
    }
}

const PARAMETERS: [(&str, QueryLanguage); 2] = [("Parameters", JsonPath), ("Arguments", Jsonata)];

/// `ItemReader` (specification, "Reading Items").
fn reader(reader: &mut Fields<'_, '_, '_>) {
    only(reader, &["Resource", "ReaderConfig"], &PARAMETERS);
    resource(reader, &["getObject", "listObjectsV2"]);
    reader.required("Resource");
    arguments(reader);
    inside(reader, "ReaderConfig", reader_config);
}

/// `ReaderConfig` (Developer Guide, "`ItemReader`").
fn reader_config(config: &mut Fields<'_, '_, '_>) {
    let known = [
        "CSVDelimiter",
        "CSVHeaderLocation",
        "CSVHeaders",
        "InputType",
        "ItemsPointer",
        "ManifestType",
        "MaxItems",
        "Transformation",
    ];
    only(config, &known, &[("MaxItemsPath", JsonPath)]);
    let kind = config.word("InputType", &INPUT_TYPES);
    let header = config.word("CSVHeaderLocation", &["FIRST_ROW", "GIVEN"]);
    config.word(
        "CSVDelimiter",
        &["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"],
    );
    config.word("ManifestType", &["ATHENA_DATA", "S3_INVENTORY"]);
    config.word("Transformation", &["NONE", "LOAD_AND_FLATTEN"]);
    config.str("ItemsPointer");
    config.limit("MaxItems", "MaxItemsPath", &MAX_ITEMS);
    config.list("CSVHeaders", text);
    match kind {
        // What a manifest lists has a header of its own, or none.
        Some("CSV") if !config.has("ManifestType") => csv(config, header),
        Some("CSV") | None => {}
        Some(kind) => {
            // Measured for JSON; the location is not known.
            if config.has("CSVHeaderLocation") {
                let clause = match kind {
                    "JSON" => Clause::ValidateCsvHeaderElsewhere,
                    _ => Clause::ValidateReaderField,
                };
                config.unsupported(clause, "CSVHeaderLocation");
            }
            for field in ["CSVHeaders", "CSVDelimiter"] {
                if config.has(field) {
                    config.unsupported(Clause::ValidateReaderField, field);
                }
            }
        }
    }
    if config.has("ItemsPointer") && kind.is_some_and(|kind| kind != "JSON") {
        config.unsupported(Clause::ValidateReaderField, "ItemsPointer");
    }
}

/// The fields of a CSV file: where its header is, and the header if it is given.
fn csv(config: &mut Fields<'_, '_, '_>, header: Option<&str>) {
    let required = |field: &str| format!("The field '{field}' is required");
    match header {
        None if !config.has("CSVHeaderLocation") => {
            let known = Evidence {
                message: Extent::Start,
                ..Evidence::CODE
            };
            let message = required("CSVHeaderLocation");
            let problem = schema(Clause::ValidateCsvHeader, message, config.at).known(known);
            config.problems.push(problem);
        }
        Some("GIVEN") if !config.has("CSVHeaders") => {
            config.complain(Clause::ValidateReaderField, required("CSVHeaders"));
        }
        Some("FIRST_ROW") if config.has("CSVHeaders") => {
            config.unsupported(Clause::ValidateReaderField, "CSVHeaders");
        }
        _ => {}
    }
}

/// A string in a list.
fn text(
    value: &Value,
    at: &Pointer<'_>,
    _: Languages,
    problems: &mut Vec<Diagnostic>,
) -> Option<()> {
    if !value.is_string() {
        let message = "The value must be a STRING";
        problems.push(schema(Clause::ValidateKind, message, at));
    }
    None
}

/// `ResultWriter` (Developer Guide, "`ResultWriter`": not empty; the wording was recorded for
/// `Branches`).
fn writer(writer: &mut Fields<'_, '_, '_>) {
    if writer.keys().next().is_none() {
        writer.complain(Clause::ValidateWriter, "Value cannot be empty");
    }
    only(writer, &["Resource", "WriterConfig"], &PARAMETERS);
    resource(writer, &["putObject"]);
    arguments(writer);
    inside(writer, "WriterConfig", |config| {
        only(config, &["OutputType", "Transformation"], &[]);
        config.word("Transformation", &["NONE", "COMPACT", "FLATTEN"]);
        config.word("OutputType", &["JSON", "JSONL"]);
    });
}

/// `ItemBatcher` (specification, "Batching Items": at least one limit; wording ours).
fn batcher(batcher: &mut Fields<'_, '_, '_>) {
    let known = ["BatchInput", "MaxInputBytesPerBatch", "MaxItemsPerBatch"];
    let paths = [
        ("MaxInputBytesPerBatchPath", JsonPath),
        ("MaxItemsPerBatchPath", JsonPath),
    ];
    only(batcher, &known, &paths);
    if !LIMITS.iter().any(|limit| batcher.has(limit)) {
        batcher.none_of(Clause::ValidateBatcher, &LIMITS);
    }
    batcher.limit("MaxItemsPerBatch", "MaxItemsPerBatchPath", &BATCH_ITEMS);
    batcher.limit(
        "MaxInputBytesPerBatch",
        "MaxInputBytesPerBatchPath",
        &BATCH_BYTES,
    );
    batcher.payload("BatchInput");
}

/// `Resource`: one of a few operations of S3 (Developer Guide, "`ItemReader`" and
/// "`ResultWriter`"; the wording was recorded for Tasks).
fn resource(fields: &mut Fields<'_, '_, '_>, operations: &[&str]) {
    let Some(resource) = fields.str("Resource") else {
        return;
    };
    let arn = Arn::parse(resource);
    let known = arn.is_some_and(|arn| {
        let operation = arn.resource.strip_prefix("s3:");
        (arn.service, arn.region, arn.account) == ("states", "", "")
            && operation.is_some_and(|it| operations.contains(&it))
    });
    // A partition that is filled in leaves the operation as it is.
    let is_open = arn.map_or(is_placeholder(resource), |arn| {
        let parts = [arn.service, arn.region, arn.account, arn.resource];
        parts.into_iter().any(is_placeholder)
    });
    if !known && !is_open {
        let message = match arn {
            Some(_) => not_recognized(resource),
            None => NO_ARN.to_owned(),
        };
        fields.complain_at("Resource", Clause::ValidateMapResource, message);
    }
}

/// `Parameters`, or `Arguments` in a JSONata state.
fn arguments(fields: &mut Fields<'_, '_, '_>) {
    if fields.is_jsonata() {
        fields.jsonata("Arguments");
    } else {
        fields.template("Parameters");
    }
}
