//! One test from beginning to end: dial, ask, judge, and where it matters ask once more.

use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::{
    AccountFact, Cause, Hop, Limits, Outcome, Stage, StageState, Target, TestReport, account,
    answer::Answer,
    dial::{Dialled, Fault, dial},
    exchange::{Ask, Line},
    pass::Pass,
    refusing::Refusing,
    sign_in::{Refusal, SignIn},
    timeline::Timeline,
    verdict::{Verdict, judge},
};
use crate::{
    network::Way,
    provider::{Call, More, Proves},
    secret::Secret,
};

/// One test under way.
pub(super) struct Run<'a> {
    pub(super) target: Target<'a>,
    pub(super) url: Url,
    pub(super) timeline: Timeline,
    pub(super) limits: Limits,
    pub(super) way: &'a Way,
    pub(super) refusing: &'a Refusing,
    pub(super) deadline: Instant,
    /// When the request went out.
    pub(super) sent: Option<Instant>,
}

/// An answer and all that was made of it.
pub(super) struct Found {
    pub(super) answer: Answer,
    pub(super) verdict: Verdict,
    /// What a good answer says about the key that was sent.
    pub(super) proves: Proves,
    /// Whether a provider's yes has been shown to depend on the key.
    pub(super) counts: bool,
    pub(super) facts: Vec<AccountFact>,
}

/// How a test came to its end.
pub(super) enum Ended {
    Answered(Box<Found>),
    /// No answer.
    Broken(Fault),
    /// No token to ask with.
    Refused(Box<Refusal>),
}

impl<'a> Run<'a> {
    pub(super) fn start(target: Target<'a>, limits: Limits, way: &'a Way, refusing: &'a Refusing) -> Self {
        let patience = target.provider.test().timeout_s.map(Duration::from_secs).unwrap_or_default();
        let usual = Limits { total: limits.total.max(patience), ..limits };
        let limits = way.total.map_or(usual, |total| usual.within(total));
        let deadline = Instant::now() + limits.total;
        let url = target.provider.test_url();
        Self { target, url, timeline: Timeline::start(), limits, way, refusing, deadline, sent: None }
    }

    pub(super) async fn finish(mut self) -> TestReport {
        let proxy = Hop::between(&self.url, &self.way.via);
        let via = proxy.as_ref().map(Hop::name);
        let mut pass = Pass::None;
        let ended = match dial(&self.url, proxy, self.limits.connect, &mut self.timeline).await {
            Err(fault) => Ended::Broken(fault),
            Ok(dialled) => match self.signed_in().await {
                Err(refusal) => Ended::Refused(refusal),
                Ok(signed_in) => {
                    pass = signed_in;
                    match self.converse(&dialled, &pass).await {
                        Ok(found) => Ended::Answered(Box::new(found)),
                        Err(fault) => Ended::Broken(fault),
                    }
                }
            },
        };
        TestReport { proxy: via, ..self.report(ended, &pass) }
    }

