//! Building a report.

use super::{Cause, Outcome, Stage, StageReport, StageState, TestReport, curl};
use crate::{
    provider::{KeyNeed, Provider},
    secret::Secret,
};

/// All stages, in order.
pub(super) const STAGES: [Stage; 6] =
    [Stage::Name, Stage::Connection, Stage::Tls, Stage::Route, Stage::Key, Stage::Account];

impl TestReport {
    /// A report of a test that could not begin: nothing was sent to anybody.
    pub fn without_request(provider: &Provider, outcome: Outcome, stage: Stage, cause: Option<Cause>, at: i64) -> Self {
        let stages = STAGES.map(|s| StageReport {
            stage: s,
            state: if s == stage { StageState::Failed } else { StageState::NotReached },
            start_ms: None,
            took_ms: None,
        });
        let with_key = provider.key_need == KeyNeed::Required;
        Self { stage, cause, stages: stages.to_vec(), ..Self::blank(provider, None, with_key, outcome, at) }
    }

    /// A report that knows its request and its outcome.
    pub(super) fn blank(
        provider: &Provider,
        secret: Option<&Secret>,
        with_key: bool,
        outcome: Outcome,
        at: i64,
    ) -> Self {
        Self {
            outcome,
            key_proven: false,
            stage: Stage::Name,
            cause: None,
            stages: Vec::new(),
            http_status: None,
            provider_code: None,
            detail: None,
            request_id: None,
            retry_after_s: None,
            latency_ms: None,
            method: provider.test_method().into(),
            url: provider.test_url().into(),
            proxy: None,
            curl: curl::line(provider, secret, with_key),
            account: Vec::new(),
            at,
        }
    }
}
