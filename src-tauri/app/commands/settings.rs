use keystead_core::{
    Code, Error, Keystead, Result,
    keystead::{AboutView, EditSettings, Settings},
};
use tauri::{AppHandle, State, WebviewWindow, command};

use super::{Domain, blocking};
use crate::{clipboard::Clipboard, login, window};

#[command]
pub(crate) async fn get_settings(keystead: Domain<'_>) -> Result<Settings> {
    blocking(keystead, Keystead::settings).await
}

#[command]
pub(crate) async fn save_settings(app: AppHandle, keystead: Domain<'_>, req: EditSettings) -> Result<Settings> {
    let saved = blocking(keystead, move |keystead| keystead.edit_settings(&req)).await?;
    window::set_scheme(&app, saved.scheme);
    if req.start_at_login.is_some() {
        login::open_at_login(saved.start_at_login)?;
    }
    Ok(saved)
}

#[command]
pub(crate) async fn about(keystead: Domain<'_>) -> Result<AboutView> {
    Ok(keystead.about())
}

/// For text that is no secret: a `curl` line with `$VAR` in it, a path.
#[command]
pub(crate) async fn copy_text(keystead: Domain<'_>, clipboard: State<'_, Clipboard>, text: String) -> Result<()> {
    let clipboard = clipboard.inner().clone();
    blocking(keystead, move |_| clipboard.write(text)).await
}

/// What was typed in secret cannot be wiped from a page. Nothing is answered: who asked is gone.
#[command]
pub(crate) async fn renew_page(window: WebviewWindow) -> Result<()> {
    window::renew(&window).map_err(|error| Error::new(Code::Internal, format!("the page stays as it is: {error}")))
}
