//! The `key_limit` table.

use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::{Code, Error, Result},
    limit::Limit,
    provider::ProviderId,
};

const COLUMNS: &str = "id, kind, effect, enabled, workspace, provider, amount, currency, patterns, version";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Limit> {
    let wrong =
        |e: Box<dyn std::error::Error + Send + Sync>| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, e);
    let provider: Option<String> = row.get(5)?;
    Ok(Limit {
        id: row.get(0)?,
        kind: named(row.get(1)?).map_err(|e| wrong(e.into()))?,
        effect: named(row.get(2)?).map_err(|e| wrong(e.into()))?,
        enabled: row.get(3)?,
        workspace: row.get(4)?,
        provider: provider.map(|id| id.parse::<ProviderId>()).transpose().map_err(|e: Error| wrong(e.into()))?,
        amount: row.get(6)?,
        currency: row.get(7)?,
        patterns: serde_json::from_str(row.get_ref(8)?.as_str()?).map_err(|e| wrong(e.into()))?,
        version: row.get(9)?,
    })
}

fn named<T: DeserializeOwned>(name: String) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::Value::String(name))
}

fn name(value: impl Serialize) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(Error::new(Code::Internal, "this has no name")),
    }
}

/// All of them, in the order they were made in.
pub fn all(db: &Connection) -> Result<Vec<Limit>> {
    let sql = format!("SELECT {COLUMNS} FROM key_limit ORDER BY created_at, id");
    Ok(db.prepare_cached(&sql)?.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// One.
pub fn get(db: &Connection, id: &str) -> Result<Limit> {
    let sql = format!("SELECT {COLUMNS} FROM key_limit WHERE id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id], from_row).optional()?;
    found.ok_or_else(|| Error::new(Code::LimitNotFound, "there is no such limit"))
}

/// Writes it, new or not.
pub fn put(db: &Connection, limit: &Limit, now: i64) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO key_limit (id, kind, effect, enabled, workspace, provider, amount, currency, patterns, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET kind = ?2, effect = ?3, enabled = ?4, workspace = ?5, provider = ?6, amount = ?7,
         currency = ?8, patterns = ?9, version = version + 1",
    )?
    .execute(params![
        limit.id,
        name(limit.kind)?,
        name(limit.effect)?,
        limit.enabled,
        limit.workspace,
        limit.provider.as_ref().map(ProviderId::as_str),
        limit.amount,
        limit.currency,
        serde_json::json!(limit.patterns).to_string(),
        now
    ])?;
    Ok(())
}

/// Removes it.
pub fn delete(db: &Connection, id: &str) -> Result<()> {
    db.execute("DELETE FROM key_limit WHERE id = ?1", [id])?;
    Ok(())
}
