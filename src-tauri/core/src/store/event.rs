//! The `event` table, and rows as events keep them: as JSON objects, of any table, before and after a change.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter, types::ValueRef};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Code, Error, Result};

/// A row as JSON, by its columns.
pub type JsonRow = Map<String, Value>;

/// Where rows that a change may touch are: in this table, with this value in this column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The table.
    pub table: Table,
    /// One of its columns.
    pub column: &'static str,
    /// Its value there; none: all rows.
    pub value: Option<String>,
}

impl Watch {
    /// The rows of `table` that have `value` in `column`.
    pub fn on(table: Table, column: &'static str, value: &(impl ToString + ?Sized)) -> Self {
        Self { table, column, value: Some(value.to_string()) }
    }

    /// All rows of `table`.
    pub fn all(table: Table) -> Self {
        Self { table, column: table.identity()[0], value: None }
    }
}

/// A table whose changes can be undone. Secrets have no part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Table {
    /// Keys, without their secrets.
    Key,
    /// Providers.
    Provider,
    /// Workspaces.
    Workspace,
    /// Tasks.
    Task,
    /// What tasks use.
    Assignment,
    /// Limits.
    KeyLimit,
    /// Settings.
    Setting,
    /// How providers are reached.
    Network,
    /// Consents to plain http.
    Consent,
    /// What is told of keys, and to whom.
    Messenger,
}

impl Table {
    /// As `SQLite` knows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Provider => "provider",
            Self::Workspace => "workspace",
            Self::Task => "task",
            Self::Assignment => "assignment",
            Self::KeyLimit => "key_limit",
            Self::Setting => "setting",
            Self::Network => "network",
            Self::Consent => "consent",
            Self::Messenger => "messenger",
        }
    }

    /// The columns of its primary key.
    pub fn identity(self) -> &'static [&'static str] {
        match self {
            Self::Key | Self::Provider | Self::Workspace | Self::KeyLimit | Self::Messenger => &["id"],
            Self::Task => &["slug"],
            Self::Assignment => &["workspace", "task"],
            Self::Setting => &["name"],
            Self::Network => &["scope"],
            Self::Consent => &["origin"],
        }
    }
}

/// Columns that change with every change and say nothing of it.
const ASIDE: [&str; 3] = ["version", "updated_at", "revision"];

/// A row that a change made, changed or removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowChange {
    /// Whose.
    pub table: Table,
    /// None: it was made.
    pub before: Option<JsonRow>,
    /// None: it was removed.
    pub after: Option<JsonRow>,
}

impl RowChange {
    /// The columns that differ, with what they were and what they became.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Value, &Value)> {
        let pair = self.before.as_ref().zip(self.after.as_ref());
        pair.into_iter().flat_map(|(before, after)| {
            let differing = before.iter().filter_map(move |(name, was)| Some((name.as_str(), was, after.get(name)?)));
            differing.filter(|(name, was, is)| was != is && !ASIDE.contains(name))
        })
    }

    fn is_one(&self) -> bool {
        self.before.is_none() || self.after.is_none() || self.columns().next().is_some()
    }

    /// The change back.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { table: self.table, before: self.after, after: self.before }
    }
}

/// What the watched rows are now, by table and identity.
pub type Snapshot = BTreeMap<(Table, String), JsonRow>;

/// Takes one.
pub fn snapshot(db: &Connection, watches: &[Watch]) -> Result<Snapshot> {
    let mut found = Snapshot::new();
    for watch in watches {
        let table = watch.table;
        let filter = if watch.value.is_some() { format!("WHERE {} = ?1", watch.column) } else { String::new() };
        let sql = format!("SELECT * FROM {} {filter}", table.name());
        let mut statement = db.prepare_cached(&sql)?;
        for row in statement.query_map(params_from_iter(watch.value.iter()), as_json)? {
            let row = row?;
            let id: Vec<_> =
                table.identity().iter().map(|column| row.get(*column).cloned().unwrap_or_default()).collect();
            found.insert((table, Value::from(id).to_string()), row);
        }
    }
    Ok(found)
}

/// Takes another one, after a change: of the rows of the first one, too, which may be watched for no longer.
pub fn snapshot_after(db: &Connection, watches: &[Watch], before: &Snapshot) -> Result<Snapshot> {
    let mut found = snapshot(db, watches)?;
    for (id, row) in before {
        if !found.contains_key(id)
            && let Some(now) = same_row(db, id.0, row)?
        {
            found.insert(id.clone(), now);
        }
    }
    Ok(found)
}

