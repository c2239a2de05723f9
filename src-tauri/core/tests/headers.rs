//! Headers a user adds to a provider's requests: sent where they were entered for, shown as masks, and nowhere else.

mod common;

use common::{Bench, contains, text};
use keystead_core::{
    Code, Field,
    keystead::{
        AddKey, Adoption, EditProvider, HeaderView, KeyState, KeyView, ProviderRef, ProviderView, RemoveHeader,
        SetHeader, TestKey,
    },
    probe::{Cause, Outcome, TestReport},
    provider::ProviderId,
    vault::{VaultKind, VaultState},
};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};
use zeroize::Zeroizing;

/// Unmistakable in a dump, and no vendor's shape.
const VALUE: &str = "Bearer CanaryHeaderValue-0123456789abcdef";

/// Answers as the `OpenAI` dialect, and says back what it was sent.
async fn server() -> MockServer {
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        let good = request.headers.get("authorization").is_some_and(|v| v == &format!("Bearer {}", text(1)));
        let told: Vec<_> =
            request.headers.iter().map(|(name, v)| format!("{name}={}", v.to_str().unwrap_or("?"))).collect();
        if good && !told.iter().any(|line| line == "x-refuse=yes") {
            return ResponseTemplate::new(200).set_body_json(serde_json::json!({ "data": [] }));
        }
        let error = serde_json::json!({ "error": { "message": format!("I was sent {}", told.join(" ")) } });
        ResponseTemplate::new(401).insert_header("x-request-id", VALUE).set_body_json(error)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn sent(server: &MockServer, name: &str) -> Vec<Option<String>> {
    let all = server.received_requests().await.expect("recorded");
    all.iter().map(|r| r.headers.get(name).map(|v| v.to_str().expect("text").to_owned())).collect()
}

fn custom(bench: &Bench, name: &str, base_url: &str) -> KeyView {
    let provider = ProviderRef::Custom { name: name.into(), base_url: base_url.into(), dialect: None };
    let draft = Some(bench.draft(&text(1)));
    bench.keystead.add_key(&AddKey { provider, name: "Work".into(), draft, tested: None }).expect("saved")
}

fn plain(bench: &Bench, id: &ProviderId, name: &str, value: &str) -> keystead_core::Result<ProviderView> {
    let (id, name, value) = (id.clone(), name.into(), Some(value.into()));
    bench.keystead.set_header(&SetHeader { id, was: None, name, value, draft: None })
}

fn secret(bench: &Bench, id: &ProviderId, was: Option<&str>, name: &str) -> keystead_core::Result<ProviderView> {
    let draft = bench.keystead.draft_header(&Zeroizing::new(format!(" {VALUE}\r\n").into_bytes()))?;
    assert_eq!(draft.hint.and_then(|hint| hint.tail).as_deref(), Some("cdef"));
    let (id, was, name) = (id.clone(), was.map(Into::into), name.into());
    bench.keystead.set_header(&SetHeader { id, was, name, value: None, draft: Some(draft.id) })
}

fn remove(bench: &Bench, id: &ProviderId, name: &str) -> keystead_core::Result<ProviderView> {
    bench.keystead.remove_header(&RemoveHeader { id: id.clone(), name: name.into() })
}

fn headers(bench: &Bench, id: &ProviderId) -> Vec<HeaderView> {
    bench.keystead.provider(id).expect("there").headers
}

async fn test(bench: &Bench, key: &KeyView) -> TestReport {
    bench
        .keystead
        .test_key(TestKey { id: key.id.clone(), run: "r".into(), ..TestKey::default() })
        .await
        .expect("tested")
}

#[tokio::test]
async fn two_providers_at_one_host_send_each_its_own() {
    let server = server().await;
    let bench = Bench::new();
    let base = format!("{}/v1", server.uri());
    let (one, two) = (custom(&bench, "Gateway one", &base), custom(&bench, "Gateway two", &base));
    plain(&bench, &one.provider, "X-Team", "research").expect("set");
    plain(&bench, &two.provider, "X-Team", "support").expect("set");
    secret(&bench, &two.provider, None, "X-Org-Token").expect("set");
    assert_eq!(test(&bench, &one).await.outcome, Outcome::Connected);
    assert_eq!(test(&bench, &two).await.outcome, Outcome::Connected);
    // The key itself, and the wrong one for comparison: both as that provider is asked.
    let (team, token) = (sent(&server, "x-team").await, sent(&server, "x-org-token").await);
    let told = |text: &str| Some(text.to_owned());
    assert_eq!(team, [told("research"), told("research"), told("support"), told("support")]);
    assert_eq!(token, [None, None, told(VALUE), told(VALUE)]);
}

#[tokio::test]
async fn a_secret_one_comes_back_as_a_mask_and_nowhere_else() {
    let server = server().await;
    let bench = Bench::new();
    let key = custom(&bench, "Box", &format!("{}/v1", server.uri()));
    let id = &key.provider;
    let view = secret(&bench, id, None, "X-Org-Token").expect("set");
    let shown = &view.headers[0];
    assert_eq!((shown.name.as_str(), &shown.plain, shown.state), ("x-org-token", &None, KeyState::Active));
    plain(&bench, id, "x-refuse", "yes").expect("set");
    let report = test(&bench, &key).await;
    assert_eq!(report.outcome, Outcome::InvalidKey);
    assert!(report.detail.as_ref().is_some_and(|said| said.starts_with("I was sent")), "{report:?}");
    assert!(report.curl.contains("\"x-org-token: $X_ORG_TOKEN\"") && report.curl.contains("'x-refuse: yes'"));
    let told = format!("{report:?} {:?}", bench.keystead.provider(id).expect("there"));
    let pieces = ["CanaryHeader", "HeaderValue", "0123456789", "456789abcd"];
    for piece in pieces {
        assert!(!told.contains(piece), "{piece}");
    }
    let home = std::fs::read_dir(bench.home.path()).expect("a folder").flatten();
    for file in home.filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).expect("read");
        assert!(!pieces.iter().any(|piece| contains(&bytes, piece.as_bytes())), "{:?}", file.path());
    }
}

