use keystead_core::{
    Keystead, Result,
    keystead::{Adoption, StorageCheck, VaultView},
};
use tauri::command;

use super::{Domain, blocking};

#[command]
pub(crate) async fn vault_status(keystead: Domain<'_>) -> Result<VaultView> {
    blocking(keystead, Keystead::vault_status).await
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
