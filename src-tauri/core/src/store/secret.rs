//! The `secret` table: what the vault holds, under which version, and the mask to show for it.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    error::Result,
    provider::ProviderId,
    secret::Hint,
    vault::{EntryId, VaultIdentity, VaultKind},
};

/// The part of a plain key: its text.
pub const KEY: &str = "key";
/// The part of the one secret that is Keystead's own: the key of the fingerprints.
pub const FINGERPRINT: &str = "fingerprint";

/// How an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written for the first time; nothing points to it.
    Empty,
    /// Written and read back.
    Active,
    /// On its way out.
    Deleting,
    /// Looked for in its own unlocked vault, and not there.
    Missing,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Active => "active",
            Self::Deleting => "deleting",
            Self::Missing => "missing",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "active" => Self::Active,
            "deleting" => Self::Deleting,
            "missing" => Self::Missing,
            _ => Self::Empty,
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// UUID; the first half of its entries' names.
    pub id: Uuid,
    /// The key it is of.
    pub key: Option<Uuid>,
    /// The provider it is of, when it is of no key. Of neither: Keystead's own.
    pub provider: Option<ProviderId>,
    /// Which of its owner's secrets.
    pub part: String,
    /// How it is.
    pub state: State,
    /// The version that counts.
    pub current: Option<u32>,
    /// The version the next write gets.
    pub next: u32,
    /// The identity of the vault that holds it.
    pub vault: Option<String>,
    /// That vault's name.
    pub vault_name: Option<String>,
    /// The mask.
    pub hint: Option<Hint>,
    /// For display.
    pub bound_to: Option<String>,
    /// The HMAC.
    pub fingerprint: Option<Vec<u8>>,
}

impl SecretRow {
    /// The entry that counts.
    pub fn entry(&self) -> Option<EntryId> {
        self.current.map(|version| EntryId { secret: self.id, version })
    }
}

/// What a list shows of a key's secret.
#[derive(Clone)]
pub struct Shown {
    /// How it is.
    pub state: State,
    /// The version that counts.
    pub current: Option<u32>,
    /// What kind of vault holds it.
    pub vault: Option<VaultKind>,
    /// The mask.
    pub hint: Option<Hint>,
    /// For display.
    pub bound_to: Option<String>,
}

impl From<SecretRow> for Shown {
    fn from(row: SecretRow) -> Self {
        let vault = row.vault.as_deref().map(VaultKind::of);
        Self { state: row.state, current: row.current, vault, hint: row.hint, bound_to: row.bound_to }
    }
}

/// What a switch to a new version writes.
pub struct Switch<'a> {
    /// The entry that counts from now on.
    pub entry: EntryId,
    /// The key it is of.
    pub key: Option<Uuid>,
    /// The provider it is of, when it is of no key.
    pub provider: Option<&'a ProviderId>,
    /// Where it is.
    pub vault: &'a VaultIdentity,
    /// The mask.
    pub hint: Option<&'a Hint>,
    /// The HMAC.
    pub fingerprint: Option<&'a [u8]>,
    /// For display.
    pub bound_to: Option<String>,
}

const COLUMNS: &str = "id, key, state, current_version, next_version, vault, vault_name, hint_prefix, hint_tail, \
                       bound_to, fingerprint, provider, part";

fn from_row(row: &Row<'_>) -> rusqlite::Result<SecretRow> {
    let uuid = |text: String| {
        text.parse::<Uuid>()
            .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e)))
    };
    let state: String = row.get(2)?;
    let prefix: Option<String> = row.get(7)?;
    let tail: Option<String> = row.get(8)?;
    Ok(SecretRow {
        id: uuid(row.get(0)?)?,
        key: row.get::<_, Option<String>>(1)?.map(uuid).transpose()?,
        // One that was edited into no slug is nobody's: it is shown as left over, and sent nowhere.
        provider: row.get::<_, Option<String>>(11)?.and_then(|slug| slug.parse().ok()),
        part: row.get(12)?,
        state: State::parse(&state),
        current: row.get(3)?,
        next: row.get(4)?,
        vault: row.get(5)?,
        vault_name: row.get(6)?,
        hint: prefix.map(|prefix| Hint { prefix, tail }),
        bound_to: row.get(9)?,
        fingerprint: row.get(10)?,
    })
}

