//! Native dialogs for what must not be in the page, or cannot be.

use std::path::PathBuf;

use keystead_core::{Code, Error, Result};
use tauri::WebviewWindow;

/// An error with nothing to choose.
pub(crate) fn tell(heading: &str, text: &str) {
    native::ask(heading, text, None);
}

/// An error with a way out, named on its button. False: quit.
pub(crate) fn offer(heading: &str, text: &str, way_out: &str) -> bool {
    native::ask(heading, text, Some(way_out))
}

/// What files are looked for first, by the ends of their names.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    name: &'static str,
    ends: &'static [&'static str],
}

/// Key files of service accounts.
pub(crate) const JSON: Kind = Kind { name: "JSON", ends: &["json"] };

/// Certificates to trust.
pub(crate) const CERTIFICATES: Kind = Kind { name: "Certificates", ends: &["pem", "crt", "cer"] };

/// A file the user chooses, over `parent`; none when they think better of it.
pub(crate) async fn choose_file(parent: &WebviewWindow, title: &str, kind: Kind) -> Result<Option<PathBuf>> {
    native::choose(parent, title, kind).await.ok_or_else(|| Error::new(Code::Internal, "no dialog could be opened"))
}

#[cfg(target_os = "linux")]
mod native {
    use std::path::PathBuf;

    use gtk::{
        ButtonsType, DialogFlags, FileChooserAction, FileChooserDialog, FileFilter, MessageDialog, MessageType,
        ResponseType, prelude::*,
    };
    use tauri::WebviewWindow;
    use tokio::sync::oneshot;

    use super::Kind;

    /// `None`: there is no dialog.
    pub(super) async fn choose(parent: &WebviewWindow, title: &str, kind: Kind) -> Option<Option<PathBuf>> {
        let (send, chosen) = oneshot::channel();
        let (window, title) = (parent.clone(), title.to_owned());
        parent.run_on_main_thread(move || open(&window, &title, kind, send)).ok()?;
        chosen.await.ok()
    }

    fn open(parent: &WebviewWindow, title: &str, kind: Kind, send: oneshot::Sender<Option<PathBuf>>) {
        let parent = parent.gtk_window().ok();
        let dialog = FileChooserDialog::new(Some(title), parent.as_ref(), FileChooserAction::Open);
        dialog.add_button("Cancel", ResponseType::Cancel);
        dialog.add_button("Open", ResponseType::Accept);
        dialog.set_default_response(ResponseType::Accept);
        dialog.set_modal(true);
        let patterns: Vec<_> = kind.ends.iter().map(|end| format!("*.{end}")).collect();
        for (name, patterns) in [(kind.name, patterns), ("All files", vec!["*".to_owned()])] {
            let filter = FileFilter::new();
            filter.set_name(Some(name));
            for pattern in &patterns {
                filter.add_pattern(pattern);
            }
            dialog.add_filter(filter);
        }
        let send = std::cell::Cell::new(Some(send));
        dialog.connect_response(move |dialog, response| {
            let path = dialog.filename().filter(|_| response == ResponseType::Accept);
            if let Some(send) = send.take() {
                let _ = send.send(path);
            }
            if response != ResponseType::DeleteEvent {
                dialog.close();
            }
        });
        dialog.show_all();
    }

    /// GTK's own dialog, not the desktop portal's: the portal refuses a process whose memory is closed to others.
    pub(super) fn ask(heading: &str, text: &str, way_out: Option<&str>) -> bool {
        let dialog = MessageDialog::new(
            None::<&gtk::Window>,
            DialogFlags::empty(),
            MessageType::Error,
            ButtonsType::None,
            heading,
        );
        dialog.set_title("Keystead");
        dialog.set_secondary_text(Some(text));
        dialog.add_button("Quit", ResponseType::Close);
        if let Some(way_out) = way_out {
            dialog.add_button(way_out, ResponseType::Accept);
            dialog.set_default_response(ResponseType::Accept);
        }
        let answer = dialog.run();
        dialog.close();
        answer == ResponseType::Accept
    }
}

#[cfg(not(target_os = "linux"))]
mod native {
    use std::path::PathBuf;

    use rfd::{AsyncFileDialog, MessageButtons, MessageDialog, MessageDialogResult, MessageLevel};
    use tauri::WebviewWindow;

    use super::Kind;

    /// `None` never: the dialog opens on every other system.
    pub(super) async fn choose(parent: &WebviewWindow, title: &str, kind: Kind) -> Option<Option<PathBuf>> {
        let dialog = AsyncFileDialog::new().set_parent(parent).set_title(title).add_filter(kind.name, kind.ends);
        Some(dialog.pick_file().await.map(|file| file.path().to_owned()))
    }

    pub(super) fn ask(heading: &str, text: &str, way_out: Option<&str>) -> bool {
        let buttons = match way_out {
            Some(way_out) => MessageButtons::OkCancelCustom(way_out.into(), "Quit".into()),
            None => MessageButtons::OkCustom("Quit".into()),
        };
        let dialog = MessageDialog::new().set_level(MessageLevel::Error).set_title(heading).set_description(text);
        match dialog.set_buttons(buttons).show() {
            MessageDialogResult::Custom(pressed) => Some(pressed.as_str()) == way_out,
            pressed => pressed == MessageDialogResult::Ok && way_out.is_some(),
        }
    }
}
