//! The `consent` table: the origins to which keys may travel unencrypted.

use rusqlite::{Connection, params};

use crate::error::Result;

/// All of them with the time each was given, Unix milliseconds; by origin.
pub fn all(db: &Connection) -> Result<Vec<(String, i64)>> {
    let mut statement = db.prepare_cached("SELECT origin, given_at FROM consent ORDER BY origin")?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?)
}

/// Whether it was given for an origin.
pub fn has(db: &Connection, origin: &str) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM consent WHERE origin = ?1")?.exists([origin])?)
}

/// Gives it. Given twice it stays as old as it is.
pub fn give(db: &Connection, origin: &str, now: i64) -> Result<()> {
    db.prepare_cached("INSERT INTO consent (origin, given_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![origin, now])?;
    Ok(())
}

/// Takes it back.
pub fn revoke(db: &Connection, origin: &str) -> Result<()> {
    db.prepare_cached("DELETE FROM consent WHERE origin = ?1")?.execute([origin])?;
    Ok(())
}
