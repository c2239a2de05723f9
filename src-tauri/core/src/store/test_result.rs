//! The `test_result` table: each key's last test, with what it was a test of.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    error::{Code, Error, Result},
    probe::TestReport,
};

/// The last test of a key, if it was a test of `basis`.
pub fn get(db: &Connection, key: Uuid, basis: &str) -> Result<Option<TestReport>> {
    let json: Option<String> = db
        .prepare_cached("SELECT report FROM test_result WHERE key = ?1 AND basis = ?2")?
        .query_row(params![key.to_string(), basis], |r| r.get(0))
        .optional()?;
    // A report of an older version that is not understood any more is no report.
    Ok(json.and_then(|j| serde_json::from_str(&j).ok()))
}

/// A key's last test as it is kept, with what it was a test of.
pub struct Kept {
    basis: String,
    /// One of an older version that is not understood any more is none.
    report: Option<TestReport>,
}

impl Kept {
    /// From a row that has its basis and its report at these columns.
    fn from_row(row: &Row<'_>, basis: usize, report: usize) -> rusqlite::Result<Self> {
        Ok(Self { basis: row.get(basis)?, report: serde_json::from_str(row.get_ref(report)?.as_str()?).ok() })
    }

    /// The report, if it was a test of `basis`.
    pub fn of(self, basis: &str) -> Option<TestReport> {
        self.report.filter(|_| self.basis == basis)
    }
}

/// The last tests of all keys, read at once: a question for each key takes longer than all of their answers.
///
/// `about`: how many they may be.
pub fn all(db: &Connection, about: usize) -> Result<HashMap<Uuid, Kept>> {
    let mut statement = db.prepare_cached("SELECT key, basis, report FROM test_result")?;
    let rows = statement.query_map([], |row| Ok((row.get_ref(0)?.as_str()?.parse(), Kept::from_row(row, 1, 2)?)))?;
    let mut all = HashMap::with_capacity(about);
    for row in rows {
        if let (Ok(key), kept) = row? {
            all.insert(key, kept);
        }
    }
    Ok(all)
}

/// The last test of one key.
pub fn one(db: &Connection, key: Uuid) -> Result<Option<Kept>> {
    let mut statement = db.prepare_cached("SELECT basis, report FROM test_result WHERE key = ?1")?;
    let found = statement.query_row([key.to_string()], |row| Kept::from_row(row, 0, 1));
    Ok(found.optional()?)
}

/// Keeps a test as the key's last one.
pub fn put(db: &Connection, key: Uuid, basis: &str, report: &TestReport) -> Result<()> {
    let json = serde_json::to_string(report).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
    db.prepare_cached(
        "INSERT INTO test_result (key, basis, report, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (key) DO UPDATE SET basis = ?2, report = ?3, at = ?4",
    )?
    .execute(params![key.to_string(), basis, json, report.at])?;
    Ok(())
}

/// The same secret under another version: what was tested still holds.
pub fn rebase(db: &Connection, key: Uuid, from: &str, to: &str) -> Result<()> {
    db.prepare_cached("UPDATE test_result SET basis = ?3 WHERE key = ?1 AND basis = ?2")?.execute(params![
        key.to_string(),
        from,
        to
    ])?;
    Ok(())
}
