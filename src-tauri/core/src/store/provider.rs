//! The `provider` table: custom providers, and what the user changed about built-in ones.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    error::Result,
    provider::{BaseUrl, ProviderId},
};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRow {
    /// Slug.
    pub id: ProviderId,
    /// Made by the user.
    pub custom: bool,
    /// Custom ones only.
    pub name: Option<String>,
    /// None: the catalogue's.
    pub base_url: Option<BaseUrl>,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ProviderRow> {
    let text: String = row.get(0)?;
    let url: Option<String> = row.get(3)?;
    let wrong =
        |e: crate::Error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e));
    Ok(ProviderRow {
        id: text.parse().map_err(wrong)?,
        custom: row.get(1)?,
        name: row.get(2)?,
        // An edited row with a URL no key may go to counts as unset, so that nothing is sent there. Consent to plain http
        // is asked for when something is to be sent: taken back, it takes no provider away.
        base_url: url.and_then(|u| BaseUrl::even_plain(&u).ok()),
    })
}

/// All rows, by id.
pub fn all(db: &Connection) -> Result<Vec<ProviderRow>> {
    let mut statement = db.prepare_cached("SELECT id, custom, name, base_url FROM provider ORDER BY id")?;
    Ok(statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// One row.
pub fn get(db: &Connection, id: &ProviderId) -> Result<Option<ProviderRow>> {
    let mut statement = db.prepare_cached("SELECT id, custom, name, base_url FROM provider WHERE id = ?1")?;
    Ok(statement.query_row([id.as_str()], from_row).optional()?)
}

/// Writes a row, new or changed.
pub fn put(db: &Connection, row: &ProviderRow, now: i64) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO provider (id, custom, name, base_url, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (id) DO UPDATE SET name = ?3, base_url = ?4, updated_at = ?5",
    )?
    .execute(params![row.id.as_str(), row.custom, row.name, row.base_url.as_ref().map(BaseUrl::as_str), now])?;
    Ok(())
}

/// Deletes a row; a built-in provider is back at the catalogue's values.
pub fn delete(db: &Connection, id: &ProviderId) -> Result<()> {
    db.prepare_cached("DELETE FROM provider WHERE id = ?1")?.execute([id.as_str()])?;
    Ok(())
}
