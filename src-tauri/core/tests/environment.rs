//! Keys in environment variables: referred to, found, tested, adopted, and bound like any other.

mod common;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use common::{Bench, CANARY, contains, existing, text};
use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{
        AddKey, AdoptVariable, EditNetwork, EditProvider, KeySource, KeyState, KeyView, ProviderRef, RenameKey,
        ReplaceKey, TestDraft, TestKey,
    },
    probe::{Cause, Outcome, Prober, TestReport},
    vault::{VaultState, Vaults},
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

/// An environment that a test sets and unsets as it goes.
#[derive(Clone, Default)]
struct Variables(Arc<Mutex<BTreeMap<String, String>>>);

impl Variables {
    fn set(&self, name: &str, value: &str) {
        self.0.lock().expect("whole").insert(name.into(), value.into());
    }

    fn unset(&self, name: &str) {
        self.0.lock().expect("whole").remove(name);
    }

    fn of(&self, keystead: Keystead) -> Keystead {
        let own = self.clone();
        keystead.with_environment(Arc::new(move |name| own.0.lock().expect("whole").get(name).cloned()))
    }
}

fn bench() -> (Bench, Variables) {
    let variables = Variables::default();
    let mut bench = Bench::new();
    bench.keystead = variables.of(bench.keystead);
    (bench, variables)
}

async fn server(good: &str) -> MockServer {
    let server = MockServer::start().await;
    let models = serde_json::json!({ "object": "list", "data": [] });
    Mock::given(method("GET"))
        .and(path("/v1/models"))
        .and(header("authorization", format!("Bearer {good}")))
        .respond_with(ResponseTemplate::new(200).set_body_json(models))
        .with_priority(1)
        .mount(&server)
        .await;
    let wrong = serde_json::json!({ "error": { "message": "Incorrect API key", "code": "invalid_api_key" } });
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

fn add(bench: &Bench, provider: ProviderRef, name: &str, text: &str) -> Result<KeyView, Error> {
    let draft = Some(bench.draft(text));
    bench.keystead.add_key(&AddKey { provider, name: name.into(), draft, tested: None })
}

async fn test(bench: &Bench, id: &str) -> TestReport {
    bench.keystead.test_key(TestKey { id: id.into(), run: "r".into(), ..TestKey::default() }).await.expect("a report")
}

fn ambient(bench: &Bench, provider: &str) -> Vec<Arc<KeyView>> {
    bench.keystead.provider(&provider.parse().expect("a slug")).expect("there").ambient
}

fn adopt(bench: &Bench, id: &str, name: &str) -> Result<KeyView, Error> {
    bench.keystead.adopt_variable(&AdoptVariable { id: id.into(), name: name.into() })
}

#[tokio::test]
async fn a_reference_is_saved_by_name_and_resolved_when_it_is_used() {
    let server = server(CANARY).await;
    let (bench, variables) = bench();
    let key = add(&bench, at(&server), "", "env.WORK_OPENAI").expect("saved");
    assert_eq!((key.name.as_str(), key.source, key.hint.as_ref()), ("Environment", KeySource::Env, None));
    let variable = key.variable.clone().expect("a variable");
    assert_eq!((variable.name.as_str(), variable.set), ("WORK_OPENAI", false));
    assert_eq!(bench.vault.entries().len(), 0, "nothing of it is in a vault");

    let report = test(&bench, &key.id).await;
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::VariableUnset)));
    assert_eq!(report.detail.as_deref(), Some("WORK_OPENAI"));
    assert_eq!(server.received_requests().await.expect("recorded").len(), 0);

    variables.set("WORK_OPENAI", CANARY);
    assert_eq!(test(&bench, &key.id).await.outcome, Outcome::Connected);
    variables.set("WORK_OPENAI", &text(1));
    assert_eq!(test(&bench, &key.id).await.outcome, Outcome::InvalidKey, "read anew at each use");
    variables.set("WORK_OPENAI", "sk-…9xQ2");
    let report = test(&bench, &key.id).await;
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::VariableUnusable)));

    variables.unset("WORK_OPENAI");
    test(&bench, &key.id).await;
    let now = bench.keystead.find_key("openai/environment").expect("there");
    assert_eq!(now.last_test.map(|r| r.outcome), Some(Outcome::InvalidKey), "what the provider said last still holds");
    assert!(now.variable.is_some_and(|v| !v.set));
}

