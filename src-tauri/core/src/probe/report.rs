//! From what was found to the report.

use super::{
    Cause, Occasion, Outcome, Stage, StageReport, StageState, Target, TestReport,
    curl::{self, Shown},
    mask::{masked, masked_exactly},
    pass::Pass,
    run::{Ended, Found, Run},
    sign_in::Refusal,
    verdict::Verdict,
};
use crate::{
    provider::{KeyNeed, Proves, Provider},
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
        Self {
            stage,
            cause,
            stages: stages.to_vec(),
            ..Self::blank(provider, if with_key { Shown::Key(None) } else { Shown::Nothing }, outcome, at)
        }
    }

    /// A report that knows its request and its outcome.
    fn blank(provider: &Provider, shown: Shown<'_>, outcome: Outcome, at: i64) -> Self {
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
            curl: curl::line(provider, shown),
            account: Vec::new(),
            at,
            occasion: Occasion::Click,
            model: None,
        }
    }
}

impl Run<'_> {
    /// Every text in it that came from outside is masked here.
    pub(super) fn report(mut self, ended: Ended, pass: &Pass<'_>) -> TestReport {
        let Target { provider, secret, login, now_ms, .. } = self.target;
        let shown = match (secret, login) {
            (_, Some(login)) => Shown::Login(login),
            (Some(secret), None) => Shown::Key(Some(secret)),
            (None, None) => Shown::Nothing,
        };
        let mut report = TestReport::blank(provider, shown, Outcome::Unreachable, now_ms);
        report.latency_ms = self.sent.and_then(|sent| u32::try_from(sent.elapsed().as_millis()).ok());
        match ended {
            Ended::Broken(fault) => {
                self.timeline.set(fault.stage, StageState::Failed);
                report.http_status = fault.status;
                report.stage = fault.stage;
                report.cause = Some(fault.cause);
                report.detail = fault.detail.map(|text| masked_exactly(&text, &self.secrets(pass)));
            }
            Ended::Refused(refusal) => self.refused(&mut report, *refusal),
            Ended::Answered(found) => {
                self.close_stages(&found);
                self.fill(&mut report, *found, &self.secrets(pass));
            }
        }
        report.stages = self.timeline.lines();
        report
    }

    /// It ended where a token was asked for.
    fn refused(&self, report: &mut TestReport, refusal: Refusal) {
        let secrets = self.secrets(&Pass::None);
        report.stage = Stage::Key;
        report.outcome = refusal.outcome;
        report.cause = Some(refusal.cause);
        report.key_proven = refusal.proven;
        report.http_status = refusal.status;
        report.provider_code = refusal.said.codes.first().map(|code| masked(code, &secrets));
        report.detail = refusal.said.message.map(|text| masked(&text, &secrets)).filter(|text| !text.is_empty());
        if let Some(url) = refusal.url {
            report.method = "POST".into();
            report.url = url.into();
        }
    }

    fn fill(&self, report: &mut TestReport, found: Found, secrets: &[&Secret]) {
        let Found { answer, verdict, proves, counts, facts } = found;
        report.outcome = verdict.outcome;
        report.cause = verdict.cause.or_else(|| self.wrong_kind(verdict.outcome));
        report.stage = verdict.stage(proves, !facts.is_empty());
        report.key_proven = counts && verdict.outcome.proves_key();
        report.http_status = Some(answer.status);
        report.provider_code = verdict.said.codes.first().map(|code| masked(code, secrets));
        let words = match verdict.cause {
            // Names of hosts may look as random as keys.
            Some(Cause::Redirect) => answer.redirect_host(&self.url).map(|host| masked_exactly(&host, secrets)),
            _ => verdict.said.message.map(|text| masked(&text, secrets)),
        };
        report.detail = words.filter(|text| !text.is_empty());
        let names = self.target.provider.request_id.iter().map(String::as_str);
        let id = names.chain(["x-request-id", "request-id"]).find_map(|name| answer.header(name));
        // Ids look as random as keys: of them, only pieces of this key are masked.
        report.request_id = id.map(|id| masked_exactly(id, secrets).chars().take(120).collect());
        report.retry_after_s = answer.retry_after_s(verdict.json.as_ref(), self.target.now_ms);
        report.account = facts;
    }

    /// An admin key that passes, or is refused, was the wrong kind of key all the same.
    fn wrong_kind(&self, outcome: Outcome) -> Option<Cause> {
        if self.target.login.is_some() {
            return None;
        }
        if self.target.secret.is_none() {
            return (outcome == Outcome::InvalidKey).then_some(Cause::NoKey);
        }
        let shape = self.target.provider.shape_of(self.target.secret?)?;
        let told = matches!(outcome, Outcome::Connected | Outcome::InvalidKey | Outcome::Restricted);
        (shape.management && told).then_some(Cause::ManagementKey)
    }

    fn close_stages(&mut self, found: &Found) {
        let outcome = found.verdict.outcome;
        let ended = found.verdict.stage(found.proves, !found.facts.is_empty());
        if ended == Stage::Route && outcome != Outcome::Connected {
            return self.timeline.set(Stage::Route, StageState::Failed);
        }
        let key = match outcome {
            _ if found.counts && outcome.proves_key() => StageState::Ok,
            Outcome::Connected | Outcome::ReachableUnverified if found.proves == Proves::Keyless => StageState::Skipped,
            Outcome::ReachableUnverified => StageState::Unproven,
            _ if outcome.proves_key() => StageState::Unproven,
            _ => StageState::Failed,
        };
        let account = match (ended, outcome) {
            (_, Outcome::Connected | Outcome::ReachableUnverified) if !found.facts.is_empty() => StageState::Ok,
            (Stage::Account, _) => StageState::Failed,
            _ if key == StageState::Failed => StageState::NotReached,
            _ => StageState::Skipped,
        };
        self.timeline.set(Stage::Route, StageState::Ok);
        self.timeline.set(Stage::Key, key);
        self.timeline.set(Stage::Account, account);
    }
}

impl Verdict {
    /// The stage it was reached in. `told`: the answer told something about the account.
    pub(super) fn stage(&self, proves: Proves, told: bool) -> Stage {
        match self.outcome {
            Outcome::Connected if told => Stage::Account,
            Outcome::Connected if proves == Proves::Keyless => Stage::Route,
            Outcome::NoCredit | Outcome::RateLimited | Outcome::Restricted | Outcome::ModelUnavailable => {
                Stage::Account
            }
            Outcome::WrongBaseUrl | Outcome::ProviderDown | Outcome::Unreachable => Stage::Route,
            _ => Stage::Key,
        }
    }
}
