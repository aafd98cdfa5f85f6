//! The fields of a distributed Map. They are kept as JSON, and checked against the specification
//! ("Map State") and the Developer Guide ("`ItemReader`", "`ResultWriter`", "`ItemBatcher`").

use std::ops::RangeInclusive;

use indexmap::IndexMap;
use serde_json::Value;

use super::{COUNT, support};
use crate::{
    asl::{
        diagnostic::not_recognized,
        fields::{Fields, object},
    },
    base::arn::Arn,
    clause::Clause,
};

/// `ToleratedFailurePercentage` (specification, "Map State Failure Tolerance": a number).
const PERCENTAGE: RangeInclusive<f64> = 0.0..=100.0;
/// `MaxItemsPerBatch` (specification, "Batching Items": positive).
const BATCH_ITEMS: RangeInclusive<u64> = 1..=u64::MAX;
/// `MaxInputBytesPerBatch` (Developer Guide, "`ItemBatcher`": at most 256 KiB).
const BATCH_BYTES: RangeInclusive<u64> = 1..=262_144;
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

/// `ItemReader` (specification, "Reading Items").
fn reader(reader: &mut Fields<'_, '_, '_>) {
    resource(reader, &["getObject", "listObjectsV2"]);
    reader.required("Resource");
    arguments(reader);
    inside(reader, "ReaderConfig", |config| {
        config.word("InputType", &INPUT_TYPES);
        config.word("CSVHeaderLocation", &["FIRST_ROW", "GIVEN"]);
        config.at_most_one(Clause::ValidateTwins, &["MaxItems", "MaxItemsPath"]);
    });
}

/// `ResultWriter` (Developer Guide, "`ResultWriter`": not empty; the wording was recorded for
/// `Branches`).
fn writer(writer: &mut Fields<'_, '_, '_>) {
    if writer.keys().next().is_none() {
        writer.complain(Clause::ValidateWriter, "Value cannot be empty");
    }
    resource(writer, &["putObject"]);
    arguments(writer);
    inside(writer, "WriterConfig", |config| {
        config.word("Transformation", &["NONE", "COMPACT", "FLATTEN"]);
        config.word("OutputType", &["JSON", "JSONL"]);
    });
}

/// `ItemBatcher` (specification, "Batching Items": at least one limit; wording ours).
fn batcher(batcher: &mut Fields<'_, '_, '_>) {
    if !LIMITS.iter().any(|limit| batcher.has(limit)) {
        batcher.none_of(Clause::ValidateBatcher, &LIMITS);
    }
    batcher.limit("MaxItemsPerBatch", "MaxItemsPerBatchPath", &BATCH_ITEMS);
    batcher.limit(
        "MaxInputBytesPerBatch",
        "MaxInputBytesPerBatchPath",
        &BATCH_BYTES,
    );
    batcher.template("BatchInput");
}

/// `Resource`: one of a few operations of S3 (Developer Guide, "`ItemReader`" and
/// "`ResultWriter`"; the wording was recorded for Tasks).
fn resource(fields: &mut Fields<'_, '_, '_>, operations: &[&str]) {
    let Some(resource) = fields.str("Resource") else {
        return;
    };
    let known = Arn::parse(resource).is_some_and(|arn| {
        let operation = arn.resource.strip_prefix("s3:");
        (arn.service, arn.region, arn.account) == ("states", "", "")
            && operation.is_some_and(|it| operations.contains(&it))
    });
    if !known {
        let message = not_recognized(resource);
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
