//! Models of saved keys through the facade: listed, compared, applied, kept; against a loopback server.

mod common;

use std::sync::{Arc, Mutex};

use common::{Bench, CANARY, contains};
use keystead_core::{
    Code,
    keystead::{AddKey, ApplyModels, EditProvider, FetchModels, KeyView, ModelState, ModelsView, ProviderRef, TestKey},
    probe::{Cause, Outcome},
    vault::VaultState,
};
use serde_json::json;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

/// A server whose list can be changed.
struct Lister {
    server: MockServer,
    answer: Arc<Mutex<ResponseTemplate>>,
}

impl Lister {
    async fn with(ids: &[&str]) -> Self {
        let answer = Arc::new(Mutex::new(list_of(ids)));
        let server = MockServer::start().await;
        let told = answer.clone();
        let respond = move |asked: &Request| {
            let key = asked.headers.get("authorization").and_then(|value| value.to_str().ok());
            // What Keystead asks with to find out what a yes is worth is nobody's key.
            if key.is_some_and(|key| !key.contains(CANARY)) {
                return ResponseTemplate::new(401);
            }
            told.lock().expect("whole").clone()
        };
        Mock::given(any()).respond_with(respond).mount(&server).await;
        Self { server, answer }
    }

    fn lists(&self, ids: &[&str]) {
        self.says(list_of(ids));
    }

    fn says(&self, answer: ResponseTemplate) {
        *self.answer.lock().expect("whole") = answer;
    }

    async fn asked(&self) -> Vec<Request> {
        self.server.received_requests().await.expect("recorded")
    }

    fn key(&self, bench: &Bench, provider: &str) -> KeyView {
        let base_url = Some(format!("{}/v1", self.server.uri()));
        let provider = ProviderRef::Existing { id: provider.parse().expect("a slug"), base_url };
        let draft = Some(bench.draft(CANARY));
        bench.keystead.add_key(&AddKey { provider, name: "Work".into(), draft, tested: None }).expect("saved")
    }
}

fn list_of(ids: &[&str]) -> ResponseTemplate {
    let data: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    ResponseTemplate::new(200).set_body_json(json!({ "object": "list", "data": data }))
}

async fn fetch(bench: &Bench, key: &KeyView) -> ModelsView {
    try_fetch(bench, key).await.expect("asked")
}

async fn try_fetch(bench: &Bench, key: &KeyView) -> keystead_core::Result<ModelsView> {
    bench.keystead.fetch_models(FetchModels { id: key.id.clone(), run: "r".into() }, |_| {}).await
}

fn apply(bench: &Bench, key: &KeyView, take: &[&str], leave: &[&str]) -> keystead_core::Result<ModelsView> {
    let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    bench.keystead.apply_models(&ApplyModels { id: key.id.clone(), take: owned(take), leave: owned(leave) })
}

fn states(view: &ModelsView) -> Vec<(&str, ModelState)> {
    view.models.iter().map(|model| (model.id.as_str(), model.state)).collect()
}

use ModelState::{Applied, Gone, Kept, Left, New};

#[tokio::test]
async fn the_first_list_is_applied_as_it_is_and_the_next_compared_with_it() {
    let (bench, lister) = (Bench::new(), Lister::with(&["b", "a"]).await);
    let key = lister.key(&bench, "openai");
    let none = bench.keystead.models(&key.id).expect("read");
    assert_eq!((none.listable, none.listed_at, none.last_try, none.models.len()), (true, None, None, 0));
    assert_eq!(lister.asked().await.len(), 0, "nobody is asked before the user says so");

    let first = fetch(&bench, &key).await;
    assert_eq!(states(&first), [("a", Applied), ("b", Applied)]);
    assert_eq!((first.listed_at, first.decided_at), (first.models[0].first_seen.into(), first.listed_at));

    lister.lists(&["a", "c"]);
    let second = fetch(&bench, &key).await;
    assert_eq!(states(&second), [("a", Applied), ("b", Gone), ("c", New)]);
    assert_eq!(second.decided_at, first.decided_at, "the user has decided nothing");
    assert_eq!(second.models[1].gone_since, second.listed_at);
    assert_eq!(states(&fetch(&bench, &key).await), states(&second), "the same list once more changes nothing");

    let applied = apply(&bench, &key, &["c"], &["b"]).expect("applied");
    assert_eq!(states(&applied), [("a", Applied), ("c", Applied)]);
    assert!(applied.decided_at > first.decided_at);
    let restarted = bench.restart();
    assert_eq!(restarted.keystead.models(&key.id).expect("read"), applied, "kept");
}

