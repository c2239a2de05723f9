use keystead_core::{
    Code, Error, Keystead, Result,
    keystead::{Adoption, MoveKeys, MoveView, StorageCheck, UseVault, VaultView},
    secret::Passphrase,
};
use tauri::{AppHandle, Manager, WebviewWindow, command, ipc::Request};
use zeroize::Zeroizing;

use super::{Domain, blocking, raw};
use crate::data::FirstLook;

#[command]
pub(crate) async fn vault_status(app: AppHandle, keystead: Domain<'_>) -> Result<VaultView> {
    blocking(keystead, move |k| app.state::<FirstLook>().found().unwrap_or_else(|| k.vault_status())).await
}

#[command]
pub(crate) async fn unlock_vault(keystead: Domain<'_>) -> Result<VaultView> {
    blocking(keystead, Keystead::unlock_vault).await
}

#[command]
pub(crate) async fn create_keyring(keystead: Domain<'_>) -> Result<VaultView> {
    blocking(keystead, Keystead::create_keyring).await
}

#[command]
pub(crate) async fn prove_vault(keystead: Domain<'_>) -> Result<VaultView> {
    blocking(keystead, Keystead::prove_vault).await
}

#[command]
pub(crate) async fn use_vault(keystead: Domain<'_>, req: UseVault) -> Result<VaultView> {
    blocking(keystead, move |k| k.use_vault(req.kind)).await
}

#[command]
pub(crate) async fn create_file_vault(
    keystead: Domain<'_>,
    window: WebviewWindow,
    request: Request<'_>,
) -> Result<VaultView> {
    let passphrase = Passphrase::new(&raw(&window, &request)?)?;
    blocking(keystead, move |k| k.create_file_vault(&passphrase)).await
}

#[command]
pub(crate) async fn unlock_file_vault(
    keystead: Domain<'_>,
    window: WebviewWindow,
    request: Request<'_>,
) -> Result<VaultView> {
    let passphrase = Passphrase::new(&raw(&window, &request)?)?;
    blocking(keystead, move |k| k.unlock_file_vault(&passphrase)).await
}

#[command]
pub(crate) async fn lock_file_vault(keystead: Domain<'_>) -> Result<VaultView> {
    blocking(keystead, Keystead::lock_file_vault).await
}

/// Both passphrases in one body: the length of the old one (4 bytes, big endian), the old one, the new one.
#[command]
pub(crate) async fn change_passphrase(keystead: Domain<'_>, window: WebviewWindow, request: Request<'_>) -> Result<()> {
    let body = raw(&window, &request)?;
    let broken = || Error::new(Code::Internal, "two passphrases are sent with the first one's length");
    let (length, rest) = body.split_first_chunk().ok_or_else(broken)?;
    let at = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| broken())?;
    let (old, new) = rest.split_at_checked(at).ok_or_else(broken)?;
    let [old, new] = [old, new].map(|part| Passphrase::new(&Zeroizing::new(part.to_vec())));
    let (old, new) = (old?, new?);
    blocking(keystead, move |k| k.change_passphrase(&old, &new)).await
}

#[command]
pub(crate) async fn move_keys(keystead: Domain<'_>, req: MoveKeys) -> Result<MoveView> {
    blocking(keystead, move |k| k.move_keys(req.to)).await
}

#[command]
pub(crate) async fn stop_moving(keystead: Domain<'_>) -> Result<VaultView> {
    blocking(keystead, Keystead::stop_moving).await
}

#[command]
pub(crate) async fn check_storage(keystead: Domain<'_>) -> Result<StorageCheck> {
    blocking(keystead, Keystead::check_storage).await
}

#[command]
pub(crate) async fn adopt_leftovers(keystead: Domain<'_>, entries: Vec<String>) -> Result<Adoption> {
    blocking(keystead, move |k| k.adopt(&entries)).await
}

#[command]
pub(crate) async fn delete_leftovers(keystead: Domain<'_>, entries: Vec<String>) -> Result<u32> {
    blocking(keystead, move |k| k.delete_leftovers(&entries)).await
}