/// All rows that belong to keys.
pub fn of_keys(db: &Connection) -> Result<Vec<SecretRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM secret WHERE key IS NOT NULL"))?;
    Ok(statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// What a list shows of them, by key: a fraction of the rows, for many keys.
pub fn shown(db: &Connection) -> Result<HashMap<Uuid, Shown>> {
    let mut statement = db.prepare_cached(
        "SELECT key, state, current_version, vault, hint_prefix, hint_tail, bound_to FROM secret WHERE key IS NOT NULL",
    )?;
    let mut rows = statement.query([])?;
    let mut all = HashMap::new();
    while let Some(row) = rows.next()? {
        let text = |at| row.get_ref(at).and_then(|value| Ok(value.as_str()?));
        let Ok(key) = text(0)?.parse() else { continue };
        let (prefix, tail): (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
        let shown = Shown {
            state: State::parse(text(1)?),
            current: row.get(2)?,
            vault: row.get_ref(3)?.as_str_or_null().map_err(rusqlite::Error::from)?.map(VaultKind::of),
            hint: prefix.map(|prefix| Hint { prefix, tail }),
            bound_to: row.get(6)?,
        };
        all.insert(key, shown);
    }
    Ok(all)
}

/// All rows of the user's: keys' and providers' secrets, and what is Keystead's own but the fingerprint key.
pub fn kept(db: &Connection) -> Result<Vec<SecretRow>> {
    let sql = format!("SELECT {COLUMNS} FROM secret WHERE current_version IS NOT NULL AND part <> ?1");
    Ok(db.prepare_cached(&sql)?.query_map([FINGERPRINT], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The secrets of providers, or of one, that count, by part.
pub fn of_providers(db: &Connection, provider: Option<&ProviderId>) -> Result<Vec<SecretRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM secret WHERE provider IS NOT NULL AND (?1 IS NULL OR provider = ?1)
         AND state IN ('active', 'missing') ORDER BY part"
    );
    let provider = provider.map(ProviderId::as_str);
    Ok(db.prepare_cached(&sql)?.query_map([provider], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// One secret that counts of a provider's, or of Keystead's own.
pub fn belonging(db: &Connection, provider: Option<&ProviderId>, part: &str) -> Result<Option<SecretRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM secret WHERE key IS NULL AND provider IS ?1 AND part = ?2
         AND state IN ('active', 'missing')"
    );
    let found = db.prepare_cached(&sql)?.query_row(params![provider.map(ProviderId::as_str), part], from_row);
    Ok(found.optional()?)
}

/// A key's text.
pub fn of_key(db: &Connection, key: Uuid) -> Result<Option<SecretRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM secret WHERE key = ?1 AND part = ?2"))?;
    Ok(statement.query_row(params![key.to_string(), KEY], from_row).optional()?)
}

/// One row.
pub fn get(db: &Connection, id: Uuid) -> Result<Option<SecretRow>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM secret WHERE id = ?1"))?;
    Ok(statement.query_row([id.to_string()], from_row).optional()?)
}

/// The fingerprint key, once it is there.
pub fn fingerprint_key(db: &Connection) -> Result<Option<SecretRow>> {
    let sql = format!("SELECT {COLUMNS} FROM secret WHERE part = ?1 AND state IN ('active', 'missing')");
    Ok(db.prepare_cached(&sql)?.query_row([FINGERPRINT], from_row).optional()?)
}

/// All rows that something in a vault stands for, the fingerprint key's too.
pub fn all(db: &Connection) -> Result<Vec<SecretRow>> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM secret WHERE current_version IS NOT NULL"))?;
    Ok(statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// Notes a fingerprint that could not be made when the key was saved, unless it was replaced since `row` was read.
pub fn set_fingerprint(db: &Connection, row: &SecretRow, fingerprint: &[u8]) -> Result<()> {
    db.prepare_cached("UPDATE secret SET fingerprint = ?3 WHERE id = ?1 AND current_version IS ?2")?
        .execute(params![row.id.to_string(), row.current, fingerprint])?;
    Ok(())
}

/// Every entry that counts, the fingerprint key's too.
pub fn all_current(db: &Connection) -> Result<Vec<EntryId>> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM secret"))?;
    let rows: Vec<SecretRow> = statement.query_map([], from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows.iter().filter_map(SecretRow::entry).collect())
}

/// Makes sure there is a row and that its next version is above `entry`'s: an entry found in the vault is taken in.
pub fn raise(db: &Connection, entry: EntryId, part: &str) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO secret (id, part, state, next_version) VALUES (?1, ?2, 'empty', ?3)
         ON CONFLICT (id) DO UPDATE SET next_version = max(next_version, ?3)",
    )?
    .execute(params![entry.secret.to_string(), part, entry.version + 1])?;
    Ok(())
}

