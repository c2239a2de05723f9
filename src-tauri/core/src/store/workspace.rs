//! The `workspace` table.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::error::{Code, Error, Field, Result};

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceRow {
    /// UUID, or `default`.
    pub id: String,
    /// As typed.
    pub name: String,
    /// The one whose tasks the others inherit.
    pub is_default: bool,
    /// One more with every change.
    pub version: i64,
}

const COLUMNS: &str = "id, name, is_default, version";

fn from_row(row: &Row<'_>) -> rusqlite::Result<WorkspaceRow> {
    Ok(WorkspaceRow { id: row.get(0)?, name: row.get(1)?, is_default: row.get(2)?, version: row.get(3)? })
}

/// All of them: the default one first, then by name.
pub fn all(db: &Connection) -> Result<Vec<WorkspaceRow>> {
    let sql = format!("SELECT {COLUMNS} FROM workspace ORDER BY is_default DESC, name_folded");
    Ok(db.prepare_cached(&sql)?.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// One.
pub fn get(db: &Connection, id: &str) -> Result<WorkspaceRow> {
    let sql = format!("SELECT {COLUMNS} FROM workspace WHERE id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id], from_row).optional()?;
    found.ok_or_else(|| Error::at(Field::Workspace, Code::WorkspaceNotFound, "there is no such workspace"))
}

/// The default one.
pub fn default(db: &Connection) -> Result<WorkspaceRow> {
    let sql = format!("SELECT {COLUMNS} FROM workspace WHERE is_default = 1");
    Ok(db.prepare_cached(&sql)?.query_row([], from_row)?)
}

/// A new one.
pub fn insert(db: &Connection, id: &str, name: &str, now: i64) -> Result<()> {
    refuse_taken(db, name, None)?;
    let sql = "INSERT INTO workspace (id, name, name_folded, is_default, created_at) VALUES (?1, ?2, ?3, 0, ?4)";
    db.prepare_cached(sql)?.execute(params![id, name, name.to_lowercase(), now])?;
    Ok(())
}

/// Gives it another name.
pub fn rename(db: &Connection, id: &str, name: &str) -> Result<()> {
    refuse_taken(db, name, Some(id))?;
    let sql = "UPDATE workspace SET name = ?2, name_folded = ?3, version = version + 1 WHERE id = ?1";
    db.prepare_cached(sql)?.execute(params![id, name, name.to_lowercase()])?;
    Ok(())
}

/// Makes it the default one.
pub fn make_default(db: &Connection, id: &str) -> Result<()> {
    db.execute("UPDATE workspace SET is_default = 0, version = version + 1 WHERE is_default = 1", [])?;
    db.execute("UPDATE workspace SET is_default = 1, version = version + 1 WHERE id = ?1", [id])?;
    Ok(())
}

/// Removes it. Its keys and assignments have to be gone.
pub fn delete(db: &Connection, id: &str) -> Result<()> {
    db.execute("DELETE FROM workspace WHERE id = ?1", [id])?;
    Ok(())
}

fn refuse_taken(db: &Connection, name: &str, except: Option<&str>) -> Result<()> {
    let sql = "SELECT name FROM workspace WHERE name_folded = ?1 AND id IS NOT ?2";
    let taken: Option<String> =
        db.prepare_cached(sql)?.query_row(params![name.to_lowercase(), except], |r| r.get(0)).optional()?;
    taken.map_or(Ok(()), |name| {
        Err(Error::at(Field::Name, Code::NameTaken, format!("another workspace is called '{name}'")))
    })
}
