//! One careful request and its verdict.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::TestReport;
use crate::{provider::Provider, secret::Secret};

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

/// What to test. Whether the secret may go to the provider's `test_origin` has been checked by the caller.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// Where, and how.
    pub provider: &'a Provider,
    /// With what.
    pub secret: Option<&'a Secret>,
    /// Unix milliseconds.
    pub now_ms: i64,
}

/// Makes tests. Cheap to make; may be shared by any number of tests at a time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Prober {
    limits: Limits,
}

impl Prober {
    /// With the usual limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// With other limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits }
    }

    /// Tests. `None`: it was cancelled.
    pub async fn run(&self, target: Target<'_>, cancel: &CancellationToken) -> Option<TestReport> {
        tokio::select! {
            () = cancel.cancelled() => None,
            report = self.test(target) => Some(report),
        }
    }

    async fn test(&self, target: Target<'_>) -> TestReport {
        let _ = self.limits;
        TestReport::without_request(
            target.provider,
            super::Outcome::NotConfigured,
            super::Stage::Name,
            None,
            target.now_ms,
        )
    }
}