#[tokio::test]
async fn no_file_and_no_view_holds_anything_of_a_value() {
    let server = server(CANARY).await;
    let (bench, variables) = bench();
    variables.set("OPENAI_API_KEY", CANARY);
    variables.set("WORK_OPENAI", CANARY);
    let key = add(&bench, at(&server), "", "$WORK_OPENAI").expect("saved");
    test(&bench, &key.id).await;
    let shown = serde_json::to_string(&bench.keystead.providers().expect("listed")).expect("JSON");
    assert!(!shown.contains("Canary") && !shown.contains("WXYZ"), "no hint of a value either");
    for file in std::fs::read_dir(bench.home.path()).expect("a folder") {
        let bytes = std::fs::read(file.expect("an entry").path()).expect("a file");
        assert!(!contains(&bytes, b"CanaryT3Blbk") && !contains(&bytes, b"WXYZ"));
    }
}

#[tokio::test]
async fn a_draft_that_is_a_reference_is_tested_before_it_is_saved_and_its_report_kept() {
    let server = server(CANARY).await;
    let (bench, variables) = bench();
    variables.set("WORK_OPENAI", CANARY);
    let draft = bench.keystead.draft(&b"env.WORK_OPENAI".to_vec().into()).expect("a reference");
    assert_eq!((draft.hint, draft.reference.map(|v| v.set)), (None, Some(true)));
    assert_eq!(draft.fits.first().map(ToString::to_string).as_deref(), Some("openai"), "by its value's shape");
    let run = || "one".to_owned();
    let req = TestDraft { provider: at(&server), draft: Some(draft.id.clone()), run: run() };
    assert_eq!(bench.keystead.test_draft(req).await.expect("tested").outcome, Outcome::Connected);
    let req = AddKey { provider: at(&server), name: String::new(), draft: Some(draft.id.clone()), tested: Some(run()) };
    let key = bench.keystead.add_key(&req).expect("saved");
    assert_eq!(key.last_test.map(|r| r.outcome), Some(Outcome::Connected));
    assert_eq!(bench.keystead.add_key(&req).expect_err("used up").code, Code::DraftGone);
    variables.unset("WORK_OPENAI");
    let draft = Some(bench.draft("env.WORK_OPENAI"));
    let report = bench.keystead.test_draft(TestDraft { provider: existing("openai"), draft, run: run() }).await;
    assert_eq!(report.expect("a report").cause, Some(Cause::VariableUnset));
}

#[test]
fn a_reference_is_no_secret_and_never_becomes_one() {
    let (bench, variables) = bench();
    let refused = bench.keystead.draft(&b"env.MY-KEY".to_vec().into()).expect_err("no variable's name");
    assert_eq!((refused.code, refused.field), (Code::VariableInvalid, Some(Field::Secret)));
    let key = add(&bench, existing("openai"), "Env", "env.WORK_OPENAI").expect("saved");
    let same = add(&bench, existing("openai"), "Twice", "env.WORK_OPENAI").expect_err("the same variable");
    assert_eq!((same.code, same.field), (Code::SecretDuplicate, Some(Field::Secret)));
    assert!(same.message.contains("'Env'"));
    variables.set("WORK_OPENAI", CANARY);
    let refused = bench.secret_of(&key).expect_err("no copy is kept");
    assert_eq!(refused.code, Code::InVariable);
    assert!(refused.message.contains("WORK_OPENAI") && !refused.message.contains("Canary"));
    let saved = bench.add("openai", "Saved", &text(1));
    let draft = bench.draft("env.OTHER");
    let refused = bench.keystead.replace_key(&ReplaceKey { id: saved.id.clone(), draft, tested: None });
    assert_eq!(refused.expect_err("a vault's key stays one").code, Code::SecretReference);
    assert_eq!(bench.secret_of(&saved).expect("kept"), text(1));
}

