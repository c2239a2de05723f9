//! How providers are reached: what the user chose, what that comes to, and the way a test takes.

use url::Url;

use super::{ChosenBy, EditNetwork, EffectiveNetwork, EventKind, Keystead, NetworkView, history::About};
use crate::{
    error::Result,
    network::{DEFAULT_TIMEOUT_S, Network, Proxy, Via, Way, absolute, checked_timeout, read_authorities},
    probe::Hop,
    provider::{BaseUrl, Provider, ProviderId},
    store::{
        event::{Table, Watch},
        network as rows,
    },
};

impl Keystead {
    /// What is chosen for a provider, or for all of them, and what that comes to.
    pub fn network(&self, id: Option<&ProviderId>) -> Result<NetworkView> {
        let provider = id.map(|id| self.chosen(id)).transpose()?.map(|chosen| chosen.provider);
        let (own, all) = {
            let db = self.store.read();
            (rows::get(&db, id)?, rows::get(&db, None)?)
        };
        let effective = effective(provider.as_ref(), &own, &all);
        let proxy_login = self.proxy_login(id, &own.proxy)?;
        let Network { proxy, ca_file, timeout_s } = own;
        let ca_file = ca_file.map(|path| path.display().to_string());
        Ok(NetworkView { provider: id.cloned(), proxy, proxy_login, ca_file, timeout_s, effective })
    }

    /// Chooses. A file of authorities is read before it is taken.
    pub fn edit_network(&self, req: &EditNetwork) -> Result<NetworkView> {
        let id = req.provider.as_ref();
        if let Some(id) = id {
            self.chosen(id)?;
        }
        let mut network = rows::get(&self.store.read(), id)?;
        if let Some(proxy) = &req.proxy {
            network.proxy = proxy.parse()?;
        }
        if let Some(typed) = &req.ca_file {
            let path = typed.as_deref().filter(|typed| !typed.trim().is_empty()).map(absolute).transpose()?;
            path.as_deref().map(read_authorities).transpose()?;
            network.ca_file = path;
        }
        if let Some(seconds) = req.timeout_s {
            network.timeout_s = seconds.map(checked_timeout).transpose()?;
        }
        let name = id.map(|id| self.chosen(id).map(|chosen| chosen.provider.name)).transpose()?;
        let mut about = About::new(EventKind::NetworkEdited, name.unwrap_or_default());
        if let Some(id) = id {
            about = about.of(id);
        }
        let scope = id.map(ToString::to_string).unwrap_or_default();
        self.change(&about, &[Watch::on(Table::Network, "scope", &scope)], |t| rows::put(t, id, &network))?;
        self.network(id)
    }

    /// The way to a provider that is `there`, with its file of authorities read. Fails where that cannot be read now, and
    /// where keys would travel unencrypted without the user's consent.
    pub(super) fn way_to(&self, id: &ProviderId, there: &BaseUrl) -> Result<Way> {
        self.refuse_without_consent(there)?;
        self.way(Some(id), there)
    }

    /// The way to a provider, or where only what is chosen for all counts.
    pub(super) fn way(&self, id: Option<&ProviderId>, there: &BaseUrl) -> Result<Way> {
        let (own, all) = {
            let db = self.store.read();
            (id.map(|id| rows::get(&db, Some(id))).transpose()?.unwrap_or_default(), rows::get(&db, None)?)
        };
        let network = own.clone().over(&all);
        let mut via = Via::from(network.proxy);
        // No vault is asked for what no proxy will be sent.
        if let Via::Proxy(url, login) = &mut via
            && Hop::between(there.url(), &Via::Proxy(url.clone(), None)).is_some()
        {
            *login = self.proxy_login_for(id, &own, url)?;
        }
        Ok(Way {
            via,
            authorities: network.ca_file.as_deref().map(read_authorities).transpose()?.unwrap_or_default(),
            total: network.timeout_s.map(|s| std::time::Duration::from_secs(s.into())),
        })
    }
}

fn effective(provider: Option<&Provider>, own: &Network, all: &Network) -> EffectiveNetwork {
    let by = |own: bool, all: bool| match (own, all) {
        (true, _) if provider.is_some() => ChosenBy::Provider,
        (false, false) => ChosenBy::System,
        _ => ChosenBy::All,
    };
    let network = own.clone().over(all);
    let proxy_by = match provider.map(|p| &p.base_url) {
        Some(there) if there.is_loopback() => ChosenBy::ThisMachine,
        Some(there) if there.url().scheme() == "http" => ChosenBy::PlainHttp,
        _ => by(own.proxy != Proxy::Inherit, all.proxy != Proxy::Inherit),
    };
    let somewhere = || Url::parse("https://example.com").ok();
    let to = provider.map_or_else(somewhere, |provider| Some(provider.test_url()));
    let read = network.ca_file.as_deref().map(read_authorities);
    let usual = provider.and_then(|p| p.test().timeout_s).and_then(|s| u16::try_from(s).ok());
    EffectiveNetwork {
        proxy: to.and_then(|url| Hop::between(&url, &Via::from(network.proxy))).map(|hop| hop.name()),
        proxy_by,
        ca_file: network.ca_file.as_ref().map(|path| path.display().to_string()),
        ca_by: by(own.ca_file.is_some(), all.ca_file.is_some()),
        authorities: read.as_ref().and_then(|read| u32::try_from(read.as_ref().ok()?.len()).ok()),
        ca_fault: read.and_then(Result::err).map(|error| error.code),
        timeout_s: network.timeout_s.unwrap_or_else(|| usual.unwrap_or_default().max(DEFAULT_TIMEOUT_S)),
        timeout_by: by(own.timeout_s.is_some(), all.timeout_s.is_some()),
    }
}
