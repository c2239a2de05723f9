//! Shows a key in a native dialog: it never enters the page's process.

use keystead_core::{Keystead, Result};
use tauri::WebviewWindow;
use zeroize::Zeroizing;

/// A key on its way to the screen.
pub(crate) struct Revealed {
    title: String,
    text: Zeroizing<String>,
}

impl Revealed {
    /// Reads it from the keychain.
    pub(crate) fn read(keystead: &Keystead, id: &str) -> Result<Self> {
        let name = keystead.key_name(id)?;
        let text = keystead.with_secret(id, |text| Zeroizing::new(text.to_owned()))?;
        Ok(Self { title: format!("Key of {} / {}", name.provider, name.name), text })
    }

    /// Shows it over `parent`. On the main thread only; on Linux it returns at once.
    pub(crate) fn show(self, parent: &WebviewWindow) {
        native::show(parent, &self.title, self.text);
    }
}

#[cfg(target_os = "linux")]
mod native {
    use gtk::{ButtonsType, DialogFlags, Entry, MessageDialog, MessageType, ResponseType, prelude::*};
    use tauri::WebviewWindow;
    use zeroize::Zeroizing;

    /// An entry rather than a label: its text can be selected, and GTK overwrites its buffer when it is emptied.
    pub(super) fn show(parent: &WebviewWindow, title: &str, text: Zeroizing<String>) {
        let flags = DialogFlags::MODAL | DialogFlags::DESTROY_WITH_PARENT;
        let parent = parent.gtk_window().ok();
        let dialog = MessageDialog::new(parent.as_ref(), flags, MessageType::Other, ButtonsType::Close, title);
        dialog.set_title(title);
        dialog.set_secondary_text(Some("Whoever sees it can use it."));
        let columns = i32::try_from(text.len()).unwrap_or(i32::MAX).clamp(32, 72);
        let entry = Entry::builder().text(text.as_str()).editable(false).width_chars(columns).build();
        drop(text);
        entry.style_context().add_class("monospace");
        if let Ok(area) = dialog.message_area().downcast::<gtk::Box>() {
            area.add(&entry);
        }
        dialog.connect_response(move |dialog, response| {
            entry.set_text("");
            if response != ResponseType::DeleteEvent {
                dialog.close();
            }
        });
        dialog.set_default_response(ResponseType::Close);
        dialog.show_all();
    }
}

#[cfg(not(target_os = "linux"))]
mod native {
    use tauri::WebviewWindow;
    use zeroize::Zeroizing;

    pub(super) fn show(parent: &WebviewWindow, title: &str, text: Zeroizing<String>) {
        let dialog = rfd::MessageDialog::new().set_parent(parent).set_title(title);
        dialog.set_description(text.as_str()).show();
    }
}
