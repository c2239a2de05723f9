//! What the web view's own side of this process leaves of a typed secret.
//!
//! A request's body reaches this process in a piece of memory of WebKit's, and WebKit wipes nothing: the piece is used
//! again sooner or later, and until then a freed copy lies there. So it is used again at once. WebKit's allocator has free
//! pieces by size, and a string of a script is such a piece: enough of them, held at the same time, fill every free one.

use std::{thread, time::Duration};

use tauri::WebviewWindow;

/// The request lives a little longer than the command that reads it, and what another thread freed is free for all only
/// after a while. Without this, one run in nine of S2's flow "failing test" found a whole key here.
const TIMES: [Duration; 3] = [Duration::from_millis(150), Duration::from_millis(500), Duration::from_millis(700)];

/// Fills the pieces that a body of this length may have left, from now on and a few times. Returns at once.
pub(crate) fn after(window: &WebviewWindow, length: usize) {
    let window = window.clone();
    thread::spawn(move || {
        for time in TIMES {
            thread::sleep(time);
            // A window that has gone has taken its requests with it.
            let _ = window.with_webview(move |_| fill(length));
        }
    });
}

#[cfg(target_os = "linux")]
fn fill(length: usize) {
    use webkit2gtk::{UserContentInjectedFrames, UserScript, UserScriptInjectionTime};

    /// More than there are free pieces of one size.
    const PIECES: usize = 4096;
    /// What a string has before its characters.
    const HEAD: usize = 20;

    let text = "/".repeat(length.saturating_sub(HEAD).max(1));
    let script = |_| {
        let (frames, time) = (UserContentInjectedFrames::TopFrame, UserScriptInjectionTime::Start);
        // Never given to a page.
        UserScript::new(&text, frames, time, &[], &[])
    };
    drop((0..PIECES).map(script).collect::<Vec<_>>());
}

#[cfg(not(target_os = "linux"))]
fn fill(_length: usize) {}
