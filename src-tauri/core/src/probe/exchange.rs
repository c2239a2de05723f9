//! The request itself: one client per test, tied to one address, that follows nothing, repeats nothing and tells nobody
//! where it came from. A key goes into a header and nowhere else.

use std::{
    error::Error as _,
    io,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use reqwest::{
    Certificate, Client, Method,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
    retry,
    tls::Version,
};
use rustls::pki_types::CertificateDer;
use tokio::time::{Instant, timeout_at};
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

use super::{
    Cause, Hop, Stage,
    answer::Answer,
    dial::{Dialled, Fault},
    pass::Pass,
};
use crate::{
    auth::aws::Request,
    provider::{Call, Provider},
    secret::Secret,
};

/// A connection to be, or made.
pub(super) struct Line {
    client: Client,
    clock: Arc<Mutex<Clock>>,
    /// Through which proxy.
    hop: Option<Hop>,
}

/// A request of the catalogue's.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) provider: &'a Provider,
    pub(super) call: &'a Call,
    /// JSON.
    pub(super) body: Option<&'a str>,
    pub(super) pass: &'a Pass<'a>,
    /// The values of the provider's secret headers, by name.
    pub(super) secret_headers: &'a [(&'a str, &'a Secret)],
    pub(super) now_ms: i64,
}

/// A request, and what makes its answer meant for us.
pub(super) struct Outgoing<'a> {
    pub(super) request: &'a Request<'a>,
    pub(super) pass: Vec<(HeaderName, HeaderValue)>,
}

/// When the client's connection was begun and ready.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Clock {
    pub(super) began: Option<Instant>,
    pub(super) ready: Option<Instant>,
}

impl Line {
    /// Prepares a client for `url` that trusts these authorities besides the system's.
    pub(super) fn new(
        url: &Url,
        dialled: &Dialled,
        authorities: &[CertificateDer<'static>],
        limit: Duration,
    ) -> Result<Self, Fault> {
        let clock = Arc::new(Mutex::new(Clock::default()));
        let mut builder = Client::builder()
            .user_agent(concat!("Keystead/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            .retry(retry::never())
            .no_proxy()
            .connect_timeout(limit)
            .connector_layer(Stopwatch(clock.clone()));
        if url.scheme() == "https" {
            let trusted = authorities.iter().map(|one| Certificate::from_der(one)).collect::<reqwest::Result<Vec<_>>>();
            let trusted = trusted.map_err(|error| Fault::of_tls(error.without_url()))?;
            builder = builder.https_only(true).tls_version_min(Version::TLS_1_2).tls_certs_merge(trusted);
        } else {
            // No certificates to load where none is looked at.
            builder = builder.tls_certs_only([]);
        }
        match &dialled.proxy {
            Some(hop) => {
                let proxy = hop.proxy().map_err(|_| Fault::of_proxy())?;
                builder = builder.proxy(proxy).resolve_to_addrs(hop.host(), &[dialled.address]);
            }
            None => builder = builder.resolve_to_addrs(url.host_str().unwrap_or_default(), &[dialled.address]),
        }
        let client = builder.build().map_err(|error| Fault::of_tls(error.without_url()))?;
        Ok(Self { client, clock, hop: dialled.proxy.clone() })
    }

    /// When the connection was begun and ready.
    pub(super) fn clock(&self) -> Clock {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One request of the catalogue's, one answer.
    #[tracing::instrument(skip_all)]
    pub(super) async fn ask(&self, ask: &Ask<'_>, cap: usize, deadline: Instant) -> Result<Answer, Fault> {
        let Ask { provider, call, body, pass, secret_headers, now_ms } = *ask;
        let url = provider.url_of(call);
        let mut plain: Vec<(&str, &str)> = provider.plain_headers().into_iter().collect();
        if body.is_some() {
            plain.push((CONTENT_TYPE.as_str(), "application/json"));
        }
        let body = body.unwrap_or_default().as_bytes();
        let request = Request { method: call.method(), url: &url, headers: &plain, body };
        let pass = pass.headers(provider, &request, secret_headers, now_ms).ok_or_else(Fault::of_header)?;
        self.send(&Outgoing { request: &request, pass }, cap, deadline).await
    }

    /// One request, one answer.
    #[tracing::instrument(skip_all)]
    pub(super) async fn send(&self, send: &Outgoing<'_>, cap: usize, deadline: Instant) -> Result<Answer, Fault> {
        let Request { method, url, headers, body } = *send.request;
        let method = if method == "POST" { Method::POST } else { Method::GET };
        // Of two of one name the later counts: the key's own is the last.
        let mut all = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Fault::of_header())?;
            all.insert(name, value.parse().map_err(|_| Fault::of_header())?);
        }
        for (name, value) in &send.pass {
            all.insert(name, value.clone());
        }
        let mut request = self.client.request(method, url.clone()).headers(all);
        if !body.is_empty() {
            request = request.body(body.to_vec());
        }
        let answered = timeout_at(deadline, request.send()).await.map_err(|_| self.late(None))?;
        let mut response = answered.map_err(|error| self.fault(error, None))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: Vec::new(),
            cut: false,
        };
        let status = Some(answer.status);
        loop {
            let read = timeout_at(deadline, response.chunk()).await.map_err(|_| self.late(status))?;
            let Some(chunk) = read.map_err(|error| self.fault(error, status))? else { return Ok(answer) };
            let room = cap - answer.body.len();
            answer.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                answer.cut = true;
                return Ok(answer);
            }
        }
    }

