use keystead_core::{
    Keystead, Result,
    keystead::{ConsentView, EditNetwork, GiveConsent, NetworkView},
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

#[command]
pub(crate) async fn list_consents(keystead: Domain<'_>) -> Result<Vec<ConsentView>> {
    blocking(keystead, Keystead::consents).await
}

#[command]
pub(crate) async fn give_consent(keystead: Domain<'_>, req: GiveConsent) -> Result<Vec<ConsentView>> {
    blocking(keystead, move |keystead| keystead.give_consent(&req)).await
}

#[command]
pub(crate) async fn revoke_consent(keystead: Domain<'_>, origin: String) -> Result<Vec<ConsentView>> {
    blocking(keystead, move |keystead| keystead.revoke_consent(&origin)).await
}
