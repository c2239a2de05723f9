use std::{
    mem,
    sync::{Mutex, PoisonError},
};

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
        app.state::<Applied>().now(saved);
        Ok(saved)
    })
    .await
}

/// The settings that the desktop was last told of: asking it how it is takes a program on some.
pub(crate) struct Applied(Mutex<Settings>);

impl Applied {
    /// Those of the start.
    pub(crate) fn new(settings: Settings) -> Self {
        Self(Mutex::new(settings))
    }

    /// The ones before these.
    fn now(&self, settings: Settings) -> Settings {
        mem::replace(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), settings)
    }
}

/// Does what differs, after settings were changed elsewhere or taken back: by the command, by an undo.
pub(super) fn follow(app: &AppHandle, keystead: &Keystead) {
    // Settings that cannot be read say so wherever they are used.
    let Ok(now) = keystead.settings() else { return };
    let before = app.state::<Applied>().now(now);
    if now.scheme != before.scheme {
        window::set_scheme(app, now.scheme);
    }
    let tray = (now.tray != before.tray).then(|| app.state::<Tray>().choose(app, now.tray));
    let login = (now.start_at_login != before.start_at_login).then(|| login::open_at_login(now.start_at_login));
    for error in [tray, login].into_iter().flatten().filter_map(Result::err) {
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
