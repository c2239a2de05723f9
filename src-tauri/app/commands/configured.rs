use keystead_core::{
    Result,
    keystead::{AddConfigured, DraftView, EditConfigured, KeyView, TestConfigured, VariableView},
    probe::TestReport,
};
use tauri::{WebviewWindow, command};

use super::{Domain, blocking};
use crate::dialog;

#[command]
pub(crate) async fn add_configured(keystead: Domain<'_>, req: AddConfigured) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.add_configured(&req)).await
}

#[command]
pub(crate) async fn edit_configured(keystead: Domain<'_>, req: EditConfigured) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.edit_configured(&req)).await
}

#[command]
pub(crate) async fn test_configured(keystead: Domain<'_>, req: TestConfigured) -> Result<TestReport> {
    keystead.test_configured(req).await
}

/// A file the user names in a native dialog: read by Rust, past the page. None: no file was chosen.
#[command]
pub(crate) async fn choose_key_file(keystead: Domain<'_>, window: WebviewWindow) -> Result<Option<DraftView>> {
    let Some(path) = dialog::choose_file(&window, "Choose a key file", dialog::JSON).await? else { return Ok(None) };
    blocking(keystead, move |keystead| keystead.draft_file(&path).map(Some)).await
}

#[command]
pub(crate) async fn check_variable(keystead: Domain<'_>, name: String) -> Result<VariableView> {
    keystead.variable(&name)
}
