//! The `test_result` table: each key's last test, with what it was a test of.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

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

/// A key's last test as it is kept, with what it was a test of.
pub struct Kept {
    basis: String,
    json: String,
    /// One of an older version that is not understood any more is none.
    report: Option<Arc<TestReport>>,
}

impl Kept {
    fn read(basis: &str, json: &str) -> Arc<Self> {
        let report = serde_json::from_str(json).ok();
        Arc::new(Self { basis: basis.to_owned(), json: json.to_owned(), report })
    }

    fn is(&self, basis: &str, json: &str) -> bool {
        self.basis == basis && self.json == json
    }

    /// The report, if it was a test of `basis`.
    pub fn of(&self, basis: &str) -> Option<Arc<TestReport>> {
        self.report.clone().filter(|_| self.basis == basis)
    }
}

/// The last tests of all keys as they were read before: reading a report's JSON again takes longer than all else of a list.
#[derive(Default)]
pub struct Known(Mutex<Arc<HashMap<Uuid, Arc<Kept>>>>);

impl Known {
    /// The last tests of all keys, read at once: a question for each key takes longer than all of their answers.
    pub fn all(&self, db: &Connection) -> Result<Arc<HashMap<Uuid, Arc<Kept>>>> {
        let before = self.lock().clone();
        let mut all = HashMap::with_capacity(before.len());
        let mut statement = db.prepare_cached("SELECT key, basis, report FROM test_result")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |at| row.get_ref(at).map_err(rusqlite::Error::from).and_then(|value| Ok(value.as_str()?));
            let (Ok(key), basis, json) = (text(0)?.parse(), text(1)?, text(2)?) else { continue };
            let known = before.get(&key).filter(|known| known.is(basis, json));
            all.insert(key, known.cloned().unwrap_or_else(|| Kept::read(basis, json)));
        }
        let all = Arc::new(all);
        *self.lock() = all.clone();
        Ok(all)
    }

    fn lock(&self) -> MutexGuard<'_, Arc<HashMap<Uuid, Arc<Kept>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last test of one key.
pub fn one(db: &Connection, key: Uuid) -> Result<Option<Arc<Kept>>> {
    let mut statement = db.prepare_cached("SELECT basis, report FROM test_result WHERE key = ?1")?;
    let found = statement.query_row([key.to_string()], |row| {
        Ok(Kept::read(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?))
    });
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