#[test]
fn a_reference_survives_a_restart_and_a_locked_vault_and_is_renamed_and_removed_like_any_key() {
    let (bench, variables) = bench();
    bench.vault.set_state(VaultState::NoProvider);
    let key = add(&bench, existing("openai"), "Env", "env.WORK_OPENAI").expect("needs no vault");
    let mut bench = bench.restart();
    bench.keystead = variables.of(bench.keystead);
    bench.keystead.rename_key(&RenameKey { id: key.id.clone(), name: "Shell".into() }).expect("renamed");
    let key = bench.keystead.find_key("openai/shell").expect("there");
    assert_eq!(
        (key.source, key.state, key.bound_to.as_deref()),
        (KeySource::Env, KeyState::Active, Some("https://api.openai.com"))
    );
    bench.keystead.remove_key(&key.id).expect("removed");
    assert_eq!(bench.names("openai"), [""; 0]);
}

#[tokio::test]
async fn a_value_goes_only_to_the_host_it_was_confirmed_for() {
    let old = server(CANARY).await;
    let new = server(CANARY).await;
    let (bench, variables) = bench();
    variables.set("WORK_OPENAI", CANARY);
    let key = add(&bench, at(&old), "", "env.WORK_OPENAI").expect("saved");
    let id = "openai".parse().expect("a slug");
    let base_url = Some(Some(format!("{}/v1", new.uri())));
    bench.keystead.edit_provider(&EditProvider { id, name: None, base_url }).expect("edited");
    let report = test(&bench, &key.id).await;
    assert_eq!((report.outcome, report.cause), (Outcome::NotConfigured, Some(Cause::Origin)));
    assert_eq!(new.received_requests().await.expect("recorded").len(), 0);
    assert_eq!(adopt(&bench, &key.id, "").expect_err("not for this host").code, Code::OriginNotAllowed);
    let confirmed = bench.keystead.confirm_variable(&key.id).expect("confirmed");
    assert_eq!(confirmed.bound_to.as_deref(), Some(new.uri().as_str()));
    assert_eq!(test(&bench, &key.id).await.outcome, Outcome::Connected);
}

#[test]
fn what_is_found_in_the_environment_is_shown_by_name_and_is_no_row() {
    let (bench, variables) = bench();
    assert!(bench.keystead.providers().expect("listed").iter().all(|p| p.ambient.is_empty()));
    variables.set("OPENAI_API_KEY", CANARY);
    variables.set("GITHUB_TOKEN", "ghp_0123456789abcdefghijklmnopqrstuvwxyz");
    variables.set("GROQ_API_KEY", "  ");
    variables.set("API_KEY", CANARY);
    let all = bench.keystead.providers().expect("listed");
    let found: Vec<_> = all.iter().flat_map(|p| &p.ambient).map(|k| k.id.as_str()).collect();
    assert_eq!(found, ["openai/env.OPENAI_API_KEY"], "of general names the catalogue is not sure");
    let key = &ambient(&bench, "openai")[0];
    assert_eq!((key.source, key.ambient, key.hint.as_ref()), (KeySource::Env, true, None));
    assert_eq!(bench.keystead.find_key("openai/env.OPENAI_API_KEY").expect("by its name").id, key.id);
    assert_eq!(bench.keystead.find_key("openai").expect("the only one").id, key.id);
    for failed in [
        bench.keystead.rename_key(&RenameKey { id: key.id.clone(), name: "X".into() }).map(drop),
        bench.keystead.remove_key(&key.id),
        bench.keystead.confirm_variable(&key.id).map(drop),
    ] {
        assert_eq!(failed.expect_err("read-only").code, Code::KeyNotFound);
    }
    add(&bench, existing("openai"), "", "env.OPENAI_API_KEY").expect("saved");
    assert!(ambient(&bench, "openai").is_empty(), "a row stands for it now");
}

