//! Tests of what is not saved: a key just typed, or a provider without one.

use uuid::Uuid;

use super::{DraftReport, held, speaking};
use crate::{
    error::Result,
    keystead::{Keystead, ProviderRef, TestDraft, access, blocking, drafts::Held, providers::Chosen},
    probe::{Cause, Outcome, Stage, TestReport},
    provider::{Dialect, KeyNeed, Provider},
};

impl Keystead {
    /// Tests a draft, or a provider without a key. Stores nothing but the report in memory, to be kept if the draft is
    /// saved.
    pub async fn test_draft(&self, req: TestDraft) -> Result<TestReport> {
        self.test_draft_in(req, None).await
    }

    /// The same in another of its provider's dialects than the main one. Fails with [`Code::DialectNotFound`] where it has
    /// no base URL for that.
    pub async fn test_draft_speaking(&self, req: TestDraft, dialect: Dialect) -> Result<TestReport> {
        self.test_draft_in(req, Some(dialect)).await
    }

    #[tracing::instrument(skip_all)]
    async fn test_draft_in(&self, req: TestDraft, dialect: Option<Dialect>) -> Result<TestReport> {
        let this = self.clone();
        let which = req.provider;
        let (provider, headers) = blocking(move || {
            let whole = this.choose_for_test(&which)?.provider;
            let provider = speaking(&whole, dialect.unwrap_or(whole.dialect))?;
            let headers = this.secret_headers(&provider);
            Ok((provider, headers))
        })
        .await?;
        let draft = req.draft.as_deref().map(|id| self.drafts.held(id)).transpose()?;
        let running = self.runs.begin(&req.run);
        let cancel = &running.cancel;
        let report = match (draft, headers) {
            (None, _) if provider.key_need == KeyNeed::Required => {
                let (outcome, cause) = (Outcome::NotConfigured, Some(Cause::NoKey));
                TestReport::without_request(&provider, outcome, Stage::Key, cause, self.now())
            }
            (_, Err(unsent)) => self.unsent(&provider, unsent)?,
            (None, Ok(headers)) => self.probe_until(cancel, &provider, None, &headers).await?,
            (Some(Held::Secret(draft)), Ok(headers)) => {
                access::refuse_file(draft.form)?;
                self.probe_until(cancel, &provider, Some(&draft.secret), &headers).await?
            }
            (Some(Held::Variable(variable)), Ok(headers)) => match self.secret_in(&variable) {
                Ok(secret) => self.probe_until(cancel, &provider, Some(&secret), &headers).await?,
                Err(e) => self.unread(&provider, Some(&variable), &e)?,
            },
        };
        drop(running);
        self.note_report(req.run, req.draft, &provider, &report);
        Ok(report)
    }

    /// Keeps a report of what may be saved next; not many of them.
    pub(in crate::keystead) fn note_report(
        &self,
        run: String,
        draft: Option<String>,
        provider: &Provider,
        report: &TestReport,
    ) {
        let mut reports = held(&self.runs.drafts);
        if reports.len() >= 64 {
            reports.clear();
        }
        let kept = DraftReport { draft, base_url: provider.base_url.to_string(), report: report.clone() };
        reports.insert(run, kept);
    }

    /// The report of this run, if it was one of this very draft.
    pub(in crate::keystead) fn take_report(&self, run: &str, draft: &str) -> Option<TestReport> {
        let found = held(&self.runs.drafts).remove(run)?;
        (found.draft.as_deref() == Some(draft)).then_some(found.report)
    }

    /// A custom provider may be tested before it has a name.
    fn choose_for_test(&self, which: &ProviderRef) -> Result<Chosen> {
        use ProviderRef::Custom;
        match which {
            Custom { base_url, dialect, .. } => {
                let name = format!("Test {}", Uuid::new_v4());
                self.choose(&Custom { name, base_url: base_url.clone(), dialect: *dialect })
            }
            existing @ ProviderRef::Existing { .. } => self.choose(existing),
        }
    }
}
