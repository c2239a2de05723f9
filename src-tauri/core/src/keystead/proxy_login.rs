//! The user name and the password of a proxy: one secret of the provider's it was chosen for, or of Keystead's own where it
//! was chosen for all. It goes to the address it was entered for, and to no other proxy.

use std::sync::Arc;

use rusqlite::Transaction;
use zeroize::Zeroizing;

use super::{Keystead, NetworkView, ProxyLogin, drafts::Draft};
use crate::{
    error::{Code, Error, Field, Result},
    network::{Network, Proxy, ProxyUrl, login},
    provider::ProviderId,
    store::{network as rows, secret},
    vault::BoundSecret,
};

/// What tells it from other secrets of the same owner.
pub(super) const PART: &str = "proxy";

impl Keystead {
    /// Keeps the user name and the password for the proxy that is chosen for a provider, or for all.
    #[tracing::instrument(skip_all)]
    pub fn keep_proxy_login(
        &self,
        id: Option<&ProviderId>,
        user: &Zeroizing<Vec<u8>>,
        password: &Zeroizing<Vec<u8>>,
    ) -> Result<NetworkView> {
        let lock = self.lock()?;
        let chosen = id.map(|id| self.chosen(id)).transpose()?;
        let proxy = rows::get(&self.store.read(), id)?.proxy;
        let Proxy::At(url) = proxy else {
            return Err(Error::at(Field::Proxy, Code::ProxyInvalid, "choose a proxy by its address first"));
        };
        let draft = Draft::hidden(login(user, password)?);
        let nothing = |_: &Transaction<'_>| Ok(());
        self.keep_belonging(&lock, chosen.as_ref(), PART, &[url.origin()], &draft, nothing)?;
        drop(lock);
        self.network(id)
    }

    /// Forgets them.
    pub fn forget_proxy_login(&self, id: Option<&ProviderId>) -> Result<NetworkView> {
        let lock = self.lock()?;
        self.drop_belonging(id, PART, |_| Ok(()))?;
        drop(lock);
        self.network(id)
    }

    /// How it is with them, for the proxy chosen here.
    pub(super) fn proxy_login(&self, id: Option<&ProviderId>, proxy: &Proxy) -> Result<ProxyLogin> {
        let Proxy::At(url) = proxy else { return Ok(ProxyLogin::None) };
        Ok(match secret::belonging(&self.store.read(), id, PART)? {
            None => ProxyLogin::None,
            Some(row) if row.bound_to == Some(url.to_string()) => ProxyLogin::Saved,
            Some(_) => ProxyLogin::Elsewhere,
        })
    }

    /// Reads them for the way through `url`, which a provider chose or all did. None where there are none for it: those
    /// of another proxy are not read at all.
    #[tracing::instrument(skip_all)]
    pub(super) fn proxy_login_for(
        &self,
        id: Option<&ProviderId>,
        own: &Network,
        url: &ProxyUrl,
    ) -> Result<Option<Arc<BoundSecret>>> {
        let owner = id.filter(|_| own.proxy != Proxy::Inherit);
        let proxy = Proxy::At(url.clone());
        if self.proxy_login(owner, &proxy)? != ProxyLogin::Saved {
            return Ok(None);
        }
        Ok(self.read_belonging(owner, PART)?.map(Arc::new))
    }
}
