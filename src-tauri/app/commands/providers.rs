use keystead_core::{
    Code, Error, Keystead, Result,
    keystead::{BaseUrlView, CheckBaseUrl, EditProvider, OpenLink, ProviderView},
    provider::ProviderId,
};
use tauri::command;

use super::{Domain, blocking};

#[command]
pub(crate) async fn list_providers(keystead: Domain<'_>) -> Result<Vec<ProviderView>> {
    blocking(keystead, Keystead::providers).await
}

#[command]
pub(crate) async fn edit_provider(keystead: Domain<'_>, req: EditProvider) -> Result<ProviderView> {
    blocking(keystead, move |keystead| keystead.edit_provider(&req)).await
}

#[command]
pub(crate) async fn remove_provider(keystead: Domain<'_>, id: ProviderId) -> Result<()> {
    blocking(keystead, move |keystead| keystead.remove_provider(&id)).await
}

#[command]
pub(crate) async fn check_base_url(keystead: Domain<'_>, req: CheckBaseUrl) -> Result<BaseUrlView> {
    blocking(keystead, move |keystead| keystead.check_base_url(&req)).await
}

/// The page names a provider and a kind of link, never a URL: the browser is only sent where the catalogue points.
#[command]
pub(crate) async fn open_link(keystead: Domain<'_>, req: OpenLink) -> Result<()> {
    blocking(keystead, move |keystead| {
        tauri_plugin_opener::open_url(keystead.link(&req)?, None::<&str>)
            .map_err(|error| Error::new(Code::Internal, format!("no browser could be started: {error}")))
    })
    .await
}
