//! The `vault_op` table: the intent log.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::{error::Result, vault::EntryId};

/// What a vault call is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Write an entry. Open after a crash means: it may or may not be there, and nothing points to it.
    Put,
    /// Delete an entry that nothing points to any more.
    Delete,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }
}

/// An open operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    /// Row.
    pub id: i64,
    /// Which entry.
    pub entry: EntryId,
    /// What.
    pub kind: Kind,
    /// Unix milliseconds.
    pub created_at: i64,
    /// The last failure, as a code.
    pub last_code: Option<String>,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Op> {
    let secret: String = row.get(1)?;
    let kind: String = row.get(3)?;
    Ok(Op {
        id: row.get(0)?,
        entry: EntryId {
            secret: secret.parse().map_err(|e: uuid::Error| {
                rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(e))
            })?,
            version: row.get(2)?,
        },
        kind: if kind == "put" { Kind::Put } else { Kind::Delete },
        created_at: row.get(4)?,
        last_code: row.get(5)?,
    })
}

/// Notes an intent; a second time is the same.
pub fn open(db: &Connection, entry: EntryId, kind: Kind, vault: &str, now: i64) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO vault_op (secret, version, kind, vault, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (secret, version, kind) DO NOTHING",
    )?
    .execute(params![entry.secret.to_string(), entry.version, kind.as_str(), vault, now])?;
    Ok(())
}

/// A delete that waits until all that is being moved has arrived.
pub fn hold(db: &Connection, entry: EntryId, vault: &str, now: i64) -> Result<()> {
    open(db, entry, Kind::Delete, vault, now)?;
    db.prepare_cached("UPDATE vault_op SET held = 1 WHERE secret = ?1 AND version = ?2 AND kind = 'delete'")?
        .execute(params![entry.secret.to_string(), entry.version])?;
    Ok(())
}

/// The deletes that were held back may be carried out.
pub fn release(db: &Connection) -> Result<()> {
    db.execute("UPDATE vault_op SET held = 0 WHERE held = 1", [])?;
    Ok(())
}

/// What is held back of one secret may go: it was replaced or removed since it was moved, so nobody wants it back.
pub fn release_of(db: &Connection, secret: Uuid) -> Result<()> {
    db.prepare_cached("UPDATE vault_op SET held = 0 WHERE secret = ?1 AND held = 1")?.execute([secret.to_string()])?;
    Ok(())
}

/// The old entries that are held back, each with its vault.
pub fn held(db: &Connection) -> Result<Vec<(EntryId, String)>> {
    let mut statement = db.prepare_cached(
        "SELECT id, secret, version, kind, created_at, last_code, vault FROM vault_op WHERE held = 1",
    )?;
    let found = statement.query_map([], |row| Ok((from_row(row)?.entry, row.get(6)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The vaults on which operations are open and not held back.
pub fn vaults(db: &Connection) -> Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT DISTINCT vault FROM vault_op WHERE held = 0")?;
    Ok(statement.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// Every entry an operation names, held back or not.
pub fn entries(db: &Connection) -> Result<Vec<EntryId>> {
    let mut statement = db.prepare_cached("SELECT id, secret, version, kind, created_at, last_code FROM vault_op")?;
    let all: Vec<Op> = statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(all.into_iter().map(|op| op.entry).collect())
}

/// The memory of a session that has ended holds nothing: neither do operations on it.
pub fn forget_sessions(db: &Connection, own: &str) -> Result<()> {
    db.execute("DELETE FROM vault_op WHERE vault LIKE 'session:%' AND vault <> ?1", [own])?;
    Ok(())
}

/// What was being written is nobody's concern any more: neither acknowledged nor to be deleted.
pub fn forget_puts(db: &Connection) -> Result<()> {
    db.execute("DELETE FROM vault_op WHERE kind = 'put'", [])?;
    Ok(())
}

/// The intent was carried out, or taken back.
pub fn close(db: &Connection, entry: EntryId, kind: Kind) -> Result<()> {
    db.prepare_cached("DELETE FROM vault_op WHERE secret = ?1 AND version = ?2 AND kind = ?3")?.execute(params![
        entry.secret.to_string(),
        entry.version,
        kind.as_str()
    ])?;
    Ok(())
}

/// Notes a failed try.
pub fn failed(db: &Connection, entry: EntryId, kind: Kind, code: &str) -> Result<()> {
    db.prepare_cached(
        "UPDATE vault_op SET tries = tries + 1, last_code = ?4 WHERE secret = ?1 AND version = ?2 AND kind = ?3",
    )?
    .execute(params![entry.secret.to_string(), entry.version, kind.as_str(), code])?;
    Ok(())
}

/// An operation counts as begun now.
pub fn restart(db: &Connection, id: i64, now: i64) -> Result<()> {
    db.prepare_cached("UPDATE vault_op SET created_at = ?2 WHERE id = ?1")?.execute(params![id, now])?;
    Ok(())
}

/// The oldest open operations on one vault.
pub fn waiting(db: &Connection, vault: &str, limit: u32) -> Result<Vec<Op>> {
    let mut statement = db.prepare_cached(
        "SELECT id, secret, version, kind, created_at, last_code FROM vault_op
         WHERE vault = ?1 AND held = 0 ORDER BY id LIMIT ?2",
    )?;
    Ok(statement.query_map(params![vault, limit], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// How many operations are open, on any vault; not those held back.
pub fn count(db: &Connection) -> Result<u32> {
    Ok(db.prepare_cached("SELECT count(*) FROM vault_op WHERE held = 0")?.query_row([], |r| r.get(0))?)
}

/// Whether an operation on this secret is open.
pub fn any_for(db: &Connection, secret: Uuid) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM vault_op WHERE secret = ?1")?.exists([secret.to_string()])?)
}
