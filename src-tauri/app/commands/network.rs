use keystead_core::{
    Code, Error, Field, Keystead, Result,
    keystead::{ConsentView, EditNetwork, GiveConsent, NetworkView},
    provider::ProviderId,
};
use tauri::{WebviewWindow, command, ipc::Request};
use zeroize::Zeroizing;

use super::{Domain, blocking, raw};
use crate::dialog;

/// Of one provider, or of all.
#[command]
pub(crate) async fn get_network(keystead: Domain<'_>, provider: Option<ProviderId>) -> Result<NetworkView> {
    blocking(keystead, move |keystead: &Keystead| keystead.network(provider.as_ref())).await
}

#[command]
pub(crate) async fn edit_network(keystead: Domain<'_>, req: EditNetwork) -> Result<NetworkView> {
    blocking(keystead, move |keystead| keystead.edit_network(&req)).await
}

/// A file of certificates the user names in a native dialog: its path, and nothing of what is in it. None: no file was
/// chosen.
#[command]
pub(crate) async fn choose_ca_file(window: WebviewWindow) -> Result<Option<String>> {
    let title = "Choose a file of certificates";
    let Some(path) = dialog::choose_file(&window, title, dialog::CERTIFICATES).await? else { return Ok(None) };
    let odd = |_| Error::at(Field::CaFile, Code::CaFileUnreadable, "its path is no text in UTF-8");
    path.into_os_string().into_string().map(Some).map_err(odd)
}

/// Three pieces in one body, each after its length (4 bytes, big endian): the provider's slug, empty for all; the user
/// name; the password.
#[command]
pub(crate) async fn keep_proxy_login(
    keystead: Domain<'_>,
    window: WebviewWindow,
    request: Request<'_>,
) -> Result<NetworkView> {
    let body = raw(&window, &request)?;
    let mut rest = body.as_slice();
    let mut piece = || {
        let (length, after) = rest.split_first_chunk()?;
        let (piece, after) = after.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        rest = after;
        Some(Zeroizing::new(piece.to_vec()))
    };
    let broken = || Error::new(Code::Internal, "three pieces are sent, each after its length");
    let (slug, user, password) =
        (piece().ok_or_else(broken)?, piece().ok_or_else(broken)?, piece().ok_or_else(broken)?);
    let provider = match str::from_utf8(&slug).map_err(|_| broken())? {
        "" => None,
        slug => Some(slug.parse()?),
    };
    blocking(keystead, move |keystead| keystead.keep_proxy_login(provider.as_ref(), &user, &password)).await
}

#[command]
pub(crate) async fn forget_proxy_login(keystead: Domain<'_>, provider: Option<ProviderId>) -> Result<NetworkView> {
    blocking(keystead, move |keystead| keystead.forget_proxy_login(provider.as_ref())).await
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
