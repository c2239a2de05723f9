//! Test a draft before anything is saved, or a saved key; at most one answer a run, and none after a cancel.

mod draft;
mod schedule;
mod together;
mod turns;
mod why;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::Transaction;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Actor, EventKind, KeySource, Keystead, TestDialect, TestKey, blocking,
    headers::{SecretHeader, Unsent},
    history::About,
    keys::parse,
    messages::Subject,
    providers::{Chosen, basis, basis_of},
};
use crate::{
    auth::Login,
    error::{Code, Error, Field, Result},
    message::News,
    probe::{Cause, Occasion, Outcome, Target, TestReport},
    provider::{Dialect, Provider},
    secret::Secret,
    store::{
        key::{self, KeyRow},
        secret::{self as rows, SecretRow},
        test_result,
    },
    value::EnvName,
    vault::BoundSecret,
};
use schedule::{Looking, Silent};
use together::{Batches, Together, ask_once};
use turns::{Turns, host_of};
use why::release;
pub(super) use why::{why_no_way, why_unread, why_unsent};

/// Tests under way, and the reports of drafts that may be saved next.
#[derive(Default)]
pub(super) struct Runs {
    cancel: Mutex<HashMap<String, CancellationToken>>,
    drafts: Mutex<HashMap<String, DraftReport>>,
    turns: Turns,
    batches: Batches,
    looking: Looking,
    /// Messages are sent by one look at a time.
    pub(super) telling: Looking,
    silent: Silent,
}

/// A report counts for a key only if it was made with the same draft against the same base URL.
struct DraftReport {
    draft: Option<String>,
    base_url: String,
    report: TestReport,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where its report goes.
enum Kept {
    /// Into the database: the key's, and what it is a report of.
    Key(Uuid, String),
    /// Into memory, under the id of a key that is in the environment alone.
    Ambient(String),
    /// Nowhere: it is not what the key's state is about.
    Aside,
}

/// A run that can be cancelled, until it ends.
pub(super) struct Running<'a> {
    runs: &'a Runs,
    run: &'a str,
    pub(super) cancel: CancellationToken,
}

impl Runs {
    /// Something begins that can be cancelled by this name.
    pub(super) fn begin<'a>(&'a self, run: &'a str) -> Running<'a> {
        let cancel = CancellationToken::new();
        held(&self.cancel).insert(run.to_owned(), cancel.clone());
        Running { runs: self, run, cancel }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        held(&self.runs.cancel).remove(self.run);
    }
}

/// The provider as it is asked in one of its dialects.
fn speaking(whole: &Provider, dialect: Dialect) -> Result<Provider> {
    let none = || Error::at(Field::BaseUrl, Code::DialectNotFound, "it has no base URL for this dialect");
    whole.speaking(dialect).ok_or_else(none)
}

fn cancelled() -> Error {
    Error::new(Code::Cancelled, "the test was cancelled")
}

/// What a test of a saved key needs, read in one go off the async threads.
struct Prepared {
    provider: Provider,
    variable: Option<EnvName>,
    bound: Option<Result<BoundSecret>>,
    headers: Result<Vec<SecretHeader>, Unsent>,
    kept: Kept,
}

/// A report of a saved key, and what it is a report of.
struct Tested {
    provider: Provider,
    kept: Kept,
    report: TestReport,
}

/// How a saved key is to be tested.
#[derive(Default)]
struct Wanted {
    /// With others at the same time.
    together: Option<Arc<Together>>,
    /// With one token of this model.
    paid: Option<String>,
    /// In this dialect; none: the provider's main one.
    dialect: Option<Dialect>,
}

impl Keystead {
    /// Tests a saved key when its turn has come, and keeps the report, unless the key could not be read. At most sixteen
    /// keys are tested at a time, and at most four at one host.
    ///
    /// With [`TestKey::paid`] it is one request for one token of that model, which may cost money: for a user who was told
    /// so, and said yes.
    #[tracing::instrument(skip_all, fields(key = %req.id))]
    pub async fn test_key(&self, req: TestKey) -> Result<TestReport> {
        let together = req.batch.as_deref().map(|name| self.runs.batches.join(name));
        let wanted = Wanted { together, paid: req.paid, dialect: None };
        let tested = self.test_saved(&req.id, &req.run, wanted).await?;
        self.keep_tested(tested).await
    }

