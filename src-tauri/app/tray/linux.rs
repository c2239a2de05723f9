//! On Linux: a `StatusNotifierItem` on the session's bus, which KDE and most others show, GNOME with its extension for
//! such icons.

use keystead_core::{Code, Error, Result};
use ksni::{
    Category, MenuItem, OfflineReason,
    blocking::{Handle, TrayMethods},
    menu::StandardItem,
};
use tauri::AppHandle;

use super::{OPEN, QUIT, Seen};
use crate::window;

pub(super) struct Icon(Handle<Item>);

struct Item {
    app: AppHandle,
    seen: Seen,
}

impl Icon {
    /// `later`: a desktop that shows none now may do so in a moment.
    pub(super) fn show(app: &AppHandle, seen: &Seen, later: bool) -> Result<Self> {
        let missing =
            |e: ksni::Error| Error::new(Code::TrayMissing, format!("this desktop shows no icons in a tray: {e}"));
        let item = Item { app: app.clone(), seen: seen.clone() };
        let shown = item.assume_sni_available(later).spawn().map_err(missing)?;
        if !later {
            seen.set(true);
        }
        Ok(Self(shown))
    }

    pub(super) fn remove(self, _: &AppHandle) {
        self.0.shutdown().wait();
    }
}

impl Item {
    fn open(&self) {
        let app = self.app.clone();
        let _ = self.app.run_on_main_thread(move || window::bring_forward(&app));
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "dev.keystead.desktop".into()
    }

    fn title(&self) -> String {
        "Keystead".into()
    }

    fn category(&self) -> Category {
        Category::ApplicationStatus
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        let Some(icon) = self.app.default_window_icon() else { return Vec::new() };
        let (Ok(width), Ok(height)) = (icon.width().try_into(), icon.height().try_into()) else { return Vec::new() };
        // The bus has them as ARGB, the window as RGBA.
        let data = icon.rgba().chunks_exact(4).flat_map(|p| [p[3], p[0], p[1], p[2]]).collect();
        vec![ksni::Icon { width, height, data }]
    }

    fn activate(&mut self, _: i32, _: i32) {
        self.open();
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let open = StandardItem {
            label: OPEN.into(),
            activate: Box::new(|item: &mut Self| item.open()),
            ..Default::default()
        };
        let quit = StandardItem {
            label: QUIT.into(),
            activate: Box::new(|item: &mut Self| item.app.exit(0)),
            ..Default::default()
        };
        vec![open.into(), MenuItem::Separator, quit.into()]
    }

    fn watcher_online(&self) {
        self.seen.set(true);
    }

    /// A window that was closed into a tray that is there no more could never be opened again.
    fn watcher_offline(&self, _: OfflineReason) -> bool {
        if self.seen.0.swap(false, std::sync::atomic::Ordering::SeqCst) {
            self.open();
        }
        true
    }
}
