//! `keystead workspace …`

use std::process::ExitCode;

use clap::Subcommand;
use comfy_table::{Table, presets};
use keystead_core::{Error, Keystead, keystead::SaveWorkspace};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// All workspaces
    List,
    /// Make one
    Add {
        /// Its name
        name: String,
    },
    /// Give one another name
    Rename {
        /// Its name or id
        workspace: String,
        /// New
        name: String,
    },
    /// Use one from now on, where none is named
    Use {
        /// Its name or id
        workspace: String,
    },
    /// Make one the default: the others inherit what its tasks use
    Default {
        /// Its name or id
        workspace: String,
    },
    /// Remove one: its keys are in all workspaces then
    Rm {
        /// Its name or id
        workspace: String,
    },
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    let save = |save: SaveWorkspace| keystead.save_workspace(&save);
    let id = |named: &str| keystead.find_workspace(named).map(Some);
    let all = match command {
        Command::List => keystead.workspaces()?,
        Command::Add { name } => save(SaveWorkspace { name: Some(name.clone()), ..SaveWorkspace::default() })?,
        Command::Rename { workspace, name } => {
            save(SaveWorkspace { id: id(workspace)?, name: Some(name.clone()), ..SaveWorkspace::default() })?
        }
        Command::Default { workspace } => {
            save(SaveWorkspace { id: id(workspace)?, make_default: Some(true), ..SaveWorkspace::default() })?
        }
        Command::Use { workspace } => keystead.use_workspace(&keystead.find_workspace(workspace)?)?,
        Command::Rm { workspace } => keystead.remove_workspace(&keystead.find_workspace(workspace)?)?,
    };
    if json {
        println!("{}", serde_json::json!(all));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["WORKSPACE", "ITS OWN", ""]);
    for one in all {
        let own = format!("{} keys, {} tasks", one.own_keys, one.own_tasks);
        let marks = [(one.is_default, "default"), (one.current, "current")];
        let marks: Vec<_> = marks.into_iter().filter_map(|(is, mark)| is.then_some(mark)).collect();
        table.add_row([one.name, own, marks.join(", ")]);
    }
    println!("{table}");
    Ok(ExitCode::SUCCESS)
}