    /// Tests a saved key in another of its provider's dialects than the main one; tells the report and does not keep it.
    pub async fn test_dialect(&self, req: TestDialect) -> Result<TestReport> {
        let wanted = Wanted { dialect: Some(req.dialect), ..Wanted::default() };
        let tested = self.test_saved(&req.id, &req.run, wanted).await?;
        self.keep_tested(tested).await
    }

    async fn test_saved(&self, id: &str, run: &str, Wanted { together, paid, dialect }: Wanted) -> Result<Tested> {
        let running = self.runs.begin(run);
        let this = self.clone();
        let which = id.to_owned();
        let (host, at_once) = blocking(move || Ok((this.host_of_key(&which)?, this.settings()?.tests_at_once))).await?;
        let _turn = tokio::select! {
            biased;
            () = running.cancel.cancelled() => return Err(cancelled()),
            turn = self.runs.turns.take(&host, at_once) => turn,
        };
        let this = self.clone();
        let which = id.to_owned();
        // Only now: no secret waits in memory for its turn.
        if let Ok(id) = parse(&which)
            && let Some((provider, basis, report)) = self.test_saved_configured(id, &running.cancel).await?
        {
            return Ok(Tested { provider, kept: Kept::Key(id, basis), report });
        }
        let ready = blocking(move || this.prepare(&which, dialect, together.as_deref())).await?;
        let Prepared { provider, variable, bound, headers, kept } = ready;
        let paid = paid.map(|model| provider.paid(&model)).transpose()?;
        let model = paid.as_ref().map(|paid| paid.model.clone());
        // What is asked is another; whose key it is stays what it was.
        let asked = paid.map_or_else(|| provider.clone(), |paid| paid.provider);
        let released = bound.as_ref().map(|bound| release(bound.as_ref().map_err(Clone::clone)?, &asked));
        let report = match (released.transpose(), headers) {
            (Err(e), _) => self.unread(&asked, variable.as_ref(), &e)?,
            (Ok(_), Err(unsent)) => self.unsent(&asked, unsent)?,
            (Ok(secret), Ok(headers)) => self.probe_until(&running.cancel, &asked, secret, &headers).await?,
        };
        let occasion = if model.is_some() { Occasion::Paid } else { Occasion::Click };
        Ok(Tested { provider, kept, report: TestReport { occasion, model, ..report } })
    }

    /// The host whose turn a test of this key waits for.
    fn host_of_key(&self, id: &str) -> Result<String> {
        if let Some((chosen, _)) = self.find_ambient(id)? {
            return Ok(host_of(&chosen.provider));
        }
        let row = key::get(&self.store.read(), parse(id)?)?;
        Ok(host_of(&self.chosen(&row.provider)?.provider))
    }

    /// Makes a report the key's last one.
    async fn keep_tested(&self, Tested { provider, kept, report }: Tested) -> Result<TestReport> {
        let unread = [Cause::VariableUnset, Cause::VariableUnusable].map(Some).contains(&report.cause);
        if unread || report.outcome == Outcome::VaultUnavailable {
            // Nothing was asked: what the provider said last still holds.
            return Ok(report);
        }
        let this = self.clone();
        blocking(move || {
            match kept {
                Kept::Key(id, basis) => this.store.write(|t| {
                    this.note_news(t, (id, &provider), &basis, &report)?;
                    test_result::put(t, id, &basis, &report)
                })?,
                Kept::Ambient(id) => {
                    this.ambient_tests().insert(id, (basis(&provider, None), report.clone()));
                }
                Kept::Aside => {}
            }
            Ok(report)
        })
        .await
    }

    /// A test that ends otherwise than the one before it is an event, and may be told.
    fn note_news(
        &self,
        t: &Transaction<'_>,
        (id, provider): (Uuid, &Provider),
        basis: &str,
        report: &TestReport,
    ) -> Result<()> {
        let was = test_result::get(t, id, basis)?.map(|was| was.outcome);
        let (Some(was), Ok(row)) = (was.filter(|was| *was != report.outcome), key::get(t, id)) else { return Ok(()) };
        if let Some(news) = News::of_test(was, report.outcome) {
            self.raise(t, &Subject::of(id, &provider.name, &row.name), &news)?;
        }
        let actor = (report.occasion == Occasion::Schedule).then_some(Actor::Schedule);
        let name = |outcome: Outcome| serde_json::json!(outcome).as_str().unwrap_or_default().to_owned();
        let about = About::new(EventKind::KeyTested, &row.name).of(&row.provider).key(id).by(actor);
        self.note(t, &about.with("was", &name(was)).with("outcome", &name(report.outcome)))
    }

