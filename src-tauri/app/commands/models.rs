use keystead_core::{
    Result,
    keystead::{ApplyModels, FetchModels, ModelsView},
    probe::ListProgress,
};
use tauri::{command, ipc::Channel};

use super::{Domain, blocking};

#[command]
pub(crate) async fn list_models(keystead: Domain<'_>, id: String) -> Result<ModelsView> {
    blocking(keystead, move |keystead| keystead.models(&id)).await
}

/// Pages are told while they come; `cancel_test` ends it by its run.
#[command]
pub(crate) async fn fetch_models(
    keystead: Domain<'_>,
    req: FetchModels,
    progress: Channel<ListProgress>,
) -> Result<ModelsView> {
    // A page that has gone away is told nothing.
    keystead.fetch_models(req, move |at| drop(progress.send(at))).await
}

#[command]
pub(crate) async fn apply_models(keystead: Domain<'_>, req: ApplyModels) -> Result<ModelsView> {
    blocking(keystead, move |keystead| keystead.apply_models(&req)).await
}
