//! Test a draft before anything is saved, or a saved key; at most one answer a run, and none after a cancel.

mod schedule;
mod together;
mod turns;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    KeySource, Keystead, TestDraft, TestKey, blocking,
    drafts::Held,
    keys::parse,
    providers::{Chosen, basis_of},
};
use crate::{
    error::{Code, Error, Field, Result},
    probe::{Cause, Occasion, Outcome, Stage, Target, TestReport},
    provider::{KeyNeed, Provider},
    secret::Secret,
    store::{key, secret as rows, test_result},
    value::EnvName,
    vault::BoundSecret,
};
use schedule::{Looking, Silent};
use together::{Batches, Together, ask_once};
use turns::Turns;

/// Tests under way, and the reports of drafts that may be saved next.
#[derive(Default)]
pub(super) struct Runs {
    cancel: Mutex<HashMap<String, CancellationToken>>,
    drafts: Mutex<HashMap<String, DraftReport>>,
    turns: Turns,
    batches: Batches,
    looking: Looking,
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
}

/// A run that can be cancelled, until it ends.
struct Running<'a> {
    runs: &'a Runs,
    run: &'a str,
    cancel: CancellationToken,
}

impl Runs {
    fn begin<'a>(&'a self, run: &'a str) -> Running<'a> {
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

fn cancelled() -> Error {
    Error::new(Code::Cancelled, "the test was cancelled")
}

/// What a test of a saved key needs, read in one go off the async threads.
struct Prepared {
    provider: Provider,
    variable: Option<EnvName>,
    bound: Option<Result<BoundSecret>>,
    kept: Kept,
}

/// A report of a saved key, and what it is a report of.
struct Tested {
    base_url: String,
    kept: Kept,
    report: TestReport,
}

impl Keystead {
    /// Tests a draft, or a provider without a key. Stores nothing but the report in memory, to be kept if the draft is
    /// saved.
    #[tracing::instrument(skip_all)]
    pub async fn test_draft(&self, req: TestDraft) -> Result<TestReport> {
        let this = self.clone();
        let which = req.provider;
        let Chosen { provider, .. } = blocking(move || this.choose_for_test(&which)).await?;
        let running = self.runs.begin(&req.run);
        let report = match req.draft.as_deref().map(|id| self.drafts.held(id)).transpose()? {
            None if provider.key_need == KeyNeed::Required => {
                let (outcome, cause) = (Outcome::NotConfigured, Some(Cause::NoKey));
                TestReport::without_request(&provider, outcome, Stage::Key, cause, self.now())
            }
            None => self.probe_until(&running.cancel, &provider, None).await?,
            Some(Held::Secret(draft)) => self.probe_until(&running.cancel, &provider, Some(&draft.secret)).await?,
            Some(Held::Variable(variable)) => match self.secret_in(&variable) {
                Ok(secret) => self.probe_until(&running.cancel, &provider, Some(&secret)).await?,
                Err(e) => self.unread(&provider, Some(&variable), &e)?,
            },
        };
        drop(running);
        let mut reports = held(&self.runs.drafts);
        if reports.len() >= 64 {
            reports.clear();
        }
        let kept = DraftReport { draft: req.draft, base_url: provider.base_url.to_string(), report: report.clone() };
        reports.insert(req.run, kept);
        Ok(report)
    }

    /// A custom provider may be tested before it has a name.
    fn choose_for_test(&self, which: &super::ProviderRef) -> Result<Chosen> {
        use super::ProviderRef::Custom;
        match which {
            Custom { base_url, .. } => {
                self.choose(&Custom { name: format!("Test {}", Uuid::new_v4()), base_url: base_url.clone() })
            }
            existing @ super::ProviderRef::Existing { .. } => self.choose(existing),
        }
    }

    /// Tests a saved key when its turn has come, and keeps the report, unless the key could not be read. At most sixteen
    /// keys are tested at a time, and at most four at one host.
    ///
    /// With [`TestKey::paid`] it is one request for one token of that model, which may cost money: for a user who was told
    /// so, and said yes.
    #[tracing::instrument(skip_all, fields(key = %req.id))]
    pub async fn test_key(&self, req: TestKey) -> Result<TestReport> {
        let together = req.batch.as_deref().map(|name| self.runs.batches.join(name));
        let tested = self.test_saved(&req.id, &req.run, together, req.paid).await?;
        self.keep_tested(tested).await
    }

    async fn test_saved(
        &self,
        id: &str,
        run: &str,
        together: Option<Arc<Together>>,
        paid: Option<String>,
    ) -> Result<Tested> {
        let running = self.runs.begin(run);
        let this = self.clone();
        let which = id.to_owned();
        let host = blocking(move || this.host_of_key(&which)).await?;
        let _turn = tokio::select! {
            biased;
            () = running.cancel.cancelled() => return Err(cancelled()),
            turn = self.runs.turns.take(&host) => turn,
        };
        let this = self.clone();
        let which = id.to_owned();
        // Only now: no secret waits in memory for its turn.
        let ready = blocking(move || this.prepare(&which, together.as_deref())).await?;
        let Prepared { provider, variable, bound, kept } = ready;
        let paid = paid.map(|model| provider.paid(&model)).transpose()?;
        let model = paid.as_ref().map(|paid| paid.model.clone());
        // What is asked is another; whose key it is stays what it was.
        let asked = paid.map_or_else(|| provider.clone(), |paid| paid.provider);
        let report = match &bound {
            None => self.probe_until(&running.cancel, &asked, None).await?,
            Some(Err(e)) => self.unread(&asked, variable.as_ref(), e)?,
            Some(Ok(bound)) => match release(bound, &asked) {
                Ok(secret) => self.probe_until(&running.cancel, &asked, Some(secret)).await?,
                Err(e) => self.unread(&asked, variable.as_ref(), &e)?,
            },
        };
        let occasion = if model.is_some() { Occasion::Paid } else { Occasion::Click };
        Ok(Tested { base_url: provider.base_url.to_string(), kept, report: TestReport { occasion, model, ..report } })
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
    async fn keep_tested(&self, Tested { base_url, kept, report }: Tested) -> Result<TestReport> {
        let unread = [Cause::VariableUnset, Cause::VariableUnusable].map(Some).contains(&report.cause);
        if unread || report.outcome == Outcome::VaultUnavailable {
            // Nothing was asked: what the provider said last still holds.
            return Ok(report);
        }
        let this = self.clone();
        blocking(move || {
            match kept {
                Kept::Key(id, basis) => this.store.write(|t| test_result::put(t, id, &basis, &report))?,
                Kept::Ambient(id) => drop(this.ambient_tests().insert(id, (base_url, report.clone()))),
            }
            Ok(report)
        })
        .await
    }

    fn prepare(&self, id: &str, together: Option<&Together>) -> Result<Prepared> {
        if let Some((chosen, reference)) = self.find_ambient(id)? {
            let bound = Some(self.bound_in(&reference));
            let variable = Some(reference.variable);
            return Ok(Prepared { provider: chosen.provider, variable, bound, kept: Kept::Ambient(id.to_owned()) });
        }
        let id = parse(id)?;
        let row = key::get(&self.store.read(), id)?;
        let provider = self.chosen(&row.provider)?.provider;
        let secret = rows::of_key(&self.store.read(), id)?;
        let bound = match (&row.reference, row.source, &secret) {
            (Some(reference), ..) => Some(self.bound_in(reference)),
            (None, KeySource::Vault, Some(secret)) => {
                let vault = secret.vault.as_deref().unwrap_or_default();
                Some(ask_once(together, vault, || self.read_secret(secret)))
            }
            (None, KeySource::Vault, None) => {
                Some(Err(Error::new(Code::SecretMissing, "the secret is not in the keychain")))
            }
            (None, KeySource::None | KeySource::Env, _) => None,
        };
        let kept = Kept::Key(id, basis_of(&provider.base_url, &row, secret.as_ref()));
        Ok(Prepared { provider, variable: row.reference.map(|r| r.variable), bound, kept })
    }

    /// Why a key could not be used is a test's outcome; a broken database is not.
    fn unread(&self, provider: &Provider, variable: Option<&EnvName>, error: &Error) -> Result<TestReport> {
        let (outcome, cause) = match error.code {
            Code::VariableUnset => (Outcome::NotConfigured, Cause::VariableUnset),
            Code::VariableUnusable => (Outcome::NotConfigured, Cause::VariableUnusable),
            Code::OriginNotAllowed => (Outcome::NotConfigured, Cause::Origin),
            Code::VaultLocked | Code::VaultNoCollection => (Outcome::VaultUnavailable, Cause::VaultLocked),
            Code::SecretMissing | Code::SessionOnly => (Outcome::VaultUnavailable, Cause::SecretMissing),
            code if code.is_of_the_store() => return Err(error.clone()),
            _ => (Outcome::VaultUnavailable, Cause::VaultFailed),
        };
        let of_variable = matches!(cause, Cause::VariableUnset | Cause::VariableUnusable);
        let detail = variable.filter(|_| of_variable).map(ToString::to_string);
        Ok(TestReport { detail, ..TestReport::without_request(provider, outcome, Stage::Key, Some(cause), self.now()) })
    }

    /// Why there is no way to a provider is a test's outcome, too.
    fn no_way(&self, provider: &Provider, error: &Error) -> Result<TestReport> {
        if error.code.is_of_the_store() {
            return Err(error.clone());
        }
        let (outcome, cause, detail) = match (error.code, error.field) {
            (Code::UrlLanHttp, _) => (Outcome::NotConfigured, Cause::NoConsent, None),
            (_, Some(Field::CaFile)) => (Outcome::NotConfigured, Cause::CaFile, Some(error.message.clone())),
            // What is left is the vault's.
            _ => (Outcome::VaultUnavailable, Cause::ProxyLogin, Some(error.message.clone())),
        };
        let report = TestReport::without_request(provider, outcome, Stage::Tls, Some(cause), self.now());
        Ok(TestReport { detail, ..report })
    }

    pub(super) async fn probe(&self, run: &str, provider: &Provider, secret: Option<&Secret>) -> Result<TestReport> {
        self.probe_until(&self.runs.begin(run).cancel, provider, secret).await
    }

    async fn probe_until(
        &self,
        cancel: &CancellationToken,
        provider: &Provider,
        secret: Option<&Secret>,
    ) -> Result<TestReport> {
        let (this, id, there) = (self.clone(), provider.id.clone(), provider.base_url.clone());
        match blocking(move || this.way_to(&id, &there)).await {
            Ok(way) => {
                let target = Target { provider, secret, now_ms: self.now() };
                self.prober.by(way).run(target, cancel).await.ok_or_else(cancelled)
            }
            Err(error) => self.no_way(provider, &error),
        }
    }

    /// Ends a test; its caller gets [`Code::Cancelled`].
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
        let basis = basis_of(&provider.base_url, &row, secret.as_ref());
        self.store.write(|t| test_result::put(t, id, &basis, &found.report))
    }
}

/// The secret, if it may go to every host this provider's test talks to.
fn release<'a>(bound: &'a BoundSecret, provider: &Provider) -> Result<&'a Secret> {
    bound.release_for(&provider.test_origin())?;
    bound.release_for(&provider.base_url.origin())
}

/// The host whose turn a test waits for.
fn host_of(provider: &Provider) -> String {
    provider.test_url().host_str().unwrap_or_default().to_owned()
}
