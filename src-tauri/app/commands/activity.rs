use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use keystead_core::{
    Result,
    keystead::{EventView, ListActivity},
};
use tauri::{AppHandle, command, ipc::Channel};

use super::{Domain, blocking, settings};

/// Twice a second: what the command changes is seen within one.
const LOOK: Duration = Duration::from_millis(500);

/// The page that watches now: one that began anew, or in a new process, takes the place of the one before.
static PAGE: AtomicU64 = AtomicU64::new(0);

#[command]
pub(crate) async fn list_activity(keystead: Domain<'_>, req: ListActivity) -> Result<Vec<EventView>> {
    blocking(keystead, move |keystead| keystead.activity(&req)).await
}

#[command]
pub(crate) async fn undo(app: AppHandle, keystead: Domain<'_>, id: i64) -> Result<EventView> {
    blocking(keystead, move |keystead| {
        let undone = keystead.undo(id)?;
        settings::follow(&app, keystead);
        Ok(undone)
    })
    .await
}

/// Tells whenever another process has changed something.
#[command]
pub(crate) async fn watch(app: AppHandle, keystead: Domain<'_>, told: Channel<()>) -> Result<()> {
    let keystead = keystead.inner().clone();
    let page = PAGE.fetch_add(1, Ordering::SeqCst) + 1;
    let mut seen = keystead.others_changes()?;
    thread::spawn(move || {
        while PAGE.load(Ordering::SeqCst) == page {
            thread::sleep(LOOK);
            // A database that cannot be read says so wherever it is used.
            let Ok(now) = keystead.others_changes() else { continue };
            if now != seen {
                seen = now;
                settings::follow(&app, &keystead);
                if told.send(()).is_err() {
                    return;
                }
            }
        }
    });
    Ok(())
}
