//! On macOS and Windows: Tauri's own, which every desktop there shows.

use keystead_core::{Code, Error, Result};
use tauri::{AppHandle, menu::MenuBuilder, tray::TrayIconBuilder};

use super::{OPEN, QUIT, Seen};
use crate::window;

const ID: &str = "keystead";

pub(super) struct Icon;

impl Icon {
    pub(super) fn show(app: &AppHandle, seen: &Seen, _: bool) -> Result<Self> {
        let missing = |e: tauri::Error| Error::new(Code::TrayMissing, format!("there is no icon in the tray: {e}"));
        let menu = MenuBuilder::new(app).text("open", OPEN).separator().text("quit", QUIT).build().map_err(missing)?;
        let icon = TrayIconBuilder::with_id(ID).tooltip("Keystead").menu(&menu).on_menu_event(|app, event| {
            if event.id().as_ref() == "quit" {
                app.exit(0);
            } else {
                window::bring_forward(app);
            }
        });
        let icon = match app.default_window_icon() {
            Some(image) => icon.icon(image.clone()),
            None => icon,
        };
        icon.build(app).map_err(missing)?;
        seen.set(true);
        Ok(Self)
    }

    pub(super) fn remove(self, app: &AppHandle) {
        drop(app.remove_tray_by_id(ID));
    }
}