#[tokio::test]
async fn it_goes_to_no_other_host_than_it_was_entered_for() {
    let (old, new) = (server().await, server().await);
    let bench = Bench::new();
    let key = custom(&bench, "Box", &format!("{}/v1", old.uri()));
    let id = &key.provider;
    secret(&bench, id, None, "x-org-token").expect("set");
    let base_url = Some(Some(format!("{}/v1", new.uri())));
    bench.keystead.edit_provider(&EditProvider { id: id.clone(), name: None, base_url }).expect("moved");
    // The key is for the new host, the header is not.
    let draft = bench.draft(&text(1));
    bench
        .keystead
        .replace_key(&keystead_core::keystead::ReplaceKey { id: key.id.clone(), draft, tested: None })
        .expect("entered");
    assert_eq!(headers(&bench, id)[0].bound_to, Some(old.uri()));
    let report = test(&bench, &key).await;
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::HeaderOrigin)));
    assert_eq!(report.detail.as_deref(), Some("x-org-token"));
    assert_eq!(new.received_requests().await.expect("recorded").len(), 0, "nothing at all was sent there");
    secret(&bench, id, Some("x-org-token"), "x-org-token").expect("entered again");
    assert_eq!(headers(&bench, id)[0].bound_to, None);
    assert_eq!(test(&bench, &key).await.outcome, Outcome::Connected);
}

