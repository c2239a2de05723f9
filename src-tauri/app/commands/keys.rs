use std::time::Duration;

use keystead_core::{
    Code, Error, Keystead, Result,
    keystead::{
        AddKey, AdoptVariable, EditKeys, EnableKey, EventKind, KeyView, KnownVariable, OrderKeys, RenameKey,
        ReplaceKey, UseRegion,
    },
};
use tauri::{State, WebviewWindow, command};
use zeroize::Zeroizing;

use super::{Domain, blocking};
use crate::{clipboard::Clipboard, reveal::Revealed};

#[command]
pub(crate) async fn add_key(keystead: Domain<'_>, req: AddKey) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.add_key(&req)).await
}

#[command]
pub(crate) async fn rename_key(keystead: Domain<'_>, req: RenameKey) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.rename_key(&req)).await
}

#[command]
pub(crate) async fn replace_key(keystead: Domain<'_>, req: ReplaceKey) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.replace_key(&req)).await
}

#[command]
pub(crate) async fn enable_key(keystead: Domain<'_>, req: EnableKey) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.enable_key(&req)).await
}

#[command]
pub(crate) async fn remove_key(keystead: Domain<'_>, id: String) -> Result<()> {
    blocking(keystead, move |keystead| keystead.remove_key(&id)).await
}

/// From the environment to the keychain, past the page.
#[command]
pub(crate) async fn adopt_variable(keystead: Domain<'_>, req: AdoptVariable) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.adopt_variable(&req)).await
}

#[command]
pub(crate) async fn confirm_variable(keystead: Domain<'_>, id: String) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.confirm_variable(&id)).await
}

#[command]
pub(crate) async fn known_variables(keystead: Domain<'_>) -> Result<Vec<KnownVariable>> {
    blocking(keystead, Keystead::known_variables).await
}

#[command]
pub(crate) async fn use_region(keystead: Domain<'_>, req: UseRegion) -> Result<KeyView> {
    blocking(keystead, move |keystead| keystead.use_region(&req)).await
}

/// One or several, all or none of them.
#[command]
pub(crate) async fn edit_keys(keystead: Domain<'_>, req: EditKeys) -> Result<Vec<KeyView>> {
    blocking(keystead, move |keystead| keystead.edit_keys(&req)).await
}

#[command]
pub(crate) async fn order_keys(keystead: Domain<'_>, req: OrderKeys) -> Result<()> {
    blocking(keystead, move |keystead| keystead.order_keys(&req)).await
}

/// From the keychain to the clipboard, past the page.
#[command]
pub(crate) async fn copy_key(keystead: Domain<'_>, clipboard: State<'_, Clipboard>, id: String) -> Result<()> {
    let clipboard = clipboard.inner().clone();
    blocking(keystead, move |keystead| {
        let keep = Duration::from_secs(keystead.settings()?.clipboard_s.into());
        let key = keystead.with_secret(&id, |text| Zeroizing::new(text.to_owned()))?;
        clipboard.lend(key, keep)?;
        keystead.note_use(&id, EventKind::KeyCopied)
    })
    .await
}

/// From the keychain to a native dialog, past the page.
#[command]
pub(crate) async fn reveal_key(keystead: Domain<'_>, window: WebviewWindow, id: String) -> Result<()> {
    let revealed = blocking(keystead, move |keystead| {
        let revealed = Revealed::read(keystead, &id)?;
        keystead.note_use(&id, EventKind::KeyShown)?;
        Ok(revealed)
    })
    .await?;
    let parent = window.clone();
    window
        .run_on_main_thread(move || revealed.show(&parent))
        .map_err(|error| Error::new(Code::Internal, format!("no dialog could be opened: {error}")))
}
