//! Test a draft before anything is saved, or a saved key; at most one answer a run, and none after a cancel.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    KeySource, Keystead, TestDraft, TestKey, blocking,
    keys::parse,
    providers::{Chosen, basis},
};
use crate::{
    error::{Code, Error, Result},
    probe::{Cause, Outcome, Stage, Target, TestReport},
    provider::{KeyNeed, Provider},
    secret::Secret,
    store::{
        key,
        secret::{self as rows, SecretRow},
        test_result,
    },
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

/// What a test of a saved key needs, read in one go off the async threads.
struct Prepared {
    id: Uuid,
    provider: Provider,
    secret: Option<SecretRow>,
    bound: Option<Result<BoundSecret>>,
}

impl Keystead {
    /// Tests a draft, or a provider without a key. Stores nothing but the report in memory, to be kept if the draft is
    /// saved.
    #[tracing::instrument(skip_all)]
    pub async fn test_draft(&self, req: TestDraft) -> Result<TestReport> {
        let this = self.clone();
        let which = req.provider;
        let Chosen { provider, .. } = blocking(move || this.choose_for_test(&which)).await?;
        let draft = req.draft.as_deref().map(|id| self.drafts.get(id)).transpose()?;
        let secret = draft.as_ref().map(|d| &d.secret);
        let report = if secret.is_none() && provider.key_need == KeyNeed::Required {
            TestReport::without_request(&provider, Outcome::NotConfigured, Stage::Key, Some(Cause::NoKey), self.now())
        } else {
            self.probe(&req.run, &provider, secret).await?
        };
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

    /// Tests a saved key and keeps the report, unless the key could not be read.
    #[tracing::instrument(skip_all, fields(key = %req.id))]
    pub async fn test_key(&self, req: TestKey) -> Result<TestReport> {
        let this = self.clone();
        let id = parse(&req.id)?;
        let ready = blocking(move || this.prepare(id)).await?;
        let report = match &ready.bound {
            None => self.probe(&req.run, &ready.provider, None).await?,
            Some(Err(e)) => self.unread(&ready.provider, e)?,
            Some(Ok(bound)) => match release(bound, &ready.provider) {
                Ok(secret) => self.probe(&req.run, &ready.provider, Some(secret)).await?,
                Err(e) => self.unread(&ready.provider, &e)?,
            },
        };
        if report.outcome == Outcome::VaultUnavailable {
            // Nothing was asked: what the provider said last still holds.
            return Ok(report);
        }
        let this = self.clone();
        let kept = report.clone();
        blocking(move || {
            let basis = basis(&ready.provider.base_url, ready.secret.as_ref());
            this.store.write(|t| test_result::put(t, ready.id, &basis, &kept))
        })
        .await?;
        Ok(report)
    }

    fn prepare(&self, id: Uuid) -> Result<Prepared> {
        let row = key::get(&self.store.read(), id)?;
        let provider = self.chosen(&row.provider)?.provider;
        let secret = rows::of_key(&self.store.read(), id)?;
        let bound = match (row.source, &secret) {
            (KeySource::None, _) => None,
            (KeySource::Vault, Some(secret)) => Some(self.read_secret(secret)),
            (KeySource::Vault, None) => Some(Err(Error::new(Code::SecretMissing, "the secret is not in the keychain"))),
        };
        Ok(Prepared { id, provider, secret, bound })
    }

    /// Why a key could not be used is a test's outcome; a broken database is not.
    fn unread(&self, provider: &Provider, error: &Error) -> Result<TestReport> {
        let (outcome, cause) = match error.code {
            Code::OriginNotAllowed => (Outcome::NotConfigured, Cause::Origin),
            Code::VaultLocked | Code::VaultNoCollection => (Outcome::VaultUnavailable, Cause::VaultLocked),
            Code::SecretMissing | Code::SessionOnly => (Outcome::VaultUnavailable, Cause::SecretMissing),
            code if code.is_of_the_store() => return Err(error.clone()),
            _ => (Outcome::VaultUnavailable, Cause::VaultFailed),
        };
        Ok(TestReport::without_request(provider, outcome, Stage::Key, Some(cause), self.now()))
    }

    async fn probe(&self, run: &str, provider: &Provider, secret: Option<&Secret>) -> Result<TestReport> {
        let cancel = CancellationToken::new();
        held(&self.runs.cancel).insert(run.to_owned(), cancel.clone());
        let target = Target { provider, secret, now_ms: self.now() };
        let report = self.prober.run(target, &cancel).await;
        held(&self.runs.cancel).remove(run);
        report.ok_or_else(|| Error::new(Code::Cancelled, "the test was cancelled"))
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
        let basis = basis(&provider.base_url, secret.as_ref());
        self.store.write(|t| test_result::put(t, id, &basis, &found.report))
    }
}

/// The secret, if it may go to every host this provider's test talks to.
fn release<'a>(bound: &'a BoundSecret, provider: &Provider) -> Result<&'a Secret> {
    bound.release_for(&provider.test_origin())?;
    bound.release_for(&provider.base_url.origin())
}
