use keystead_core::{
    Code, Error, Keystead, Result,
    keystead::{AboutView, EditSettings, Settings},
};
use tauri::{AppHandle, Manager, State, WebviewWindow, command};

use super::{Domain, blocking};
use crate::{clipboard::Clipboard, login, tray::Tray, window};

#[command]
pub(crate) async fn get_settings(keystead: Domain<'_>) -> Result<Settings> {
    blocking(keystead, Keystead::settings).await
}

#[command]
pub(crate) async fn save_settings(app: AppHandle, keystead: Domain<'_>, req: EditSettings) -> Result<Settings> {
    blocking(keystead, move |keystead| {
        // First what the desktop may refuse: what it does not do is not saved as done.
        if let Some(on) = req.start_at_login {
            login::open_at_login(on)?;
        }
        if let Some(on) = req.tray {
            app.state::<Tray>().choose(&app, on)?;
        }
        let saved = keystead.edit_settings(&req)?;
        window::set_scheme(&app, saved.scheme);
        Ok(saved)
    })
    .await
}

/// Does what the settings say, after they were changed elsewhere or taken back: by the command, by an undo.
pub(super) fn follow(app: &AppHandle, keystead: &Keystead) {
    // Settings that cannot be read say so wherever they are used.
    let Ok(settings) = keystead.settings() else { return };
    window::set_scheme(app, settings.scheme);
    let done =
        app.state::<Tray>().choose(app, settings.tray).and_then(|()| login::open_at_login(settings.start_at_login));
    if let Err(error) = done {
        tracing::info!("the desktop does not follow a setting: {error}");
    }
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
