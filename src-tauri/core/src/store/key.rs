//! The `key` table.

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    error::{Code, Error, Field, Result},
    keystead::KeySource,
    provider::{Config, Origin, ProviderId},
    store::policy::{self, PolicyRow},
    value::EnvName,
};

/// A row, without its tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// UUID.
    pub id: Uuid,
    /// Whose.
    pub provider: ProviderId,
    /// What was filled in for it.
    pub config: Option<Config>,
    /// As typed.
    pub name: String,
    /// Where its secret comes from.
    pub source: KeySource,
    /// The variable, where that is where it comes from.
    pub reference: Option<Reference>,
    /// On.
    pub enabled: bool,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub rotated_at: Option<i64>,
    /// Unix milliseconds; the key is a tombstone.
    pub deleted_at: Option<i64>,
}

/// A variable that holds a key, and where its value may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its name.
    pub variable: EnvName,
    /// Where the user said it may go. The value is anybody's who edits this database can read: the envelope that guards a
    /// saved key would guard nothing here.
    pub origins: Vec<Origin>,
}

impl Reference {
    fn of(variable: Option<String>, origins: Option<String>) -> Option<Self> {
        let origins = origins.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        Some(Self { variable: variable?.parse().ok()?, origins })
    }

    fn origins_as_json(&self) -> String {
        serde_json::json!(self.origins).to_string()
    }
}

const COLUMNS: &str =
    "id, provider, name, source, enabled, created_at, rotated_at, deleted_at, env, env_origins, config";
/// How many they are.
const COUNT: usize = 11;

fn from_row(row: &Row<'_>) -> rusqlite::Result<KeyRow> {
    let wrong = |e: Box<dyn std::error::Error + Send + Sync>| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, e)
    };
    let id: String = row.get(0)?;
    let provider: String = row.get(1)?;
    let source: String = row.get(3)?;
    let reference = Reference::of(row.get(8)?, row.get(9)?);
    Ok(KeyRow {
        id: id.parse().map_err(|e: uuid::Error| wrong(e.into()))?,
        provider: provider.parse().map_err(|e: Error| wrong(e.into()))?,
        name: row.get(2)?,
        source: match &reference {
            Some(_) => KeySource::Env,
            None if source == "vault" => KeySource::Vault,
            None => KeySource::None,
        },
        reference,
        enabled: row.get(4)?,
        created_at: row.get(5)?,
        rotated_at: row.get(6)?,
        deleted_at: row.get(7)?,
        // What cannot be read is asked for again when it is used.
        config: row.get::<_, Option<String>>(10)?.map(|text| serde_json::from_str(&text).unwrap_or_default()),
    })
}

/// All keys that are not tombstones, and tombstones whose secret is still being removed; by name.
pub fn visible(db: &Connection) -> Result<Vec<KeyRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM key WHERE deleted_at IS NULL OR id IN (SELECT key FROM secret WHERE state = 'deleting')
         ORDER BY name_folded, created_at"
    );
    Ok(db.prepare_cached(&sql)?.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The same in no order, each with how it is used: read in one pass.
pub fn listed(db: &Connection) -> Result<Vec<(KeyRow, PolicyRow)>> {
    let sql = format!(
        "SELECT {COLUMNS}, {} FROM key
         WHERE deleted_at IS NULL OR id IN (SELECT key FROM secret WHERE state = 'deleting')",
        policy::COLUMNS
    );
    let row = |row: &Row<'_>| Ok((from_row(row)?, policy::from_row(row, COUNT)?));
    Ok(db.prepare_cached(&sql)?.query_map([], row)?.collect::<rusqlite::Result<_>>()?)
}

/// One key that is not a tombstone.
pub fn get(db: &Connection, id: Uuid) -> Result<KeyRow> {
    let sql = format!("SELECT {COLUMNS} FROM key WHERE id = ?1 AND deleted_at IS NULL");
    let found = db.prepare_cached(&sql)?.query_row([id.to_string()], from_row).optional()?;
    found.ok_or_else(|| Error::new(Code::KeyNotFound, "there is no such key"))
}

/// A new key. Fails with [`Code::NameTaken`] at the name.
pub fn insert(db: &Connection, row: &KeyRow) -> Result<()> {
    refuse_taken(db, &row.provider, &row.name, None)?;
    let source = source_text(row.source);
    let reference = row.reference.as_ref();
    db.prepare_cached(
        "INSERT INTO key (id, provider, name, name_folded, source, enabled, created_at, updated_at, env, env_origins, config)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        row.id.to_string(),
        row.provider.as_str(),
        row.name,
        row.name.to_lowercase(),
        source,
        row.enabled,
        row.created_at,
        reference.map(|r| r.variable.as_str()),
        reference.map(Reference::origins_as_json),
        row.config.as_ref().map(as_text)
    ])?;
    Ok(())
}

