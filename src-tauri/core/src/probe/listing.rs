//! A list of models, page by page: as careful as a test, and over before it can become endless.

mod pages;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{
    Cause, Hop, Limits, Model, Outcome, Target,
    answer::Answer,
    dial::{Fault, dial},
    exchange::{Ask, Line},
    mask::{masked, masked_exactly},
    pass::Pass,
    sign_in::{Refusal, SignIn},
    timeline::Timeline,
    verdict::no_list,
};
use crate::{
    network::Way,
    provider::{Call, ModelList, Proves},
    secret::Secret,
};
use pages::{Bad, Pages};

/// How long a list may take, and how long it may be.
#[derive(Debug, Clone, Copy)]
pub struct ListLimits {
    /// For all of it.
    pub total: Duration,
    /// Bytes of all its pages together.
    pub bytes: usize,
    /// Pages.
    pub pages: u32,
    /// Models.
    pub models: usize,
}

impl Default for ListLimits {
    fn default() -> Self {
        Self { total: Duration::from_mins(1), bytes: 16 * 1024 * 1024, pages: 100, models: 20_000 }
    }
}

/// How far a list has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ListProgress {
    /// Pages that were read.
    pub pages: u32,
    /// Models in them.
    pub models: u32,
}

/// What a try to list a provider's models found.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// How it went.
    pub report: ListReport,
    /// All models, in the provider's order, each once; none when it failed.
    pub models: Vec<Model>,
}

/// How a try to list models went. Holds no secret: texts from the provider are masked and cut to 300 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ListReport {
    /// Why there is no list; none when it came whole.
    pub failure: Option<ListFailure>,
    /// The first page's address. Never holds a key.
    pub url: String,
    /// Whether it was asked for without a key, because anybody gets it.
    pub public: bool,
    /// Pages that came.
    pub pages: u32,
    /// Models in them.
    pub models: u32,
    /// Items left out, because what they have for an id cannot be one.
    pub refused: u32,
    /// Milliseconds.
    pub took_ms: u32,
    /// When, Unix milliseconds.
    pub at: i64,
}

/// Why a list of models did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ListFailure {
    /// In the words of a test. `connected` is never one.
    pub outcome: Outcome,
    /// What is behind it.
    pub cause: Option<Cause>,
    /// The page it failed at, from 1 on.
    pub page: u32,
    /// HTTP status, when one was received.
    pub http_status: Option<u16>,
    /// The provider's own error code or type.
    pub provider_code: Option<String>,
    /// The provider's words, masked, or what this machine has to say.
    pub detail: Option<String>,
    /// Seconds until the provider wants to be asked again.
    pub retry_after_s: Option<u32>,
}

impl ListReport {
    /// A report of a list that was not asked for: nothing was sent to anybody.
    pub fn without_request(url: String, outcome: Outcome, cause: Cause, detail: Option<String>, at: i64) -> Self {
        let failure = ListFailure { detail, ..ListFailure::of(outcome, Some(cause)) };
        Self { failure: Some(failure), url, public: false, pages: 0, models: 0, refused: 0, took_ms: 0, at }
    }

    /// Whether a list that was to be public was refused for want of a key.
    pub fn wants_a_key(&self) -> bool {
        self.public && self.failure.as_ref().is_some_and(|f| matches!(f.http_status, Some(401 | 403)))
    }
}

impl ListFailure {
    fn of(outcome: Outcome, cause: Option<Cause>) -> Self {
        Self { outcome, cause, page: 1, http_status: None, provider_code: None, detail: None, retry_after_s: None }
    }
}

/// What a list is to be made within.
pub(super) struct Within<'a> {
    pub(super) list: ListLimits,
    pub(super) limits: Limits,
    pub(super) way: &'a Way,
}

/// One list under way.
struct Run<'a> {
    target: Target<'a>,
    list: &'a ModelList,
    limits: ListLimits,
    /// How long one page may take.
    page: Duration,
    deadline: Instant,
    pass: &'a Pass<'a>,
    pages: Pages<'a>,
}

/// Lists. The provider has a list; whether the secret may go there has been checked.
pub(super) async fn list(
    target: Target<'_>,
    within: Within<'_>,
    progress: &(dyn Fn(ListProgress) + Send + Sync),
) -> Listing {
    let began = Instant::now();
    let Some(list) = target.provider.models() else {
        let (outcome, cause) = (Outcome::NotConfigured, Cause::Undocumented);
        let report = ListReport::without_request(String::new(), outcome, cause, None, target.now_ms);
        return Listing { report, models: Vec::new() };
    };
    let url = list.call.url(&target.provider.base_url);
    let deadline = began + within.list.total.max(within.way.total.unwrap_or_default());
    let (line, pass) = match open(target, list, &within, deadline).await {
        Ok((line, pass)) => (Ok(line), pass),
        Err(failure) => (Err(failure), Pass::None),
    };
    let secrets: Vec<&Secret> = target.secrets().into_iter().chain(pass.secrets()).collect();
    let pages = Pages::new(list, url, secrets, within.list.models);
    let mut run = Run { target, list, limits: within.list, page: within.limits.total, deadline, pass: &pass, pages };
    let ended = match line {
        Ok(line) => run.ask_all(&line, progress).await,
        Err(failure) => Err(failure),
    };
    let failure = ended.err().map(|failure| ListFailure { page: run.pages.read + 1, ..failure });
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let report = ListReport {
        url: target.provider.url_of(&list.call).into(),
        public: !target.has_key() && target.provider.lists_publicly(),
        pages: run.pages.read,
        models: count(run.pages.models.len()),
        refused: count(run.pages.refused),
        took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX),
        at: target.now_ms,
        failure,
    };
    let models = if report.failure.is_none() { run.pages.models } else { Vec::new() };
    Listing { report, models }
}

