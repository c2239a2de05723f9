use keystead_core::{Result, keystead::DraftView};
use tauri::{State, WebviewWindow, command, ipc::Request};

use super::{Domain, blocking, raw};
use crate::clipboard::Clipboard;

/// The typed key comes as raw bytes: JSON would leave it in more places.
#[command]
pub(crate) async fn draft_key(keystead: Domain<'_>, window: WebviewWindow, request: Request<'_>) -> Result<DraftView> {
    let bytes = raw(&window, &request)?;
    blocking(keystead, move |keystead| keystead.draft(&bytes)).await
}

/// A secret header's value comes in the same way.
#[command]
pub(crate) async fn draft_header(
    keystead: Domain<'_>,
    window: WebviewWindow,
    request: Request<'_>,
) -> Result<DraftView> {
    let bytes = raw(&window, &request)?;
    blocking(keystead, move |keystead| keystead.draft_header(&bytes)).await
}

#[command]
pub(crate) async fn paste_key(keystead: Domain<'_>, clipboard: State<'_, Clipboard>) -> Result<DraftView> {
    let clipboard = clipboard.inner().clone();
    blocking(keystead, move |keystead| keystead.draft(&clipboard.read()?)).await
}

#[command]
pub(crate) async fn discard_draft(keystead: Domain<'_>, id: String) -> Result<()> {
    keystead.discard_draft(&id);
    Ok(())
}
