//! The tables of `run.sqlite`. Rows are only ever added, never changed.

use rusqlite::Connection;

/// Identifies the file as a stepproof run (`PRAGMA application_id`): "SPRF".
pub(super) const APPLICATION_ID: i64 = 0x5350_5246;

/// The version of the tables (`PRAGMA user_version`) that this build writes. Later versions cannot
/// be read.
pub const FORMAT: i64 = 1;

/// The file's name in the run directory.
pub(super) const FILE: &str = "run.sqlite";

const TABLES: &str = "
    CREATE TABLE run (
        id            INTEGER PRIMARY KEY CHECK (id = 1),
        started       INTEGER NOT NULL, -- milliseconds since the epoch
        record        TEXT NOT NULL     -- RunRecord as JSON
    ) STRICT;
    -- What the bits of cases.coverage stand for.
    CREATE TABLE clauses (
        bit           INTEGER PRIMARY KEY,
        id            TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE cases (
        idx           INTEGER PRIMARY KEY,
        id            TEXT NOT NULL,    -- blake3 of the case; empty if only its verdict is kept
        verdict       TEXT NOT NULL,
        signatures    TEXT,             -- JSON array; null if nothing differed
        coverage      BLOB NOT NULL,    -- one bit per clause
        starts        INTEGER NOT NULL,
        lane          TEXT NOT NULL,
        asl_ms        INTEGER NOT NULL, -- the longest start, by the reference
        engine_us     INTEGER NOT NULL, -- real time on the engine
        at            INTEGER NOT NULL, -- milliseconds of the run's own time
        detail        TEXT              -- Detail as JSON: raw run, judgement, trouble
    ) STRICT;
    CREATE TABLE findings (
        number        INTEGER PRIMARY KEY,
        signature     TEXT NOT NULL,    -- several may have the same
        idx           INTEGER NOT NULL,
        reproduced    INTEGER NOT NULL, -- k
        repetitions   INTEGER NOT NULL, -- of n
        slug          TEXT NOT NULL,
        original      TEXT NOT NULL,    -- the case as JSON
        detail        TEXT NOT NULL     -- Detail as JSON
    ) STRICT;
    CREATE TABLE reductions (
        number        INTEGER PRIMARY KEY REFERENCES findings (number),
        minimal       TEXT NOT NULL,    -- the case as JSON
        states        INTEGER NOT NULL,
        candidates    INTEGER NOT NULL,
        calls         INTEGER NOT NULL,
        ended         TEXT NOT NULL,
        error         TEXT,
        detail        TEXT NOT NULL,    -- Detail as JSON
        replayed      INTEGER NOT NULL  -- 0: it did not diverge, 1: it did, 2: trouble
    ) STRICT;
    CREATE TABLE events (
        seq           INTEGER PRIMARY KEY,
        at            INTEGER NOT NULL,
        body          TEXT NOT NULL
    ) STRICT;
";

/// Creates the tables in an empty database. The caller does this in one transaction with the first
/// row of `run`, so that a file contains either a whole run or none.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.execute_batch(TABLES)?;
    let mut insert = connection.prepare("INSERT INTO clauses (bit, id) VALUES (?1, ?2)")?;
    for (clause, entry) in stepproof_specs::clause::REGISTRY {
        insert.execute((*clause as u16, entry.id))?;
    }
    Ok(())
}

/// Configures a connection: a commit is on disk when it returns, and a reader does not block the
/// run.
pub(super) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}
