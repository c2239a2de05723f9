//! Many keys at once, keys by a schedule, and the test that may cost money: through the facade, against loopback servers.

mod common;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use common::{Bench, CANARY, text};
use keystead_core::{
    Code, Field, Keystead,
    keystead::{AddKey, EditSettings, EnableKey, KeyView, ProviderRef, TestKey},
    probe::{Occasion, Outcome, Prober},
    vault::{VaultState, Vaults, fault::Step},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::Semaphore,
    task::JoinSet,
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, body_json, method, path},
};

/// How many are being answered, and how many ever were at once: by host, and in all.
#[derive(Default)]
struct Crowd {
    now: Mutex<HashMap<String, usize>>,
    most: Mutex<(usize, usize)>,
}

impl Crowd {
    fn enter(&self, host: &str) -> usize {
        let mut now = self.now.lock().expect("whole");
        *now.entry(host.to_owned()).or_default() += 1;
        let (all, here) = (now.values().sum(), now[host]);
        let mut most = self.most.lock().expect("whole");
        *most = (most.0.max(all), most.1.max(here));
        all
    }

    fn leave(&self, host: &str) {
        *self.now.lock().expect("whole").get_mut(host).expect("entered") -= 1;
    }
}

/// A server on an address of its own that answers nobody before `gate` lets it.
async fn host(address: String, crowd: Arc<Crowd>, gate: Arc<Semaphore>, arrived: Arc<Semaphore>) -> String {
    let listener = TcpListener::bind((address.as_str(), 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let name = address.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (crowd, gate, arrived, name) = (crowd.clone(), gate.clone(), arrived.clone(), name.clone());
            tokio::spawn(async move {
                let mut head = [0; 4096];
                // Who only looks whether somebody is there says nothing.
                if stream.read(&mut head).await.unwrap_or(0) == 0 {
                    return;
                }
                crowd.enter(&name);
                arrived.add_permits(1);
                gate.acquire().await.expect("open").forget();
                crowd.leave(&name);
                let body = r#"{"object":"list","data":[]}"#;
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    format!("http://{address}:{port}/v1")
}

fn add(bench: &Bench, provider: &str, base: &str, n: u32) -> KeyView {
    let provider = ProviderRef::Existing { id: provider.parse().expect("a slug"), base_url: Some(base.to_owned()) };
    let req = AddKey { provider, name: format!("Key {n}"), draft: Some(bench.draft(&text(n))), tested: None };
    bench.keystead.add_key(&req).expect("saved")
}

fn start(bench: &Bench, keys: &[KeyView]) -> JoinSet<keystead_core::Result<Outcome>> {
    let mut tests = JoinSet::new();
    for key in keys {
        let (keystead, id) = (bench.keystead.clone(), key.id.clone());
        let test = TestKey { run: id.clone(), id, batch: Some("all".into()), paid: None };
        tests.spawn(async move { keystead.test_key(test).await.map(|report| report.outcome) });
    }
    tests
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_are_tested_at_once_and_four_at_one_host_and_all_can_be_cancelled() {
    let (crowd, gate, arrived) = (Arc::new(Crowd::default()), Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let bench = Bench::new();
    let mut keys = Vec::new();
    // Any five whose list of models needs a key; at a loopback address what the catalogue says of them holds.
    for (n, provider) in (1..).zip(["openai", "groq", "mistral", "cerebras", "togetherai"]) {
        let base = host(format!("127.0.0.{}", n + 1), crowd.clone(), gate.clone(), arrived.clone()).await;
        keys.extend((0..6).map(|k| add(&bench, provider, &base, n * 10 + k)));
    }
    let mut tests = start(&bench, &keys);
    arrived.acquire_many(16).await.expect("open").forget();
    assert_eq!(*crowd.most.lock().expect("whole"), (16, 4), "at once: in all, at one host");
    // One is let go, and one more comes in its place.
    gate.add_permits(1);
    arrived.acquire().await.expect("open").forget();
    assert_eq!(crowd.most.lock().expect("whole").0, 16);
    for key in &keys {
        bench.keystead.cancel_test(&key.id);
    }
    let mut ends: Vec<_> = Vec::new();
    while let Some(end) = tests.join_next().await {
        ends.push(end.expect("no panic").map_err(|error| error.code));
    }
    let cancelled = ends.iter().filter(|end| **end == Err(Code::Cancelled)).count();
    assert!(cancelled >= 29, "all but the one that was answered: {ends:?}");
    assert_eq!(crowd.most.lock().expect("whole").1, 4);
    // Whoever was cancelled took no turn with it.
    gate.add_permits(1000);
    let mut again = start(&bench, &keys);
    while let Some(end) = again.join_next().await {
        assert!(end.expect("no panic").is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_or_silent_keychain_is_asked_once_for_all_keys() {
    for state in [VaultState::Locked, VaultState::Unresponsive, VaultState::NoBus] {
        let bench = Bench::new();
        let keys: Vec<_> = (0..20).map(|n| add(&bench, "openai", "http://127.0.0.1:9/v1", n)).collect();
        bench.vault.set_state(state);
        let before = bench.vault.calls().len();
        let mut tests = start(&bench, &keys);
        while let Some(end) = tests.join_next().await {
            assert_eq!(end.expect("no panic"), Ok(Outcome::VaultUnavailable), "{state:?}");
        }
        let calls = bench.vault.calls()[before..].to_vec();
        assert!(calls.len() <= 2, "{state:?}: {calls:?}");
        assert!(calls.iter().all(|call| call.step != Step::Put));
    }
}

/// What the tests of the schedule say the time is.
static NOW: AtomicI64 = AtomicI64::new(0);
const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn the_schedule_tests_what_is_due_and_nothing_else() {
    NOW.store(1_800_000_000_000, Ordering::SeqCst);
    let server = MockServer::start().await;
    let models = ResponseTemplate::new(200).set_body_json(serde_json::json!({ "data": [] }));
    let known = wiremock::matchers::header_regex("authorization", "T3Blbk");
    Mock::given(known).respond_with(models).with_priority(1).mount(&server).await;
    Mock::given(any()).respond_with(ResponseTemplate::new(401)).with_priority(9).mount(&server).await;
    let mut bench = Bench::new();
    let vaults = Vaults::new(Arc::new(bench.vault.clone()), bench.home.path());
    let clock = || NOW.load(Ordering::SeqCst);
    bench.keystead = Keystead::open_with(bench.home.path(), vaults, Prober::new(), clock).expect("opens");
    let keystead = bench.keystead.clone();
    let base = format!("{}/v1", server.uri());
    let key = add(&bench, "openai", &base, 1);
    let off = add(&bench, "groq", &base.replace("127.0.0.1", "localhost"), 2);
    keystead.enable_key(&EnableKey { id: off.id.clone(), enabled: false }).expect("switched off");
    let look = async || keystead.retest_due().await.expect("looked");
    let pass = |hours: i64| NOW.fetch_add(hours * HOUR, Ordering::SeqCst);
    let asked = async || server.received_requests().await.expect("recorded").len();

    pass(1000);
    assert_eq!((look().await.len(), asked().await), (0, 0), "it is off until it is turned on");
    for hours in [0, 5, 7, 169] {
        assert_eq!(
            keystead
                .edit_settings(&EditSettings { retest_h: Some(Some(hours)), ..EditSettings::default() })
                .expect_err("refused")
                .code,
            Code::SettingInvalid,
            "{hours}"
        );
    }
    keystead.edit_settings(&EditSettings { retest_h: Some(Some(24)), ..EditSettings::default() }).expect("saved");
    let told = look().await;
    assert_eq!(
        (told.len(), told[0].id.as_str(), asked().await),
        (1, key.id.as_str(), 2),
        "the one that is on, and a wrong key"
    );
    let last = keystead.find_key(&key.id).expect("there").last_test.expect("kept");
    assert_eq!((last.outcome, last.occasion), (Outcome::Connected, Occasion::Schedule));
    pass(23);
    assert_eq!((look().await.len(), asked().await), (0, 2), "not before its time");
    pass(1);
    bench.vault.set_state(VaultState::Locked);
    let calls = bench.vault.calls().len();
    assert_eq!((look().await.len(), asked().await), (0, 2), "not while the keychain is locked");
    let since = bench.vault.calls()[calls..].to_vec();
    assert!(since.iter().all(|call| call.step == Step::Probe), "it is looked at and never asked: {since:?}");
    bench.vault.set_state(VaultState::Ready);
    assert_eq!((look().await.len(), asked().await), (1, 3), "that it refuses wrong keys is known");
}

#[tokio::test]
async fn a_machine_that_has_just_woken_up_has_no_network_yet() {
    static LATER: AtomicI64 = AtomicI64::new(1_900_000_000_000);

    NOW.store(1_900_000_000_000, Ordering::SeqCst);
    let mut bench = Bench::new();
    let vaults = Vaults::new(Arc::new(bench.vault.clone()), bench.home.path());
    let clock = || LATER.load(Ordering::SeqCst);
    bench.keystead = Keystead::open_with(bench.home.path(), vaults, Prober::new(), clock).expect("opens");
    let keystead = bench.keystead.clone();
    // Nobody listens there.
    let key = add(&bench, "openai", "http://127.0.0.1:9/v1", 1);
    keystead.edit_settings(&EditSettings { retest_h: Some(Some(6)), ..EditSettings::default() }).expect("saved");
    LATER.fetch_add(7 * HOUR, Ordering::SeqCst);
    assert!(keystead.retest_due().await.expect("looked").is_empty(), "the first silence is no news");
    assert_eq!(keystead.find_key(&key.id).expect("there").last_test, None);
    LATER.fetch_add(HOUR / 60, Ordering::SeqCst);
    assert!(keystead.retest_due().await.expect("looked").is_empty(), "nor is it asked again at once");
    LATER.fetch_add(HOUR / 6, Ordering::SeqCst);
    let told = keystead.retest_due().await.expect("looked");
    assert_eq!(told.iter().map(|one| one.report.outcome).collect::<Vec<_>>(), [Outcome::Unreachable]);
}

/// Lists its models for anybody, answers a completion to one key.
async fn open_list() -> MockServer {
    let server = MockServer::start().await;
    let models = serde_json::json!({ "data": [{ "id": "m-1" }] });
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(models)).mount(&server).await;
    let asked =
        serde_json::json!({ "model": "m-1", "max_tokens": 1, "messages": [{ "role": "user", "content": "Hi" }] });
    let said = serde_json::json!({ "choices": [{ "message": { "content": "Hello" } }] });
    Mock::given(method("POST"))
        .and(path("/v1/chat/completions"))
        .and(wiremock::matchers::header("authorization", format!("Bearer {CANARY}")))
        .and(body_json(asked))
        .respond_with(ResponseTemplate::new(200).set_body_json(said))
        .mount(&server)
        .await;
    let gone = serde_json::json!({ "error": { "code": "model_not_found", "message": "The model does not exist" } });
    Mock::given(method("POST"))
        .and(wiremock::matchers::body_string_contains("m-2"))
        .respond_with(ResponseTemplate::new(404).set_body_json(gone))
        .mount(&server)
        .await;
    let refused = serde_json::json!({ "error": { "code": "invalid_api_key", "message": "no" } });
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(401).set_body_json(refused))
        .with_priority(9)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_paid_test_proves_a_key_that_nothing_free_proves() {
    let server = open_list().await;
    let bench = Bench::new();
    let at = || ProviderRef::Existing {
        id: "scaleway".parse().expect("a slug"),
        base_url: Some(format!("{}/v1", server.uri())),
    };
    let req = AddKey { provider: at(), name: "Work".into(), draft: Some(bench.draft(CANARY)), tested: None };
    let key = bench.keystead.add_key(&req).expect("saved");
    let test = async |paid: Option<&str>| {
        let req = TestKey { id: key.id.clone(), run: "r".into(), batch: None, paid: paid.map(str::to_owned) };
        bench.keystead.test_key(req).await
    };
    let posts = async || {
        let all = server.received_requests().await.expect("recorded");
        all.iter().filter(|r| r.method.as_str() == "POST" && r.url.path().ends_with("/completions")).count()
    };
    let error = test(Some("two words")).await.expect_err("refused");
    assert_eq!((error.code, error.field, posts().await), (Code::ModelInvalid, Some(Field::Model), 0));
    let report = test(Some("m-1")).await.expect("tested");
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    assert_eq!((report.occasion, report.model.as_deref()), (Occasion::Paid, Some("m-1")));
    assert!(report.url.ends_with("/v1/chat/completions") && report.curl.contains("max_tokens"), "{}", report.curl);
    assert_eq!(bench.keystead.find_key(&key.id).expect("there").last_test, Some(report.into()));
    assert_eq!(test(Some("m-2")).await.expect("tested").outcome, Outcome::ModelUnavailable);
    let paid = posts().await;
    test(None).await.expect("tested");
    assert_eq!(posts().await - paid, 0, "an ordinary test asks for no token");
    let calls = bench.vault.calls();
    bench.vault.set_state(VaultState::Locked);
    assert_eq!(test(Some("m-1")).await.expect("tested").outcome, Outcome::VaultUnavailable);
    assert_eq!(posts().await, paid, "without its key nothing is sent");
    drop(calls);
}

#[tokio::test]
async fn a_wrong_key_is_not_billed_for_a_paid_test() {
    let server = open_list().await;
    let bench = Bench::new();
    let key = add(&bench, "scaleway", &format!("{}/v1", server.uri()), 7);
    let req = TestKey { id: key.id, run: "r".into(), batch: None, paid: Some("m-1".into()) };
    let report = tokio::time::timeout(Duration::from_mins(1), bench.keystead.test_key(req)).await.expect("in time");
    assert_eq!(report.expect("tested").outcome, Outcome::InvalidKey);
}
