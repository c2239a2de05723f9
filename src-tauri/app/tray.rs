//! The icon in the tray: with it, closing the window leaves Keystead at work. Without a tray to come back from, closing
//! the window is the end, whatever the setting says.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use keystead_core::Result;
use tauri::AppHandle;

#[cfg(not(target_os = "linux"))]
use elsewhere::Icon;
#[cfg(target_os = "linux")]
use linux::Icon;

/// What the icon's menu says.
const OPEN: &str = "Open Keystead";
const QUIT: &str = "Quit Keystead";

/// The icon, if it is wanted, and whether anybody can see it.
#[derive(Clone, Default)]
pub(crate) struct Tray {
    icon: Arc<Mutex<Option<Icon>>>,
    seen: Seen,
}

/// Whether the desktop shows the icon now.
#[derive(Clone, Default)]
struct Seen(Arc<AtomicBool>);

impl Seen {
    fn set(&self, seen: bool) {
        self.0.store(seen, Ordering::SeqCst);
    }
}

impl Tray {
    /// Whether there is an icon to come back by.
    pub(crate) fn is_seen(&self) -> bool {
        self.seen.0.load(Ordering::SeqCst)
    }

    /// Shows the icon or removes it, as the user has just said.
    ///
    /// Fails with [`keystead_core::Code::TrayMissing`] where the desktop shows none.
    pub(crate) fn choose(&self, app: &AppHandle, on: bool) -> Result<()> {
        let mut icon = self.icon();
        if on && icon.is_none() {
            *icon = Some(Icon::show(app, &self.seen, false)?);
        }
        if !on && let Some(icon) = icon.take() {
            icon.remove(app);
            self.seen.set(false);
        }
        Ok(())
    }

    /// Shows the icon as it was chosen in an earlier run. At login the desktop may not be ready, and its bus may hang:
    /// nobody waits for it.
    pub(crate) fn begin(&self, app: &AppHandle) {
        let (tray, app) = (self.clone(), app.clone());
        let show = move || match Icon::show(&app, &tray.seen, true) {
            Ok(icon) => *tray.icon() = Some(icon),
            Err(error) => tracing::info!("no icon in the tray: {error}"),
        };
        if thread::Builder::new().name("tray".into()).spawn(show).is_err() {
            tracing::info!("no icon in the tray: no thread");
        }
    }

    fn icon(&self) -> MutexGuard<'_, Option<Icon>> {
        self.icon.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
