//! Testing drafts and saved keys through the facade, against a loopback server.

mod common;

use common::{Bench, CANARY, contains, existing, text};
use keystead_core::{
    Code,
    keystead::{AddKey, EditProvider, KeyView, ProviderRef, ReplaceKey, TestDraft, TestKey},
    probe::{Cause, Outcome, Stage, TestReport},
    provider::Catalog,
    vault::VaultState,
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

/// Speaks just enough of the OpenAI dialect: one good key, 401 for all others.
async fn server(good: &str) -> MockServer {
    let server = MockServer::start().await;
    let models = serde_json::json!({ "object": "list", "data": [{ "id": "gpt-5", "object": "model" }] });
    Mock::given(method("GET"))
        .and(path("/v1/models"))
        .and(header("authorization", format!("Bearer {good}")))
        .respond_with(ResponseTemplate::new(200).set_body_json(models))
        .with_priority(1)
        .mount(&server)
        .await;
    let wrong = serde_json::json!({ "error": { "message": format!("Incorrect API key provided: {CANARY}."), "type": "invalid_request_error", "code": "invalid_api_key" } });
    Mock::given(path("/v1/models"))
        .respond_with(ResponseTemplate::new(401).set_body_json(wrong))
        .with_priority(9)
        .mount(&server)
        .await;
    server
}

fn at(server: &MockServer) -> ProviderRef {
    ProviderRef::Existing { id: "openai".parse().expect("a slug"), base_url: Some(format!("{}/v1", server.uri())) }
}

async fn test(bench: &Bench, key: &KeyView) -> TestReport {
    bench
        .keystead
        .test_key(TestKey { id: key.id.clone(), run: "r".into(), ..TestKey::default() })
        .await
        .expect("tested")
}

#[tokio::test]
async fn a_draft_is_tested_before_anything_is_saved_and_its_report_kept_with_it() {
    let server = server(CANARY).await;
    let bench = Bench::new();
    let draft = bench.draft(CANARY);
    let req = TestDraft { provider: at(&server), draft: Some(draft.clone()), run: "one".into() };
    let report = bench.keystead.test_draft(req).await.expect("tested");
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true));
    assert_eq!((bench.vault.entries().len(), bench.names("openai").len()), (0, 0));
    let add = AddKey { provider: at(&server), name: "Work".into(), draft: Some(draft), tested: Some("one".into()) };
    let key = bench.keystead.add_key(&add).expect("saved");
    assert_eq!(key.last_test.map(|r| r.outcome), Some(Outcome::Connected));
}

#[tokio::test]
async fn another_drafts_report_is_not_taken_over() {
    let server = server(CANARY).await;
    let bench = Bench::new();
    let good = bench.draft(CANARY);
    let req = TestDraft { provider: at(&server), draft: Some(good), run: "one".into() };
    bench.keystead.test_draft(req).await.expect("tested");
    let bad = bench.draft(&text(1));
    let add = AddKey { provider: at(&server), name: "Work".into(), draft: Some(bad), tested: Some("one".into()) };
    assert_eq!(bench.keystead.add_key(&add).expect("saved").last_test, None);
}

#[tokio::test]
async fn a_saved_keys_result_survives_a_restart_and_dies_with_the_key() {
    let server = server(CANARY).await;
    let bench = Bench::new();
    let add = AddKey { provider: at(&server), name: "Work".into(), draft: Some(bench.draft(&text(1))), tested: None };
    let key = bench.keystead.add_key(&add).expect("saved");
    let report = test(&bench, &key).await;
    assert_eq!((report.outcome, report.http_status), (Outcome::InvalidKey, Some(401)));
    let bench = bench.restart();
    let last = |bench: &Bench| bench.keystead.find_key(&key.id).expect("there").last_test.map(|r| r.outcome);
    assert_eq!(last(&bench), Some(Outcome::InvalidKey));
    let draft = bench.draft(CANARY);
    bench.keystead.replace_key(&ReplaceKey { id: key.id.clone(), draft, tested: None }).expect("replaced");
    assert_eq!(last(&bench), None, "it was another secret's result");
    assert_eq!(test(&bench, &key).await.outcome, Outcome::Connected);
    let secret = bench.secret_of(&key).expect("there");
    let db = std::fs::read(bench.home.path().join("keystead.db")).expect("a file");
    assert!(!contains(&db, &secret.as_bytes()[8..20]), "not even in a stored report");
}

#[tokio::test]
async fn an_edited_base_url_never_sends_the_old_key_to_the_new_host() {
    let old = server(CANARY).await;
    let new = server(CANARY).await;
    let bench = Bench::new();
    let add = AddKey { provider: at(&old), name: "Work".into(), draft: Some(bench.draft(CANARY)), tested: None };
    let key = bench.keystead.add_key(&add).expect("saved");
    let id = "openai".parse().expect("a slug");
    let base_url = Some(Some(format!("{}/v1", new.uri())));
    bench.keystead.edit_provider(&EditProvider { id, name: None, base_url }).expect("edited");
    let report = test(&bench, &key).await;
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::Origin)));
    assert_eq!(new.received_requests().await.expect("recorded").len(), 0);
    let draft = bench.draft(&text(7));
    bench
        .keystead
        .replace_key(&ReplaceKey { id: key.id.clone(), draft, tested: None })
        .expect("entered for the new host");
    assert_eq!(test(&bench, &key).await.outcome, Outcome::InvalidKey);
    assert_eq!(new.received_requests().await.expect("recorded").len(), 1);
}

