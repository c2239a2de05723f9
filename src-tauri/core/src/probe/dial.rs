//! The first two stages, made by hand: the name is resolved once and checked, and something there accepts a connection.
//! The request then goes to that very address and no other.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::{Instant, sleep_until, timeout},
};
use url::{Host, Url};

use super::{Cause, Hop, Stage, StageState, timeline::Timeline};
use crate::provider::{is_forbidden_address, is_local_name, is_loopback, is_private_address};

/// Where a test ended without an answer.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) stage: Stage,
    pub(super) cause: Cause,
    /// For people; from this machine, not from the provider.
    pub(super) detail: Option<String>,
    /// When an answer had begun.
    pub(super) status: Option<u16>,
}

/// A way to the host that works.
pub(super) struct Dialled {
    /// Of the host, or of the proxy.
    pub(super) address: SocketAddr,
    /// How long the connection took that worked.
    pub(super) tcp: Duration,
    pub(super) proxy: Option<Hop>,
}

/// Resolves and connects, each within `limit`.
pub(super) async fn dial(
    url: &Url,
    proxy: Option<Hop>,
    limit: Duration,
    timeline: &mut Timeline,
) -> Result<Dialled, Fault> {
    let (host, port) = match &proxy {
        Some(proxy) => (proxy.host().to_owned(), proxy.port()),
        None => (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or(443)),
    };
    let blame = |cause| if proxy.is_some() { Cause::Proxy } else { cause };

    let began = Instant::now();
    let found = timeout(limit, lookup_host((host.trim_matches(['[', ']']), port))).await;
    let took = began.elapsed();
    let addresses: Vec<SocketAddr> = match found {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(_)) => Vec::new(),
        Err(_) => return Err(failed(timeline, Stage::Name, blame(Cause::Timeout), began, None)),
    };
    if addresses.is_empty() {
        let detail = Some(format!("{host} does not resolve"));
        return Err(failed(timeline, Stage::Name, blame(Cause::Dns), began, detail));
    }
    if proxy.is_none()
        && let Some(address) = addresses.iter().find(|a| !may_be(url, a.ip()))
    {
        let detail = Some(format!("{host} resolves to {}", address.ip()));
        let cause = if url.scheme() == "http" { Cause::PublicAddress } else { Cause::PrivateAddress };
        return Err(failed(timeline, Stage::Name, cause, began, detail));
    }
    timeline.timed(Stage::Name, StageState::Ok, began, took);

    let began = Instant::now();
    match timeout(limit, first_of(&addresses)).await {
        Ok(Ok((address, tcp))) => {
            timeline.timed(Stage::Connection, StageState::Ok, began, began.elapsed());
            Ok(Dialled { address, tcp, proxy })
        }
        Ok(Err(error)) => {
            let cause = if error.kind() == io::ErrorKind::TimedOut { Cause::Timeout } else { Cause::Refused };
            let detail = Some(error.kind().to_string());
            Err(failed(timeline, Stage::Connection, blame(cause), began, detail))
        }
        Err(_) => Err(failed(timeline, Stage::Connection, blame(Cause::Timeout), began, None)),
    }
}

fn failed(timeline: &mut Timeline, stage: Stage, cause: Cause, began: Instant, detail: Option<String>) -> Fault {
    timeline.timed(stage, StageState::Failed, began, began.elapsed());
    Fault { stage, cause, detail, status: None }
}

/// Whether a host may be at this address: this machine's names only here, public names never inside, and plain http
/// never outside.
fn may_be(url: &Url, ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    if is_forbidden_address(ip) {
        return false;
    }
    match url.host() {
        Some(Host::Domain(_)) if is_loopback(url) => ip.is_loopback(),
        _ if url.scheme() == "http" => ip.is_loopback() || is_private_address(ip),
        Some(Host::Domain(name)) if !is_local_name(name) => !ip.is_loopback() && !is_private_address(ip),
        _ => true,
    }
}

/// The first address that accepts, tried one after another as soon as the one before has failed or is slow (RFC 8305).
async fn first_of(addresses: &[SocketAddr]) -> io::Result<(SocketAddr, Duration)> {
    const SLOW: Duration = Duration::from_millis(250);
    let mut waiting = addresses.iter().copied().take(8);
    let mut tries = JoinSet::new();
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    loop {
        if let Some(address) = waiting.next() {
            tries.spawn(async move {
                let began = Instant::now();
                TcpStream::connect(address).await.map(|_| (address, began.elapsed()))
            });
        }
        let more = waiting.len() > 0;
        tokio::select! {
            done = tries.join_next() => match done {
                Some(Ok(Ok(won))) => return Ok(won),
                Some(Ok(Err(error))) => last = error,
                Some(Err(_)) => {}
                None => return Err(last),
            },
            () = sleep_until(Instant::now() + SLOW), if more => {}
        }
        if tries.is_empty() && !more {
            return Err(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn public_names_are_outside_and_this_machine_s_names_are_here() {
        for (at, ip, may) in [
            ("https://api.openai.com", "104.18.7.192", true),
            ("https://api.openai.com", "127.0.0.1", false),
            ("https://api.openai.com", "::1", false),
            ("https://api.openai.com", "::ffff:10.0.0.1", false),
            ("https://api.openai.com", "192.168.1.5", false),
            ("https://api.openai.com", "fd12::1", false),
            ("https://api.openai.com", "169.254.169.254", false),
            ("https://api.openai.com.", "10.0.0.1", false),
            ("https://nas.local", "192.168.1.5", true),
            ("https://nas.local", "169.254.1.1", false),
            ("https://nas", "10.0.0.2", true),
            ("http://localhost:11434", "127.0.0.1", true),
            ("http://localhost:11434", "::1", true),
            ("http://localhost:11434", "93.184.216.34", false),
            ("https://192.168.1.5", "192.168.1.5", true),
            ("http://nas.local", "192.168.1.5", true),
            ("http://nas.local", "fd12::1", true),
            ("http://nas.local", "93.184.216.34", false),
            ("http://nas", "2606:4700::1", false),
            ("http://nas", "169.254.1.1", false),
            ("http://192.168.1.5", "192.168.1.5", true),
        ] {
            assert_eq!(may_be(&url(at), ip.parse().expect("an address")), may, "{at} at {ip}");
        }
    }

    #[tokio::test]
    async fn the_first_address_that_accepts_wins() {
        let open = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = open.local_addr().expect("an address").port();
        let addresses = [([127, 0, 0, 2], 1).into(), ([127, 0, 0, 1], port).into()];
        let began = Instant::now();
        let (won, _) = first_of(&addresses).await.expect("one is open");
        assert_eq!(won, addresses[1]);
        assert!(began.elapsed() < Duration::from_millis(200), "a refusal does not wait for its successor's turn");
        assert_eq!(first_of(&addresses[..1]).await.expect_err("closed").kind(), io::ErrorKind::ConnectionRefused);
    }
}
