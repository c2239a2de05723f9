//! Tasks, and what they use.

use std::collections::{HashMap, HashSet};

use rusqlite::Transaction;

use super::{
    AssignTask, AssignTasks, AssignmentView, EventKind, Keystead, SaveTask, TaskView, checked_name, history::About,
    policies::changed_elsewhere, resolve::Scene,
};
use crate::{
    error::{Code, Error, Field, Result},
    policy,
    store::{
        event::{Table, Watch},
        task::{self as rows, AssignmentRow, TaskRow},
        workspace::{self, WorkspaceRow},
    },
    task::{TaskSlug, checked_parameters, checked_targets},
};

/// What every task uses: by workspace and task.
pub(super) type Assignments = HashMap<(String, TaskSlug), AssignmentRow>;

impl Keystead {
    /// All tasks as they are in a workspace (by id or name; none: the current one), with what each would use now.
    pub fn tasks(&self, workspace: Option<&str>) -> Result<Vec<TaskView>> {
        let scene = Scene::of_all(self, self.workspace(workspace)?)?;
        let tasks = rows::all(&self.store.read())?;
        tasks.into_iter().map(|row| self.task_view(row, &scene)).collect()
    }

    fn task_view(&self, row: TaskRow, scene: &Scene) -> Result<TaskView> {
        let assignment = scene.assignment(&row.slug).map(|(one, inherited)| AssignmentView {
            inherited,
            targets: one.targets.clone(),
            same_as: one.same_as.clone(),
            parameters: one.parameters.clone(),
            version: one.version,
        });
        let now = self.resolution(&row.slug, scene, &super::Resolve::default())?;
        Ok(TaskView { slug: row.slug, name: row.name, purpose: row.purpose, version: row.version, assignment, now })
    }

    pub(super) fn assignments(&self) -> Result<Assignments> {
        let all = rows::assignments(&self.store.read())?;
        Ok(all.into_iter().map(|row| ((row.workspace.clone(), row.task.clone()), row)).collect())
    }

    /// Makes a task, or gives one another name or purpose.
    pub fn save_task(&self, req: &SaveTask) -> Result<Vec<TaskView>> {
        let name = req.name.as_deref().map(checked_name).transpose()?;
        let purpose = req.purpose.as_deref().map(checked_purpose).transpose()?;
        let Some(slug) = &req.task else {
            let name = name.ok_or_else(|| Error::at(Field::Name, Code::NameEmpty, "a name is needed"))?;
            let typed = req.slug.as_deref().filter(|slug| !slug.trim().is_empty());
            let slug = typed.map_or_else(|| Ok(TaskSlug::from_name(&name)), str::parse)?;
            let about = About::new(EventKind::TaskAdded, &name).with("task", &slug);
            let purpose = purpose.unwrap_or_default();
            self.change(&about, &[Watch::on(Table::Task, "slug", &slug)], |t| {
                rows::insert(t, &slug, &name, &purpose, self.now())
            })?;
            return self.tasks(None);
        };
        let was = rows::get(&self.store.read(), slug)?;
        let about = About::new(EventKind::TaskEdited, &was.name).with("task", &slug);
        self.change(&about, &[Watch::on(Table::Task, "slug", &slug)], |t| {
            let now = rows::get(t, slug)?;
            if req.version.is_some_and(|seen| seen != now.version) {
                return Err(changed_elsewhere(&now.name));
            }
            let name = name.as_deref().unwrap_or(&now.name);
            let purpose = purpose.as_deref().unwrap_or(&now.purpose);
            if name == now.name && purpose == now.purpose { Ok(()) } else { rows::update(t, slug, name, purpose) }
        })?;
        self.tasks(None)
    }

    /// Puts tasks in order. Those that are not named come after the others.
    pub fn order_tasks(&self, slugs: &[TaskSlug]) -> Result<Vec<TaskView>> {
        let about = About::new(EventKind::TasksOrdered, "");
        self.change(&about, &[Watch::all(Table::Task)], |t| {
            let rest = rows::all(t)?.into_iter().map(|row| row.slug).filter(|slug| !slugs.contains(slug));
            let all: Vec<_> = slugs.iter().cloned().chain(rest).collect();
            (0_i64..).zip(&all).try_for_each(|(position, slug)| {
                rows::get(t, slug)?;
                rows::place(t, slug, position)
            })
        })?;
        self.tasks(None)
    }