    fn late(&self, status: Option<u16>) -> Fault {
        Fault { stage: self.stage(), cause: Cause::Timeout, detail: None, status }
    }

    /// Where an exchange that failed just now has failed.
    fn stage(&self) -> Stage {
        if self.clock().ready.is_some() { Stage::Route } else { Stage::Tls }
    }

    fn fault(&self, error: reqwest::Error, status: Option<u16>) -> Fault {
        let error = error.without_url();
        let connected = self.clock().ready.is_some();
        let tls = find::<rustls::Error>(&error);
        let of_the_proxy = self.hop.as_ref().filter(|_| !connected).and_then(|hop| refusal(&error, hop));
        let cause = match tls {
            _ if of_the_proxy.is_some() => of_the_proxy.unwrap_or(Cause::Proxy),
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => Cause::Certificate,
            _ if error.is_timeout() => Cause::Timeout,
            _ if self.hop.is_some() && !connected => Cause::Proxy,
            _ if find::<io::Error>(&error).is_some_and(|e| e.kind() == io::ErrorKind::ConnectionRefused) => {
                Cause::Refused
            }
            _ => Cause::Broken,
        };
        Fault { stage: self.stage(), cause, detail: Some(innermost(&error)), status }
    }
}

impl Fault {
    #[expect(clippy::needless_pass_by_value, reason = "as `without_url` gives it")]
    fn of_tls(error: reqwest::Error) -> Self {
        Self { stage: Stage::Tls, cause: Cause::Certificate, detail: Some(innermost(&error)), status: None }
    }

    fn of_proxy() -> Self {
        Self { stage: Stage::Connection, cause: Cause::Proxy, detail: None, status: None }
    }

    pub(super) fn of_header() -> Self {
        Self { stage: Stage::Route, cause: Cause::Broken, detail: None, status: None }
    }
}

/// The first error of type `E` behind `error`, also inside an I/O error.
fn find<E: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(found) = inner.downcast_ref::<E>() {
            return Some(found);
        }
        source = match inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => inner.source(),
        };
    }
    None
}

/// What a proxy said no to, if one did. The client has only texts for it: `probe_proxy.rs` notices when they change.
fn refusal(error: &reqwest::Error, hop: &Hop) -> Option<Cause> {
    const WANTED: [&str; 3] = [
        "tunnel error: proxy authorization required",
        "SOCKS error: server does not support user/pass authentication",
        "SOCKS error: credentials not accepted",
    ];
    let mut last: Option<&dyn std::error::Error> = Some(error);
    while let Some(inner) = last {
        let text = inner.to_string();
        if WANTED.contains(&text.as_str()) {
            return Some(if hop.has_auth() { Cause::ProxyAuthRefused } else { Cause::ProxyAuth });
        }
        if text.starts_with("tunnel error: ") || text.starts_with("SOCKS error: ") {
            return Some(Cause::Proxy);
        }
        last = inner.source();
    }
    None
}

fn innermost(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last.to_string()
}

/// Notes when the client begins and has its connection: TCP, the proxy's tunnel and TLS together.
#[derive(Clone)]
struct Stopwatch(Arc<Mutex<Clock>>);

#[derive(Clone)]
struct Timed<S> {
    inner: S,
    clock: Arc<Mutex<Clock>>,
}

impl<S> Layer<S> for Stopwatch {
    type Service = Timed<S>;

    fn layer(&self, inner: S) -> Timed<S> {
        Timed { inner, clock: self.0.clone() }
    }
}

impl<S, R> Service<R> for Timed<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: 'static,
    S::Error: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let clock = self.clock.clone();
        let note = move |set: fn(&mut Clock)| set(&mut clock.lock().unwrap_or_else(PoisonError::into_inner));
        note(|clock| *clock = Clock { began: Some(Instant::now()), ready: None });
        let connecting = self.inner.call(request);
        Box::pin(async move {
            let connection = connecting.await?;
            note(|clock| clock.ready = Some(Instant::now()));
            Ok(connection)
        })
    }
}