#[test]
fn what_is_found_belongs_to_the_provider_s_own_host_alone() {
    let (bench, variables) = bench();
    variables.set("OPENAI_API_KEY", CANARY);
    let move_to = |base_url: Option<&str>| {
        let req = EditProvider {
            id: "openai".parse().expect("a slug"),
            name: None,
            base_url: Some(base_url.map(Into::into)),
        };
        bench.keystead.edit_provider(&req).expect("edited")
    };
    assert!(move_to(Some("https://llm.example/v1")).ambient.is_empty());
    assert_eq!(adopt(&bench, "openai/env.OPENAI_API_KEY", "").expect_err("not there").code, Code::KeyNotFound);
    assert_eq!(move_to(None).ambient.len(), 1);
}

#[tokio::test]
async fn a_test_of_what_is_found_goes_to_the_provider_and_is_remembered_for_this_process() {
    // The way to the real host is barred by a proxy that lets nobody through: what matters is where it wanted to go.
    let proxy = MockServer::start().await;
    Mock::given(method("CONNECT")).respond_with(ResponseTemplate::new(403)).mount(&proxy).await;
    let home = tempfile::tempdir().expect("a folder");
    let vaults = Vaults::new(Arc::new(keystead_core::vault::fault::Memory::new()), home.path());
    let keystead = Keystead::open_with(home.path(), vaults, Prober::new(), || 1_900_000_000_000).expect("opens");
    let through = EditNetwork { proxy: Some(proxy.uri()), ..EditNetwork::default() };
    keystead.edit_network(&through).expect("chosen");
    let variables = Variables::default();
    variables.set("OPENAI_API_KEY", CANARY);
    let keystead = variables.of(keystead);
    let id = "openai/env.OPENAI_API_KEY".to_owned();
    let report =
        keystead.test_key(TestKey { id: id.clone(), run: "r".into(), ..TestKey::default() }).await.expect("a report");
    assert_eq!((report.outcome, report.url.as_str()), (Outcome::Unreachable, "https://api.openai.com/v1/models"));
    assert_eq!(keystead.find_key(&id).expect("there").last_test, Some(report.into()));
    variables.unset("OPENAI_API_KEY");
    let gone =
        keystead.test_key(TestKey { id, run: "r".into(), ..TestKey::default() }).await.expect_err("nothing to test");
    assert_eq!(gone.code, Code::KeyNotFound);
}

#[test]
fn a_key_that_is_found_is_adopted_into_the_vault_once() {
    let (bench, variables) = bench();
    variables.set("OPENAI_API_KEY", &format!("\"{CANARY}\"\n"));
    let id = "openai/env.OPENAI_API_KEY";
    assert!(bench.keystead.known_variables().expect("none").is_empty());
    let key = adopt(&bench, id, "").expect("adopted");
    assert_eq!((key.name.as_str(), key.source, key.variable.as_ref()), ("Default", KeySource::Vault, None));
    assert_eq!(key.hint.as_ref().map(ToString::to_string).as_deref(), Some("sk-proj-…WXYZ"));
    assert_eq!(bench.secret_of(&key).expect("there"), CANARY);
    let known = bench.keystead.known_variables().expect("asked");
    assert_eq!(known.len(), 1);
    assert_eq!((known[0].variable.as_str(), known[0].saved_as.id.as_str()), ("OPENAI_API_KEY", key.id.as_str()));
    let twice = adopt(&bench, id, "Again").expect_err("saved already");
    assert_eq!(twice.code, Code::SecretDuplicate);
    assert!(twice.message.contains("OpenAI / Default"), "{}", twice.message);
    bench.vault.set_state(VaultState::Locked);
    assert!(bench.keystead.known_variables().expect("no error").is_empty(), "who cannot be asked says nothing");
    variables.set("OPENAI_API_KEY", &text(5));
    assert_eq!(adopt(&bench, id, "Other").expect_err("locked").code, Code::VaultLocked);
    assert_eq!(bench.names("openai"), ["Default"], "nothing half done");
}

