//! Workspaces: a key is in one of them or in all, a task may do otherwise in each.

use uuid::Uuid;

use super::{
    EventKind, Keystead, SaveWorkspace, WorkspaceView, checked_name, history::About, policies::changed_elsewhere,
};
use crate::{
    error::{Code, Error, Field, Result},
    store::{
        event::{Table, Watch},
        policy, setting, task,
        workspace::{self as rows, WorkspaceRow},
    },
};

/// The one the window shows.
const CURRENT: &str = "workspace";

impl Keystead {
    /// All of them, the default one first.
    pub fn workspaces(&self) -> Result<Vec<WorkspaceView>> {
        let current = self.workspace(None)?.id;
        let db = self.store.read();
        let (keys, assignments) = (policy::all(&db)?, task::assignments(&db)?);
        let view = |row: WorkspaceRow| {
            let in_it = |id: Option<&String>| id == Some(&row.id);
            let own_keys = keys.values().filter(|key| in_it(key.policy.workspace.as_ref())).count();
            let own_tasks = assignments.iter().filter(|one| one.workspace == row.id).count();
            WorkspaceView {
                current: row.id == current,
                own_keys: u32::try_from(own_keys).unwrap_or(u32::MAX),
                own_tasks: u32::try_from(own_tasks).unwrap_or(u32::MAX),
                id: row.id,
                name: row.name,
                is_default: row.is_default,
                version: row.version,
            }
        };
        Ok(rows::all(&db)?.into_iter().map(view).collect())
    }

    /// One by its id or its name; none named: the one the window shows.
    pub(super) fn workspace(&self, named: Option<&str>) -> Result<WorkspaceRow> {
        let db = self.store.read();
        match named {
            Some(named) => {
                let folded = named.trim().to_lowercase();
                let mut all = rows::all(&db)?.into_iter();
                let found = all.find(|row| row.id == named || row.name.to_lowercase() == folded);
                found.ok_or_else(|| Error::at(Field::Workspace, Code::WorkspaceNotFound, "there is no such workspace"))
            }
            None => match setting::get::<String>(&db, CURRENT)? {
                // Removed meanwhile, by the command: the default one.
                Some(id) => rows::get(&db, &id).or_else(|_| rows::default(&db)),
                None => rows::default(&db),
            },
        }
    }

    /// The id of a workspace by its id or its name.
    pub fn find_workspace(&self, named: &str) -> Result<String> {
        Ok(self.workspace(Some(named))?.id)
    }

    /// Shows another one from now on.
    pub fn use_workspace(&self, id: &str) -> Result<Vec<WorkspaceView>> {
        self.store.write(|t| {
            rows::get(t, id)?;
            setting::set(t, CURRENT, &id)
        })?;
        self.workspaces()
    }

    /// Makes one, or changes one.
    pub fn save_workspace(&self, req: &SaveWorkspace) -> Result<Vec<WorkspaceView>> {
        let name = req.name.as_deref().map(checked_name).transpose()?;
        let Some(id) = &req.id else {
            let name = name.ok_or_else(|| Error::at(Field::Name, Code::NameEmpty, "a name is needed"))?;
            let id = Uuid::new_v4().to_string();
            let about = About::new(EventKind::WorkspaceAdded, &name);
            self.change(&about, &[Watch::on(Table::Workspace, "id", &id)], |t| {
                rows::insert(t, &id, &name, self.now())
            })?;
            return self.workspaces();
        };
        let was = rows::get(&self.store.read(), id)?;
        let about = About::new(EventKind::WorkspaceEdited, &was.name);
        self.change(&about, &[Watch::all(Table::Workspace)], |t| {
            let now = rows::get(t, id)?;
            if req.version.is_some_and(|seen| seen != now.version) {
                return Err(changed_elsewhere(&now.name));
            }
            if let Some(name) = name.as_ref().filter(|name| **name != now.name) {
                rows::rename(t, id, name)?;
            }
            if req.make_default == Some(true) && !now.is_default {
                rows::make_default(t, id)?;
            }
            Ok(())
        })?;
        self.workspaces()
    }

    /// Removes one. Its keys are in all workspaces afterwards; what its tasks did otherwise is forgotten.
    ///
    /// Fails with [`Code::WorkspaceDefault`] for the default one, with [`Code::NameTaken`] where one of its keys has a name
    /// that a key in all workspaces has.
    pub fn remove_workspace(&self, id: &str) -> Result<Vec<WorkspaceView>> {
        let row = rows::get(&self.store.read(), id)?;
        if row.is_default {
            return Err(Error::new(
                Code::WorkspaceDefault,
                "the default workspace stays: make another one the default first",
            ));
        }
        let watches = [
            Watch::on(Table::Workspace, "id", &id),
            Watch::on(Table::Assignment, "workspace", &id),
            Watch::on(Table::Key, "workspace", &id),
            Watch::on(Table::KeyLimit, "workspace", &id),
        ];
        self.change(&About::new(EventKind::WorkspaceRemoved, &row.name), &watches, |t| {
            t.execute("UPDATE key SET workspace = NULL WHERE workspace = ?1", [id]).map_err(name_taken)?;
            t.execute("DELETE FROM assignment WHERE workspace = ?1", [id])?;
            t.execute("DELETE FROM key_limit WHERE workspace = ?1", [id])?;
            rows::delete(t, id)
        })?;
        self.workspaces()
    }
}

fn name_taken(error: rusqlite::Error) -> Error {
    let error = Error::from(error);
    if error.code != Code::StoreConstraint {
        return error;
    }
    Error::new(Code::NameTaken, "one of its keys has the name of a key that is in all workspaces: rename it first")
}
