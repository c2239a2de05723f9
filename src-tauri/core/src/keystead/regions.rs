//! A vendor with several regions has keys of its own in each. Nothing is tried by itself: the user names the region, and
//! that the key goes to it is what they were told.

use rusqlite::Transaction;

use super::{
    KeyView, Keystead, RegionView, TryRegion, UseRegion, blocking,
    keys::parse,
    providers::{Chosen, moved},
};
use crate::{
    error::{Code, Error, Field, Result},
    probe::TestReport,
    provider::{BaseUrl, Provider},
    secret::Hint,
    store::{
        key::{self, KeyRow, Reference},
        secret as rows,
    },
    vault::BoundSecret,
};

impl Keystead {
    /// Tests a saved key in another region of its vendor. Keeps nothing: it is still a key of where it is.
    #[tracing::instrument(skip_all, fields(key = %req.id))]
    pub async fn try_region(&self, req: TryRegion) -> Result<TestReport> {
        let this = self.clone();
        let (provider, place, bound, headers) = blocking(move || {
            let Asked { chosen, place, bound, .. } = this.asked(&req.id, &req.base_url)?;
            let headers = this.secret_headers(&chosen.provider.at(place.clone()));
            Ok((chosen.provider, place, bound, headers))
        })
        .await?;
        let there = provider.at(place.clone());
        let secret = bound.release_in_region(&provider, &place)?;
        match headers {
            Ok(headers) => self.probe(&req.run, &there, Some(secret), &headers).await,
            Err(unsent) => self.unsent(&there, unsent),
        }
    }

    /// Makes a key one of another region, and the region the one its provider is in. The provider's other keys stay
    /// bound to where they were entered for.
    #[tracing::instrument(skip_all)]
    pub fn use_region(&self, req: &UseRegion) -> Result<KeyView> {
        let lock = self.lock()?;
        let Asked { row, chosen, place, bound } = self.asked(&req.id, &req.base_url)?;
        let secret = bound.release_in_region(&chosen.provider, &place)?;
        let chosen = moved(chosen, place.clone());
        let now = self.now();
        let saved = rows::of_key(&self.store.read(), row.id)?;
        match (&row.reference, saved) {
            (Some(reference), _) => {
                let there =
                    Reference { variable: reference.variable.clone(), origins: chosen.provider.allowed_origins() };
                self.store.write(|t| {
                    chosen.write(t, now)?;
                    key::refer(t, row.id, &there, now)
                })?;
            }
            (None, Some(saved)) => {
                let hint = saved.hint.clone().unwrap_or(Hint { prefix: String::new(), tail: None });
                let also = |t: &Transaction<'_>| chosen.write(t, now);
                let fingerprint = self.fingerprint_of(&lock, secret)?;
                self.save_secret(&lock, &chosen, &row, saved.id, (secret, &hint, fingerprint.as_deref()), also)?;
            }
            (None, None) => return Err(Error::new(Code::SecretMissing, "this entry has no secret")),
        }
        self.key(row.id)
    }

    fn asked(&self, id: &str, base_url: &str) -> Result<Asked> {
        let row = key::get(&self.store.read(), parse(id)?)?;
        let chosen = self.chosen(&row.provider)?;
        let place =
            chosen.provider.elsewhere().into_iter().find(|place| place.as_str() == base_url.trim_end_matches('/'));
        let unknown = || Error::at(Field::BaseUrl, Code::OriginNotAllowed, "the vendor has no such region");
        let place = place.cloned().ok_or_else(unknown)?;
        let saved = rows::of_key(&self.store.read(), row.id)?;
        let bound = match (&row.reference, saved) {
            (Some(reference), _) => self.bound_in(reference)?,
            (None, Some(secret)) => self.read_secret(&secret)?,
            (None, None) => return Err(Error::new(Code::SecretMissing, "this entry has no secret")),
        };
        Ok(Asked { row, chosen, place, bound })
    }
}

/// What a question about a key and a region comes down to.
struct Asked {
    row: KeyRow,
    chosen: Chosen,
    place: BaseUrl,
    bound: BoundSecret,
}

/// The regions a provider is not in.
pub(super) fn regions(provider: &Provider) -> Vec<RegionView> {
    let name = |place: &BaseUrl| provider.sibling.iter().find(|s| s.base_url == *place).map(|s| s.name.clone());
    let view = |place: &BaseUrl| RegionView { name: name(place), base_url: place.to_string(), host: place.host() };
    provider.elsewhere().into_iter().map(view).collect()
}
