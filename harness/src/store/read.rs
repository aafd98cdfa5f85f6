//! Reads the record.

use std::{collections::HashMap, time::Duration};

use rusqlite::Row;
use serde::de::DeserializeOwned;
use stepproof_specs::{
    clause::{Clause, Coverage},
    scenario::case::{Body, Case},
};

use super::{
    Detail, FindingRecord, JudgedCase, ReductionRecord, Replay, Store, StoreError, Stored,
};
use crate::{identity::CaseId, judge::verdict::Signature};

impl Store {
    /// Reads the state from which a resumed run continues.
    pub(super) fn read_all(&self) -> Result<Stored, StoreError> {
        self.read_stored().map_err(|error| self.corrupt(&error))
    }

    /// What is kept of one case besides its verdict.
    pub fn detail(&self, index: u64) -> Result<Option<Detail>, StoreError> {
        self.connection
            .prepare_cached("SELECT detail FROM cases WHERE idx = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([index.cast_signed()], |row| optional(row, 0))
                    .or_else(|error| match error {
                        rusqlite::Error::QueryReturnedNoRows => Ok(None),
                        error => Err(error),
                    })
            })
            .map_err(|error| self.corrupt(&error))
    }

    /// The identity of one case, if more than its verdict is kept.
    pub fn identity(&self, index: u64) -> Result<Option<CaseId>, StoreError> {
        self.connection
            .prepare_cached("SELECT id FROM cases WHERE idx = ?1 AND id <> ''")
            .and_then(|mut statement| {
                let mut ids = statement.query_map([index.cast_signed()], |row| row.get(0))?;
                ids.next().transpose()
            })
            .map(|id: Option<String>| id.map(CaseId::stored))
            .map_err(|error| self.corrupt(&error))
    }

    /// The events so far, with their times, as they were encoded.
    pub fn events(&self) -> Result<Vec<(Duration, String)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<_>> {
            self.connection
                .prepare("SELECT at, body FROM events ORDER BY seq")?
                .query_map((), |row| Ok((millis(row, 0)?, row.get(1)?)))?
                .collect()
        };
        read().map_err(|error| self.corrupt(&error))
    }

    fn corrupt(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::Corrupt {
            path: self.file(),
            reason: error.to_string(),
        }
    }

    fn read_stored(&self) -> rusqlite::Result<Stored> {
        let clauses = self.clauses()?;
        let mut stored = Stored::default();
        let mut statement = self.connection.prepare(
            "SELECT idx, verdict, signatures, coverage, at, detail ->> '$.why', \
                 detail ->> '$.trouble', detail ->> '$.root' FROM cases ORDER BY idx",
        )?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            stored.cases.push(judged_case(row, &clauses)?);
            stored.elapsed = stored.elapsed.max(millis(row, 4)?);
        }
        // A run goes on when all its cases are judged: with reductions.
        let mut last = self
            .connection
            .prepare("SELECT coalesce(max(at), 0) FROM events")?;
        let last = last.query_row((), |row| millis(row, 0))?;
        stored.elapsed = stored.elapsed.max(last);
        stored.findings = self.findings()?;
        Ok(stored.settled())
    }

    fn findings(&self) -> rusqlite::Result<Vec<(FindingRecord, Option<ReductionRecord>)>> {
        self.connection
            .prepare(
                "SELECT number, signature, idx, reproduced, repetitions, slug, original, \
                 findings.detail, minimal, states, candidates, calls, ended, error, reductions.detail, replayed \
                 FROM findings LEFT JOIN reductions USING (number) ORDER BY number",
            )?
            .query_map((), |row| Ok((finding(row)?, reduction(row)?)))?
            .collect()
    }

    /// The clauses by their bit in this file; other builds may number them differently.
    fn clauses(&self) -> rusqlite::Result<HashMap<usize, Clause>> {
        let mut clauses = HashMap::new();
        let mut statement = self.connection.prepare("SELECT bit, id FROM clauses")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(1)?;
            if let Some(clause) = Clause::from_id(&id) {
                clauses.insert(row.get::<_, i64>(0)? as usize, clause);
            }
        }
        Ok(clauses)
    }
}

