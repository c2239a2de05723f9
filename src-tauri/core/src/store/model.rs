//! The `model` and `model_list` tables: what each key's provider lists, and what of it the user has applied.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    error::{Code, Error, Result},
    probe::{ListReport, Model, Price},
};

/// A model of a key.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRow {
    /// What the list says of it, or said when it was last in it.
    pub model: Model,
    /// Unix milliseconds.
    pub first_seen: i64,
    /// Unix milliseconds; none: it is in the last list.
    pub gone_since: Option<i64>,
    /// The user's.
    pub applied: bool,
    /// The user has seen that it is new, or gone.
    pub decided: bool,
}

/// A key's list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListRow {
    /// Where the last whole list is from.
    pub url: Option<String>,
    /// When it came, Unix milliseconds; none: no list came yet.
    pub listed_at: Option<i64>,
    /// When the user last decided what is applied.
    pub decided_at: Option<i64>,
    /// The last try; none: an older version's that is not understood any more.
    pub report: Option<ListReport>,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ModelRow> {
    let price = match (row.get(3)?, row.get(4)?, row.get(5)?) {
        (Some(input), Some(output), Some(currency)) => Some(Price { input, output, currency }),
        _ => None,
    };
    Ok(ModelRow {
        model: Model { id: row.get(0)?, name: row.get(1)?, context: row.get(2)?, price },
        first_seen: row.get(6)?,
        gone_since: row.get(7)?,
        applied: row.get(8)?,
        decided: row.get(9)?,
    })
}

/// All models of a key, by id.
pub fn of_key(db: &Connection, key: Uuid) -> Result<Vec<ModelRow>> {
    let sql = "SELECT id, name, context, input_price, output_price, currency, first_seen, gone_since, applied, decided
               FROM model WHERE key = ?1 ORDER BY id";
    Ok(db.prepare_cached(sql)?.query_map([key.to_string()], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// Whether a key's provider offers it a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// There is no list.
    Unknown,
    /// It is in the last list.
    Listed,
    /// It was in a list before that one, and is gone since this time, Unix milliseconds.
    Gone(i64),
    /// No list had it.
    NotListed,
}

/// What the key's list says of a model, by the name the provider has for it.
pub fn offer(db: &Connection, key: Uuid, model: &str) -> Result<Offer> {
    let sql = "SELECT gone_since FROM model WHERE key = ?1 AND id = ?2 COLLATE NOCASE";
    let row = |r: &Row<'_>| r.get::<_, Option<i64>>(0);
    if let Some(gone) = db.prepare_cached(sql)?.query_row(params![key.to_string(), model], row).optional()? {
        return Ok(gone.map_or(Offer::Listed, Offer::Gone));
    }
    let sql = "SELECT 1 FROM model_list WHERE key = ?1 AND listed_at IS NOT NULL";
    let listed = db.prepare_cached(sql)?.exists([key.to_string()])?;
    Ok(if listed { Offer::NotListed } else { Offer::Unknown })
}

/// A key's list, if there was a try.
pub fn list(db: &Connection, key: Uuid) -> Result<Option<ListRow>> {
    let sql = "SELECT url, listed_at, decided_at, report FROM model_list WHERE key = ?1";
    let row = |r: &Row<'_>| {
        let report: String = r.get(3)?;
        let report = serde_json::from_str(&report).ok();
        Ok(ListRow { url: r.get(0)?, listed_at: r.get(1)?, decided_at: r.get(2)?, report })
    };
    Ok(db.prepare_cached(sql)?.query_row([key.to_string()], row).optional()?)
}

/// Keeps a try. The list before it, if it failed, stays.
pub fn put_report(db: &Connection, key: Uuid, report: &ListReport) -> Result<()> {
    let json = serde_json::to_string(report).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
    db.prepare_cached(
        "INSERT INTO model_list (key, report) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET report = ?2",
    )?
    .execute(params![key.to_string(), json])?;
    Ok(())
}

/// Puts a whole list in place of the one before it. The first one is applied as it is; later ones are compared: what is
/// new waits to be applied, what is applied and gone waits to be let go, and what is gone and not applied is forgotten.
pub fn put_list(db: &Connection, key: Uuid, models: &[Model], url: &str, at: i64) -> Result<()> {
    let first = list(db, key)?.is_none_or(|list| list.listed_at.is_none());
    let key_text = key.to_string();
    let mut put = db.prepare_cached(
        "INSERT INTO model (key, id, name, context, input_price, output_price, currency, first_seen, applied, decided)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
         ON CONFLICT (key, id) DO UPDATE SET name = ?3, context = ?4, input_price = ?5, output_price = ?6, currency = ?7,
             decided = decided OR gone_since IS NOT NULL, gone_since = NULL",
    )?;
    for Model { id, name, context, price } in models {
        let (input, output) = (price.as_ref().map(|p| p.input), price.as_ref().map(|p| p.output));
        let currency = price.as_ref().map(|p| &p.currency);
        put.execute(params![key_text, id, name, context, input, output, currency, at, first])?;
    }
    let listed: HashSet<&str> = models.iter().map(|model| model.id.as_str()).collect();
    let mut gone = db.prepare_cached("UPDATE model SET gone_since = ?3, decided = 0 WHERE key = ?1 AND id = ?2")?;
    let mut forget = db.prepare_cached("DELETE FROM model WHERE key = ?1 AND id = ?2")?;
    for row in of_key(db, key)?.iter().filter(|row| !listed.contains(row.model.id.as_str())) {
        match (row.applied, row.gone_since) {
            (false, _) => _ = forget.execute(params![key_text, row.model.id])?,
            (true, None) => _ = gone.execute(params![key_text, row.model.id, at])?,
            (true, Some(_)) => {}
        }
    }
    db.prepare_cached(
        "UPDATE model_list SET url = ?2, listed_at = ?3, decided_at = COALESCE(decided_at, ?3) WHERE key = ?1",
    )?
    .execute(params![key_text, url, at])?;
    Ok(())
}

/// Applies a model. Fails with [`Code::ModelNotFound`] when the key has no such.
pub fn take(db: &Connection, key: Uuid, id: &str) -> Result<()> {
    let changed = db
        .prepare_cached("UPDATE model SET applied = 1, decided = 1 WHERE key = ?1 AND id = ?2")?
        .execute(params![key.to_string(), id])?;
    found(changed)
}

/// Takes a model out of what is applied; one that is gone is forgotten. Fails with [`Code::ModelNotFound`].
pub fn leave(db: &Connection, key: Uuid, id: &str) -> Result<()> {
    let forgotten = db
        .prepare_cached("DELETE FROM model WHERE key = ?1 AND id = ?2 AND gone_since IS NOT NULL")?
        .execute(params![key.to_string(), id])?;
    let changed = db
        .prepare_cached("UPDATE model SET applied = 0, decided = 1 WHERE key = ?1 AND id = ?2")?
        .execute(params![key.to_string(), id])?;
    found(forgotten + changed)
}

/// Notes that the user has decided what is applied.
pub fn decide(db: &Connection, key: Uuid, at: i64) -> Result<()> {
    db.prepare_cached("UPDATE model_list SET decided_at = ?2 WHERE key = ?1")?.execute(params![key.to_string(), at])?;
    Ok(())
}

fn found(changed: usize) -> Result<()> {
    if changed > 0 { Ok(()) } else { Err(Error::new(Code::ModelNotFound, "the key's list has no such model")) }
}
