use keystead_core::{
    Keystead, Result,
    keystead::{
        AssignTasks, LimitView, Resolution, Resolve, SaveLimit, SaveTask, SaveWorkspace, TaskView, WorkspaceView,
    },
    task::TaskSlug,
};
use tauri::command;

use super::{Domain, blocking};

#[command]
pub(crate) async fn list_workspaces(keystead: Domain<'_>) -> Result<Vec<WorkspaceView>> {
    blocking(keystead, Keystead::workspaces).await
}

#[command]
pub(crate) async fn use_workspace(keystead: Domain<'_>, id: String) -> Result<Vec<WorkspaceView>> {
    blocking(keystead, move |keystead| keystead.use_workspace(&id)).await
}

#[command]
pub(crate) async fn save_workspace(keystead: Domain<'_>, req: SaveWorkspace) -> Result<Vec<WorkspaceView>> {
    blocking(keystead, move |keystead| keystead.save_workspace(&req)).await
}

#[command]
pub(crate) async fn remove_workspace(keystead: Domain<'_>, id: String) -> Result<Vec<WorkspaceView>> {
    blocking(keystead, move |keystead| keystead.remove_workspace(&id)).await
}

/// As they are in the workspace that the window shows.
#[command]
pub(crate) async fn list_tasks(keystead: Domain<'_>) -> Result<Vec<TaskView>> {
    blocking(keystead, |keystead| keystead.tasks(None)).await
}

#[command]
pub(crate) async fn save_task(keystead: Domain<'_>, req: SaveTask) -> Result<Vec<TaskView>> {
    blocking(keystead, move |keystead| keystead.save_task(&req)).await
}

#[command]
pub(crate) async fn order_tasks(keystead: Domain<'_>, slugs: Vec<TaskSlug>) -> Result<Vec<TaskView>> {
    blocking(keystead, move |keystead| keystead.order_tasks(&slugs)).await
}

#[command]
pub(crate) async fn remove_task(keystead: Domain<'_>, slug: TaskSlug) -> Result<Vec<TaskView>> {
    blocking(keystead, move |keystead| keystead.remove_task(&slug)).await
}

#[command]
pub(crate) async fn assign_tasks(keystead: Domain<'_>, req: AssignTasks) -> Result<Vec<TaskView>> {
    blocking(keystead, move |keystead| keystead.assign_tasks(&req)).await
}

#[command]
pub(crate) async fn dry_run(keystead: Domain<'_>, req: Resolve) -> Result<Resolution> {
    blocking(keystead, move |keystead| keystead.dry_run(&req)).await
}

#[command]
pub(crate) async fn list_limits(keystead: Domain<'_>) -> Result<Vec<LimitView>> {
    blocking(keystead, Keystead::limits).await
}

#[command]
pub(crate) async fn preview_limit(keystead: Domain<'_>, req: SaveLimit) -> Result<LimitView> {
    blocking(keystead, move |keystead| keystead.preview_limit(&req)).await
}

#[command]
pub(crate) async fn save_limit(keystead: Domain<'_>, req: SaveLimit) -> Result<Vec<LimitView>> {
    blocking(keystead, move |keystead| keystead.save_limit(&req)).await
}

#[command]
pub(crate) async fn remove_limit(keystead: Domain<'_>, id: String) -> Result<Vec<LimitView>> {
    blocking(keystead, move |keystead| keystead.remove_limit(&id)).await
}
