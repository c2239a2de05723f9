//! A request of Keystead's own, by the rules of a test: the name is resolved once and checked, nothing is followed or sent
//! twice, and what is told of a failure has no URL and no piece of the secret in it.

use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use super::{
    Cause, Hop, Prober,
    dial::{Fault, dial},
    exchange::{Line, Outgoing},
    mask::{masked, masked_exactly},
    timeline::Timeline,
};
use crate::{auth::aws::Request, provider::BaseUrl, secret::Secret};

/// JSON to be sent by POST.
pub(crate) struct Post<'a> {
    /// Whose server it is: all that a proxy is chosen by.
    pub(crate) there: &'a BaseUrl,
    /// Where exactly; the secret may stand in it.
    pub(crate) url: &'a Url,
    /// JSON.
    pub(crate) body: &'a str,
    /// None of it is in what is told.
    pub(crate) secret: &'a Secret,
    /// Unix milliseconds.
    pub(crate) now_ms: i64,
}

/// What came back; texts are masked.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) status: u16,
    pub(crate) json: Option<Value>,
    /// Seconds, from the header.
    pub(crate) retry_after_s: Option<u32>,
    /// The host it redirects to, which nobody asked.
    pub(crate) redirect: Option<String>,
}

/// Why nothing came back.
#[derive(Debug)]
pub(crate) struct Unanswered {
    pub(crate) cause: Cause,
    /// Masked.
    pub(crate) detail: Option<String>,
}

impl Prober {
    #[tracing::instrument(skip_all)]
    pub(crate) async fn post(&self, post: &Post<'_>) -> Result<Posted, Unanswered> {
        let secrets = [post.secret];
        self.posted(post).await.map_err(|Fault { cause, detail, .. }| Unanswered {
            cause,
            detail: detail.map(|text| masked_exactly(&text, &secrets)),
        })
    }

    async fn posted(&self, post: &Post<'_>) -> Result<Posted, Fault> {
        let (limits, way) = self.limits_and_way();
        let deadline = Instant::now() + limits.total;
        let origin = post.there.root();
        let hop = Hop::between(origin.url(), &way.via);
        let dialled = dial(origin.url(), hop, limits.connect, &mut Timeline::start()).await?;
        let line = Line::new(origin.url(), &dialled, &way.authorities, limits.connect)?;
        let headers = [("content-type", "application/json")];
        let request = Request { method: "POST", url: post.url, headers: &headers, body: post.body.as_bytes() };
        let answer = line.send(&Outgoing { request: &request, pass: Vec::new() }, limits.body, deadline).await?;
        let mut json = answer.json();
        if let Some(Value::String(said)) = json.as_mut().and_then(|json| json.pointer_mut("/description")) {
            *said = masked(said, &[post.secret]);
        }
        Ok(Posted {
            status: answer.status,
            json,
            retry_after_s: answer.retry_after_s(None, post.now_ms),
            redirect: answer.redirect_host(origin.url()).map(|host| masked_exactly(&host, &[post.secret])),
        })
    }
}
