//! Everything a user does, in every state the keychain can be in: what comes of it, in one table. No prompt appears before
//! the user asks for one.

use std::{
    env,
    panic::catch_unwind,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use keystead_core::{
    Code, Keystead, Result,
    keystead::{AddKey, KeyView, ProviderRef, RenameKey, ReplaceKey, TestKey},
    vault::{Vault, VaultState, fault::Memory, keychain::Keychain},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};
use zeroize::Zeroizing;

use crate::{
    gate::{self, Gate},
    keyring,
    prompts::{is_prompter_running, press, prompts},
    session::within_set,
};

/// The deadline of a call, and what a busy machine may add.
const AT_MOST: Duration = Duration::from_millis(5500);
/// What the user has to answer a prompt here.
const PROMPT: Duration = Duration::from_secs(3);
const STATE: &str = "KEYSTEAD_TEST_STATE";
/// Some wait for seconds, others work: not more than a small machine can do.
const AT_ONCE: usize = 4;

const FLOWS: [&str; 12] = [
    "list",
    "add",
    "draft",
    "test",
    "copy",
    "rename",
    "replace",
    "remove",
    "check storage",
    "prove",
    "doctor",
    "unlock",
];

/// A state, the session it begins with, and what each of [`FLOWS`] comes to.
type Row = (&'static str, &'static str, [&'static str; 12]);

#[rustfmt::skip]
const TABLE: [Row; 8] = [
    ("unlocked",    "unlocked", ["3 keys", "saved",             "duplicate", "Connected",        "the key",           "done", "done",              "done", "3 there",           "proved",            "Ready",        "done"]),
    ("locked",      "locked",   ["3 keys", "VaultLocked",       "unchecked", "VaultUnavailable", "VaultLocked",       "done", "VaultLocked",       "done", "VaultLocked",       "VaultLocked",       "Locked",       "VaultDenied"]),
    ("locked-cold", "unlocked", ["3 keys", "VaultLocked",       "unchecked", "VaultUnavailable", "VaultLocked",       "done", "VaultLocked",       "done", "VaultLocked",       "VaultLocked",       "Locked",       "VaultDenied"]),
    ("fresh",       "fresh",    ["3 keys", "VaultNoCollection", "unchecked", "VaultUnavailable", "VaultNoCollection", "done", "VaultNoCollection", "done", "VaultNoCollection", "VaultNoCollection", "NoCollection", "VaultDenied"]),
    ("none",        "none",     ["3 keys", "VaultNoProvider",   "unchecked", "VaultUnavailable", "VaultNoProvider",   "done", "VaultNoProvider",   "done", "VaultNoProvider",   "VaultNoProvider",   "NoProvider",   "VaultNoProvider"]),
    ("nobus",       "nobus",    ["3 keys", "VaultNoBus",        "unchecked", "VaultUnavailable", "VaultNoBus",        "done", "VaultNoBus",        "done", "VaultNoBus",        "VaultNoBus",        "NoBus",        "VaultNoBus"]),
    ("hung",        "unlocked", ["3 keys", "VaultUnresponsive", "unchecked", "VaultUnavailable", "VaultUnresponsive", "done", "VaultUnresponsive", "done", "VaultUnresponsive", "VaultUnresponsive", "Unresponsive", "VaultUnresponsive"]),
    // Another prompt stands open all the time, and nobody answers it.
    ("prompt",      "locked",   ["3 keys", "VaultLocked",       "unchecked", "VaultUnavailable", "VaultLocked",       "done", "VaultLocked",       "done", "VaultLocked",       "VaultLocked",       "Locked",       "VaultDenied"]),
];

#[test]
fn every_flow_in_every_state_comes_to_what_it_should_and_no_prompt_appears_unasked() {
    let run = |row: &Row| {
        let settings = [("KEYRING_DISPLAY", "virtual"), (STATE, row.0)];
        within_set(row.1, &settings, || {
            let state = env::var(STATE).expect("set");
            flows(TABLE.iter().find(|row| row.0 == state).expect("a row"));
        });
    };
    if let Ok(state) = env::var(STATE) {
        return run(TABLE.iter().find(|row| row.0 == state).expect("a row"));
    }
    let gate = Gate::new("R4", "GNOME Keyring, user flows");
    let rows: Vec<&Row> = TABLE.iter().step_by(gate::size(2, 1)).collect();
    let (waiting, failures) = (Mutex::new(rows.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(row) = waiting.lock().unwrap_or_else(PoisonError::into_inner).next() else { return };
                    if let Err(why) = catch_unwind(|| run(row)) {
                        let why = why.downcast::<String>().map_or_else(|_| String::new(), |text| *text);
                        failures.lock().expect("no panic").push(format!("{}: {why}", row.0));
                    }
                }
            });
        }
    });
    gate.done(rows.len() * FLOWS.len(), &failures.into_inner().expect("no panic"), "flows");
}

