//! Headers a user adds to a provider's requests. A plain value is a column of the provider's row, a secret one is in the
//! vault, where it is bound to the provider's origins like a key. A header is one or the other, never both.

use std::collections::HashSet;

use rusqlite::Transaction;
use zeroize::Zeroizing;

use super::{DraftView, HeaderView, KeyState, Keystead, ProviderView, RemoveHeader, SetHeader, providers::Chosen};
use crate::{
    error::{Code, Error, Field, Result},
    provider::{Blueprint, Catalog, Origin, Provider, ProviderId, header},
    secret::{Secret, is_mask},
    store::{
        key,
        provider::{self as rows, ProviderRow},
        secret::{self, SecretRow, State},
    },
    value::EnvName,
    vault::BoundSecret,
};

/// Before the header's name, in the part of its secret.
const PART: &str = "header:";

/// A header whose value is in the vault, read for one test.
pub(super) struct SecretHeader {
    pub(super) name: String,
    pub(super) bound: BoundSecret,
}

impl SecretHeader {
    /// Name and value, if the value may go where this provider's test goes.
    pub(super) fn release(&self, provider: &Provider) -> Result<(&str, &Secret)> {
        self.bound.release_for(&provider.test_origin())?;
        Ok((&self.name, self.bound.release_for(&provider.base_url.origin())?))
    }
}

/// A secret header that cannot be sent, and why.
pub(super) struct Unsent {
    pub(super) name: String,
    pub(super) error: Error,
}

impl Keystead {
    /// Takes a header's value that was typed and is to be kept secret, as [`Keystead::draft`] takes a key: whole, with
    /// blanks inside (`Bearer …`).
    #[tracing::instrument(skip_all)]
    pub fn draft_header(&self, bytes: &Zeroizing<Vec<u8>>) -> Result<DraftView> {
        let text = std::str::from_utf8(bytes)
            .map_err(|_| Error::at(Field::HeaderValue, Code::HeaderValueInvalid, "the value is not text in UTF-8"))?;
        let value = header::value(text)?;
        if EnvName::referred(value).is_some() {
            let message = "this names a variable, not the value itself";
            return Err(Error::at(Field::HeaderValue, Code::SecretReference, message));
        }
        if is_mask(value) {
            return Err(Error::at(Field::HeaderValue, Code::SecretMask, "this is a mask, not the value"));
        }
        Ok(self.keep_draft(Secret::new(value.to_owned())))
    }

    /// Adds a header to a provider's requests, or changes one. A secret value goes to the origins the provider has now.
    #[tracing::instrument(skip_all)]
    pub fn set_header(&self, req: &SetHeader) -> Result<ProviderView> {
        let lock = self.lock()?;
        let chosen = self.chosen(&req.id)?;
        let name = header::name(&req.name, &chosen.provider)?;
        let there = self.header_names(&req.id)?;
        let was = req.was.as_ref().map(|was| was.trim().to_lowercase());
        if was.as_ref() != Some(&name) {
            if there.contains(&name) {
                return Err(Error::at(Field::HeaderName, Code::HeaderTaken, "this header is there already"));
            }
            if was.is_none() && there.len() >= header::MOST_HEADERS {
                return Err(Error::at(Field::HeaderName, Code::TooMany, "a provider has at most 32 headers"));
            }
        }
        let gone = was.filter(|was| *was != name);
        match (&req.value, &req.draft) {
            (Some(text), None) => {
                let value = header::value(text)?;
                header::refuse_secret(&name, value)?;
                self.drop_belonging(Some(&req.id), &part(&name), |t| {
                    self.change_requests(t, &req.id, |row| {
                        row.headers.insert(name.clone(), value.to_owned());
                    })
                })?;
            }
            (None, Some(id)) => {
                let draft = self.drafts.get(id).map_err(|e| Error { field: Some(Field::HeaderValue), ..e })?;
                let origins = self.header_origins(&chosen)?;
                self.keep_belonging(&lock, Some(&chosen), &part(&name), &origins, &draft, |t| {
                    self.change_requests(t, &req.id, |row| {
                        row.headers.remove(&name);
                    })
                })?;
                self.drafts.discard(id);
            }
            _ => return Err(Error::at(Field::HeaderValue, Code::HeaderValueEmpty, "a header has one value")),
        }
        // Only now that the new one is there: what is renamed is never lost in between.
        if let Some(was) = gone {
            self.drop_header(&req.id, &was)?;
        }
        self.provider(&req.id)
    }

