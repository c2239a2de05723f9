//! What was changed, by whom, and back again: each change of metadata is an event, written in the transaction that makes
//! it, with the rows as they were.

use rusqlite::Transaction;
use serde_json::Value;
use uuid::Uuid;

use super::{Actor, EventKind, EventView, FieldChange, Keystead, ListActivity};
use crate::{
    error::{Code, Error, Result},
    provider::ProviderId,
    store::{
        event::{self, EventRow, Filter, JsonRow, RowChange, Table, Watch},
        secret,
    },
};

/// Events are kept for a year.
const KEPT_MS: i64 = 365 * 24 * 60 * 60 * 1000;
const MOST: u32 = 1000;

/// What a change is about.
#[derive(Debug, Clone)]
pub(super) struct About {
    kind: EventKind,
    subject: String,
    provider: Option<ProviderId>,
    key: Option<Uuid>,
    actor: Option<Actor>,
    detail: serde_json::Map<String, Value>,
}

impl About {
    pub(super) fn new(kind: EventKind, subject: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), provider: None, key: None, actor: None, detail: serde_json::Map::new() }
    }

    pub(super) fn of(self, provider: &ProviderId) -> Self {
        Self { provider: Some(provider.clone()), ..self }
    }

    pub(super) fn key(self, id: Uuid) -> Self {
        Self { key: Some(id), ..self }
    }

    /// By another door than the one this process is.
    pub(super) fn by(self, actor: Option<Actor>) -> Self {
        Self { actor, ..self }
    }

    pub(super) fn with(mut self, name: &str, text: &(impl ToString + ?Sized)) -> Self {
        self.detail.insert(name.into(), text.to_string().into());
        self
    }
}

impl Keystead {
    /// By which door changes come from now on.
    #[must_use]
    pub fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    /// Changes rows, and keeps an event of it where they did change. `watches` says where they are.
    pub(super) fn change<T>(
        &self,
        about: &About,
        watches: &[Watch],
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        self.store.write(|t| self.changing(t, about, watches, work))
    }

    /// The same inside a transaction.
    pub(super) fn changing<T>(
        &self,
        t: &Transaction<'_>,
        about: &About,
        watches: &[Watch],
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let before = event::snapshot(t, watches)?;
        let done = work(t)?;
        let after = event::snapshot_after(t, watches, &before)?;
        let rows = event::changes(before, after);
        if !rows.is_empty() {
            self.keep_event(t, about, rows, None)?;
        }
        Ok(done)
    }

    /// Keeps an event that cannot be taken back.
    pub(super) fn note(&self, t: &Transaction<'_>, about: &About) -> Result<()> {
        self.keep_event(t, about, Vec::new(), None).map(drop)
    }

    fn keep_event(&self, t: &Transaction<'_>, about: &About, rows: Vec<RowChange>, undoes: Option<i64>) -> Result<i64> {
        let row = EventRow {
            id: 0,
            at: self.now(),
            actor: name_of(about.actor.unwrap_or(self.actor))?,
            kind: name_of(about.kind)?,
            provider: about.provider.as_ref().map(ToString::to_string),
            key: about.key.map(|id| id.to_string()),
            subject: about.subject.clone(),
            detail: Value::Object(about.detail.clone()),
            rows,
            undoes,
            undone: false,
        };
        event::insert(t, &row)
    }

    /// A number that is another one after another process has changed something. Costs next to nothing.
    pub fn others_changes(&self) -> Result<i64> {
        Ok(self.store.read().query_row("PRAGMA data_version", [], |r| r.get(0))?)
    }

    /// What happened, the newest first.
    pub fn activity(&self, req: &ListActivity) -> Result<Vec<EventView>> {
        let filter = Filter {
            provider: req.provider.as_ref().map(ProviderId::as_str),
            key: req.key.as_deref(),
            before: req.before,
            count: req.count.unwrap_or(100).min(MOST),
        };
        let rows = event::list(&self.store.read(), &filter)?;
        Ok(rows.into_iter().map(|row| self.event_view(row)).collect())
    }

