//! The columns of the `key` table that say how a key is used.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    error::{Code, Error, Result},
    policy::{Policy, Tier},
};

pub(super) const COLUMNS: &str =
    "workspace, description, weight, tier, position, batch, models, blocked, aliases, expires_on,
    required, byok_only, zdr, callers, users, version";

/// A key's policy, and its row's version.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicyRow {
    /// How it is used.
    pub policy: Policy,
    /// One more with every change of the row.
    pub version: i64,
}

/// From [`COLUMNS`], which begin at this one.
pub(super) fn from_row(row: &Row<'_>, at: usize) -> rusqlite::Result<PolicyRow> {
    let policy = Policy {
        workspace: row.get(at)?,
        description: row.get(at + 1)?,
        weight: row.get(at + 2)?,
        tier: if row.get_ref(at + 3)?.as_str()? == "fallback" { Tier::Fallback } else { Tier::Prioritized },
        position: row.get(at + 4)?,
        batch: row.get(at + 5)?,
        models: json(row, at + 6, "\"all\"")?,
        blocked: json(row, at + 7, "[]")?,
        aliases: json(row, at + 8, "{}")?,
        expires_on: row.get(at + 9)?,
        required: row.get(at + 10)?,
        byok_only: row.get(at + 11)?,
        zdr: row.get(at + 12)?,
        callers: json(row, at + 13, "[]")?,
        users: json(row, at + 14, "[]")?,
    };
    Ok(PolicyRow { policy, version: row.get(at + 15)? })
}

/// Nearly every key has the default, which needs no parser.
fn json<T: DeserializeOwned + Default>(row: &Row<'_>, at: usize, default: &str) -> rusqlite::Result<T> {
    let text = row.get_ref(at)?.as_str()?;
    if text == default {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|e| rusqlite::Error::FromSqlConversionFailure(at, Type::Text, e.into()))
}

/// Of every key that is no tombstone.
pub fn all(db: &Connection) -> Result<HashMap<Uuid, PolicyRow>> {
    let sql = format!("SELECT id, {COLUMNS} FROM key WHERE deleted_at IS NULL");
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get_ref(0)?.as_str()?.parse(), from_row(row, 1)?)))?;
    let mut all = HashMap::new();
    for row in rows {
        if let (Ok(id), policy) = row? {
            all.insert(id, policy);
        }
    }
    Ok(all)
}

/// Of one key.
pub fn get(db: &Connection, id: Uuid) -> Result<PolicyRow> {
    let sql = format!("SELECT {COLUMNS} FROM key WHERE id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id.to_string()], |row| from_row(row, 0)).optional()?;
    found.ok_or_else(|| Error::new(Code::KeyNotFound, "there is no such key"))
}

/// Writes all of it.
pub fn put(db: &Connection, id: Uuid, policy: &Policy, now: i64) -> Result<()> {
    let tier = match policy.tier {
        Tier::Prioritized => "prioritized",
        Tier::Fallback => "fallback",
    };
    let json = |value: serde_json::Value| value.to_string();
    db.prepare_cached(
        "UPDATE key SET workspace = ?2, description = ?3, weight = ?4, tier = ?5, position = ?6, batch = ?7, models = ?8,
         blocked = ?9, aliases = ?10, expires_on = ?11, required = ?12, byok_only = ?13, zdr = ?14, callers = ?15,
         users = ?16, updated_at = ?17 WHERE id = ?1",
    )?
    .execute(params![
        id.to_string(),
        policy.workspace,
        policy.description,
        policy.weight,
        tier,
        policy.position,
        policy.batch,
        json(serde_json::json!(policy.models)),
        json(serde_json::json!(policy.blocked)),
        json(serde_json::json!(policy.aliases)),
        policy.expires_on,
        policy.required,
        policy.byok_only,
        policy.zdr,
        json(serde_json::json!(policy.callers)),
        json(serde_json::json!(policy.users)),
        now
    ])?;
    Ok(())
}

/// Puts keys into an order.
pub fn place(db: &Connection, id: Uuid, tier: Tier, position: i64, now: i64) -> Result<()> {
    let mut policy = get(db, id)?.policy;
    (policy.tier, policy.position) = (tier, position);
    put(db, id, &policy, now)
}
