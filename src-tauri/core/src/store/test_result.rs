//! The `test_result` table: each key's last test, with what it was a test of.

use rusqlite::{Connection, OptionalExtension, params};
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