#[tokio::test]
async fn a_missing_value_and_a_locked_keychain_end_the_test_before_it_begins() {
    let server = server().await;
    let bench = Bench::new();
    // A key of another vault can be read; the header's value is in the keychain.
    bench.keystead.use_vault(VaultKind::Session).expect("chosen");
    let key = custom(&bench, "Box", &format!("{}/v1", server.uri()));
    bench.keystead.use_vault(VaultKind::Keychain).expect("chosen");
    secret(&bench, &key.provider, None, "x-org-token").expect("set");
    bench.vault.set_state(VaultState::Locked);
    let report = test(&bench, &key).await;
    assert_eq!((report.outcome, report.cause), (Outcome::VaultUnavailable, Some(Cause::VaultLocked)));
    bench.vault.heal();
    for entry in bench.vault.entries() {
        bench.vault.lose(&entry);
    }
    let report = test(&bench, &key).await;
    assert_eq!((report.outcome, report.cause), (Outcome::VaultUnavailable, Some(Cause::HeaderMissing)));
    assert_eq!(report.detail.as_deref(), Some("x-org-token"));
    assert_eq!(headers(&bench, &key.provider)[0].state, KeyState::Missing);
    assert_eq!(server.received_requests().await.expect("recorded").len(), 0);
    secret(&bench, &key.provider, Some("x-org-token"), "x-org-token").expect("entered again");
    assert_eq!(headers(&bench, &key.provider)[0].state, KeyState::Active);
    assert_eq!(test(&bench, &key).await.outcome, Outcome::Connected);
}

#[tokio::test]
async fn other_headers_make_the_last_test_stale() {
    let server = server().await;
    let bench = Bench::new();
    let key = custom(&bench, "Box", &format!("{}/v1", server.uri()));
    let last = || bench.keystead.find_key(&key.id).expect("there").last_test.map(|report| report.outcome);
    let changes: [&dyn Fn(); 3] = [
        &|| drop(plain(&bench, &key.provider, "x-team", "one").expect("set")),
        &|| drop(secret(&bench, &key.provider, None, "x-org-token").expect("set")),
        &|| drop(remove(&bench, &key.provider, "X-Team").expect("removed")),
    ];
    for change in changes {
        test(&bench, &key).await;
        assert_eq!(last(), Some(Outcome::Connected));
        change();
        assert_eq!(last(), None);
    }
    test(&bench, &key).await;
    // The same value in another place is the same request.
    bench.keystead.create_file_vault(&common::passphrase("correct horse battery")).expect("made");
    while bench.keystead.move_keys(VaultKind::File).expect("moved").left > 0 {}
    assert_eq!(last(), Some(Outcome::Connected));
    assert_eq!(headers(&bench, &key.provider)[0].state, KeyState::Active);
    assert_eq!(test(&bench, &key).await.outcome, Outcome::Connected);
}

#[test]
fn one_of_a_name_whatever_the_case_and_plain_or_secret() {
    let bench = Bench::new();
    let id = custom(&bench, "Box", "https://box.example/v1").provider;
    plain(&bench, &id, "X-Team", "one").expect("set");
    let twice = plain(&bench, &id, "x-TEAM", "two").expect_err("there");
    assert_eq!((twice.code, twice.field), (Code::HeaderTaken, Some(Field::HeaderName)));
    assert_eq!(secret(&bench, &id, None, "x-team").expect_err("there").code, Code::HeaderTaken);
    assert_eq!(bench.entries(), 1, "nothing was written for it");
    // From plain to secret and back is one header all the way.
    let view = secret(&bench, &id, Some("X-Team"), "x-team").expect("changed");
    assert_eq!((view.headers.len(), &view.headers[0].plain, bench.entries()), (1, &None, 2));
    let back = SetHeader {
        id: id.clone(),
        was: Some("x-team".into()),
        name: "x-group".into(),
        value: Some("three".into()),
        draft: None,
    };
    let view = bench.keystead.set_header(&back).expect("renamed");
    assert_eq!((view.headers[0].name.as_str(), view.headers[0].plain.as_deref()), ("x-group", Some("three")));
    assert_eq!((view.headers.len(), bench.entries()), (1, 1));
    remove(&bench, &id, "X-Group").expect("removed");
    assert_eq!(remove(&bench, &id, "x-group").expect_err("gone").code, Code::HeaderNotFound);
    assert_eq!(headers(&bench, &id), []);
}