    /// Signs in, in the time of the stage it is about.
    async fn signed_in(&mut self) -> Result<Pass<'a>, Box<Refusal>> {
        let began = Instant::now();
        let Self { target, limits, way, deadline, .. } = *self;
        let pass = SignIn { target, limits, way, deadline }.pass().await;
        if pass.is_err() {
            self.timeline.timed(Stage::Key, StageState::Failed, began, began.elapsed());
        }
        pass
    }

    /// Every secret of this test.
    pub(super) fn secrets<'b>(&'b self, pass: &'b Pass<'_>) -> Vec<&'b Secret> {
        self.target.secrets().into_iter().chain(pass.secrets()).collect()
    }

    /// Without a key, an answer proves nothing about one; a key for a server that needs none may be read by nobody.
    fn proves(&self) -> Proves {
        match (self.target.has_key(), self.target.provider.proves()) {
            (false, _) => Proves::Keyless,
            (true, Proves::Keyless) => Proves::Unknown,
            (true, proves) => proves,
        }
    }

    async fn converse(&mut self, dialled: &Dialled, pass: &Pass<'_>) -> Result<Found, Fault> {
        let line = Line::new(&self.url, dialled, &self.way.authorities, self.limits.connect)?;
        let Target { provider, now_ms, .. } = self.target;
        let called = Instant::now();
        let answered = self.ask(&line, pass).await;
        self.note_tls(&line, dialled, called);
        self.sent = line.clock().ready;
        let sent = self.sent.unwrap_or(called);
        let answer = answered.map_err(|fault| self.note_fault(fault, dialled, called))?;

        let answered_at = Instant::now();
        let proves = self.proves();
        let mut verdict = judge(&answer, provider, proves, now_ms);
        let mut counts = proves == Proves::Key;
        let open = proves == Proves::Unknown && verdict.passed;
        let mut facts = Vec::new();
        if let Some(json) = verdict.json.as_ref().filter(|_| (200..300).contains(&answer.status)) {
            facts = account::facts(provider, &provider.account, json, &self.secrets(pass));
        }
        if open {
            // The first answer proved the route; what is asked now is about the key.
            self.timeline.time(Stage::Route, sent, answered_at - sent);
            (verdict.outcome, verdict.cause) = self.control(&line, pass).await;
            counts = verdict.outcome == Outcome::Connected;
            self.timeline.time(Stage::Key, answered_at, answered_at.elapsed());
        } else {
            // What the account's own call will tell is not this answer's doing.
            let told = !facts.is_empty() && provider.more.is_none();
            self.timeline.time(verdict.stage(proves, told), sent, answered_at - sent);
        }
        if matches!(verdict.outcome, Outcome::Connected | Outcome::ReachableUnverified) {
            facts.extend(self.more(&line, pass).await);
        }
        Ok(Found { answer, verdict, proves, counts, facts })
    }

    async fn ask(&self, line: &Line, pass: &Pass<'_>) -> Result<Answer, Fault> {
        let test = self.target.provider.test();
        self.call(line, &test.call, test.body.as_deref(), pass).await
    }

    async fn call(&self, line: &Line, call: &Call, body: Option<&str>, pass: &Pass<'_>) -> Result<Answer, Fault> {
        let Target { provider, headers: secret_headers, now_ms, .. } = self.target;
        line.ask(&Ask { provider, call, body, pass, secret_headers, now_ms }, self.limits.body, self.deadline).await
    }

    /// The same request with a key that is certainly wrong: only if that is refused does the yes to the right one count.
    async fn control(&self, line: &Line, pass: &Pass<'_>) -> (Outcome, Option<Cause>) {
        let undecided = (Outcome::ReachableUnverified, None);
        let place = Refusing::place(&self.target.provider.id, &self.url, pass);
        if place.as_ref().is_some_and(|place| self.refusing.knows(place)) {
            return (Outcome::Connected, None);
        }
        let Some(wrong) = pass.wrong() else { return undecided };
        let Ok(answer) = self.ask(line, &wrong).await else { return undecided };
        let verdict = judge(&answer, self.target.provider, Proves::Key, self.target.now_ms);
        let refused = match verdict.outcome {
            _ if verdict.passed => return (Outcome::ReachableUnverified, Some(Cause::AnyKeyAccepted)),
            Outcome::InvalidKey | Outcome::Expired | Outcome::Disabled => true,
            // What is said to a key that passed and not to a wrong one need not be documented to tell them apart.
            Outcome::Restricted | Outcome::ReachableUnverified => matches!(answer.status, 400 | 401 | 403),
            _ => false,
        };
        if !refused {
            return undecided;
        }
        if let Some(place) = place {
            self.refusing.note(place);
        }
        (Outcome::Connected, None)
    }

    /// The account's own call, where the catalogue names one. What it does not tell changes no verdict.
    async fn more(&mut self, line: &Line, pass: &Pass<'_>) -> Vec<AccountFact> {
        let provider = self.target.provider;
        // Where another test is made than the catalogue's, its other host is nobody's business.
        let here = |more: &&More| provider.url_of(&more.call).origin() == self.url.origin();
        let Some(more) = provider.more.as_ref().filter(here) else { return Vec::new() };
        let began = Instant::now();
        let asked = self.call(line, &more.call, None, pass).await;
        let told = asked.ok().filter(|answer| answer.status == 200).and_then(|answer| answer.json());
        let facts =
            told.map(|json| account::facts(provider, &more.account, &json, &self.secrets(pass))).unwrap_or_default();
        if !facts.is_empty() {
            self.timeline.time(Stage::Account, began, began.elapsed());
        }
        facts
    }

    /// The client's connection took TCP and TLS (and the proxy's tunnel) together; what TCP takes is known from the
    /// connection before it.
    fn note_tls(&mut self, line: &Line, dialled: &Dialled, called: Instant) {
        if self.url.scheme() != "https" {
            self.timeline.set(Stage::Tls, StageState::Skipped);
        } else if let Some(ready) = line.clock().ready {
            let began = line.clock().began.unwrap_or(called);
            let whole = ready - began;
            let tcp = dialled.tcp.min(whole);
            self.timeline.timed(Stage::Tls, StageState::Ok, began + tcp, whole.saturating_sub(tcp));
        }
    }

    fn note_fault(&mut self, mut fault: Fault, dialled: &Dialled, called: Instant) -> Fault {
        if fault.stage == Stage::Tls && self.url.scheme() != "https" {
            // Between the first connection and this one the server has gone.
            fault.stage = Stage::Connection;
        }
        let from = match self.sent {
            Some(sent) => sent,
            None => called + dialled.tcp.min(called.elapsed()),
        };
        self.timeline.timed(fault.stage, StageState::Failed, from, from.elapsed());
        fault
    }
}