    /// Where a secret header may go: where the provider is or, of one that is where its keys' forms say, where they are.
    ///
    /// Fails with [`Code::PlaceMissing`] at the value where there is no such key.
    fn header_origins(&self, chosen: &Chosen) -> Result<Vec<Origin>> {
        let id = &chosen.provider.id;
        let by_its_keys = !chosen.custom && Catalog::builtin().form(id).is_some_and(Blueprint::is_placed_by_user);
        if !by_its_keys {
            return Ok(chosen.provider.allowed_origins());
        }
        let keys = key::visible(&self.store.read())?;
        let mine = keys.iter().filter(|row| row.provider == *id && row.deleted_at.is_none());
        let places = mine.filter_map(|row| self.place_of(row, &chosen.provider));
        let mut origins: Vec<Origin> = places.flat_map(|filled| filled.provider.allowed_origins()).collect();
        let mut seen = HashSet::new();
        origins.retain(|origin| seen.insert(origin.to_string()));
        if origins.is_empty() {
            let message = "this provider is where its keys' forms say: add a key first";
            return Err(Error::at(Field::HeaderValue, Code::PlaceMissing, message));
        }
        Ok(origins)
    }

    /// Removes a header; a secret value leaves the vault at once, or when that can be used again.
    #[tracing::instrument(skip_all)]
    pub fn remove_header(&self, req: &RemoveHeader) -> Result<ProviderView> {
        let _lock = self.lock()?;
        self.chosen(&req.id)?;
        let name = req.name.trim().to_lowercase();
        if !self.header_names(&req.id)?.contains(&name) {
            return Err(Error::at(Field::HeaderName, Code::HeaderNotFound, "there is no such header"));
        }
        self.drop_header(&req.id, &name)?;
        self.provider(&req.id)
    }

    /// What a secret header holds, for tests of where it is kept.
    #[cfg(feature = "fault")]
    pub fn header_text(&self, id: &ProviderId, name: &str) -> Result<String> {
        let bound = self.read_belonging(Some(id), &part(name))?;
        let none = || Error::new(Code::HeaderNotFound, "there is no such secret header");
        Ok(bound.ok_or_else(none)?.for_its_owner().expose().to_owned())
    }

    fn drop_header(&self, id: &ProviderId, name: &str) -> Result<()> {
        let forget = |t: &Transaction<'_>| {
            self.change_requests(t, id, |row| {
                row.headers.remove(name);
            })
        };
        self.drop_belonging(Some(id), &part(name), forget).map(drop)
    }

    /// Another request is made from now on: tests of the one before do not count any more.
    pub(super) fn change_requests(
        &self,
        t: &Transaction<'_>,
        id: &ProviderId,
        change: impl FnOnce(&mut ProviderRow),
    ) -> Result<()> {
        let mut row = rows::get(t, id)?.unwrap_or_else(|| ProviderRow::of(id.clone()));
        change(&mut row);
        row.revision += 1;
        rows::put(t, &row, self.now())
    }

    fn header_names(&self, id: &ProviderId) -> Result<Vec<String>> {
        let db = self.store.read();
        let plain = rows::get(&db, id)?.map(|row| row.headers).unwrap_or_default();
        let secret = secret::of_providers(&db, Some(id))?;
        Ok(plain.into_keys().chain(secret.iter().filter_map(header_of).map(str::to_owned)).collect())
    }

    /// The values of a provider's secret headers, of those that may go where its test goes. A vault that cannot be read,
    /// and a value that was entered for another host, end the test before it begins.
    pub(super) fn secret_headers(&self, provider: &Provider) -> Result<Vec<SecretHeader>, Unsent> {
        let read = |name: &String| {
            let bound = self.read_belonging(Some(&provider.id), &part(name))?;
            let bound = bound.ok_or_else(|| Error::new(Code::SecretMissing, "the header's value is gone"))?;
            let header = SecretHeader { name: name.clone(), bound };
            header.release(provider)?;
            Ok(header)
        };
        let names = provider.secret_headers.iter();
        names.map(|name| read(name).map_err(|error| Unsent { name: name.clone(), error })).collect()
    }
}

/// All of a provider's headers, by name. `hosts`: where its keys are, of one that is where their forms say.
pub(super) fn views(chosen: &Chosen, secrets: &[SecretRow], hosts: &[&str]) -> Vec<HeaderView> {
    let origin = chosen.provider.base_url.origin().to_string();
    let is_here =
        |bound: &String| *bound == origin || bound.split_once("://").is_some_and(|(_, host)| hosts.contains(&host));
    let plain = chosen.row.iter().flat_map(|row| &row.headers).map(|(name, value)| HeaderView {
        name: name.clone(),
        plain: Some(value.clone()),
        hint: None,
        state: KeyState::Active,
        bound_to: None,
    });
    let secret = secrets.iter().filter_map(|row| {
        Some(HeaderView {
            name: header_of(row)?.to_owned(),
            plain: None,
            hint: row.hint.clone(),
            state: if row.state == State::Missing { KeyState::Missing } else { KeyState::Active },
            bound_to: row.bound_to.clone().filter(|bound| !is_here(bound)),
        })
    });
    let mut all: Vec<_> = plain.chain(secret).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The name of the header a secret is the value of.
pub(super) fn header_of(row: &SecretRow) -> Option<&str> {
    row.part.strip_prefix(PART)
}

fn part(name: &str) -> String {
    format!("{PART}{name}")
}
