//! Notifications of the desktop. Where nothing shows them that is an error with a code, told once in Settings.

use std::{sync::mpsc, thread, time::Duration};

use keystead_core::{Code, Error, Result};
use notify_rust::Notification;

/// A service that is started for it needs a moment; one that hangs is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// Shows a title and a text, and waits until the desktop has taken them.
pub(crate) fn show(title: &str, text: &str) -> Result<()> {
    let (title, text) = (title.to_owned(), text.to_owned());
    let (told, answer) = mpsc::channel();
    thread::spawn(move || {
        let mut notice = Notification::new();
        notice.appname("Keystead").summary(&title).body(&plain(text));
        let _ = told.send(notice.show().map(drop));
    });
    let failed = |()| Error::new(Code::NotificationFailed, "this desktop shows no notifications");
    answer.recv_timeout(PATIENCE).map_err(|_| ()).and_then(|shown| shown.map_err(|_| ())).map_err(failed)
}

/// Names of models are a provider's: where markup is read, there is none in them.
#[cfg(target_os = "linux")]
fn plain(text: String) -> String {
    let markup = notify_rust::get_capabilities().is_ok_and(|all| all.iter().any(|one| one == "body-markup"));
    if markup { text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;") } else { text }
}

#[cfg(not(target_os = "linux"))]
fn plain(text: String) -> String {
    text
}
