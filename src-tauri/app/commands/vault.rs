use keystead_core::{Keystead, Result, keystead::VaultView};
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
