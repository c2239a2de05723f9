//! The `provider` table: custom providers, and what the user changed about built-in ones.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};
use serde::Serialize;

use crate::{
    error::{Code, Error, Result},
    provider::{BaseUrl, Dialect, ProviderId},
    value::Value,
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
    /// Of `base_url`; custom ones only.
    pub dialect: Dialect,
    /// Further dialects a custom one speaks, each at a base URL of its own.
    pub urls: BTreeMap<Dialect, BaseUrl>,
    /// Headers that are no secret: names in lower case, with their values.
    pub headers: BTreeMap<String, String>,
    /// The user's own names and values.
    pub configuration: BTreeMap<String, Value>,
    /// Models written down by hand.
    pub models: Vec<String>,
    /// One more with every change of its requests that its base URL does not tell.
    pub revision: u32,
}

impl ProviderRow {
    /// A row that changes nothing yet.
    pub fn of(id: ProviderId) -> Self {
        Self {
            id,
            custom: false,
            name: None,
            base_url: None,
            dialect: Dialect::Openai,
            urls: BTreeMap::new(),
            headers: BTreeMap::new(),
            configuration: BTreeMap::new(),
            models: Vec::new(),
            revision: 0,
        }
    }
}

const COLUMNS: &str = "id, custom, name, base_url, dialect, urls, headers, configuration, models, revision";

fn from_row(row: &Row<'_>) -> rusqlite::Result<ProviderRow> {
    let text: String = row.get(0)?;
    let url: Option<String> = row.get(3)?;
    let dialect: Option<String> = row.get(4)?;
    let wrong = |e: Error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(e));
    let urls: BTreeMap<String, String> = read(&row.get::<_, String>(5)?);
    let urls =
        urls.into_iter().filter_map(|(name, url)| Some((Dialect::named(&name)?, BaseUrl::even_plain(&url).ok()?)));
    Ok(ProviderRow {
        id: text.parse().map_err(wrong)?,
        custom: row.get(1)?,
        name: row.get(2)?,
        // An edited row with a URL no key may go to counts as unset, so that nothing is sent there. Consent to plain http
        // is asked for when something is to be sent: taken back, it takes no provider away.
        base_url: url.and_then(|u| BaseUrl::even_plain(&u).ok()),
        dialect: dialect.and_then(|name| Dialect::named(&name)).unwrap_or(Dialect::Openai),
        urls: urls.collect(),
        headers: read(&row.get::<_, String>(6)?),
        configuration: read(&row.get::<_, String>(7)?),
        models: read(&row.get::<_, String>(8)?),
        revision: row.get(9)?,
    })
}

/// What was edited into something else counts as empty.
fn read<T: serde::de::DeserializeOwned + Default>(json: &str) -> T {
    serde_json::from_str(json).unwrap_or_default()
}

fn written<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::new(Code::Internal, e.to_string()))
}

/// All rows, by id.
pub fn all(db: &Connection) -> Result<Vec<ProviderRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM provider ORDER BY id"))?;
    Ok(statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// One row.
pub fn get(db: &Connection, id: &ProviderId) -> Result<Option<ProviderRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM provider WHERE id = ?1"))?;
    Ok(statement.query_row([id.as_str()], from_row).optional()?)
}

/// Writes a row, new or changed.
pub fn put(db: &Connection, row: &ProviderRow, now: i64) -> Result<()> {
    let urls: BTreeMap<&str, &str> = row.urls.iter().map(|(dialect, url)| (dialect.name(), url.as_str())).collect();
    db.prepare_cached(
        "INSERT INTO provider (id, custom, name, base_url, dialect, urls, headers, configuration, models, revision,
         created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)
         ON CONFLICT (id) DO UPDATE SET name = ?3, base_url = ?4, dialect = ?5, urls = ?6, headers = ?7,
         configuration = ?8, models = ?9, revision = ?10, updated_at = ?11",
    )?
    .execute(params![
        row.id.as_str(),
        row.custom,
        row.name,
        row.base_url.as_ref().map(BaseUrl::as_str),
        row.custom.then(|| row.dialect.name()),
        written(&urls)?,
        written(&row.headers)?,
        written(&row.configuration)?,
        written(&row.models)?,
        row.revision,
        now
    ])?;
    Ok(())
}

/// Deletes a row; a built-in provider is back at the catalogue's values.
pub fn delete(db: &Connection, id: &ProviderId) -> Result<()> {
    db.prepare_cached("DELETE FROM provider WHERE id = ?1")?.execute([id.as_str()])?;
    Ok(())
}
