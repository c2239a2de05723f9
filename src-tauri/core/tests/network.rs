//! What is chosen about the network, for all providers and for one, and what tests make of it.

mod common;
#[path = "probe/proxy.rs"]
mod proxy;
#[path = "probe/support.rs"]
mod support;
#[path = "probe/tls.rs"]
mod tls;

use std::net::ToSocketAddrs;

use common::{Bench, CANARY, existing};
use keystead_core::{
    Code, Error, Field,
    keystead::{
        AddKey, ChosenBy, EditNetwork, EditProvider, GiveConsent, NetworkView, ProviderRef, ProxyLogin, TestDraft,
        TestKey,
    },
    probe::{Cause, Outcome, Stage, TestReport},
    provider::ProviderId,
    vault::VaultState,
};
use proxy::{Manner, Proxy};
use tls::Authority;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

fn id(text: &str) -> ProviderId {
    text.parse().expect("a slug")
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> (Code, Option<Field>) {
    let error = result.expect_err("refused");
    (error.code, error.field)
}

fn choose(bench: &Bench, provider: Option<&str>, proxy: &str) {
    let req = EditNetwork { provider: provider.map(id), proxy: Some(proxy.into()), ..EditNetwork::default() };
    bench.keystead.edit_network(&req).expect("chosen");
}

/// A key that is not saved, to a provider that only a proxy can lead to.
async fn test(bench: &Bench, base_url: &str) -> TestReport {
    let provider = ProviderRef::Custom { name: "Far".into(), base_url: base_url.into(), dialect: None };
    let draft = Some(bench.draft(CANARY));
    bench.keystead.test_draft(TestDraft { provider, draft, run: "a".into() }).await.expect("a report")
}

#[test]
fn a_choice_is_kept_and_a_provider_s_comes_first() {
    let bench = Bench::new();
    let groq = id("groq");
    choose(&bench, None, "http://proxy.example:3128");
    let seen = bench.keystead.network(Some(&groq)).expect("a view");
    assert_eq!((seen.proxy.to_string().as_str(), seen.timeout_s), ("inherit", None));
    assert_eq!(seen.effective.proxy.as_deref(), Some("proxy.example:3128"));
    assert_eq!((seen.effective.proxy_by, seen.effective.timeout_by), (ChosenBy::All, ChosenBy::System));
    assert_eq!(seen.effective.timeout_s, 15);

    let own = EditNetwork {
        provider: Some(groq.clone()),
        proxy: Some("none".into()),
        timeout_s: Some(Some(40)),
        ..EditNetwork::default()
    };
    bench.keystead.edit_network(&own).expect("chosen");
    let bench = bench.restart();
    let seen = bench.keystead.network(Some(&groq)).expect("a view");
    assert_eq!((seen.effective.proxy, seen.effective.proxy_by), (None, ChosenBy::Provider));
    assert_eq!((seen.effective.timeout_s, seen.effective.timeout_by), (40, ChosenBy::Provider));
    // Another provider goes on as all do, and this machine's own servers as always.
    let seen = bench.keystead.network(Some(&id("openai"))).expect("a view");
    assert_eq!(seen.effective.proxy.as_deref(), Some("proxy.example:3128"));
    let seen = bench.keystead.network(Some(&id("ollama"))).expect("a view");
    assert_eq!((seen.effective.proxy, seen.effective.proxy_by), (None, ChosenBy::ThisMachine));

    // Omitted is kept, null is taken back, and a provider that is removed leaves no choice behind.
    let back = EditNetwork { provider: Some(groq.clone()), timeout_s: Some(None), ..EditNetwork::default() };
    let seen = bench.keystead.edit_network(&back).expect("taken back");
    assert_eq!((seen.proxy.to_string().as_str(), seen.timeout_s, seen.effective.timeout_s), ("none", None, 15));
    bench.keystead.remove_provider(&groq).expect("removed");
    assert_eq!(bench.keystead.network(Some(&groq)).expect("a view").proxy.to_string(), "inherit");
}

#[test]
fn what_cannot_be_is_refused_at_its_field_and_changes_nothing() {
    let bench = Bench::new();
    choose(&bench, None, "socks5://proxy.example");
    let edit = |req: EditNetwork| refused(bench.keystead.edit_network(&req));
    let proxy = |text: &str| EditNetwork { proxy: Some(text.into()), ..EditNetwork::default() };
    let file = |text: &str| EditNetwork { ca_file: Some(Some(text.into())), ..EditNetwork::default() };
    let seconds = |n| EditNetwork { timeout_s: Some(Some(n)), ..EditNetwork::default() };
    let empty = bench.home.path().join("empty.pem");
    std::fs::write(&empty, "").expect("written");
    let words = bench.home.path().join("words.pem");
    std::fs::write(&words, "no certificate at all").expect("written");
    for (req, code, field) in [
        (proxy("ftp://x"), Code::ProxyInvalid, Field::Proxy),
        (proxy(&format!("http://me:{CANARY}@proxy.example")), Code::ProxyCredentials, Field::Proxy),
        (file("ca.pem"), Code::CaFileUnreadable, Field::CaFile),
        (file("/nowhere/ca.pem"), Code::CaFileUnreadable, Field::CaFile),
        (file(&empty.display().to_string()), Code::CaFileEmpty, Field::CaFile),
        (file(&words.display().to_string()), Code::CaFileNotPem, Field::CaFile),
        (seconds(0), Code::TimeoutInvalid, Field::Timeout),
        (seconds(301), Code::TimeoutInvalid, Field::Timeout),
    ] {
        assert_eq!(edit(req.clone()), (code, Some(field)), "{req:?}");
        // One wrong field keeps the others from being taken, too.
        let both = EditNetwork { proxy: req.proxy.clone().or(Some("none".into())), ..req };
        assert_eq!(edit(both).0, code);
    }
    let unknown = EditNetwork { provider: Some(id("nobody")), ..proxy("none") };
    assert_eq!(edit(unknown), (Code::ProviderNotFound, Some(Field::Provider)));
    let seen = bench.keystead.network(None).expect("a view");
    assert_eq!(seen.proxy.to_string(), "socks5://proxy.example:1080");
    assert_eq!((seen.ca_file, seen.timeout_s), (None, None));
    let db = std::fs::read(bench.home.path().join("keystead.db-wal")).expect("read");
    assert!(!common::contains(&db, b"CanaryT3BlbkFJ"), "what was refused is written nowhere");
}

async fn server(authority: &Authority, host: &str) -> std::net::SocketAddr {
    let acceptor = authority.leaf(host);
    support::raw(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut tls) = acceptor.accept(stream).await else { return };
            if tls.read(&mut [0; 4096]).await.unwrap_or(0) > 0 {
                let answer = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                let _ = tls.write_all(answer).await;
                let _ = tls.shutdown().await;
            }
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_go_as_it_was_chosen() {
    let bench = Bench::new();
    let authority = Authority::new("A company's own", |_| {});
    let server = server(&authority, "far.example").await;
    let (all, own) = (Proxy::http(Manner::Open, server).await, Proxy::http(Manner::Open, server).await);
    let pem = bench.home.path().join("company.pem");
    std::fs::write(&pem, authority.pem()).expect("written");

    choose(&bench, None, &format!("http://{}", all.address));
    let report = test(&bench, "https://far.example/v1").await;
    assert_eq!((report.outcome, report.cause), (Outcome::Unreachable, Some(Cause::Certificate)), "{report:?}");
    let trust = EditNetwork { ca_file: Some(Some(pem.display().to_string())), ..EditNetwork::default() };
    let seen = bench.keystead.edit_network(&trust).expect("chosen");
    assert_eq!((seen.effective.authorities, seen.effective.ca_fault), (Some(1), None));
    let report = test(&bench, "https://far.example/v1").await;
    assert_eq!(
        (report.outcome, report.proxy.as_deref()),
        (Outcome::InvalidKey, Some(all.address.to_string().as_str())),
        "{report:?}"
    );

    // For one provider another proxy, or none; the company's certificates all the same.
    let key = bench.add("openai", "Work", CANARY);
    let edit = EditProvider { id: id("openai"), name: None, base_url: Some(Some("https://far.example/v1".into())) };
    bench.keystead.edit_provider(&edit).expect("moved");
    let key = bench.keystead.find_key(&key.id).expect("there");
    choose(&bench, Some("openai"), &format!("http://{}", own.address));
    let before = all.seen().len();
    let draft = || TestDraft { provider: existing("openai"), draft: Some(bench.draft(CANARY)), run: "b".into() };
    let report = bench.keystead.test_draft(draft()).await.expect("a report");
    assert_eq!((report.outcome, report.proxy), (Outcome::InvalidKey, Some(own.address.to_string())));
    assert_eq!((own.seen().len(), all.seen().len()), (1, before));
    choose(&bench, Some("openai"), "none");
    let report = bench.keystead.test_draft(draft()).await.expect("a report");
    assert_eq!((report.outcome, report.cause, report.stage), (Outcome::Unreachable, Some(Cause::Dns), Stage::Name));

    // The file goes away: the test says so, and sends nothing.
    choose(&bench, Some("openai"), "inherit");
    std::fs::remove_file(&pem).expect("removed");
    let report = bench.keystead.test_draft(draft()).await.expect("a report");
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::CaFile)));
    assert!(report.detail.as_deref().is_some_and(|words| words.contains("cannot be read")), "{report:?}");
    assert_eq!(all.seen().len(), before);
    let seen = bench.keystead.network(Some(&id("openai"))).expect("a view");
    assert_eq!((seen.effective.authorities, seen.effective.ca_fault), (None, Some(Code::CaFileUnreadable)));
    // A saved key was entered for another host, and that comes first.
    let report =
        bench.keystead.test_key(TestKey { id: key.id, run: "c".into(), ..TestKey::default() }).await.expect("a report");
    assert_eq!(report.cause, Some(Cause::Origin));
}