/// What was filled in is another now, and with it perhaps where its secret is.
pub fn configure(db: &Connection, id: Uuid, source: KeySource, config: &Config, now: i64) -> Result<()> {
    db.prepare_cached(
        "UPDATE key SET config = ?2, source = ?3, env = NULL, env_origins = NULL, updated_at = ?4 WHERE id = ?1",
    )?
    .execute(params![id.to_string(), as_text(config), source_text(source), now])?;
    Ok(())
}

/// From now on the key is in this variable, whose value may go to these origins.
pub fn refer(db: &Connection, id: Uuid, to: &Reference, now: i64) -> Result<()> {
    db.prepare_cached("UPDATE key SET env = ?2, env_origins = ?3, updated_at = ?4 WHERE id = ?1")?.execute(params![
        id.to_string(),
        to.variable.as_str(),
        to.origins_as_json(),
        now
    ])?;
    Ok(())
}

/// The key is in a vault from now on, wherever it was.
pub fn keep(db: &Connection, id: Uuid) -> Result<()> {
    db.prepare_cached("UPDATE key SET source = 'vault', env = NULL, env_origins = NULL WHERE id = ?1")?
        .execute([id.to_string()])?;
    Ok(())
}

fn as_text(config: &Config) -> String {
    serde_json::to_string(config).expect("texts and lists always serialise")
}

fn source_text(source: KeySource) -> &'static str {
    match source {
        KeySource::Vault => "vault",
        KeySource::None | KeySource::Env => "none",
    }
}

/// Renames. Fails with [`Code::NameTaken`] at the name.
pub fn rename(db: &Connection, key: &KeyRow, name: &str, now: i64) -> Result<()> {
    refuse_taken(db, &key.provider, name, Some(key.id))?;
    db.prepare_cached("UPDATE key SET name = ?2, name_folded = ?3, updated_at = ?4 WHERE id = ?1")?
        .execute(params![key.id.to_string(), name, name.to_lowercase(), now])?;
    Ok(())
}

/// Fails with [`Code::NameTaken`] when another key of the provider has this name, whatever the case, where `except` is: in
/// its workspace, or in all of them.
pub fn refuse_taken(db: &Connection, provider: &ProviderId, name: &str, except: Option<Uuid>) -> Result<()> {
    let workspace: Option<String> = match except {
        Some(id) => db
            .prepare_cached("SELECT workspace FROM key WHERE id = ?1")?
            .query_row([id.to_string()], |r| r.get(0))
            .optional()?
            .flatten(),
        None => None,
    };
    refuse_taken_in(db, provider, name, except, workspace.as_deref())
}

/// The same in this workspace, or among the keys that are in all of them.
pub fn refuse_taken_in(
    db: &Connection,
    provider: &ProviderId,
    name: &str,
    except: Option<Uuid>,
    workspace: Option<&str>,
) -> Result<()> {
    let values = params![provider.as_str(), name.to_lowercase(), except.map(|id| id.to_string()), workspace];
    let taken: Option<String> = db
        .prepare_cached(
            "SELECT name FROM key WHERE provider = ?1 AND name_folded = ?2 AND id IS NOT ?3 AND workspace IS ?4
             AND deleted_at IS NULL",
        )?
        .query_row(values, |r| r.get(0))
        .optional()?;
    taken.map_or(Ok(()), |name| {
        Err(Error::at(Field::Name, Code::NameTaken, format!("another key of this provider is called '{name}'")))
    })
}

/// Switches on or off.
pub fn enable(db: &Connection, id: Uuid, enabled: bool, now: i64) -> Result<()> {
    db.prepare_cached("UPDATE key SET enabled = ?2, updated_at = ?3 WHERE id = ?1")?.execute(params![
        id.to_string(),
        enabled,
        now
    ])?;
    Ok(())
}

/// Notes that the secret was replaced.
pub fn rotated(db: &Connection, id: Uuid, now: i64) -> Result<()> {
    db.prepare_cached("UPDATE key SET rotated_at = ?2, updated_at = ?2 WHERE id = ?1")?
        .execute(params![id.to_string(), now])?;
    Ok(())
}

/// Makes a tombstone.
pub fn bury(db: &Connection, id: Uuid, now: i64) -> Result<()> {
    db.prepare_cached("UPDATE key SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1")?
        .execute(params![id.to_string(), now])?;
    Ok(())
}
