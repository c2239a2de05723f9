//! The models of a saved key: listed when the user asks, compared with what is applied, applied as the user says.

use std::collections::HashSet;

use rusqlite::Transaction;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    ApplyModels, EventKind, FetchModels, Keystead, ModelState, ModelView, ModelsView, PriceView, blocking,
    headers::{SecretHeader, Unsent},
    history::About,
    keys::parse,
    messages::Subject,
    testing::{why_no_way, why_unread, why_unsent},
};
use crate::{
    error::{Code, Error, Result},
    message::News,
    probe::{Cause, ListProgress, ListReport, Listing, Outcome, Prober, Target, TestReport},
    provider::Provider,
    secret::Secret,
    store::{
        key::{self, KeyRow},
        model::{self as rows, ModelRow},
        secret,
    },
    vault::BoundSecret,
};

impl Keystead {
    /// A key's models as they were listed last. Asks nobody.
    pub fn models(&self, id: &str) -> Result<ModelsView> {
        let id = parse(id)?;
        let row = key::get(&self.store.read(), id)?;
        self.models_view(id, &self.asked_at(&row)?)
    }

    /// Lists a key's models anew, page by page. A list that does not come whole changes nothing but the last try: the
    /// list before it stays, with its own time. It is no test: what the last one said of the key still holds.
    ///
    /// Fails with [`Code::ModelsNotListed`] where there is no list, with [`Code::Cancelled`] when it was cancelled.
    #[tracing::instrument(skip_all, fields(key = %req.id))]
    pub async fn fetch_models(
        &self,
        req: FetchModels,
        progress: impl Fn(ListProgress) + Send + Sync,
    ) -> Result<ModelsView> {
        let id = parse(&req.id)?;
        let this = self.clone();
        let (row, provider) = blocking(move || {
            let row = key::get(&this.store.read(), id)?;
            let provider = this.asked_at(&row)?;
            Ok((row, provider))
        })
        .await?;
        let url = provider.models().map(|list| provider.url_of(&list.call).to_string());
        let url = url.ok_or_else(|| Error::new(Code::ModelsNotListed, "this provider lists no models"))?;
        let running = self.runs.begin(&req.run);
        let listed = self.list(row, &provider, &progress, &running.cancel).await;
        drop(running);
        let this = self.clone();
        blocking(move || match listed {
            Ok(listing) => this.keep_list(id, &provider, &listing).and_then(|()| this.models_view(id, &provider)),
            Err(NoList::Failed(error)) => Err(error),
            Err(NoList::Because(outcome, cause, detail)) => {
                // Nobody was asked, and what the last try said still holds.
                let report = ListReport::without_request(url, outcome, cause, detail, this.now());
                Ok(ModelsView { last_try: Some(report), ..this.models_view(id, &provider)? })
            }
        })
        .await
    }

    /// Decides what of the lists is applied. All of it, or nothing when one of the names is not there.
    pub fn apply_models(&self, req: &ApplyModels) -> Result<ModelsView> {
        let id = parse(&req.id)?;
        let row = key::get(&self.store.read(), id)?;
        self.store.write(|t| {
            self.note(t, &About::new(EventKind::ModelsApplied, &row.name).of(&row.provider).key(id))?;
            req.take.iter().try_for_each(|model| rows::take(t, id, model))?;
            req.leave.iter().try_for_each(|model| rows::leave(t, id, model))?;
            rows::decide(t, id, self.now())
        })?;
        self.models(&req.id)
    }

    /// Where a key's models are listed: its provider, or what its form makes of that.
    fn asked_at(&self, row: &KeyRow) -> Result<Provider> {
        let provider = self.chosen(&row.provider)?.provider;
        let filled = self.place_of(row, &provider);
        Ok(filled.map_or(provider, |filled| filled.provider))
    }

