use keystead_core::{
    Keystead, Result,
    keystead::{EditMessenger, MessageTry, MessengerView, Notice},
};
use tauri::{WebviewWindow, command, ipc::Request};

use super::{Domain, blocking, raw};
use crate::notices;

#[command]
pub(crate) async fn get_messenger(keystead: Domain<'_>) -> Result<MessengerView> {
    blocking(keystead, Keystead::messenger).await
}

#[command]
pub(crate) async fn edit_messenger(keystead: Domain<'_>, req: EditMessenger) -> Result<MessengerView> {
    blocking(keystead, move |keystead| keystead.edit_messenger(&req)).await
}

#[command]
pub(crate) async fn keep_bot_token(
    keystead: Domain<'_>,
    window: WebviewWindow,
    request: Request<'_>,
) -> Result<MessengerView> {
    let bytes = raw(&window, &request)?;
    blocking(keystead, move |keystead| keystead.keep_bot_token(&bytes)).await
}

#[command]
pub(crate) async fn forget_messenger(keystead: Domain<'_>) -> Result<MessengerView> {
    blocking(keystead, Keystead::forget_messenger).await
}

#[command]
pub(crate) async fn send_test_message(keystead: Domain<'_>) -> Result<MessageTry> {
    keystead.send_test_message().await
}

/// Whether the desktop showed all there was to show.
#[command]
pub(crate) async fn messages_due(keystead: Domain<'_>) -> Result<bool> {
    let due = keystead.messages_due().await?;
    blocking(keystead, move |keystead| {
        let (mut shown, mut lost) = (Vec::new(), Vec::new());
        for Notice { id, title, text } in due {
            // What was not shown once is not tried a second time for each of the others.
            let told = lost.is_empty() && notices::show(&title, &text).is_ok();
            if told { shown.push(id) } else { lost.push(id) }
        }
        keystead.note_notices(&shown, true)?;
        keystead.note_notices(&lost, false)?;
        Ok(lost.is_empty())
    })
    .await
}

#[command]
pub(crate) async fn show_test_notice(keystead: Domain<'_>) -> Result<()> {
    blocking(keystead, |_| notices::show("Keystead", "What happens to your keys will be told here.")).await
}