#[test]
fn a_key_that_refers_to_a_variable_is_adopted_in_its_place() {
    let (bench, variables) = bench();
    let key = add(&bench, existing("openai"), "Shell", "env.WORK_OPENAI").expect("saved");
    let unset = adopt(&bench, &key.id, "").expect_err("unset");
    assert_eq!(unset.code, Code::VariableUnset);
    assert!(unset.message.contains("WORK_OPENAI"));
    variables.set("WORK_OPENAI", CANARY);
    let adopted = adopt(&bench, &key.id, "").expect("adopted");
    assert_eq!(
        (adopted.id.as_str(), adopted.name.as_str(), adopted.source),
        (key.id.as_str(), "Shell", KeySource::Vault)
    );
    let bench = bench.restart();
    assert_eq!(bench.secret_of(&adopted).expect("there"), CANARY);
}

#[test]
fn a_key_that_refers_to_a_variable_is_replaced_by_another_or_by_a_text() {
    let (bench, _) = bench();
    let key = add(&bench, existing("openai"), "Shell", "env.ONE").expect("saved");
    let replace = |text: &str| {
        let req = ReplaceKey { id: key.id.clone(), draft: bench.draft(text), tested: None };
        bench.keystead.replace_key(&req).expect("replaced")
    };
    assert_eq!(replace("env.TWO").variable.map(|v| v.name.to_string()).as_deref(), Some("TWO"));
    let saved = replace(CANARY);
    assert_eq!((saved.source, saved.variable.as_ref()), (KeySource::Vault, None));
    assert_eq!(bench.secret_of(&saved).expect("there"), CANARY);
}

#[test]
fn a_database_from_before_is_taken_over_with_its_keys() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    let db = rusqlite::Connection::open(bench.home.path().join("keystead.db")).expect("opens");
    db.execute_batch(
        "PRAGMA foreign_keys = OFF; DROP TRIGGER key_version; DROP INDEX key_name;
         ALTER TABLE key DROP COLUMN workspace; ALTER TABLE key DROP COLUMN description; ALTER TABLE key DROP COLUMN weight;
         ALTER TABLE key DROP COLUMN tier; ALTER TABLE key DROP COLUMN position; ALTER TABLE key DROP COLUMN batch;
         ALTER TABLE key DROP COLUMN models; ALTER TABLE key DROP COLUMN blocked; ALTER TABLE key DROP COLUMN aliases;
         ALTER TABLE key DROP COLUMN expires_on; ALTER TABLE key DROP COLUMN required; ALTER TABLE key DROP COLUMN byok_only;
         ALTER TABLE key DROP COLUMN zdr; ALTER TABLE key DROP COLUMN callers; ALTER TABLE key DROP COLUMN users;
         ALTER TABLE key DROP COLUMN version;
         DROP TABLE event; DROP TABLE key_limit; DROP TABLE assignment; DROP TABLE task; DROP TABLE workspace;
         CREATE UNIQUE INDEX key_name ON key (provider, name_folded) WHERE deleted_at IS NULL;
         ALTER TABLE key DROP COLUMN env; ALTER TABLE key DROP COLUMN env_origins; ALTER TABLE key DROP COLUMN config;
         ALTER TABLE provider DROP COLUMN dialect; ALTER TABLE provider DROP COLUMN urls;
         ALTER TABLE provider DROP COLUMN headers; ALTER TABLE provider DROP COLUMN configuration;
         ALTER TABLE provider DROP COLUMN models; ALTER TABLE provider DROP COLUMN revision;
         DROP TABLE network; DROP TABLE consent; DROP TABLE model; DROP TABLE model_list;
         DROP TABLE messenger; DROP TABLE message; DROP INDEX test_result_stamp;
         ALTER TABLE test_result DROP COLUMN stamp; PRAGMA user_version = 3;",
    )
    .expect("as it was");
    drop(db);
    let bench = bench.restart();
    assert_eq!(bench.secret_of(&key).expect("there"), CANARY);
    assert_eq!(bench.keystead.find_key("openai/work").expect("there").source, KeySource::Vault);
}
