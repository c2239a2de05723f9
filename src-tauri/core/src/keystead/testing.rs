//! Test a draft before anything is saved, or a saved key; at most one answer a run, and none after a cancel.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    KeySource, Keystead, TestDraft, TestKey, access, blocking,
    drafts::Held,
    keys::parse,
    providers::{Chosen, basis_of},
};
use crate::{
    auth::Login,
    error::{Code, Error, Field, Result},
    probe::{Cause, Outcome, Stage, Target, TestReport},
    provider::{KeyNeed, Provider},
    secret::Secret,
    store::{key, secret as rows, test_result},
    value::EnvName,
    vault::BoundSecret,
};

/// Tests under way, and the reports of drafts that may be saved next.
#[derive(Default)]
pub(super) struct Runs {
    cancel: Mutex<HashMap<String, CancellationToken>>,
    drafts: Mutex<HashMap<String, DraftReport>>,
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

/// What a test of a saved key needs, read in one go off the async threads.
struct Prepared {
    provider: Provider,
    variable: Option<EnvName>,
    bound: Option<Result<BoundSecret>>,
    kept: Kept,
}

impl Keystead {
    /// Tests a draft, or a provider without a key. Stores nothing but the report in memory, to be kept if the draft is
    /// saved.
    #[tracing::instrument(skip_all)]
    pub async fn test_draft(&self, req: TestDraft) -> Result<TestReport> {
        let this = self.clone();
        let which = req.provider;
        let Chosen { provider, .. } = blocking(move || this.choose_for_test(&which)).await?;
        let report = match req.draft.as_deref().map(|id| self.drafts.held(id)).transpose()? {
            None if provider.key_need == KeyNeed::Required => {
                let (outcome, cause) = (Outcome::NotConfigured, Some(Cause::NoKey));
                TestReport::without_request(&provider, outcome, Stage::Key, cause, self.now())
            }
            None => self.probe(&req.run, &provider, None).await?,
            Some(Held::Secret(draft)) => {
                access::refuse_file(draft.form)?;
                self.probe(&req.run, &provider, Some(&draft.secret)).await?
            }
            Some(Held::Variable(variable)) => match self.secret_in(&variable) {
                Ok(secret) => self.probe(&req.run, &provider, Some(&secret)).await?,
                Err(e) => self.unread(&provider, Some(&variable), &e)?,
            },
        };
        self.note_report(req.run, req.draft, &provider, &report);
        Ok(report)
    }

    /// Keeps a report of what may be saved next; not many of them.
    pub(super) fn note_report(&self, run: String, draft: Option<String>, provider: &Provider, report: &TestReport) {
        let mut reports = held(&self.runs.drafts);
        if reports.len() >= 64 {
            reports.clear();
        }
        let kept = DraftReport { draft, base_url: provider.base_url.to_string(), report: report.clone() };
        reports.insert(run, kept);
    }

    /// The report of this run, if it was one of this very draft.
    pub(super) fn take_report(&self, run: &str, draft: &str) -> Option<TestReport> {
        let found = held(&self.runs.drafts).remove(run)?;
        (found.draft.as_deref() == Some(draft)).then_some(found.report)
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

    /// Tests a saved key and keeps the report, unless the key could not be read.
    #[tracing::instrument(skip_all, fields(key = %req.id))]
    pub async fn test_key(&self, req: TestKey) -> Result<TestReport> {
        let this = self.clone();
        if let Ok(id) = parse(&req.id)
            && let Some(report) = self.test_saved_configured(id, &req.run).await?
        {
            return Ok(report);
        }
        let ready = blocking(move || this.prepare(&req.id)).await?;
        let Prepared { provider, variable, bound, kept } = ready;
        let report = match &bound {
            None => self.probe(&req.run, &provider, None).await?,
            Some(Err(e)) => self.unread(&provider, variable.as_ref(), e)?,
            Some(Ok(bound)) => match release(bound, &provider) {
                Ok(secret) => self.probe(&req.run, &provider, Some(secret)).await?,
                Err(e) => self.unread(&provider, variable.as_ref(), &e)?,
            },
        };
        let unread = [Cause::VariableUnset, Cause::VariableUnusable].map(Some).contains(&report.cause);
        if unread || report.outcome == Outcome::VaultUnavailable {
            // Nothing was asked: what the provider said last still holds.
            return Ok(report);
        }
        let this = self.clone();
        let told = report.clone();
        blocking(move || match kept {
            Kept::Key(id, basis) => this.store.write(|t| test_result::put(t, id, &basis, &told)),
            Kept::Ambient(id) => {
                this.ambient_tests().insert(id, (provider.base_url.to_string(), told));
                Ok(())
            }
        })
        .await?;
        Ok(report)
    }

    fn prepare(&self, id: &str) -> Result<Prepared> {
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
            (None, KeySource::Vault, Some(secret)) => Some(self.read_secret(secret)),
            (None, KeySource::Vault, None) => {
                Some(Err(Error::new(Code::SecretMissing, "the secret is not in the keychain")))
            }
            (None, KeySource::None | KeySource::Env, _) => None,
        };
        let kept = Kept::Key(id, basis_of(&provider, &row, secret.as_ref()));
        Ok(Prepared { provider, variable: row.reference.map(|r| r.variable), bound, kept })
    }

    /// Why a key could not be used is a test's outcome; a broken database is not.
    pub(super) fn unread(&self, provider: &Provider, variable: Option<&EnvName>, error: &Error) -> Result<TestReport> {
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
        self.ask(run, provider, secret, None).await
    }

    /// The same with a way to sign in, where there is one.
    pub(super) async fn ask(
        &self,
        run: &str,
        provider: &Provider,
        secret: Option<&Secret>,
        login: Option<&Login>,
    ) -> Result<TestReport> {
        let cancel = CancellationToken::new();
        held(&self.runs.cancel).insert(run.to_owned(), cancel.clone());
        let (this, id, there) = (self.clone(), provider.id.clone(), provider.base_url.clone());
        let report = match blocking(move || this.way_to(&id, &there)).await {
            Ok(way) => {
                let target = Target { provider, secret, login, now_ms: self.now() };
                let report = self.prober.by(way).run(target, &cancel).await;
                report.ok_or_else(|| Error::new(Code::Cancelled, "the test was cancelled"))
            }
            Err(error) => self.no_way(provider, &error),
        };
        held(&self.runs.cancel).remove(run);
        report
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
        let basis = basis_of(&provider, &row, secret.as_ref());
        self.store.write(|t| test_result::put(t, id, &basis, &found.report))
    }
}

/// The secret, if it may go to every host this provider's test talks to.
fn release<'a>(bound: &'a BoundSecret, provider: &Provider) -> Result<&'a Secret> {
    bound.release_for(&provider.test_origin())?;
    bound.release_for(&provider.base_url.origin())
}