#[tokio::test]
async fn even_an_edited_database_cannot_redirect_a_key() {
    let old = server(CANARY).await;
    let new = server(CANARY).await;
    let bench = Bench::new();
    let add = AddKey { provider: at(&old), name: "Work".into(), draft: Some(bench.draft(CANARY)), tested: None };
    let key = bench.keystead.add_key(&add).expect("saved");
    let db = rusqlite::Connection::open(bench.home.path().join("keystead.db")).expect("opens");
    db.execute("UPDATE provider SET base_url = ?1", [format!("{}/v1", new.uri())]).expect("edited");
    db.execute("UPDATE secret SET bound_to = ?1 WHERE bound_to IS NOT NULL", [new.uri()]).expect("edited");
    drop(db);
    assert_eq!(test(&bench, &key).await.cause, Some(Cause::Origin));
    assert_eq!(new.received_requests().await.expect("recorded").len(), 0);
}

#[tokio::test]
async fn an_unreadable_key_is_an_outcome_and_asks_no_one() {
    let server = server(CANARY).await;
    let bench = Bench::new();
    let add = AddKey { provider: at(&server), name: "Work".into(), draft: Some(bench.draft(CANARY)), tested: None };
    let key = bench.keystead.add_key(&add).expect("saved");
    assert_eq!(test(&bench, &key).await.outcome, Outcome::Connected);
    bench.vault.set_state(VaultState::Locked);
    let report = test(&bench, &key).await;
    assert_eq!((report.outcome, report.cause), (Outcome::VaultUnavailable, Some(Cause::VaultLocked)));
    bench.vault.set_state(VaultState::NoProvider);
    assert_eq!(test(&bench, &key).await.cause, Some(Cause::VaultFailed));
    let asked = server.received_requests().await.expect("recorded").len();
    assert_eq!(asked, 2, "with the key and with a wrong one, before");
    let last = bench.keystead.find_key(&key.id).expect("there").last_test.map(|r| r.outcome);
    assert_eq!(last, Some(Outcome::Connected), "what the provider said last still holds");
}

#[tokio::test]
async fn no_key_is_not_configured_and_a_custom_endpoint_needs_no_name_yet() {
    let server = server(CANARY).await;
    let bench = Bench::new();
    let run = || "r".to_owned();
    let report = bench.keystead.test_draft(TestDraft { provider: existing("openai"), draft: None, run: run() }).await;
    assert_eq!(report.expect("a report").cause, Some(Cause::NoKey));
    let provider = ProviderRef::Custom { name: String::new(), base_url: format!("{}/v1", server.uri()), dialect: None };
    let req = TestDraft { provider, draft: Some(bench.draft(CANARY)), run: run() };
    assert_eq!(bench.keystead.test_draft(req).await.expect("tested").outcome, Outcome::Connected);
    assert!(server.received_requests().await.expect("recorded").len() >= 2, "a wrong key was tried for comparison");
}

#[tokio::test]
async fn a_cancelled_test_ends_at_once_and_stores_nothing() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(std::time::Duration::from_secs(30));
    Mock::given(method("GET")).respond_with(slow).mount(&server).await;
    let bench = Bench::new();
    let add = AddKey { provider: at(&server), name: "Work".into(), draft: Some(bench.draft(CANARY)), tested: None };
    let key = bench.keystead.add_key(&add).expect("saved");
    let keystead = bench.keystead.clone();
    let id = key.id.clone();
    let running =
        tokio::spawn(async move { keystead.test_key(TestKey { id, run: "slow".into(), ..TestKey::default() }).await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    bench.keystead.cancel_test("slow");
    let ended =
        tokio::time::timeout(std::time::Duration::from_secs(5), running).await.expect("at once").expect("no panic");
    assert_eq!(ended.expect_err("cancelled").code, Code::Cancelled);
    assert_eq!(bench.keystead.find_key(&key.id).expect("there").last_test, None);
}

/// A database of the version before, with a tested key in it.
#[test]
fn the_last_tests_of_an_older_version_are_shown() {
    let home = tempfile::tempdir().expect("a folder");
    let db = common::database_before(home.path(), "0012_stamp.sql");
    let ollama = Catalog::builtin().get(&"ollama".parse().expect("a slug")).expect("known");
    let report = TestReport::without_request(ollama, Outcome::Connected, Stage::Account, None, 1);
    let id = uuid::Uuid::new_v4().to_string();
    db.execute(
        "INSERT INTO key (id, provider, name, name_folded, source, created_at, updated_at)
         VALUES (?1, 'ollama', 'Box', 'box', 'none', 1, 1)",
        [&id],
    )
    .expect("written");
    db.execute(
        "INSERT INTO test_result (key, basis, report, at) VALUES (?1, ?2, ?3, 1)",
        (&id, format!("{} v0", ollama.base_url), serde_json::to_string(&report).expect("JSON")),
    )
    .expect("written");
    drop(db);
    let keystead = common::open(home.path(), &keystead_core::vault::fault::Memory::new());
    let all = keystead.providers().expect("read");
    let key = all.iter().flat_map(|one| &one.keys).next().expect("there");
    assert_eq!(key.last_test.as_deref(), Some(&report));
}
