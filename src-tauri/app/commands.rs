//! What the page can ask for. Each command is an adapter: take the request, make one call, map the error. Which there
//! are is declared in `commands/list.rs`.

pub(crate) mod activity;
pub(crate) mod configured;
pub(crate) mod custom;
pub(crate) mod drafts;
pub(crate) mod keys;
pub(crate) mod messages;
pub(crate) mod models;
pub(crate) mod network;
pub(crate) mod providers;
pub(crate) mod routing;
pub(crate) mod settings;
pub(crate) mod tests;
pub(crate) mod vault;

use keystead_core::{Code, Error, Keystead, Result};
use tauri::{
    State, WebviewWindow,
    ipc::{InvokeBody, Request},
};
use zeroize::Zeroizing;

use crate::wash;

/// The domain, as a command gets it.
type Domain<'a> = State<'a, Keystead>;

/// Runs a call that may wait for the disk or for the keychain where waiting harms nobody.
async fn blocking<T: Send + 'static>(
    keystead: Domain<'_>,
    work: impl FnOnce(&Keystead) -> Result<T> + Send + 'static,
) -> Result<T> {
    let keystead = keystead.inner().clone();
    let done = tauri::async_runtime::spawn_blocking(move || work(&keystead));
    done.await.unwrap_or_else(|_| Err(Error::new(Code::Internal, "the call ended early")))
}

/// What was typed in secret: it comes as raw bytes, and what the web view keeps of them is overwritten.
fn raw(window: &WebviewWindow, request: &Request<'_>) -> Result<Zeroizing<Vec<u8>>> {
    match request.body() {
        InvokeBody::Raw(bytes) => {
            wash::after(window, bytes.len());
            Ok(Zeroizing::new(bytes.clone()))
        }
        InvokeBody::Json(_) => Err(Error::new(Code::Internal, "what is secret is sent as bytes")),
    }
}
