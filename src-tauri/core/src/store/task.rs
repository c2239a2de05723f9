//! The `task` and `assignment` tables.

use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};

use crate::{
    error::{Code, Error, Field, Result},
    task::{TaskSlug, TaskTarget},
};

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// For programs.
    pub slug: TaskSlug,
    /// For people.
    pub name: String,
    /// What for.
    pub purpose: String,
    /// Among the tasks.
    pub position: i64,
    /// One more with every change.
    pub version: i64,
}

/// What a task uses in a workspace.
#[derive(Debug, Clone, PartialEq)]
pub struct AssignmentRow {
    /// Its id.
    pub workspace: String,
    /// Its slug.
    pub task: TaskSlug,
    /// In order.
    pub targets: Vec<TaskTarget>,
    /// Another task's, in place of targets of its own.
    pub same_as: Option<TaskSlug>,
    /// A JSON object.
    pub parameters: String,
    /// One more with every change.
    pub version: i64,
}

fn wrong(e: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(e))
}

fn task_of(row: &Row<'_>) -> rusqlite::Result<TaskRow> {
    Ok(TaskRow {
        slug: row.get::<_, String>(0)?.parse().map_err(|e: Error| wrong(e))?,
        name: row.get(1)?,
        purpose: row.get(2)?,
        position: row.get(3)?,
        version: row.get(4)?,
    })
}

const TASK: &str = "slug, name, purpose, position, version";

/// All tasks, in the user's order.
pub fn all(db: &Connection) -> Result<Vec<TaskRow>> {
    let sql = format!("SELECT {TASK} FROM task ORDER BY position, slug");
    Ok(db.prepare_cached(&sql)?.query_map([], task_of)?.collect::<rusqlite::Result<_>>()?)
}

/// One.
pub fn get(db: &Connection, slug: &TaskSlug) -> Result<TaskRow> {
    let sql = format!("SELECT {TASK} FROM task WHERE slug = ?1");
    let found = db.prepare_cached(&sql)?.query_row([slug.as_str()], task_of).optional()?;
    found.ok_or_else(|| Error::at(Field::Task, Code::TaskNotFound, format!("there is no task '{slug}'")))
}

/// A new one, after the others. Fails with [`Code::SlugTaken`].
pub fn insert(db: &Connection, slug: &TaskSlug, name: &str, purpose: &str, now: i64) -> Result<()> {
    if db.prepare_cached("SELECT 1 FROM task WHERE slug = ?1")?.exists([slug.as_str()])? {
        return Err(Error::at(Field::Slug, Code::SlugTaken, format!("there is a task '{slug}' already")));
    }
    db.prepare_cached(
        "INSERT INTO task (slug, name, purpose, position, created_at)
         VALUES (?1, ?2, ?3, (SELECT coalesce(max(position), -1) + 1 FROM task), ?4)",
    )?
    .execute(params![slug.as_str(), name, purpose, now])?;
    Ok(())
}

/// Writes name and purpose.
pub fn update(db: &Connection, slug: &TaskSlug, name: &str, purpose: &str) -> Result<()> {
    let sql = "UPDATE task SET name = ?2, purpose = ?3, version = version + 1 WHERE slug = ?1";
    db.prepare_cached(sql)?.execute(params![slug.as_str(), name, purpose])?;
    Ok(())
}

/// Puts it at a place.
pub fn place(db: &Connection, slug: &TaskSlug, position: i64) -> Result<()> {
    let sql = "UPDATE task SET position = ?2, version = version + 1 WHERE slug = ?1 AND position <> ?2";
    db.prepare_cached(sql)?.execute(params![slug.as_str(), position])?;
    Ok(())
}

/// Removes it and what it uses anywhere.
pub fn delete(db: &Connection, slug: &TaskSlug) -> Result<()> {
    db.execute("DELETE FROM assignment WHERE task = ?1", [slug.as_str()])?;
    db.execute("DELETE FROM task WHERE slug = ?1", [slug.as_str()])?;
    Ok(())
}

fn assignment_of(row: &Row<'_>) -> rusqlite::Result<AssignmentRow> {
    let same_as: Option<String> = row.get(3)?;
    Ok(AssignmentRow {
        workspace: row.get(0)?,
        task: row.get::<_, String>(1)?.parse().map_err(|e: Error| wrong(e))?,
        targets: serde_json::from_str(row.get_ref(2)?.as_str()?).map_err(wrong)?,
        same_as: same_as.map(|slug| slug.parse()).transpose().map_err(|e: Error| wrong(e))?,
        parameters: row.get(4)?,
        version: row.get(5)?,
    })
}

const ASSIGNMENT: &str = "workspace, task, targets, same_as, parameters, version";

/// All assignments.
pub fn assignments(db: &Connection) -> Result<Vec<AssignmentRow>> {
    let sql = format!("SELECT {ASSIGNMENT} FROM assignment");
    Ok(db.prepare_cached(&sql)?.query_map([], assignment_of)?.collect::<rusqlite::Result<_>>()?)
}

/// What a task uses in this very workspace.
pub fn assignment(db: &Connection, workspace: &str, task: &TaskSlug) -> Result<Option<AssignmentRow>> {
    let sql = format!("SELECT {ASSIGNMENT} FROM assignment WHERE workspace = ?1 AND task = ?2");
    Ok(db.prepare_cached(&sql)?.query_row([workspace, task.as_str()], assignment_of).optional()?)
}

/// Writes it.
pub fn assign(db: &Connection, row: &AssignmentRow) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO assignment (workspace, task, targets, same_as, parameters) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (workspace, task)
         DO UPDATE SET targets = ?3, same_as = ?4, parameters = ?5, version = version + 1",
    )?
    .execute(params![
        row.workspace,
        row.task.as_str(),
        serde_json::json!(row.targets).to_string(),
        row.same_as.as_ref().map(TaskSlug::as_str),
        row.parameters
    ])?;
    Ok(())
}

/// Takes it away: the default workspace's counts again.
pub fn clear(db: &Connection, workspace: &str, task: &TaskSlug) -> Result<()> {
    db.execute("DELETE FROM assignment WHERE workspace = ?1 AND task = ?2", [workspace, task.as_str()])?;
    Ok(())
}