/// A name of this machine that is not known as such: one that a private network might know.
fn private_name() -> Option<String> {
    let hosts = std::fs::read_to_string("/etc/hosts").ok()?;
    let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut names = lines.filter_map(|line| line.strip_prefix("127.0.0.1")).flat_map(str::split_whitespace);
    let found = names.find(|name| *name != "localhost" && !name.contains('.'))?;
    let up = (found, 80).to_socket_addrs().ok()?.all(|address| address.ip().is_loopback());
    up.then(|| found.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_travels_unencrypted_only_while_that_is_allowed() {
    let Some(name) = private_name() else { return eprintln!("this machine has no name of a private network's kind") };
    let bench = Bench::new();
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = asked.clone();
    let server = support::raw(move |mut stream| {
        let count = count.clone();
        async move {
            if support::head(&mut stream).await.contains(CANARY) {
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").await;
            }
        }
    })
    .await;
    let times = || asked.load(std::sync::atomic::Ordering::SeqCst);
    let (origin, host) = (format!("http://{name}:{}", server.port()), format!("{name}:{}", server.port()));
    let custom = || ProviderRef::Custom { name: "Box".into(), base_url: format!("{origin}/v1"), dialect: None };
    let draft = TestDraft { provider: custom(), draft: Some(bench.draft(CANARY)), run: "a".into() };
    let refusal = refused(bench.keystead.test_draft(draft.clone()).await);
    assert_eq!((refusal, times()), ((Code::UrlLanHttp, Some(Field::BaseUrl)), 0));
    let add = AddKey { provider: custom(), name: String::new(), draft: draft.draft.clone(), tested: None };
    assert_eq!(refused(bench.keystead.add_key(&add)), (Code::UrlLanHttp, Some(Field::BaseUrl)));

    let given = bench.keystead.give_consent(&GiveConsent { base_url: origin.clone(), host: host.clone() });
    assert_eq!(given.expect("given")[0].host, host);
    let report = bench.keystead.test_draft(draft).await.expect("a report");
    assert_eq!((report.outcome, times()), (Outcome::InvalidKey, 1), "{report:?}");
    let key = bench.keystead.add_key(&add).expect("saved");
    assert_eq!(key.bound_to.as_deref(), Some(origin.as_str()));
    let box_ = key.provider.clone();
    assert_eq!(bench.keystead.provider(&box_).expect("there").consent, Some(true));
    // No proxy gets to read it.
    choose(&bench, None, "http://127.0.0.1:1");
    let test = |id: &str| bench.keystead.test_key(TestKey { id: id.into(), run: "b".into(), ..TestKey::default() });
    let report = test(&key.id).await.expect("a report");
    assert_eq!((report.outcome, report.proxy, times()), (Outcome::InvalidKey, None, 2));

    // Taken back, nothing is lost and nothing is sent.
    let listed = bench.keystead.consents().expect("listed");
    assert_eq!(listed[0].providers, ["Box"]);
    assert!(bench.keystead.revoke_consent(&origin).expect("revoked").is_empty());
    let bench = bench.restart();
    let there = bench.keystead.provider(&box_).expect("still there");
    assert_eq!((there.consent, there.base_url), (Some(false), format!("{origin}/v1")));
    let report = bench
        .keystead
        .test_key(TestKey { id: key.id.clone(), run: "c".into(), ..TestKey::default() })
        .await
        .expect("a report");
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::NoConsent)));
    assert_eq!((report.stage, times()), (Stage::Tls, 2));
    assert_eq!(bench.secret_of(&key).expect("the key is kept"), CANARY);
}

