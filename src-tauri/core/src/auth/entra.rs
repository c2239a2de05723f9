//! An application of Microsoft Entra ID signs in with its own secret
//! (learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).

use std::sync::Arc;

use super::{Exchange, form};
use crate::{provider::BaseUrl, secret::Secret};

/// An application and its secret.
pub struct Entra {
    /// `https://login.microsoftonline.com`, or that of another cloud.
    pub authority: BaseUrl,
    /// A UUID or a domain: a word of a path.
    pub tenant: String,
    /// A UUID.
    pub client_id: String,
    /// The value of a client secret, not its id.
    pub client_secret: Arc<Secret>,
    /// What for.
    pub scopes: Vec<String>,
}

impl Entra {
    pub(super) fn exchange(&self) -> Exchange {
        let url = self.authority.join(&format!("/{}/oauth2/v2.0/token", self.tenant));
        let form = form(&[
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose()),
            ("scope", &self.scopes.join(" ")),
        ]);
        // The authority with a path is a base URL as well: the tenant was checked to be one word of it.
        let url = url.as_str().parse().unwrap_or_else(|_| self.authority.clone());
        Exchange { url, form, signer: None }
    }
}