/// The row with this one's identity, as it is now.
fn same_row(db: &Connection, table: Table, row: &JsonRow) -> Result<Option<JsonRow>> {
    let names = table.identity();
    let filter: Vec<_> = names.iter().enumerate().map(|(n, name)| format!("{name} = ?{}", n + 1)).collect();
    let sql = format!("SELECT * FROM {} WHERE {}", table.name(), filter.join(" AND "));
    let identity = names.iter().map(|name| as_sql(row.get(*name)));
    Ok(db.prepare_cached(&sql)?.query_row(params_from_iter(identity), as_json).optional()?)
}

/// What became of the rows between two snapshots.
pub fn changes(mut before: Snapshot, after: Snapshot) -> Vec<RowChange> {
    let mut changes: Vec<RowChange> = after
        .into_iter()
        .map(|(id, after)| RowChange { table: id.0, before: before.remove(&id), after: Some(after) })
        .filter(RowChange::is_one)
        .collect();
    let gone = before.into_iter().map(|((table, _), row)| RowChange { table, before: Some(row), after: None });
    changes.extend(gone);
    changes
}

fn as_json(row: &Row<'_>) -> rusqlite::Result<JsonRow> {
    let names: Vec<String> = row.as_ref().column_names().into_iter().map(str::to_owned).collect();
    let value = |at| -> rusqlite::Result<Value> {
        Ok(match row.get_ref(at)? {
            ValueRef::Integer(n) => n.into(),
            ValueRef::Real(n) => n.into(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
            // None of these tables has a blob.
            ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        })
    };
    names.into_iter().enumerate().map(|(at, name)| Ok((name, value(at)?))).collect()
}

/// Makes a row what it was before the change, where it still is what it was after it. Only the columns that the change
/// changed are looked at and written: what was changed since in the others stays.
///
/// Fails with [`Code::UndoConflict`] where they have been changed again.
pub fn take_back(db: &Connection, change: &RowChange) -> Result<()> {
    let (table, names) = (change.table.name(), change.table.identity());
    let Some(row) = change.after.as_ref().or(change.before.as_ref()) else { return Ok(()) };
    let identity: Vec<rusqlite::types::Value> = names.iter().map(|name| as_sql(row.get(*name))).collect();
    let filter: Vec<_> = names.iter().enumerate().map(|(n, name)| format!("{name} = ?{}", n + 1)).collect();
    let filter = filter.join(" AND ");
    let now = same_row(db, change.table, row)?;
    match (&change.before, &change.after, now) {
        (None, None, _) | (Some(_) | None, Some(_), None) | (Some(_), None, Some(_)) => return Err(conflict()),
        (None, Some(after), Some(now)) => {
            let made = RowChange { table: change.table, before: Some(now), after: Some(after.clone()) };
            if made.columns().next().is_some() {
                return Err(conflict());
            }
            db.execute(&format!("DELETE FROM {table} WHERE {filter}"), params_from_iter(&identity))?;
        }
        (Some(before), None, None) => {
            let names: Vec<_> = before.keys().map(String::as_str).collect();
            let places: Vec<_> = (1..=names.len()).map(|n| format!("?{n}")).collect();
            let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
            db.execute(&sql, params_from_iter(before.values().map(|value| as_sql(Some(value)))))?;
        }
        (Some(_), Some(_), Some(now)) => {
            let (mut parts, mut values) = (Vec::new(), identity.clone());
            for (name, was, is) in change.columns() {
                if now.get(name) != Some(is) {
                    return Err(conflict());
                }
                values.push(as_sql(Some(was)));
                parts.push(format!("{name} = ?{}", values.len()));
            }
            // All of them at once: rules are about several.
            if !parts.is_empty() {
                let sql = format!("UPDATE {table} SET {} WHERE {filter}", parts.join(", "));
                db.execute(&sql, params_from_iter(&values))?;
            }
            // Keys count their versions themselves.
            if change.table != Table::Key && now.contains_key("version") {
                let sql = format!("UPDATE {table} SET version = version + 1 WHERE {filter}");
                db.execute(&sql, params_from_iter(&identity))?;
            }
            // Its requests are others again: what was tested between is not what they are now.
            if now.contains_key("revision") {
                let sql = format!("UPDATE {table} SET revision = revision + 1 WHERE {filter}");
                db.execute(&sql, params_from_iter(&identity))?;
            }
        }
    }
    Ok(())
}

/// Whether what refers to what is whole: at the end of a transaction that defers it, before it is committed.
pub fn refers(db: &Connection) -> Result<bool> {
    Ok(!db.prepare("PRAGMA foreign_key_check")?.exists([])?)
}

fn conflict() -> Error {
    Error::new(Code::UndoConflict, "this was changed again since")
}

fn as_sql(value: Option<&Value>) -> rusqlite::types::Value {
    use rusqlite::types::Value as Sql;
    match value {
        Some(Value::Number(n)) => n.as_i64().map_or_else(|| n.as_f64().map_or(Sql::Null, Sql::Real), Sql::Integer),
        Some(Value::String(text)) => Sql::Text(text.clone()),
        _ => Sql::Null,
    }
}

/// An event, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// Counts up.
    pub id: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// By which door it came.
    pub actor: String,
    /// What happened.
    pub kind: String,
    /// Whose, as a slug.
    pub provider: Option<String>,
    /// Of which key, as a UUID.
    pub key: Option<String>,
    /// The name of what it happened to, at that time.
    pub subject: String,
    /// What the words need.
    pub detail: Value,
    /// What became of which rows.
    pub rows: Vec<RowChange>,
    /// The event it took back.
    pub undoes: Option<i64>,
    /// It was taken back.
    pub undone: bool,
}