/// Finds the way to the list, and signs in where that has to be done first: as a test does.
async fn open<'a>(
    target: Target<'a>,
    list: &ModelList,
    within: &Within<'a>,
    deadline: Instant,
) -> Result<(Line, Pass<'a>), ListFailure> {
    let Within { limits, way, .. } = *within;
    let unreached = |fault| unreached(fault, &target.secrets());
    let url = list.call.url(&target.provider.base_url);
    let proxy = Hop::between(&url, &way.via);
    let dialled = dial(&url, proxy, limits.connect, &mut Timeline::start()).await.map_err(unreached)?;
    let line = Line::new(&url, &dialled, &way.authorities, limits.connect).map_err(unreached)?;
    let signed_in = SignIn { target, limits, way, deadline }.pass().await;
    Ok((line, signed_in.map_err(|refusal| refused(*refusal, &target.secrets()))?))
}

impl<'a> Run<'a> {
    /// The list, and those that belong to it.
    async fn ask_all(
        &mut self,
        line: &Line,
        progress: &(dyn Fn(ListProgress) + Send + Sync),
    ) -> Result<(), ListFailure> {
        let list: &'a ModelList = self.list;
        let mut left = self.limits.bytes;
        self.ask_pages(line, &list.call, &mut left, progress).await?;
        for further in &list.further {
            self.pages.turn_to(further, further.call.url(&self.target.provider.base_url));
            self.ask_pages(line, &further.call, &mut left, progress).await?;
        }
        Ok(())
    }

    async fn ask_pages(
        &mut self,
        line: &Line,
        first: &Call,
        left: &mut usize,
        progress: &(dyn Fn(ListProgress) + Send + Sync),
    ) -> Result<(), ListFailure> {
        let mut next = Some(first.clone());
        while let Some(call) = next {
            if self.pages.read >= self.limits.pages {
                return Err(self.bad(Bad::Endless));
            }
            let answer = self.ask(line, &call, *left).await?;
            *left -= answer.body.len();
            let taken = self.pages.take(&call, &answer, &self.target.provider.base_url);
            let status = Some(answer.status);
            next = taken.map_err(|bad| ListFailure { http_status: status, ..self.bad(bad) })?;
            let models = u32::try_from(self.pages.models.len()).unwrap_or(u32::MAX);
            progress(ListProgress { pages: self.pages.read, models });
        }
        Ok(())
    }

    /// One page, if it is a good answer.
    async fn ask(&self, line: &Line, call: &Call, cap: usize) -> Result<Answer, ListFailure> {
        let Target { provider, headers: secret_headers, now_ms, .. } = self.target;
        let (pass, secrets) = (self.pass, &self.pages.secrets);
        let asked = Ask { provider, call, body: None, pass, secret_headers, now_ms };
        let asked = line.ask(&asked, cap, self.deadline.min(Instant::now() + self.page)).await;
        let answer = asked.map_err(|fault| unreached(fault, secrets))?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        let json = answer.json();
        let said = answer.said(json.as_ref());
        let with_key = self.target.has_key();
        let proves = if with_key { provider.proves() } else { Proves::Keyless };
        let (outcome, cause) = no_list(&answer, &said, provider, proves);
        let cause = cause.or((!with_key && outcome == Outcome::InvalidKey).then_some(Cause::NoKey));
        let detail = match cause {
            // Names of hosts may look as random as keys.
            Some(Cause::Redirect) => {
                answer.redirect_host(&call.url(&provider.base_url)).map(|host| masked_exactly(&host, secrets))
            }
            _ => said.message.map(|text| masked(&text, secrets)).filter(|text| !text.is_empty()),
        };
        Err(ListFailure {
            http_status: Some(answer.status),
            provider_code: said.codes.first().map(|code| masked(code, secrets)),
            detail,
            retry_after_s: answer.retry_after_s(json.as_ref(), now_ms),
            ..ListFailure::of(outcome, cause)
        })
    }

    fn bad(&self, bad: Bad) -> ListFailure {
        match bad {
            Bad::Unreadable(cause) => ListFailure::of(Outcome::WrongBaseUrl, Some(cause)),
            Bad::Elsewhere(host) => ListFailure {
                detail: Some(masked_exactly(&host, &self.pages.secrets)),
                ..ListFailure::of(Outcome::WrongBaseUrl, Some(Cause::Redirect))
            },
            Bad::TooMany => ListFailure::of(Outcome::ProviderDown, Some(Cause::TooLarge)),
            Bad::Endless => ListFailure::of(Outcome::ProviderDown, Some(Cause::Endless)),
        }
    }
}

fn unreached(fault: Fault, secrets: &[&Secret]) -> ListFailure {
    ListFailure {
        http_status: fault.status,
        detail: fault.detail.map(|text| masked_exactly(&text, secrets)),
        ..ListFailure::of(Outcome::Unreachable, Some(fault.cause))
    }
}

/// It ended where a token was asked for.
fn refused(refusal: Refusal, secrets: &[&Secret]) -> ListFailure {
    let Refusal { outcome, cause, status, said, .. } = refusal;
    ListFailure {
        http_status: status,
        provider_code: said.codes.first().map(|code| masked(code, secrets)),
        detail: said.message.map(|text| masked(&text, secrets)).filter(|text| !text.is_empty()),
        ..ListFailure::of(outcome, Some(cause))
    }
}