    fn prepare(&self, id: &str, dialect: Option<Dialect>, together: Option<&Together>) -> Result<Prepared> {
        if let Some((Chosen { provider, .. }, reference)) = self.find_ambient(id)? {
            let bound = Some(self.bound_in(&reference));
            let headers = self.secret_headers(&provider);
            let variable = Some(reference.variable);
            return Ok(Prepared { provider, variable, bound, headers, kept: Kept::Ambient(id.to_owned()) });
        }
        let id = parse(id)?;
        let row = key::get(&self.store.read(), id)?;
        let whole = self.chosen(&row.provider)?.provider;
        let dialect = dialect.unwrap_or(whole.dialect);
        let provider = speaking(&whole, dialect)?;
        let secret = rows::of_key(&self.store.read(), id)?;
        let bound = self.bound_together(&row, secret.as_ref(), together);
        let kept = if dialect == whole.dialect {
            Kept::Key(id, basis_of(&provider, &row, secret.as_ref()))
        } else {
            Kept::Aside
        };
        let headers = self.secret_headers(&provider);
        Ok(Prepared { provider, variable: row.reference.map(|r| r.variable), bound, headers, kept })
    }

    /// A key's secret, bound to where it may go. `None`: it has none and needs none.
    pub(super) fn bound_of(&self, row: &KeyRow, secret: Option<&SecretRow>) -> Option<Result<BoundSecret>> {
        self.bound_together(row, secret, None)
    }

    fn bound_together(
        &self,
        row: &KeyRow,
        secret: Option<&SecretRow>,
        together: Option<&Together>,
    ) -> Option<Result<BoundSecret>> {
        match (&row.reference, row.source, secret) {
            (Some(reference), ..) => Some(self.bound_in(reference)),
            (None, KeySource::Vault, Some(secret)) => {
                let vault = secret.vault.as_deref().unwrap_or_default();
                Some(ask_once(together, vault, || self.read_secret(secret)))
            }
            (None, KeySource::Vault, None) => {
                Some(Err(Error::new(Code::SecretMissing, "the secret is not in the keychain")))
            }
            (None, KeySource::None | KeySource::Env, _) => None,
        }
    }

    pub(super) async fn probe(
        &self,
        run: &str,
        provider: &Provider,
        secret: Option<&Secret>,
        headers: &[SecretHeader],
    ) -> Result<TestReport> {
        self.probe_until(&self.runs.begin(run).cancel, provider, secret, headers).await
    }

    async fn probe_until(
        &self,
        cancel: &CancellationToken,
        provider: &Provider,
        secret: Option<&Secret>,
        headers: &[SecretHeader],
    ) -> Result<TestReport> {
        self.sign_in_and_probe(cancel, provider, (secret, None), headers).await
    }

    /// With a key, or with what makes one.
    pub(super) async fn sign_in_and_probe(
        &self,
        cancel: &CancellationToken,
        provider: &Provider,
        (secret, login): (Option<&Secret>, Option<&Login>),
        headers: &[SecretHeader],
    ) -> Result<TestReport> {
        let headers: Vec<_> = headers.iter().map(|header| header.release(provider)).collect::<Result<_>>()?;
        let (this, id, there) = (self.clone(), provider.id.clone(), provider.base_url.clone());
        match blocking(move || this.way_to(&id, &there)).await {
            Ok(way) => {
                let target = Target { provider, secret, login, headers: &headers, now_ms: self.now() };
                self.prober.by(way).run(target, cancel).await.ok_or_else(cancelled)
            }
            Err(error) => self.no_way(provider, &error),
        }
    }

    /// Ends a test, or the listing of models; its caller gets [`Code::Cancelled`].
    pub fn cancel_test(&self, run: &str) {
        if let Some(token) = held(&self.runs.cancel).get(run) {
            token.cancel();
        }
    }

    /// Makes the report of a draft's test the saved key's last one, if it was of this very draft and place.
    pub(super) fn keep_report(&self, id: Uuid, run: Option<&str>, draft: Option<&str>) -> Result<()> {
        let Some(found) = run.and_then(|run| held(&self.runs.drafts).remove(run)) else { return Ok(()) };
        let row = key::get(&self.store.read(), id)?;
        let provider = self.chosen(&row.provider)?.provider;
        if found.draft.as_deref() != draft || found.base_url != provider.base_url.to_string() {
            return Ok(());
        }
        let secret = rows::of_key(&self.store.read(), id)?;
        let basis = basis_of(&provider, &row, secret.as_ref());
        self.store.write(|t| test_result::put(t, id, &basis, &found.report))
    }
}