const COLUMNS: &str = "id, at, actor, kind, provider, key, subject, detail, rows, undoes, undone";

fn from_row(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    // What an older version wrote and this one does not understand is shown, and cannot be undone.
    let rows = serde_json::from_str(row.get_ref(8)?.as_str()?).unwrap_or_default();
    Ok(EventRow {
        id: row.get(0)?,
        at: row.get(1)?,
        actor: row.get(2)?,
        kind: row.get(3)?,
        provider: row.get(4)?,
        key: row.get(5)?,
        subject: row.get(6)?,
        detail: serde_json::from_str(row.get_ref(7)?.as_str()?).unwrap_or_default(),
        rows,
        undoes: row.get(9)?,
        undone: row.get(10)?,
    })
}

/// Which events: none of it said, all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter<'a> {
    /// About this provider.
    pub provider: Option<&'a str>,
    /// About this key.
    pub key: Option<&'a str>,
    /// Older than this one.
    pub before: Option<i64>,
    /// At most so many.
    pub count: u32,
}

/// Events, the newest first.
pub fn list(db: &Connection, filter: &Filter<'_>) -> Result<Vec<EventRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM event WHERE (?1 IS NULL OR provider = ?1) AND (?2 IS NULL OR key = ?2)
         AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4"
    );
    let values = params![filter.provider, filter.key, filter.before, filter.count];
    Ok(db.prepare_cached(&sql)?.query_map(values, from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// One.
pub fn get(db: &Connection, id: i64) -> Result<EventRow> {
    let sql = format!("SELECT {COLUMNS} FROM event WHERE id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id], from_row).optional()?;
    found.ok_or_else(|| Error::new(Code::EventNotFound, "there is no such event"))
}

/// Keeps one; its `id` is not looked at. The new one is the answer.
pub fn insert(db: &Connection, event: &EventRow) -> Result<i64> {
    let rows = serde_json::to_string(&event.rows).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
    db.prepare_cached(
        "INSERT INTO event (at, actor, kind, provider, key, subject, detail, rows, undoes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        event.at,
        event.actor,
        event.kind,
        event.provider,
        event.key,
        event.subject,
        event.detail.to_string(),
        rows,
        event.undoes
    ])?;
    Ok(db.last_insert_rowid())
}

/// Marks one as taken back, or as standing again.
pub fn mark(db: &Connection, id: i64, undone: bool) -> Result<()> {
    db.execute("UPDATE event SET undone = ?2 WHERE id = ?1", params![id, undone])?;
    Ok(())
}

/// Forgets what is older than this time.
pub fn forget(db: &Connection, before: i64) -> Result<()> {
    db.execute("UPDATE event SET undoes = NULL WHERE undoes IN (SELECT id FROM event WHERE at < ?1)", [before])?;
    db.execute("DELETE FROM event WHERE at < ?1", [before])?;
    Ok(())
}