    /// Signs in as a test of the key does.
    async fn list_with_form(
        &self,
        prober: &Prober,
        id: Uuid,
        progress: &(dyn Fn(ListProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Listing, NoList> {
        let this = self.clone();
        let read = blocking(move || {
            let none = || Error::new(Code::Internal, "this key has no form");
            let ready = this.prepare_configured(id)?.ok_or_else(none)?.ready;
            Ok(ready.map(|(ready, access)| {
                let provider = ready.filled.provider;
                let headers = this.secret_headers(&provider);
                (provider, access, headers)
            }))
        });
        let (provider, access, headers) = read.await.map_err(NoList::Failed)?.map_err(NoList::as_reported)?;
        let headers = headers.map_err(NoList::unsent)?;
        let headers = released(&headers, &provider)?;
        let (secret, login) = (access.secret.as_deref(), access.login.as_ref());
        let target = Target { provider: &provider, secret, login, headers: &headers, now_ms: self.now() };
        prober.list(target, progress, cancel).await.ok_or_else(NoList::cancelled)
    }

    /// Without the key where anybody gets the list; with it where it is needed after all.
    async fn list(
        &self,
        row: KeyRow,
        provider: &Provider,
        progress: &(dyn Fn(ListProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Result<Listing, NoList> {
        let (this, id, there) = (self.clone(), provider.id.clone(), provider.base_url.clone());
        let way = blocking(move || this.way_to(&id, &there)).await.map_err(|e| NoList::of(why_no_way(&e)))?;
        let prober = self.prober.by(way);
        if row.config.is_some() {
            return self.list_with_form(&prober, row.id, progress, cancel).await;
        }
        let bare = Target { provider, secret: None, login: None, headers: &[], now_ms: self.now() };
        if provider.lists_publicly() {
            let public = prober.list(bare, progress, cancel).await.ok_or_else(NoList::cancelled)?;
            if !public.report.wants_a_key() {
                return Ok(public);
            }
        }
        let variable = row.reference.as_ref().map(|reference| reference.variable.to_string());
        let unread = |e: &Error| {
            let told = why_unread(e);
            NoList::of(told.map(|(outcome, cause)| {
                let of_variable = matches!(cause, Cause::VariableUnset | Cause::VariableUnusable);
                (outcome, cause, variable.clone().filter(|_| of_variable))
            }))
        };
        let (this, asked) = (self.clone(), provider.clone());
        let read = blocking(move || {
            let secret = secret::of_key(&this.store.read(), row.id)?;
            Ok((this.bound_of(&row, secret.as_ref()), this.secret_headers(&asked)))
        });
        let (bound, headers) = read.await.map_err(NoList::Failed)?;
        let bound = bound.transpose().map_err(|e| unread(&e))?;
        let secret = bound.as_ref().map(|bound| release(bound, provider)).transpose().map_err(|e| unread(&e))?;
        let headers = headers.map_err(NoList::unsent)?;
        let headers = released(&headers, provider)?;
        let target = Target { secret, headers: &headers, ..bare };
        prober.list(target, progress, cancel).await.ok_or_else(NoList::cancelled)
    }

    fn keep_list(&self, id: Uuid, provider: &Provider, listing: &Listing) -> Result<()> {
        let Listing { report, models } = listing;
        self.store.write(|t| {
            // Removed meanwhile: there is nothing to keep it for.
            let row = key::get(t, id)?;
            rows::put_report(t, id, report)?;
            if report.failure.is_some() {
                return Ok(());
            }
            let there: HashSet<String> = gone(t, id)?.collect();
            rows::put_list(t, id, models, &report.url, report.at)?;
            let gone: Vec<_> = gone(t, id)?.filter(|model| !there.contains(model)).collect();
            if gone.is_empty() {
                return Ok(());
            }
            self.raise(t, &Subject::of(id, &provider.name, &row.name), &News::ModelsGone(gone))
        })
    }

    fn models_view(&self, id: Uuid, provider: &Provider) -> Result<ModelsView> {
        let db = self.store.read();
        let list = rows::list(&db, id)?;
        let models = rows::of_key(&db, id)?.into_iter().map(view).collect();
        drop(db);
        let here = provider.models().map(|list| list.call.url(&provider.base_url));
        let from = list.as_ref().and_then(|list| list.url.as_deref()?.parse::<url::Url>().ok());
        let moved = from.filter(|from| here.as_ref().is_none_or(|here| here.origin() != from.origin()));
        Ok(ModelsView {
            key_id: id.to_string(),
            listable: here.is_some(),
            public: provider.lists_publicly(),
            listed_at: list.as_ref().and_then(|list| list.listed_at),
            from_host: moved.and_then(|from| from.host_str().map(str::to_owned)),
            decided_at: list.as_ref().and_then(|list| list.decided_at),
            last_try: list.and_then(|list| list.report),
            models,
        })
    }
}

/// The models that are in the last list no more.
fn gone(t: &Transaction<'_>, id: Uuid) -> Result<impl Iterator<Item = String>> {
    Ok(rows::of_key(t, id)?.into_iter().filter(|row| row.gone_since.is_some()).map(|row| row.model.id))
}

/// Why nobody was asked for a list.
enum NoList {
    /// It cannot even be told.
    Failed(Error),
    /// As a test would end, and what more there is to say.
    Because(Outcome, Cause, Option<String>),
}

impl NoList {
    fn of(told: Result<(Outcome, Cause, Option<String>)>) -> Self {
        told.map_or_else(Self::Failed, |(outcome, cause, detail)| Self::Because(outcome, cause, detail))
    }

    fn cancelled() -> Self {
        Self::Failed(Error::new(Code::Cancelled, "the list was cancelled"))
    }

    fn unsent(Unsent { name, error }: Unsent) -> Self {
        Self::of(why_unsent(&error).map(|(outcome, cause)| (outcome, cause, Some(name))))
    }

    /// What a test that could not be made says of it.
    fn as_reported(report: TestReport) -> Self {
        Self::Because(report.outcome, report.cause.unwrap_or(Cause::Credentials), report.detail)
    }
}

/// The values of secret headers that may go where the models are listed.
fn released<'a>(headers: &'a [SecretHeader], provider: &Provider) -> Result<Vec<(&'a str, &'a Secret)>, NoList> {
    let unsent = |header: &SecretHeader, error| NoList::unsent(Unsent { name: header.name.clone(), error });
    headers.iter().map(|header| header.release(provider).map_err(|error| unsent(header, error))).collect()
}

/// The secret, if it may go where the models are listed.
fn release<'a>(bound: &'a BoundSecret, provider: &Provider) -> Result<&'a Secret> {
    let origin = provider.models_origin().unwrap_or_else(|| provider.base_url.origin());
    bound.release_for(&origin)
}

fn view(row: ModelRow) -> ModelView {
    let ModelRow { model, first_seen, gone_since, applied, decided } = row;
    let state = match (gone_since.is_some(), applied, decided) {
        (false, true, _) => ModelState::Applied,
        (false, false, false) => ModelState::New,
        (false, false, true) => ModelState::Left,
        (true, _, false) => ModelState::Gone,
        (true, _, true) => ModelState::Kept,
    };
    let price = model.price.map(|p| PriceView { input: p.input, output: p.output, currency: p.currency });
    ModelView { id: model.id, name: model.name, context: model.context, price, state, first_seen, gone_since }
}