fn judged_case(row: &Row<'_>, clauses: &HashMap<usize, Clause>) -> rusqlite::Result<JudgedCase> {
    let bits: Vec<u8> = row.get(3)?;
    let verdict: String = row.get(1)?;
    Ok(JudgedCase {
        index: row.get::<_, i64>(0)?.cast_unsigned(),
        verdict: decode(1, &format!("\"{verdict}\""))?,
        signatures: optional(row, 2)?.unwrap_or_default(),
        coverage: coverage(&bits, clauses),
        why: Detail {
            why: optional(row, 5)?.unwrap_or_default(),
            trouble: row.get(6)?,
            ..Detail::default()
        }
        .reasons(),
        root: row.get(7)?,
        shows: None,
    })
}

fn finding(row: &Row<'_>) -> rusqlite::Result<FindingRecord> {
    Ok(FindingRecord {
        number: row.get(0)?,
        signature: signature(row, 1)?,
        index: row.get::<_, i64>(2)?.cast_unsigned(),
        reproduced: row.get(3)?,
        repetitions: row.get(4)?,
        slug: slug(row, 5)?,
        original: case(6, &row.get::<_, String>(6)?)?,
        detail: decode(7, &row.get::<_, String>(7)?)?,
    })
}

fn reduction(row: &Row<'_>) -> rusqlite::Result<Option<ReductionRecord>> {
    let Some(minimal) = row.get::<_, Option<String>>(8)? else {
        return Ok(None);
    };
    let minimal = case(8, &minimal)?;
    Ok(Some(ReductionRecord {
        number: row.get(0)?,
        minimal,
        states: row.get::<_, i64>(9)? as usize,
        candidates: row.get::<_, i64>(10)?.cast_unsigned(),
        calls: row.get::<_, i64>(11)?.cast_unsigned(),
        ended: decode(12, &format!("\"{}\"", row.get::<_, String>(12)?))?,
        error: row.get(13)?,
        detail: decode(14, &row.get::<_, String>(14)?)?,
        replay: Replay::from_code(row.get(15)?),
    }))
}

/// The part of a directory's name that a finding is given: nothing that leads to another directory.
fn slug(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let slug: String = row.get(column)?;
    if slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Ok(slug);
    }
    Err(damaged(
        column,
        format!("'{slug}' is not the name of a finding"),
    ))
}

fn case(column: usize, text: &str) -> rusqlite::Result<Case> {
    let case: Case = decode(column, text)?;
    match &case.body {
        Body::Execution(execution) if execution.starts.is_empty() => {
            Err(damaged(column, "a case has no start".to_owned()))
        }
        _ => Ok(case),
    }
}

fn damaged(column: usize, reason: String) -> rusqlite::Error {
    let kind = rusqlite::types::Type::Text;
    rusqlite::Error::FromSqlConversionFailure(column, kind, reason.into())
}

fn signature(row: &Row<'_>, column: usize) -> rusqlite::Result<Signature> {
    row.get::<_, String>(column)?.parse().map_err(|error| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(error))
    })
}

fn optional<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<String>>(column)?
        .map(|text| decode(column, &text))
        .transpose()
}

fn decode<T: DeserializeOwned>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })
}

fn millis(row: &Row<'_>, column: usize) -> rusqlite::Result<Duration> {
    Ok(Duration::from_millis(
        row.get::<_, i64>(column)?.cast_unsigned(),
    ))
}

fn coverage(bits: &[u8], clauses: &HashMap<usize, Clause>) -> Coverage {
    let set = bits.iter().enumerate().flat_map(|(index, byte)| {
        let bits = (0..8).filter(move |bit| byte & (1 << bit) != 0);
        bits.map(move |bit| index * 8 + bit)
    });
    set.filter_map(|bit| clauses.get(&bit).copied()).collect()
}