#[tokio::test]
async fn only_some_of_it_can_be_applied_and_the_rest_kept_as_it_is() {
    let (bench, lister) = (Bench::new(), Lister::with(&["a", "b"]).await);
    let key = lister.key(&bench, "openai");
    fetch(&bench, &key).await;
    lister.lists(&["a", "c", "d"]);
    fetch(&bench, &key).await;
    let some = apply(&bench, &key, &["c", "b"], &["d"]).expect("applied");
    assert_eq!(states(&some), [("a", Applied), ("b", Kept), ("c", Applied), ("d", Left)]);
    assert_eq!(states(&fetch(&bench, &key).await), states(&some), "what was decided stays decided");

    lister.lists(&["a", "b", "c", "d"]);
    let back = fetch(&bench, &key).await;
    assert_eq!(states(&back), [("a", Applied), ("b", Applied), ("c", Applied), ("d", Left)], "b is there again");
    assert_eq!(states(&apply(&bench, &key, &["d"], &["a"]).expect("applied"))[0], ("a", Left));

    lister.lists(&["b", "c"]);
    let fewer = fetch(&bench, &key).await;
    assert_eq!(states(&fewer), [("b", Applied), ("c", Applied), ("d", Gone)], "what nobody uses is forgotten");
    lister.lists(&["a", "b", "c", "d"]);
    let again = fetch(&bench, &key).await;
    assert_eq!(states(&again), [("a", New), ("b", Applied), ("c", Applied), ("d", Applied)]);
}

#[tokio::test]
async fn a_decision_about_a_model_that_is_not_there_decides_nothing() {
    let (bench, lister) = (Bench::new(), Lister::with(&["a"]).await);
    let key = lister.key(&bench, "openai");
    fetch(&bench, &key).await;
    let refused = apply(&bench, &key, &[], &["a", "zzz"]).expect_err("no such model");
    assert_eq!(refused.code, Code::ModelNotFound);
    assert_eq!(states(&bench.keystead.models(&key.id).expect("read")), [("a", Applied)]);
    let nobody = ApplyModels { id: uuid::Uuid::new_v4().to_string(), take: vec![], leave: vec![] };
    assert_eq!(bench.keystead.apply_models(&nobody).expect_err("no such key").code, Code::KeyNotFound);
}

#[tokio::test]
async fn a_failure_is_shown_beside_the_old_list_and_its_own_time() {
    let (bench, lister) = (Bench::new(), Lister::with(&["a", "b"]).await);
    let key = lister.key(&bench, "openai");
    let good = fetch(&bench, &key).await;
    let words =
        json!({ "error": { "message": format!("Incorrect API key provided: {CANARY}."), "code": "invalid_api_key" } });
    lister.says(ResponseTemplate::new(401).set_body_json(words));
    let failed = fetch(&bench, &key).await;
    let report = failed.last_try.as_ref().expect("tried");
    let failure = report.failure.as_ref().expect("failed");
    assert_eq!((failure.outcome, failure.page, failure.http_status), (Outcome::InvalidKey, 1, Some(401)));
    assert!(!format!("{report:?}").contains("Canary"), "{report:?}");
    assert_eq!((failed.listed_at, &failed.models), (good.listed_at, &good.models), "the old list, with its own time");
    assert!(report.at > good.listed_at.expect("listed"));
    assert_eq!(bench.keystead.models(&key.id).expect("read"), failed, "kept");

    lister.lists(&["a", "b"]);
    let mended = fetch(&bench, &key).await;
    assert_eq!(mended.last_try.and_then(|report| report.failure), None);
    assert!(mended.listed_at > good.listed_at);
}

#[tokio::test]
async fn a_first_try_that_fails_is_no_first_list() {
    let (bench, lister) = (Bench::new(), Lister::with(&[]).await);
    let key = lister.key(&bench, "openai");
    lister.says(ResponseTemplate::new(503));
    assert_eq!(fetch(&bench, &key).await.listed_at, None);
    lister.lists(&["a"]);
    assert_eq!(states(&fetch(&bench, &key).await), [("a", Applied)]);
    lister.lists(&[]);
    let empty = fetch(&bench, &key).await;
    assert_eq!((states(&empty), empty.last_try.as_ref().expect("tried").models), (vec![("a", Gone)], 0));
}

#[tokio::test]
async fn listing_is_no_test_and_changes_none() {
    let (bench, lister) = (Bench::new(), Lister::with(&["a"]).await);
    let key = lister.key(&bench, "openai");
    let tested = bench
        .keystead
        .test_key(TestKey { id: key.id.clone(), run: "t".into(), ..TestKey::default() })
        .await
        .expect("tested");
    assert_eq!(tested.outcome, Outcome::Connected);
    lister.says(ResponseTemplate::new(401));
    fetch(&bench, &key).await;
    let id = "openai".parse().expect("a slug");
    let last = bench.keystead.provider(&id).expect("there").keys[0].last_test.clone();
    assert_eq!(last.map(|report| report.outcome), Some(Outcome::Connected));
}

