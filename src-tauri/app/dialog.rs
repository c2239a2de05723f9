//! Native dialogs for what must not be in the page, or cannot be.

/// An error with nothing to choose.
pub(crate) fn tell(heading: &str, text: &str) {
    native::ask(heading, text, None);
}

/// An error with a way out, named on its button. False: quit.
pub(crate) fn offer(heading: &str, text: &str, way_out: &str) -> bool {
    native::ask(heading, text, Some(way_out))
}

#[cfg(target_os = "linux")]
mod native {
    use gtk::{ButtonsType, DialogFlags, MessageDialog, MessageType, ResponseType, prelude::*};

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
    use rfd::{MessageButtons, MessageDialog, MessageDialogResult, MessageLevel};

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
