//! `keystead task …`

use std::process::ExitCode;

use clap::Subcommand;
use comfy_table::{Table, presets};
use keystead_core::{
    Error, Keystead,
    keystead::{AssignTask, AssignTasks, AssignmentView, SaveTask, TaskView},
    task::TaskSlug,
};

use crate::resolve;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// All tasks, with what each uses
    List {
        /// In this workspace; the current one if omitted
        #[arg(long, value_name = "WORKSPACE")]
        workspace: Option<String>,
    },
    /// Say what a task uses; a task that is not there is made
    Set {
        /// Its name for programs: `chat`
        slug: TaskSlug,
        /// PROVIDER/MODEL, in the order they are tried in; can be repeated
        #[arg(long = "target", value_name = "PROVIDER/MODEL", conflicts_with = "same_as")]
        targets: Vec<String>,
        /// What another task uses
        #[arg(long, value_name = "TASK")]
        same_as: Option<TaskSlug>,
        /// Parameters of requests: a JSON object
        #[arg(long, value_name = "JSON")]
        parameters: Option<String>,
        /// In this workspace; the default one if omitted
        #[arg(long, value_name = "WORKSPACE")]
        workspace: Option<String>,
        /// Its name for people
        #[arg(long)]
        name: Option<String>,
        /// What for
        #[arg(long, value_name = "TEXT")]
        purpose: Option<String>,
    },
    /// Forget what a task uses: in a workspace, what the default one has counts again
    Clear {
        /// Its name for programs
        slug: TaskSlug,
        /// In this workspace; the default one if omitted
        #[arg(long, value_name = "WORKSPACE")]
        workspace: Option<String>,
    },
    /// Put tasks in order
    Order {
        /// Their names for programs
        #[arg(required = true)]
        slugs: Vec<TaskSlug>,
    },
    /// Remove a task
    Rm {
        /// Its name for programs
        slug: TaskSlug,
    },
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    let tasks = match command {
        Command::List { workspace } => keystead.tasks(workspace.as_deref())?,
        Command::Set { slug, targets, same_as, parameters, workspace, name, purpose } => {
            let targets = targets.iter().map(|target| target.parse()).collect::<Result<Vec<_>, _>>()?;
            let there = keystead.tasks(None)?.into_iter().any(|task| task.slug == *slug);
            if !there {
                let name = name.clone().or_else(|| Some(slug.to_string()));
                keystead.save_task(&SaveTask {
                    slug: Some(slug.to_string()),
                    name,
                    purpose: purpose.clone(),
                    ..SaveTask::default()
                })?;
            } else if name.is_some() || purpose.is_some() {
                let (task, name, purpose) = (Some(slug.clone()), name.clone(), purpose.clone());
                keystead.save_task(&SaveTask { task, name, purpose, ..SaveTask::default() })?;
            }
            // A name alone changes nothing of what it uses.
            if targets.is_empty() && same_as.is_none() && parameters.is_none() {
                keystead.tasks(workspace.as_deref())?
            } else {
                // Where nothing is said it is the default one that is changed, whichever is looked at.
                let default = keystead.workspaces()?.into_iter().find(|one| one.is_default).map(|one| one.id);
                let changed = workspace.clone().or(default);
                let was = keystead.tasks(changed.as_deref())?.into_iter().find(|task| task.slug == *slug);
                let was = was.and_then(|task| task.assignment);
                let kept = targets.is_empty() && same_as.is_none();
                let (targets, same_as) = match was.filter(|_| kept) {
                    Some(AssignmentView { targets, same_as, .. }) => (targets, same_as),
                    None => (targets, same_as.clone()),
                };
                let task =
                    AssignTask { task: slug.clone(), version: None, targets, same_as, parameters: parameters.clone() };
                // A task that would be left without what was said of it is not made.
                let assigned = keystead.assign_tasks(&AssignTasks { workspace: workspace.clone(), tasks: vec![task] });
                assigned.or_else(|error| if there { Err(error) } else { keystead.remove_task(slug).and(Err(error)) })?
            }
        }
        Command::Clear { slug, workspace } => {
            let task = AssignTask {
                task: slug.clone(),
                version: None,
                targets: Vec::new(),
                same_as: None,
                parameters: Some(String::new()),
            };
            keystead.assign_tasks(&AssignTasks { workspace: workspace.clone(), tasks: vec![task] })?
        }
        Command::Order { slugs } => keystead.order_tasks(slugs)?,
        Command::Rm { slug } => keystead.remove_task(slug)?,
    };
    if json {
        println!("{}", serde_json::json!(tasks));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["TASK", "TARGETS", "NOW"]);
    for task in &tasks {
        table.add_row([task.slug.to_string(), targets(task), resolve::short(&task.now)]);
    }
    println!("{table}");
    Ok(ExitCode::SUCCESS)
}

fn targets(task: &TaskView) -> String {
    match &task.assignment {
        None => "–".into(),
        Some(AssignmentView { same_as: Some(other), .. }) => format!("as {other}"),
        Some(one) => {
            let all: Vec<_> =
                one.targets.iter().map(|target| format!("{}/{}", target.provider, target.model)).collect();
            all.join("\n")
        }
    }
}
