//! Creates and opens run directories.

use std::{
    fs::{self, File, TryLockError},
    io::Read,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use super::{RunRecord, StoreError, record::Pending, schema};

/// The first bytes of every SQLite file.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// Where the directories of runs are for which the user names none.
pub const RUNS: &str = "runs";

/// The directory of a run for which the user names none: `runs/<date-time>-<engine>-<seed>`.
pub fn default_directory(engine: &str, seed: u64) -> PathBuf {
    let now = jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H-%M-%SZ")
        .to_string();
    let engine: String = engine
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    Path::new(RUNS).join(format!("{now}-{engine}-{seed}"))
}

/// An open run directory, locked by this process.
#[derive(Debug)]
pub struct Store {
    pub(super) directory: PathBuf,
    run: RunRecord,
    pub(super) connection: Connection,
    pub(super) pending: Vec<Pending>,
    /// Holds the lock until the store is dropped.
    _lock: File,
}

impl Store {
    /// The path of the directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The configuration with which the run was started.
    pub fn run(&self) -> &RunRecord {
        &self.run
    }
}

impl Store {
    /// Creates a run in a directory, which is created if it does not exist.
    pub fn create(directory: &Path, run: RunRecord) -> Result<Self, StoreError> {
        make_directory(directory)?;
        let file = directory.join(schema::FILE);
        if file.exists() {
            return Err(StoreError::Occupied {
                path: directory.to_owned(),
            });
        }
        let lock = lock(directory)?;
        let connection = create_database(&file, &run).map_err(|source| StoreError::Database {
            path: file.clone(),
            source: source.into(),
        })?;
        Ok(Self {
            directory: directory.to_owned(),
            run,
            connection,
            pending: Vec::new(),
            _lock: lock,
        })
    }

    /// Opens an existing run.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let file = directory.join(schema::FILE);
        if !file.is_file() {
            return Err(StoreError::Missing {
                path: directory.to_owned(),
            });
        }
        check_header(&file)?;
        let lock = lock(directory)?;
        let corrupt = |error: rusqlite::Error| StoreError::Corrupt {
            path: file.clone(),
            reason: error.to_string(),
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&file, flags).map_err(corrupt)?;
        check_version(&connection, &file)?;
        schema::configure(&connection).map_err(corrupt)?;
        check_integrity(&connection, &file)?;
        let record: String = connection
            .query_row("SELECT record FROM run", (), |row| row.get(0))
            .map_err(corrupt)?;
        let run = serde_json::from_str(&record).map_err(|error| StoreError::Corrupt {
            path: file.clone(),
            reason: format!("table run: {error}"),
        })?;
        Ok(Self {
            directory: directory.to_owned(),
            run,
            connection,
            pending: Vec::new(),
            _lock: lock,
        })
    }

    /// The database's path, for errors.
    pub(super) fn file(&self) -> PathBuf {
        self.directory.join(schema::FILE)
    }
}

fn make_directory(directory: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(directory).map_err(|source| StoreError::Unwritable {
        path: directory.to_owned(),
        source,
    })
}

fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join("lock");
    let unwritable = |source| StoreError::Unwritable {
        path: path.clone(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            path: directory.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(unwritable(source)),
    }
}

/// Creates the database under another name and renames it, so that a killed process never leaves
/// half of a run.
fn create_database(file: &Path, run: &RunRecord) -> rusqlite::Result<Connection> {
    let fresh = file.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut connection = Connection::open(&fresh)?;
    let transaction = connection.transaction()?;
    schema::create(&transaction)?;
    let record = serde_json::to_string(run)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    transaction.execute(
        "INSERT INTO run (id, started, record) VALUES (1, ?1, ?2)",
        (jiff::Timestamp::now().as_millisecond(), record),
    )?;
    transaction.commit()?;
    drop(connection);
    fs::rename(&fresh, file)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let connection = Connection::open(file)?;
    schema::configure(&connection)?;
    Ok(connection)
}

fn check_header(file: &Path) -> Result<(), StoreError> {
    let mut header = [0; SQLITE.len()];
    let read = File::open(file).and_then(|mut file| file.read(&mut header));
    match read {
        Ok(length) if length == SQLITE.len() && header == *SQLITE => Ok(()),
        Ok(0) => Err(StoreError::Corrupt {
            path: file.to_owned(),
            reason: "it is empty".to_owned(),
        }),
        Ok(_) => Err(StoreError::Foreign {
            path: file.to_owned(),
        }),
        Err(error) => Err(StoreError::Corrupt {
            path: file.to_owned(),
            reason: error.to_string(),
        }),
    }
}

fn check_version(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let corrupt = |error: rusqlite::Error| StoreError::Corrupt {
        path: file.to_owned(),
        reason: error.to_string(),
    };
    if pragma("application_id").map_err(corrupt)? != schema::APPLICATION_ID {
        return Err(StoreError::Foreign {
            path: file.to_owned(),
        });
    }
    let found = pragma("user_version").map_err(corrupt)?;
    if found > schema::FORMAT {
        return Err(StoreError::Newer {
            path: file.to_owned(),
            found,
            known: schema::FORMAT,
        });
    }
    Ok(())
}

fn check_integrity(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let answer = connection
        .query_row("PRAGMA quick_check(1)", (), |row| row.get::<_, String>(0))
        .unwrap_or_else(|error| error.to_string());
    if answer == "ok" {
        return Ok(());
    }
    Err(StoreError::Corrupt {
        path: file.to_owned(),
        reason: answer,
    })
}
