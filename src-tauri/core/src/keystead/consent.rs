//! Plain http to a private network carries a key unencrypted. It is sent there only to an origin the user consented to by
//! typing its host; a consent taken back counts from the next request on.

use super::{ConsentView, EventKind, GiveConsent, Keystead, history::About};
use crate::{
    error::{Code, Error, Field, Result},
    provider::{BaseUrl, Catalog, Provider, doctor},
    store::{
        consent as rows,
        event::{Table, Watch},
    },
};

impl Keystead {
    /// The origins keys may travel to unencrypted, with the providers that are there.
    pub fn consents(&self) -> Result<Vec<ConsentView>> {
        let given = rows::all(&self.store.read())?;
        if given.is_empty() {
            return Ok(Vec::new());
        }
        let providers = self.providers()?;
        let at = |origin: &str| {
            let there = |url: &str| BaseUrl::even_plain(url).is_ok_and(|url| url.origin().to_string() == origin);
            providers.iter().filter(|p| there(&p.base_url)).map(|p| p.name.clone()).collect()
        };
        let view = |(origin, given_at): (String, i64)| ConsentView {
            host: origin.trim_start_matches("http://").to_owned(),
            providers: at(&origin),
            origin,
            given_at,
        };
        Ok(given.into_iter().map(view).collect())
    }

    /// Gives a consent, if what was typed is the host it is about. https and this machine need none.
    pub fn give_consent(&self, req: &GiveConsent) -> Result<Vec<ConsentView>> {
        let there = doctor::examine_even_plain(&req.base_url, Catalog::builtin().template())?.base_url;
        if there.is_unencrypted() {
            if !req.host.trim().eq_ignore_ascii_case(&there.host()) {
                let message = format!("to allow this, type {}", there.host());
                return Err(Error::at(Field::Consent, Code::ConsentMismatch, message));
            }
            let origin = there.origin().to_string();
            let about = About::new(EventKind::ConsentGiven, &origin);
            self.change(&about, &[Watch::on(Table::Consent, "origin", &origin)], |t| {
                rows::give(t, &origin, self.now())
            })?;
        }
        self.consents()
    }

    /// Takes a consent back: nothing is sent there any more.
    pub fn revoke_consent(&self, origin: &str) -> Result<Vec<ConsentView>> {
        let about = About::new(EventKind::ConsentRevoked, origin);
        self.change(&about, &[Watch::on(Table::Consent, "origin", &origin)], |t| rows::revoke(t, origin))?;
        self.consents()
    }

    /// Whether the user consented to what a place needs consent for; none: it needs none.
    pub(super) fn consent_to(&self, there: &BaseUrl) -> Result<Option<bool>> {
        if !there.is_unencrypted() {
            return Ok(None);
        }
        rows::has(&self.store.read(), &there.origin().to_string()).map(Some)
    }

    /// Fails with [`Code::UrlLanHttp`] where a key would travel unencrypted and the user did not consent to it.
    pub(super) fn refuse_without_consent(&self, there: &BaseUrl) -> Result<()> {
        if self.consent_to(there)? == Some(false) {
            return Err(BaseUrl::unencrypted_refused());
        }
        Ok(())
    }

    /// What the doctor makes of a typed base URL; plain http to a private network only with the user's consent.
    pub(super) fn examined(&self, text: &str, provider: &Provider) -> Result<doctor::Diagnosis> {
        let diagnosis = doctor::examine_even_plain(text, provider)?;
        self.refuse_without_consent(&diagnosis.base_url)?;
        Ok(diagnosis)
    }
}