#[tokio::test]
async fn the_key_goes_where_it_may_and_without_it_nobody_is_asked() {
    let (bench, lister) = (Bench::new(), Lister::with(&["a"]).await);
    let key = lister.key(&bench, "openai");
    fetch(&bench, &key).await;
    let sent = lister.asked().await;
    assert_eq!(sent[0].headers["authorization"].to_str().expect("text"), format!("Bearer {CANARY}"));

    let other = Lister::with(&["z"]).await;
    let id = "openai".parse().expect("a slug");
    let moved = EditProvider { id, name: None, base_url: Some(Some(format!("{}/v1", other.server.uri()))) };
    bench.keystead.edit_provider(&moved).expect("moved");
    let bound = fetch(&bench, &key).await;
    let failure = bound.last_try.expect("tried").failure.expect("failed");
    assert_eq!((failure.outcome, failure.cause), (Outcome::NotConfigured, Some(Cause::Origin)));
    assert_eq!(other.asked().await.len(), 0);
    assert_eq!(bound.from_host.as_deref(), Some("127.0.0.1"), "the list is another host's, and says so");
    assert_eq!(bench.keystead.models(&key.id).expect("read").last_try.and_then(|r| r.failure), None, "not kept");
}

#[tokio::test]
async fn a_locked_keychain_is_an_outcome() {
    let (bench, lister) = (Bench::new(), Lister::with(&["a"]).await);
    let key = lister.key(&bench, "openai");
    bench.vault.set_state(VaultState::Locked);
    let locked = fetch(&bench, &key).await;
    let failure = locked.last_try.expect("tried").failure.expect("failed");
    assert_eq!((failure.outcome, failure.cause), (Outcome::VaultUnavailable, Some(Cause::VaultLocked)));
    assert_eq!(lister.asked().await.len(), 0);
}

#[tokio::test]
async fn a_provider_without_a_list_says_so() {
    let bench = Bench::new();
    let key = bench.add("voyage", "Work", CANARY);
    assert!(!bench.keystead.models(&key.id).expect("read").listable);
    assert_eq!(try_fetch(&bench, &key).await.expect_err("no list").code, Code::ModelsNotListed);
}

#[tokio::test]
async fn a_list_is_cancelled_by_its_run_and_leaves_nothing() {
    let (bench, lister) = (Bench::new(), Lister::with(&["a"]).await);
    let more = json!({ "data": [{ "id": "a" }], "has_more": true, "last_id": "a" });
    lister.says(ResponseTemplate::new(200).set_body_json(more));
    let custom =
        ProviderRef::Custom { name: "Box".into(), base_url: format!("{}/v1", lister.server.uri()), dialect: None };
    let add = AddKey { provider: custom, name: "Work".into(), draft: None, tested: None };
    let keyless = bench.keystead.add_key(&add).expect("saved");
    let facade = bench.keystead.clone();
    let stop = move |_| facade.cancel_test("stop");
    let request = FetchModels { id: keyless.id.clone(), run: "stop".into() };
    let ended = bench.keystead.fetch_models(request, stop).await;
    assert_eq!(ended.expect_err("cancelled").code, Code::Cancelled);
    assert_eq!(bench.keystead.models(&keyless.id).expect("read").last_try, None);
}

#[tokio::test]
async fn no_file_holds_the_key_afterwards() {
    let (bench, lister) = (Bench::new(), Lister::with(&["a", CANARY, &format!("x{CANARY}x")]).await);
    let key = lister.key(&bench, "openai");
    let view = fetch(&bench, &key).await;
    assert_eq!((states(&view).len(), view.last_try.as_ref().expect("tried").refused), (1, 2));
    for file in std::fs::read_dir(bench.home.path()).expect("the folder").flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        assert!(!contains(&bytes, CANARY.as_bytes()), "{:?}", file.path());
    }
}

/// A database of the version before, with a key in it.
#[test]
fn keys_of_an_older_version_have_no_list_yet() {
    let home = tempfile::tempdir().expect("a folder");
    let db = common::database_before(home.path(), "0008_models.sql");
    let id = uuid::Uuid::new_v4();
    db.execute(
        "INSERT INTO key (id, provider, name, name_folded, source, created_at, updated_at)
         VALUES (?1, 'ollama', 'Box', 'box', 'none', 1, 1)",
        [id.to_string()],
    )
    .expect("written");
    drop(db);
    let keystead = common::open(home.path(), &keystead_core::vault::fault::Memory::new());
    let view = keystead.models(&id.to_string()).expect("read");
    assert_eq!((view.listable, view.listed_at, view.models.len()), (true, None, 0));
}