/// Reserves the next version of a secret, new when there is no row yet.
pub fn reserve(db: &Connection, id: Uuid, part: &str) -> Result<EntryId> {
    db.prepare_cached(
        "INSERT INTO secret (id, part, state, next_version) VALUES (?1, ?2, 'empty', 2)
         ON CONFLICT (id) DO UPDATE SET next_version = next_version + 1",
    )?
    .execute(params![id.to_string(), part])?;
    let next: u32 = db
        .prepare_cached("SELECT next_version FROM secret WHERE id = ?1")?
        .query_row([id.to_string()], |r| r.get(0))?;
    Ok(EntryId { secret: id, version: next - 1 })
}

/// What a vault was called when something was put into it.
pub fn name_of(db: &Connection, vault: &str) -> Result<Option<String>> {
    let sql = "SELECT vault_name FROM secret WHERE vault = ?1 AND vault_name IS NOT NULL";
    Ok(db.prepare_cached(sql)?.query_row([vault], |r| r.get(0)).optional()?)
}

/// Moves the pointer.
pub fn switch(db: &Connection, to: &Switch<'_>) -> Result<()> {
    db.prepare_cached(
        "UPDATE secret SET key = ?2, state = 'active', current_version = ?3, vault = ?4, vault_name = ?5,
         hint_prefix = ?6, hint_tail = ?7, fingerprint = ?8, bound_to = ?9, provider = ?10 WHERE id = ?1",
    )?
    .execute(params![
        to.entry.secret.to_string(),
        to.key.map(|k| k.to_string()),
        to.entry.version,
        to.vault.id,
        to.vault.name,
        to.hint.map(|h| &h.prefix),
        to.hint.and_then(|h| h.tail.as_ref()),
        to.fingerprint,
        to.bound_to,
        to.provider.map(ProviderId::as_str)
    ])?;
    Ok(())
}

/// Notes that an entry is missing, or found again, unless it was replaced or removed since `row` was read.
pub fn note(db: &Connection, row: &SecretRow, state: State) -> Result<()> {
    db.prepare_cached("UPDATE secret SET state = ?3 WHERE id = ?1 AND current_version IS ?2 AND state <> 'deleting'")?
        .execute(params![row.id.to_string(), row.current, state.as_str()])?;
    Ok(())
}

/// Sets a state.
pub fn set_state(db: &Connection, id: Uuid, state: State) -> Result<()> {
    db.prepare_cached("UPDATE secret SET state = ?2 WHERE id = ?1")?
        .execute(params![id.to_string(), state.as_str()])?;
    Ok(())
}

/// The row goes, once nothing in a vault is left of it.
pub fn delete(db: &Connection, id: Uuid) -> Result<()> {
    db.prepare_cached("DELETE FROM secret WHERE id = ?1")?.execute([id.to_string()])?;
    Ok(())
}

/// Whether a provider has keys that count, or secrets of its own.
pub fn any_of_provider(db: &Connection, provider: &str) -> Result<bool> {
    let mut statement = db.prepare_cached(
        "SELECT 1 FROM key WHERE provider = ?1 AND deleted_at IS NULL
         UNION ALL SELECT 1 FROM secret WHERE provider = ?1 AND state IN ('active', 'missing')",
    )?;
    Ok(statement.exists([provider])?)
}

/// Whether a key's secret counts.
pub fn any_of_key(db: &Connection, key: &str) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM secret WHERE key = ?1 AND state = 'active'")?.exists([key])?)
}

/// The keys that are there whose text has this fingerprint.
pub fn with_fingerprint(db: &Connection, fingerprint: &[u8]) -> Result<Vec<Uuid>> {
    let mut statement = db.prepare_cached(
        "SELECT key FROM secret JOIN key ON key.id = secret.key
         WHERE fingerprint = ?1 AND state IN ('active', 'missing') AND deleted_at IS NULL",
    )?;
    let found = statement.query_map([fingerprint], |r| r.get::<_, String>(0))?;
    Ok(found.filter_map(|k| k.ok()?.parse().ok()).collect())
}
