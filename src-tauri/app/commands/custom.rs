use keystead_core::{
    Result,
    keystead::{ProviderView, RemoveHeader, SetConfiguration, SetDialect, SetHeader, SetModels, SetUrl},
};
use tauri::command;

use super::{Domain, blocking};

#[command]
pub(crate) async fn set_dialect(keystead: Domain<'_>, req: SetDialect) -> Result<ProviderView> {
    blocking(keystead, move |keystead| keystead.set_dialect(&req)).await
}

#[command]
pub(crate) async fn set_url(keystead: Domain<'_>, req: SetUrl) -> Result<ProviderView> {
    blocking(keystead, move |keystead| keystead.set_url(&req)).await
}

#[command]
pub(crate) async fn set_header(keystead: Domain<'_>, req: SetHeader) -> Result<ProviderView> {
    blocking(keystead, move |keystead| keystead.set_header(&req)).await
}

#[command]
pub(crate) async fn remove_header(keystead: Domain<'_>, req: RemoveHeader) -> Result<ProviderView> {
    blocking(keystead, move |keystead| keystead.remove_header(&req)).await
}

#[command]
pub(crate) async fn set_configuration(keystead: Domain<'_>, req: SetConfiguration) -> Result<ProviderView> {
    blocking(keystead, move |keystead| keystead.set_configuration(&req)).await
}

#[command]
pub(crate) async fn set_models(keystead: Domain<'_>, req: SetModels) -> Result<ProviderView> {
    blocking(keystead, move |keystead| keystead.set_models(&req)).await
}
