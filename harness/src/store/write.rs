//! Appends to the record.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, Statement, Transaction};
use stepproof_specs::clause::{Coverage, REGISTRY};

use super::{
    CaseRecord, FindingRecord, Journal, ReductionRecord, Store, StoreError, Stored, record::Pending,
};
use crate::identity::CaseId;

impl Journal for Store {
    fn directory(&self) -> &Path {
        &self.directory
    }

    fn stored(&self) -> Result<Stored, StoreError> {
        self.read_all()
    }

    fn append_case(&mut self, case: CaseRecord) {
        self.pending.push(Pending::Case(Box::new(case)));
    }

    fn append_finding(&mut self, finding: FindingRecord) {
        self.pending.push(Pending::Finding(Box::new(finding)));
    }

    fn append_reduction(&mut self, reduction: ReductionRecord) {
        self.pending.push(Pending::Reduction(Box::new(reduction)));
    }

    fn append_event(&mut self, at: Duration, body: String) {
        self.pending.push(Pending::Event { at, body });
    }

    fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Writes all pending rows to disk in one transaction. After an error, none of them is stored
    /// and all are still pending.
    fn commit(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        // Inserting rows in key order fills the pages. Other rows keep their order.
        self.pending.sort_by_key(|row| match row {
            Pending::Case(case) => case.index,
            _ => 0,
        });
        write_all(&mut self.connection, &self.pending).map_err(|source| StoreError::Database {
            path: self.file(),
            source: source.into(),
        })?;
        self.pending.clear();
        Ok(())
    }
}

fn write_all(connection: &mut Connection, rows: &[Pending]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    // Nearly all rows are cases, so this statement is prepared only once.
    let mut cases = transaction.prepare_cached(
        "INSERT INTO cases (idx, id, verdict, signatures, coverage, starts, lane, asl_ms, \
         engine_us, at, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for row in rows {
        match row {
            Pending::Case(case) => write_case(&mut cases, case)?,
            Pending::Finding(finding) => write_finding(&transaction, finding)?,
            Pending::Reduction(reduction) => write_reduction(&transaction, reduction)?,
            Pending::Event { at, body } => write_event(&transaction, *at, body)?,
        }
    }
    drop(cases);
    transaction.commit()
}

fn write_case(statement: &mut Statement<'_>, case: &CaseRecord) -> rusqlite::Result<()> {
    let signatures = match case.signatures.as_slice() {
        [] => None,
        signatures => Some(encode(&signatures)?),
    };
    let detail = case.detail.as_ref().map(encode).transpose()?;
    statement.execute(rusqlite::params![
        case.index.cast_signed(),
        case.id.as_ref().map_or("", CaseId::as_str),
        word(&case.verdict)?,
        signatures,
        coverage_bits(&case.coverage),
        case.starts as i64,
        word(&case.lane)?,
        case.asl.cast_signed(),
        case.engine.as_micros() as i64,
        case.at.as_millis() as i64,
        detail,
    ])?;
    Ok(())
}

fn write_finding(transaction: &Transaction<'_>, finding: &FindingRecord) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO findings (number, signature, idx, reproduced, repetitions, slug, \
             original, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(rusqlite::params![
            finding.number,
            finding.signature.to_string(),
            finding.index.cast_signed(),
            finding.reproduced,
            finding.repetitions,
            finding.slug,
            encode(&finding.original)?,
            encode(&finding.detail)?,
        ])?;
    Ok(())
}

fn write_reduction(
    transaction: &Transaction<'_>,
    reduction: &ReductionRecord,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO reductions (number, minimal, states, candidates, calls, ended, error, \
             detail, replayed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(rusqlite::params![
            reduction.number,
            encode(&reduction.minimal)?,
            reduction.states as i64,
            reduction.candidates.cast_signed(),
            reduction.calls.cast_signed(),
            word(&reduction.ended)?,
            reduction.error,
            encode(&reduction.detail)?,
            reduction.replay.code(),
        ])?;
    Ok(())
}

fn write_event(transaction: &Transaction<'_>, at: Duration, body: &str) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT INTO events (at, body) VALUES (?1, ?2)")?
        .execute((at.as_millis() as i64, body))?;
    Ok(())
}

fn encode(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// The serde name of a unit variant, without quotes.
fn word(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    Ok(encode(value)?.trim_matches('"').to_owned())
}

/// One bit per clause of the registry, lowest first.
pub(super) fn coverage_bits(coverage: &Coverage) -> Vec<u8> {
    let mut bits = vec![0; REGISTRY.len().div_ceil(8)];
    for clause in coverage.iter() {
        let bit = clause as usize;
        bits[bit / 8] |= 1 << (bit % 8);
    }
    bits
}