/// The user's data, and a provider that knows the key.
struct Desk {
    home: TempDir,
    runtime: Runtime,
    server: MockServer,
}

impl Desk {
    fn new() -> Self {
        let runtime = Runtime::new().expect("threads");
        let server = runtime.block_on(MockServer::start());
        let models = serde_json::json!({ "object": "list", "data": [] });
        let known = Mock::given(path("/v1/models"))
            .and(wiremock::matchers::header("authorization", format!("Bearer {}", text("Work"))))
            .respond_with(ResponseTemplate::new(200).set_body_json(models));
        let others = Mock::given(path("/v1/models")).respond_with(ResponseTemplate::new(401)).with_priority(9);
        runtime.block_on(known.mount(&server));
        runtime.block_on(others.mount(&server));
        Self { home: tempfile::tempdir().expect("a folder"), runtime, server }
    }

    fn open(&self, keychain: Arc<dyn Vault>) -> Keystead {
        Keystead::open(self.home.path(), keychain).expect("opens")
    }

    fn add(&self, keystead: &Keystead, name: &str) -> Result<KeyView> {
        let base_url = Some(format!("{}/v1", self.server.uri()));
        let provider = ProviderRef::Existing { id: "openai".parse().expect("a slug"), base_url };
        let draft = Some(draft(keystead, &text(name))?);
        keystead.add_key(&AddKey { provider, name: name.into(), draft, tested: None })
    }
}

fn text(name: &str) -> String {
    format!("sk-proj-{name:~<8}T3BlbkFJ0123456789abcdefWXYZ")
}

fn draft(keystead: &Keystead, text: &str) -> Result<String> {
    keystead.draft(&Zeroizing::new(text.as_bytes().to_vec())).map(|draft| draft.id)
}

