use keystead_core::{
    Keystead, Result,
    keystead::{EditNetwork, NetworkView},
    provider::ProviderId,
};
use tauri::command;

use super::{Domain, blocking};

/// Of one provider, or of all.
#[command]
pub(crate) async fn get_network(keystead: Domain<'_>, provider: Option<ProviderId>) -> Result<NetworkView> {
    blocking(keystead, move |keystead: &Keystead| keystead.network(provider.as_ref())).await
}

#[command]
pub(crate) async fn edit_network(keystead: Domain<'_>, req: EditNetwork) -> Result<NetworkView> {
    blocking(keystead, move |keystead| keystead.edit_network(&req)).await
}
