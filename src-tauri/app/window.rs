//! The one window. What a page could do to leave it is refused here, whatever the page holds.

use std::{env, sync::Once};

use keystead_core::{Keystead, home, keystead::Scheme};
use tauri::{
    AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::{NewWindowResponse, PageLoadEvent, PermissionResponse},
};

use crate::{frame, process, tray::Tray};

const LABEL: &str = "main";

/// Opens the window, visible from the start: it is there long before its page, and shows the page's own ground.
pub(crate) fn open(app: &AppHandle, scheme: Scheme) -> tauri::Result<()> {
    // An incognito window keeps nothing of a page, but WebKitWebDriver cannot drive one.
    let automated = is_automated();
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Keystead")
        .inner_size(980.0, 680.0)
        .min_inner_size(640.0, 480.0)
        .incognito(!automated)
        .data_directory(home::data_dir().join("webview"))
        .general_autofill_enabled(false)
        .browser_extensions_enabled(false)
        .disable_drag_drop_handler()
        .devtools(tauri::is_dev())
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| PermissionResponse::Deny)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                tidy(&window);
            }
        })
        .build()?;
    stay_in_the_tray(&window);
    process::quit_on_signals(app);
    // Before the main loop first paints, so that nothing else is ever seen.
    frame::dress(&window, scheme)
}

/// While there is an icon to come back by, closing the window only hides it.
fn stay_in_the_tray(window: &WebviewWindow) {
    let closed = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event
            && closed.state::<Tray>().is_seen()
        {
            api.prevent_close();
            let _ = closed.hide();
        }
    });
}

/// Once the page is there, finishes what a crash may have left between database and keychain. Never prompts.
fn tidy(window: &WebviewWindow) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let keystead = window.state::<Keystead>().inner().clone();
        tauri::async_runtime::spawn_blocking(move || {
            if let Err(error) = keystead.reconcile() {
                tracing::info!("not reconciled: {error}");
            }
        });
    });
}

/// Whether a driver has the page: it loses one whose process ends.
fn is_automated() -> bool {
    env::var("TAURI_WEBVIEW_AUTOMATION").is_ok_and(|value| value == "true")
}

/// Loads the page anew, on Linux in a new process: a script's strings cannot be wiped, but all memory of a process that
/// ends is. Elsewhere no way to end the page's process is public, and it keeps what its garbage collector has not reached.
pub(crate) fn renew(window: &WebviewWindow) -> tauri::Result<()> {
    if is_automated() {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    window.with_webview(|view| {
        use webkit2gtk::WebViewExt;
        let page = view.inner();
        page.terminate_web_process();
        page.reload();
    })?;
    #[cfg(not(target_os = "linux"))]
    window.reload()?;
    Ok(())
}

/// For a second start of the app.
pub(crate) fn bring_forward(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Gives the window's frame the scheme the user chose for the page.
pub(crate) fn set_scheme(app: &AppHandle, scheme: Scheme) {
    if let Some(window) = app.get_webview_window(LABEL) {
        frame::choose(&window, scheme);
    }
}

/// The app's own pages, as each platform spells them; under `tauri dev` also the dev server's.
fn is_ours(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")) => true,
        ("http", Some("127.0.0.1")) => tauri::is_dev() && url.port() == Some(1420),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_pages() {
        for ours in ["tauri://localhost", "tauri://localhost/index.html#/about", "http://tauri.localhost/"] {
            assert!(is_ours(&ours.parse().unwrap()), "{ours}");
        }
        for other in [
            "https://example.com/",
            "http://tauri.localhost.example.com/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "tauri://other/",
            "http://127.0.0.1:8080/",
        ] {
            assert!(!is_ours(&other.parse().unwrap()), "{other}");
        }
    }
}