fn flows((state, _, expected): &Row) {
    let desk = Desk::new();
    let keys = saved(&desk, state);
    bring_about(state);
    let asked = *state == "prompt";
    if asked {
        thread::spawn(|| Keychain::new().unlock());
        keyring::wait_until(|| !prompts().is_empty());
    }
    let keystead = desk.open(Arc::new(Keychain::new().with_prompt_deadline(PROMPT)));
    let mut wrong = Vec::new();
    for (flow, expected) in FLOWS.iter().zip(expected) {
        if *flow == "unlock" && !asked {
            assert!(prompts().is_empty() && !is_prompter_running(), "a prompt appeared that nobody asked for");
        }
        let start = Instant::now();
        let outcome =
            go(&desk, &keystead, flow, &keys, *state == "fresh").unwrap_or_else(|error| format!("{:?}", error.code));
        let took = start.elapsed();
        if outcome != *expected || took > AT_MOST {
            wrong.push(format!("{flow}: {outcome} after {took:?}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Three keys, saved while all was well. Where this session cannot keep any, they are in another keychain.
fn saved(desk: &Desk, state: &str) -> [KeyView; 3] {
    let keychain: Arc<dyn Vault> = match state {
        "fresh" | "none" | "nobus" => Arc::new(Memory::new()),
        _ => Arc::new(Keychain::new()),
    };
    if matches!(state, "locked" | "prompt") {
        keyring::unlock();
    }
    let keystead = desk.open(keychain);
    ["Work", "Swap", "Spare"].map(|name| desk.add(&keystead, name).expect("saved"))
}

fn bring_about(state: &str) {
    match state {
        "locked" | "prompt" => keyring::lock(),
        // The next call makes the bus start another daemon, which nobody gives the password.
        "locked-cold" => keyring::signal("KILL", keyring::daemon()),
        "hung" => keyring::signal("STOP", keyring::daemon()),
        _ => {}
    }
}

fn go(desk: &Desk, keystead: &Keystead, flow: &str, [work, swap, spare]: &[KeyView; 3], fresh: bool) -> Result<String> {
    let done = |()| "done".to_owned();
    let id = |key: &KeyView| key.id.clone();
    Ok(match flow {
        "list" => format!("{} keys", keystead.providers()?.iter().map(|provider| provider.keys.len()).sum::<usize>()),
        "add" => desk.add(keystead, "New").map(|_| "saved".to_owned())?,
        "draft" => {
            let draft = keystead.draft(&Zeroizing::new(text("Work").into_bytes()))?;
            let told = if draft.duplicates_checked { "checked" } else { "unchecked" };
            draft.duplicate_of.map_or(told, |_| "duplicate").to_owned()
        }
        "test" => {
            let report = desk.runtime.block_on(keystead.test_key(TestKey {
                id: id(work),
                run: "1".into(),
                ..TestKey::default()
            }))?;
            format!("{:?}", report.outcome)
        }
        "copy" => {
            keystead.with_secret(&work.id, |key| if key == text("Work") { "the key" } else { "another" }.into())?
        }
        "rename" => keystead.rename_key(&RenameKey { id: id(work), name: "Main".into() }).map(|_| done(()))?,
        "replace" => {
            let draft = draft(keystead, &text("Newer"))?;
            keystead.replace_key(&ReplaceKey { id: id(swap), draft, tested: None }).map(|_| done(()))?
        }
        "remove" => keystead.remove_key(&spare.id).map(done)?,
        "check storage" => keystead.check_storage().map(|found| {
            assert!(found.missing.is_empty() && found.leftovers.is_empty(), "{found:?}");
            format!("{} there", found.present)
        })?,
        "prove" => keystead.prove_vault()?.proof.map_or("not proved", |_| "proved").to_owned(),
        "doctor" => format!("{:?}", keystead.doctor()?.vault.state),
        _ if fresh => keystead.create_keyring().map(|_| done(()))?,
        _ => keystead.unlock_vault().map(|_| done(()))?,
    })
}

#[test]
fn a_keyring_that_was_restarted_under_the_app_loses_nothing_and_asks_nobody() {
    within_set("unlocked", &[("KEYRING_DISPLAY", "virtual")], || {
        let desk = Desk::new();
        let keystead = desk.open(Arc::new(Keychain::new()));
        let key = desk.add(&keystead, "Work").expect("saved");
        keyring::restart();
        assert!(keystead.with_secret(&key.id, |secret| secret == text("Work")).expect("read"));
        desk.add(&keystead, "New").expect("saved");
        assert!(!is_prompter_running());
    });
}

#[test]
fn a_user_who_says_no_is_denied_and_nothing_else_changes() {
    within_set("locked", &[("KEYRING_DISPLAY", "virtual")], || {
        let desk = Desk::new();
        keyring::unlock();
        let keystead = desk.open(Arc::new(Keychain::new()));
        let key = desk.add(&keystead, "Work").expect("saved");
        keyring::lock();
        thread::scope(|scope| {
            let unlock = scope.spawn(|| keystead.unlock_vault());
            keyring::wait_until(|| !prompts().is_empty());
            press(&prompts()[0], "Escape");
            let refused = unlock.join().expect("no panic").expect_err("refused");
            assert_eq!(refused.code, Code::VaultDenied);
        });
        assert_eq!(keystead.vault_status().expect("a look").state, VaultState::Locked);
        keyring::unlock();
        assert!(keystead.with_secret(&key.id, |secret| secret == text("Work")).expect("read"));
    });
}

#[test]
fn keys_of_another_keychain_are_named_as_such_and_wait_for_it() {
    within_set("unlocked", &[("KEYRING_DISPLAY", "virtual")], || {
        let desk = Desk::new();
        let keystead = desk.open(Arc::new(Keychain::new()));
        let [work, spare] = ["Work", "Spare"].map(|name| desk.add(&keystead, name).expect("saved"));
        let login = keyring::default_collection();
        keyring::make_default(&keyring::create_collection("Other"));
        let code = |result: Result<()>| result.expect_err("refused").code;
        assert!(keystead.vault_status().expect("a look").other.is_some(), "the user is told");
        assert_eq!(code(keystead.with_secret(&work.id, |_| ())), Code::VaultOther);
        let new = desk.add(&keystead, "New").expect("new keys go where new things go");
        keystead.remove_key(&spare.id).expect("removed from the list");
        assert_eq!(keystead.vault_status().expect("a look").pending, 1, "its entry waits for its keychain");
        keyring::make_default(&login);
        assert!(keystead.with_secret(&work.id, |secret| secret == text("Work")).expect("read again"));
        assert_eq!(keystead.vault_status().expect("a look").pending, 0);
        assert_eq!(code(keystead.with_secret(&new.id, |_| ())), Code::VaultOther);
        assert!(!is_prompter_running());
    });
}