fn login(bench: &Bench, provider: Option<&str>, password: &str) -> NetworkView {
    let bytes = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
    bench.keystead.keep_proxy_login(provider.map(id).as_ref(), &bytes("me"), &bytes(password)).expect("kept")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_s_password_is_kept_in_the_vault_and_goes_to_that_proxy_alone() {
    let bench = Bench::new();
    let authority = Authority::new("A company's own", |_| {});
    let server = server(&authority, "far.example").await;
    let words: &'static str = "me:pass word CanaryT3BlbkFJ";
    let password = words.strip_prefix("me:").expect("a password");
    let first = Proxy::http(Manner::Wants(words), server).await;
    let other = Proxy::http(Manner::Wants(words), server).await;
    let socks = Proxy::socks5(Manner::Wants(words), server).await;
    let pem = bench.home.path().join("company.pem");
    std::fs::write(&pem, authority.pem()).expect("written");
    let trust = EditNetwork { ca_file: Some(Some(pem.display().to_string())), ..EditNetwork::default() };
    bench.keystead.edit_network(&trust).expect("chosen");
    let ends = |report: &TestReport| (report.outcome, report.cause, report.stage);
    let far = "https://far.example/v1";

    // Nothing to be bound to before there is a proxy.
    let bytes = Zeroizing::new(b"me".to_vec());
    let early = bench.keystead.keep_proxy_login(None, &bytes, &bytes);
    assert_eq!(refused(early), (Code::ProxyInvalid, Some(Field::Proxy)));
    choose(&bench, None, &format!("http://{}", first.address));
    let wanted = (Outcome::Unreachable, Some(Cause::ProxyAuth), Stage::Tls);
    assert_eq!(ends(&test(&bench, far).await), wanted);
    assert_eq!(login(&bench, None, "wrong").proxy_login, ProxyLogin::Saved);
    let report = test(&bench, far).await;
    assert_eq!(ends(&report), (Outcome::Unreachable, Some(Cause::ProxyAuthRefused), Stage::Tls), "{report:?}");
    login(&bench, None, password);
    let report = test(&bench, far).await;
    assert_eq!((report.outcome, report.proxy.clone()), (Outcome::InvalidKey, Some(first.address.to_string())));
    assert!(!format!("{report:?}").contains("Canary"), "{report:?}");

    // Another proxy is not sent it, by whatever name it is called; the first one again is.
    let before = other.seen().len();
    choose(&bench, None, &format!("http://{}", other.address));
    assert_eq!(bench.keystead.network(None).expect("a view").proxy_login, ProxyLogin::Elsewhere);
    assert_eq!(ends(&test(&bench, far).await), wanted);
    let said: String = other.seen()[before..].concat().to_lowercase();
    assert!(said.starts_with("connect") && !said.contains("proxy-authorization"), "{said}");
    choose(&bench, None, &format!("http://{}", first.address));
    let bench = bench.restart();
    assert_eq!(test(&bench, far).await.outcome, Outcome::InvalidKey);

    // One provider's own proxy has its own, and loses it with the provider.
    let edit = EditProvider { id: id("openai"), name: None, base_url: Some(Some(far.into())) };
    bench.keystead.edit_provider(&edit).expect("moved");
    choose(&bench, Some("openai"), &format!("socks5://{}", socks.address));
    let of_openai = || TestDraft { provider: existing("openai"), draft: Some(bench.draft(CANARY)), run: "b".into() };
    assert_eq!(ends(&bench.keystead.test_draft(of_openai()).await.expect("a report")), wanted);
    login(&bench, Some("openai"), password);
    let report = bench.keystead.test_draft(of_openai()).await.expect("a report");
    assert_eq!(report.outcome, Outcome::InvalidKey, "{report:?}");
    assert!(socks.seen().iter().any(|said| said == &format!("{words} far.example:443")), "{:?}", socks.seen());
    let held = bench.entries();
    bench.keystead.remove_provider(&id("openai")).expect("removed");
    assert_eq!(bench.entries(), held - 1);

    // A vault that cannot be read is told as that, and nothing is sent without the password.
    let count = first.seen().len();
    bench.vault.set_state(VaultState::Locked);
    let provider = ProviderRef::Custom { name: "Far".into(), base_url: far.into(), dialect: None };
    let draft = TestDraft { provider, draft: Some(bench.draft(CANARY)), run: "c".into() };
    let report = bench.keystead.test_draft(draft).await.expect("a report");
    assert_eq!(ends(&report), (Outcome::VaultUnavailable, Some(Cause::ProxyLogin), Stage::Tls), "{report:?}");
    assert_eq!(first.seen().len(), count);
    bench.vault.set_state(VaultState::Ready);

    // It is nowhere but in the vault, as it was typed or as it is kept.
    for file in std::fs::read_dir(bench.home.path()).expect("listed") {
        let path = file.expect("a file").path();
        let bytes = if path.is_file() { std::fs::read(&path).expect("read") } else { Vec::new() };
        for needle in ["CanaryT3BlbkFJ", "pass word", "pass%20word"] {
            assert!(!common::contains(&bytes, needle.as_bytes()), "{needle} in {}", path.display());
        }
    }
    assert_eq!(bench.keystead.forget_proxy_login(None).expect("forgotten").proxy_login, ProxyLogin::None);
    assert_eq!(ends(&test(&bench, far).await), wanted);
}
