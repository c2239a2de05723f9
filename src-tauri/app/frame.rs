//! The frame around the page: its scheme, and the ground that shows until the page has painted.

use std::sync::{Mutex, MutexGuard, PoisonError};

use keystead_core::keystead::Scheme;
use tauri::{Manager, Theme, WebviewWindow, WindowEvent, webview::Color};

/// What the user chose, and what the system is: on Linux the latter can only be asked for at the start, see
/// [`crate::process::close_memory`], and is told when it changes.
struct Look {
    chosen: Scheme,
    system: Theme,
}

/// Puts the frame into the chosen scheme and keeps it there.
pub(crate) fn dress(window: &WebviewWindow, chosen: Scheme) -> tauri::Result<()> {
    window.manage(Mutex::new(Look { chosen, system: window.theme()? }));
    let framed = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::ThemeChanged(theme) = event {
            follow(&framed, *theme);
        }
    });
    apply(window);
    Ok(())
}

/// Changes the frame's scheme.
pub(crate) fn choose(window: &WebviewWindow, chosen: Scheme) {
    look(window).chosen = chosen;
    apply(window);
}

/// The system's scheme has changed, or [`apply`] has been heard.
fn follow(window: &WebviewWindow, now: Theme) {
    let wanted = {
        let mut look = look(window);
        if look.chosen == Scheme::System {
            look.system = now;
        }
        theme(&look)
    };
    if now == wanted {
        paint(window, now);
    } else {
        apply(window);
    }
}

fn apply(window: &WebviewWindow) {
    let (chosen, wanted) = {
        let look = look(window);
        (look.chosen, theme(&look))
    };
    // Elsewhere the system is followed best by naming no theme.
    let named = if chosen == Scheme::System && cfg!(not(target_os = "linux")) { None } else { Some(wanted) };
    let _ = window.set_theme(named);
    paint(window, wanted);
}

/// The page's own ground, `--window` in its style.
fn paint(window: &WebviewWindow, theme: Theme) {
    let ground = if theme == Theme::Dark { Color(0x15, 0x17, 0x1b, 0xff) } else { Color(0xf4, 0xf6, 0xf8, 0xff) };
    let _ = window.set_background_color(Some(ground));
}

fn theme(look: &Look) -> Theme {
    match look.chosen {
        Scheme::System => look.system,
        Scheme::Light => Theme::Light,
        Scheme::Dark => Theme::Dark,
    }
}

fn look(window: &WebviewWindow) -> MutexGuard<'_, Look> {
    window.state::<Mutex<Look>>().inner().lock().unwrap_or_else(PoisonError::into_inner)
}
