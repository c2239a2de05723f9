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
    /// Another one with every report.
    stamp: Option<i64>,
    /// One of an older version that is not understood any more is none.
    report: Option<Arc<TestReport>>,
}

impl Kept {
    /// The report, if it was a test of `basis`.
    pub fn of(&self, basis: &str) -> Option<Arc<TestReport>> {
        self.report.clone().filter(|_| self.basis == basis)
    }
}

/// The last tests of all keys, by key.
pub type Tests = HashMap<Uuid, Arc<Kept>>;

/// Those that were read before: reading all reports again takes longer than all else of a list.
#[derive(Default)]
pub struct Known(Mutex<Tests>);

impl Known {
    /// The last tests of all keys. Of those that are as they were, only the index is read.
    pub fn all(&self, db: &Connection) -> Result<MutexGuard<'_, Tests>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut there = 0;
        let mut statement = db.prepare_cached("SELECT key, basis, stamp FROM test_result")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let text = |at| row.get_ref(at).and_then(|value| Ok(value.as_str()?));
            let (Ok(key), basis, stamp) = (text(0)?.parse::<Uuid>(), text(1)?, row.get::<_, Option<i64>>(2)?) else {
                continue;
            };
            there += 1;
            let same = |known: &Arc<Kept>| stamp.is_some() && known.stamp == stamp && known.basis == basis;
            if !all.get(&key).is_some_and(same) {
                all.extend(one(db, key)?.map(|kept| (key, kept)));
            }
        }
        if all.len() > there {
            // Some have gone with their keys. It is seldom, and who is left is found again.
            let mut left = db.prepare_cached("SELECT 1 FROM test_result WHERE key = ?1")?;
            all.retain(|key, _| left.exists([key.to_string()]).unwrap_or(true));
        }
        Ok(all)
    }
}

/// The last test of one key.
pub fn one(db: &Connection, key: Uuid) -> Result<Option<Arc<Kept>>> {
    let mut statement = db.prepare_cached("SELECT basis, stamp, report FROM test_result WHERE key = ?1")?;
    let found = statement.query_row([key.to_string()], |row| {
        let report = serde_json::from_str(row.get_ref(2)?.as_str()?).ok();
        Ok(Arc::new(Kept { basis: row.get(0)?, stamp: row.get(1)?, report }))
    });
    Ok(found.optional()?)
}

/// Keeps a test as the key's last one.
pub fn put(db: &Connection, key: Uuid, basis: &str, report: &TestReport) -> Result<()> {
    let json = serde_json::to_string(report).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
    db.prepare_cached(
        "INSERT INTO test_result (key, basis, report, at, stamp) VALUES (?1, ?2, ?3, ?4, random())
         ON CONFLICT (key) DO UPDATE SET basis = ?2, report = ?3, at = ?4, stamp = random()",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        probe::{Outcome, Stage},
        provider::Catalog,
        store::Store,
    };

    #[test]
    fn what_was_read_before_is_read_again_only_when_it_is_another() {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::open(home.path()).expect("new");
        let key = Uuid::new_v4();
        let row = "INSERT INTO key (id, provider, name, name_folded, source, enabled, created_at, updated_at)
                   VALUES (?1, 'openai', 'Work', 'work', 'none', 1, 1, 1)";
        store.read().execute(row, [key.to_string()]).expect("a key");
        let openai = Catalog::builtin().get(&"openai".parse().expect("a slug")).expect("known");
        let tested = |outcome| {
            let report = TestReport::without_request(openai, outcome, Stage::Key, None, 1);
            put(&store.read(), key, "v1", &report).expect("kept");
        };
        let last = || store.tests().all(&store.read()).expect("read").get(&key).and_then(|kept| kept.of("v1"));

        tested(Outcome::Connected);
        let (first, second) = (last().expect("a test"), last().expect("a test"));
        assert!(Arc::ptr_eq(&first, &second), "read once");
        // In the same millisecond.
        tested(Outcome::InvalidKey);
        assert_eq!(last().expect("a test").outcome, Outcome::InvalidKey);
        rebase(&store.read(), key, "v1", "v2").expect("rebased");
        assert_eq!(last(), None, "a test of something else");
        store.read().execute("DELETE FROM key", []).expect("gone");
        assert!(store.tests().all(&store.read()).expect("read").is_empty());
    }
}