    /// Removes a task with what it uses in every workspace.
    ///
    /// Fails with [`Code::TaskInUse`] while another task uses what it uses.
    pub fn remove_task(&self, slug: &TaskSlug) -> Result<Vec<TaskView>> {
        let row = rows::get(&self.store.read(), slug)?;
        let watches = [Watch::on(Table::Assignment, "task", &slug), Watch::on(Table::Task, "slug", &slug)];
        self.change(&About::new(EventKind::TaskRemoved, &row.name).with("task", &slug), &watches, |t| {
            let users = rows::assignments(t)?;
            if let Some(user) = users.iter().find(|one| one.same_as.as_ref() == Some(slug)) {
                let user = rows::get(t, &user.task)?.name;
                return Err(Error::new(
                    Code::TaskInUse,
                    format!("'{user}' uses what this task uses: change that first"),
                ));
            }
            rows::delete(t, slug)
        })?;
        self.tasks(None)
    }

    /// Says what tasks use in a workspace: all of those that are named, or none of them.
    pub fn assign_tasks(&self, req: &AssignTasks) -> Result<Vec<TaskView>> {
        let workspace = match &req.workspace {
            Some(named) => self.workspace(Some(named))?,
            None => workspace::default(&self.store.read())?,
        };
        let wanted = req.tasks.iter().map(|one| self.wanted(&workspace, one)).collect::<Result<Vec<_>>>()?;
        self.store.write(|t| {
            let mut all = req.tasks.iter().zip(&wanted);
            all.try_for_each(|(one, row)| self.assign(t, &workspace, one, row))
        })?;
        self.tasks(Some(&workspace.id))
    }

    /// An assignment as it is to be written.
    fn wanted(&self, workspace: &WorkspaceRow, one: &AssignTask) -> Result<AssignmentRow> {
        let targets = checked_targets(&one.targets)?;
        for target in &targets {
            self.chosen(&target.provider).map_err(|e| e.in_field(Field::Targets))?;
        }
        if let Some(other) = &one.same_as {
            if !targets.is_empty() {
                return Err(Error::at(Field::Targets, Code::TargetInvalid, "targets of its own, or another task's"));
            }
            rows::get(&self.store.read(), other)?;
        }
        let was = {
            let db = self.store.read();
            match rows::assignment(&db, &workspace.id, &one.task)? {
                // What was inherited stays as it was, but for what is said; to use nothing is to inherit all of it again.
                None if targets.is_empty() && one.same_as.is_none() => None,
                None => rows::assignment(&db, &workspace::default(&db)?.id, &one.task)?,
                own => own,
            }
        };
        let parameters = match &one.parameters {
            Some(text) => serde_json::Value::Object(checked_parameters(text)?).to_string(),
            None => was.map_or_else(|| "{}".into(), |was| was.parameters),
        };
        let (task, same_as) = (one.task.clone(), one.same_as.clone());
        Ok(AssignmentRow { workspace: workspace.id.clone(), task, targets, same_as, parameters, version: 0 })
    }

    fn assign(
        &self,
        t: &Transaction<'_>,
        workspace: &WorkspaceRow,
        one: &AssignTask,
        row: &AssignmentRow,
    ) -> Result<()> {
        let task = rows::get(t, &row.task)?;
        let was = rows::assignment(t, &workspace.id, &row.task)?;
        if one.version.is_some_and(|seen| seen != was.as_ref().map(|was| was.version)) {
            return Err(changed_elsewhere(&task.name));
        }
        let about = About::new(EventKind::TaskAssigned, &task.name).with("task", &row.task);
        let about = if workspace.is_default { about } else { about.with("workspace", &workspace.name) };
        self.changing(t, &about, &[Watch::on(Table::Assignment, "task", &row.task)], |t| {
            let nothing = row.targets.is_empty() && row.same_as.is_none() && row.parameters == "{}";
            if nothing {
                return rows::clear(t, &row.workspace, &row.task);
            }
            let same = |was: &AssignmentRow| *was == AssignmentRow { version: was.version, ..row.clone() };
            if !was.as_ref().is_some_and(same) {
                rows::assign(t, row)?;
            }
            refuse_cycle(t, &row.workspace, &row.task)
        })
    }
}

/// Fails with [`Code::TaskCycle`] where a task would use what it uses itself, by way of others.
fn refuse_cycle(t: &Transaction<'_>, workspace: &str, first: &TaskSlug) -> Result<()> {
    let default = workspace::default(t)?.id;
    let mut at = first.clone();
    let mut seen = HashSet::new();
    while seen.insert(at.clone()) {
        let own = rows::assignment(t, workspace, &at)?;
        let found = if own.is_some() { own } else { rows::assignment(t, &default, &at)? };
        let Some(next) = found.and_then(|one| one.same_as) else { return Ok(()) };
        at = next;
    }
    Err(Error::at(Field::Targets, Code::TaskCycle, format!("'{at}' would use what it uses itself")))
}

fn checked_purpose(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(Error::at(Field::Description, Code::DescriptionTooLong, "at most 200 characters, in one line"));
    }
    policy::refuse_key(text, Field::Description)?;
    Ok(text.to_owned())
}
