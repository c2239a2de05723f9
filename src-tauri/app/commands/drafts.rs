use keystead_core::{Code, Error, Result, keystead::DraftView};
use tauri::{
    State, command,
    ipc::{InvokeBody, Request},
};
use zeroize::Zeroizing;

use super::{Domain, blocking};
use crate::clipboard::Clipboard;

/// The typed key comes as raw bytes: JSON would leave it in more places.
#[command]
pub(crate) async fn draft_key(keystead: Domain<'_>, request: Request<'_>) -> Result<DraftView> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(Error::new(Code::Internal, "a draft is sent as bytes"));
    };
    let bytes = Zeroizing::new(bytes.clone());
    blocking(keystead, move |keystead| keystead.draft(&bytes)).await
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
