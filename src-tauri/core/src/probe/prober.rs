//! What a caller of the probe sees of it.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{
    Cause, ListLimits, ListProgress, Listing, Outcome, Stage, TestReport,
    listing::{self, Within},
    refusing::Refusing,
    run::Run,
};
use crate::{
    auth::Login,
    network::Way,
    provider::{KeyNeed, Provider},
    secret::Secret,
};

/// How long a test may take, and how much of an answer it reads.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the name, and again for the connection.
    pub connect: Duration,
    /// For everything.
    pub total: Duration,
    /// Bytes of a body.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(15), body: 1024 * 1024 }
    }
}

impl Limits {
    /// For a test that may take this long in all: a third of it for each of the first steps, where nobody waits long.
    pub(super) fn within(self, total: Duration) -> Self {
        Self { connect: (total / 3).min(Duration::from_secs(10)), total, ..self }
    }
}

/// What to test. Whether its secrets may go where they will be sent has been checked by the caller.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// Where, and how.
    pub provider: &'a Provider,
    /// With which key, in a header.
    pub secret: Option<&'a Secret>,
    /// The values of the provider's secret headers, by name. Each may go where the secret may.
    pub headers: &'a [(&'a str, &'a Secret)],
    /// Or by signing in first.
    pub login: Option<&'a Login>,
    /// Unix milliseconds.
    pub now_ms: i64,
}

impl<'a> Target<'a> {
    /// Whether it is asked as somebody.
    pub(super) fn has_key(&self) -> bool {
        self.secret.is_some() || self.login.is_some()
    }

    /// All that must not come back in what is told.
    pub(super) fn secrets(&self) -> Vec<&'a Secret> {
        let login = self.login.map(Login::secrets).unwrap_or_default();
        self.secret.into_iter().chain(self.headers.iter().map(|(_, secret)| *secret)).chain(login).collect()
    }
}

/// Makes tests. Cheap to make; may be shared by any number of tests at a time.
#[derive(Clone, Default)]
pub struct Prober {
    limits: Limits,
    list: ListLimits,
    way: Way,
    refusing: Arc<Refusing>,
}

impl Prober {
    /// With the usual limits, through the system's proxy where it has one.
    pub fn new() -> Self {
        Self::default()
    }

    /// With other limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// By this way instead of the system's. This machine's own servers are reached directly all the same.
    #[must_use]
    pub fn by(&self, way: Way) -> Self {
        Self { way, ..self.clone() }
    }

    /// With other limits for lists of models.
    #[must_use]
    pub fn listing_within(self, list: ListLimits) -> Self {
        Self { list, ..self }
    }

    /// Lists the models of a provider that has a list, page by page. `None`: it was cancelled.
    #[tracing::instrument(skip_all)]
    pub async fn list(
        &self,
        target: Target<'_>,
        progress: &(dyn Fn(ListProgress) + Send + Sync),
        cancel: &CancellationToken,
    ) -> Option<Listing> {
        let limits = self.way.total.map_or(self.limits, |total| self.limits.within(total));
        let within = Within { list: self.list, limits, way: &self.way };
        tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            listing = listing::list(target, within, progress) => Some(listing),
        }
    }

    /// As a request of Keystead's own keeps to them.
    pub(super) fn limits_and_way(&self) -> (Limits, &Way) {
        (self.way.total.map_or(self.limits, |total| self.limits.within(total)), &self.way)
    }

    /// Tests. `None`: it was cancelled.
    #[tracing::instrument(skip_all)]
    pub async fn run(&self, target: Target<'_>, cancel: &CancellationToken) -> Option<TestReport> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => None,
            report = self.test(target) => Some(report),
        }
    }

    async fn test(&self, target: Target<'_>) -> TestReport {
        let Target { provider, now_ms, .. } = target;
        if !target.has_key() && provider.key_need == KeyNeed::Required {
            let (outcome, cause) = (Outcome::NotConfigured, Some(Cause::NoKey));
            return TestReport::without_request(provider, outcome, Stage::Key, cause, now_ms);
        }
        Run::start(target, self.limits, &self.way, &self.refusing).finish().await
    }
}