    /// Takes a change back, or a taking back. What was changed since in other parts of the same rows stays; a secret that
    /// was removed does not come back.
    ///
    /// Fails with [`Code::UndoConflict`] where the same parts were changed since, with [`Code::UndoNothing`] where nothing
    /// can be taken back.
    pub fn undo(&self, id: i64) -> Result<EventView> {
        let _lock = self.lock()?;
        let undone = self.store.write(|t| {
            let row = event::get(t, id)?;
            let kind = kind_of(&row.kind).filter(|_| !row.rows.is_empty() && !row.undone);
            let Some(kind) = kind else {
                return Err(Error::new(Code::UndoNothing, "this cannot be taken back, or was already"));
            };
            // Rows refer to each other: the order they come back in is checked at the end.
            t.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            // There is one default: who is to be it no longer goes first.
            let mut changes: Vec<&RowChange> = row.rows.iter().rev().collect();
            changes.sort_by_key(|change| !gives_up_its_place(change));
            for change in changes {
                refuse_what_has_a_secret(t, change)?;
                event::take_back(t, change).map_err(taken_since)?;
            }
            if !event::refers(t)? {
                return Err(Error::new(Code::UndoConflict, "something else uses it by now: change that first"));
            }
            event::mark(t, id, true)?;
            if let Some(first) = row.undoes {
                event::mark(t, first, false)?;
            }
            let Value::Object(detail) = row.detail else { return Err(damaged()) };
            let key = row.key.and_then(|id| id.parse().ok());
            let provider = row.provider.and_then(|slug| slug.parse().ok());
            let about = About { kind, subject: row.subject, provider, key, actor: None, detail };
            let back = row.rows.into_iter().rev().map(RowChange::reversed).collect();
            self.keep_event(t, &about, back, Some(id))
        })?;
        let row = event::get(&self.store.read(), undone)?;
        Ok(self.event_view(row))
    }

    /// Forgets events that are older than a year.
    pub(super) fn forget_old_events(&self) -> Result<()> {
        self.store.write(|t| event::forget(t, self.now().saturating_sub(KEPT_MS)))
    }

    fn event_view(&self, row: EventRow) -> EventView {
        let kind = kind_of(&row.kind);
        let provider = row.provider.as_deref().and_then(|slug| slug.parse::<ProviderId>().ok());
        let name = |id: &ProviderId| self.chosen(id).map_or_else(|_| id.to_string(), |chosen| chosen.provider.name);
        let detail = row.detail.as_object().into_iter().flatten();
        EventView {
            id: row.id,
            at: row.at,
            actor: serde_json::from_value(row.actor.into()).unwrap_or_default(),
            kind,
            provider_name: provider.as_ref().map(name),
            provider,
            key_id: row.key,
            subject: row.subject,
            detail: detail.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect(),
            changes: row.rows.iter().flat_map(fields).collect(),
            undoable: kind.is_some() && !row.rows.is_empty() && !row.undone,
            undone: row.undone,
            undoes: row.undoes,
        }
    }
}

/// Parts that the words of an event tell by themselves, or that nobody has a word for.
const UNTOLD: [&str; 4] = ["name_folded", "deleted_at", "position", "rotated_at"];

fn fields(change: &RowChange) -> Vec<FieldChange> {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    // A setting has no row before it is first changed.
    let value = |row: &Option<JsonRow>| row.as_ref().and_then(|row| text(row.get("value")?));
    let one = (change.table == Table::Setting && (change.before.is_none() || change.after.is_none()))
        .then(|| FieldChange { part: "value".into(), from: value(&change.before), to: value(&change.after) });
    let told = change.columns().filter(|(name, _, _)| !UNTOLD.contains(name));
    let told = told.map(|(name, was, is)| FieldChange { part: name.into(), from: text(was), to: text(is) });
    one.into_iter().chain(told).collect()
}

fn name_of(value: impl serde::Serialize) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => Ok(name),
        _ => Err(Error::new(Code::Internal, "this has no name")),
    }
}

fn kind_of(name: &str) -> Option<EventKind> {
    serde_json::from_value(name.into()).ok()
}

fn damaged() -> Error {
    Error::new(Code::UndoNothing, "what was kept of this change is not whole")
}

fn gives_up_its_place(change: &RowChange) -> bool {
    let default = |row: &Option<JsonRow>| row.as_ref().and_then(|row| row.get("is_default")?.as_i64());
    default(&change.before) == Some(0) && default(&change.after) == Some(1)
}

/// What takes a provider away has to take its keys, and what takes a key away its secret: that is to remove it, which says so.
fn refuse_what_has_a_secret(t: &Transaction<'_>, change: &RowChange) -> Result<()> {
    let column = |row: &Option<JsonRow>, name: &str| row.as_ref().and_then(|row| row.get(name).cloned());
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    let goes = change.before.is_none();
    let has = match change.table {
        Table::Provider if goes && column(&change.after, "custom") == Some(1.into()) => {
            secret::any_of_provider(t, &text(column(&change.after, "id")))?
        }
        Table::Key if goes || column(&change.before, "deleted_at").is_some_and(|at| !at.is_null()) => {
            secret::any_of_key(t, &text(column(&change.after, "id")))?
        }
        _ => false,
    };
    if has {
        let message = "there are keys by now that would go with it: remove them, or it, instead";
        return Err(Error::new(Code::UndoConflict, message));
    }
    Ok(())
}

/// What the database itself refuses, another row has taken the place of: its name, or what it referred to.
fn taken_since(error: Error) -> Error {
    if error.code == Code::StoreConstraint {
        return Error::new(Code::UndoConflict, "something else has taken its place since");
    }
    error
}