#[test]
fn what_cannot_be_a_header_is_refused_and_changes_nothing() {
    let bench = Bench::new();
    let id = custom(&bench, "Box", "https://box.example/v1").provider;
    for (name, value, code) in [
        ("x-a\r\nx-b", "v", Code::HeaderNameInvalid),
        ("x-a", "v\r\nx-b: w", Code::HeaderValueInvalid),
        ("x-a", "", Code::HeaderValueEmpty),
        ("Host", "evil.example", Code::HeaderReserved),
        ("x-a", "sk-proj-0123456789abcdef", Code::HeaderSecret),
        ("authorization", "Bearer abc", Code::HeaderSecret),
    ] {
        assert_eq!(plain(&bench, &id, name, value).expect_err(name).code, code);
    }
    let typed = |text: &str| bench.keystead.draft_header(&Zeroizing::new(text.as_bytes().to_vec())).map(|d| d.id);
    assert_eq!(typed("a\r\nb").expect_err("two lines").code, Code::HeaderValueInvalid);
    assert_eq!(typed("Bearer ••••cdef").expect_err("a mask").code, Code::HeaderValueInvalid);
    assert_eq!(typed("Bearer ****cdef").expect_err("a mask").code, Code::SecretMask);
    for n in 0..32 {
        plain(&bench, &id, &format!("x-{n}"), "v").expect("set");
    }
    assert_eq!(plain(&bench, &id, "x-32", "v").expect_err("enough").code, Code::TooMany);
    let builtin: ProviderId = "openai".parse().expect("a slug");
    assert_eq!(plain(&bench, &builtin, "authorization", "x").expect_err("the key's").code, Code::HeaderReserved);
    plain(&bench, &builtin, "OpenAI-Organization", "org-1").expect("a built-in provider has headers too");
    assert_eq!(headers(&bench, &builtin)[0].name, "openai-organization");
}

#[test]
fn an_adopted_value_is_a_header_again() {
    let bench = Bench::new();
    let id = custom(&bench, "Box", "https://box.example/v1").provider;
    secret(&bench, &id, None, "x-org-token").expect("set");
    let common::Bench { home, vault, keystead } = bench;
    drop(keystead);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(home.path().join(format!("keystead.db{end}")));
    }
    let bench = Bench { keystead: common::open(home.path(), &vault), home, vault };
    let left = bench.keystead.check_storage().expect("checked").leftovers;
    let entries: Vec<String> = left.into_iter().map(|left| left.entry).collect();
    let Adoption { belongings, failed, .. } = bench.keystead.adopt(&entries).expect("adopted");
    assert_eq!((belongings[0].name.as_str(), failed.len()), ("x-org-token", 0));
    assert_eq!(headers(&bench, &id)[0].hint.as_ref().and_then(|h| h.tail.clone()).as_deref(), Some("cdef"));
    bench.keystead.remove_provider(&id).expect("removed");
    assert_eq!(bench.entries(), 0);
}

#[tokio::test]
async fn a_key_s_own_header_is_the_last_word_and_without_a_key_the_user_s_is() {
    let server = server().await;
    let bench = Bench::new();
    let key = custom(&bench, "Box", &format!("{}/v1", server.uri()));
    secret(&bench, &key.provider, None, "authorization").expect("a custom one may");
    assert_eq!(test(&bench, &key).await.outcome, Outcome::Connected);
    let provider = ProviderRef::Existing { id: key.provider.clone(), base_url: None };
    let none =
        bench.keystead.add_key(&AddKey { provider, name: "None".into(), draft: None, tested: None }).expect("saved");
    test(&bench, &none).await;
    let told = sent(&server, "authorization").await;
    assert_eq!(told.first().cloned().flatten(), Some(format!("Bearer {}", text(1))));
    assert_eq!(told.last().cloned().flatten().as_deref(), Some(VALUE));
}
