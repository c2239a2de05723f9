//! The product's side of a case, in a process of its own.

use std::{
    fmt::Debug,
    io::{self, Write},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use keystead_core::{
    Keystead,
    keystead::{AddKey, KeyView, ProviderRef},
    vault::{EntryId, Vault, VaultError, keychain::Keychain},
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{filter::Targets, fmt::format::FmtSpan, layer::SubscriberExt, util::SubscriberInitExt};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    case::{BEGIN, Case, HEAL, WELL},
    expected,
    trouble::{CANARY, Operation, Trouble},
};

/// The product's own deadline, and what a busy machine may add.
const AT_MOST: Duration = Duration::from_millis(5500);
const OLD: &str = "sk-proj-OldAndKeptT3BlbkFJ0123456789abcdefMNOP";
const NEW: &str = "sk-proj-NewComerT3BlbkFJ0123456789abcdefUVWX";
const LABEL: &str = "Keystead: OpenAI Work";

/// What the product logs at its most talkative.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Said {
    /// As in the app: the libraries that handle keys and messages cannot be made to say more than warnings.
    fn listen() -> Self {
        let said = Self::default();
        let writer = said.clone();
        let levels = Targets::new()
            .with_default(LevelFilter::TRACE)
            .with_target("keyring_core", LevelFilter::OFF)
            .with_target("zbus", LevelFilter::WARN);
        let layer =
            tracing_subscriber::fmt::layer().with_span_events(FmtSpan::FULL).with_writer(move || writer.clone());
        tracing_subscriber::registry().with(layer).with(levels).init();
        said
    }

    fn note(&self, error: &(impl Debug + ToString)) {
        let _ = writeln!(self.clone(), "{error:?} {}", error.to_string());
    }

    fn keeps_secrets(&self) {
        let text = String::from_utf8_lossy(&self.0.lock().expect("no panic")).into_owned();
        assert!(text.contains("keystead_core"), "the product was not heard");
        for secret in [OLD, NEW, CANARY] {
            // A piece tells as much as the whole.
            let pieces = secret.as_bytes().windows(12).filter_map(|piece| std::str::from_utf8(piece).ok()).skip(8);
            for piece in pieces {
                assert!(!text.contains(piece), "said a piece of a secret");
            }
        }
    }
}

/// Runs the case; a panic says what is wrong.
pub(crate) fn run(case: &Case) {
    let said = Said::listen();
    let home = tempfile::tempdir().expect("a folder");
    let vault = Arc::new(Keychain::new());
    let keystead = Keystead::open(home.path(), vault.clone()).expect("opens");
    let key = add(&keystead, "Work", &draft(&keystead, OLD)).expect("saved while all is well");
    let entry = EntryId { secret: Uuid::new_v4(), version: 1 };
    if matches!(case.operation, Operation::Get | Operation::Delete | Operation::List) {
        vault.put(&entry, LABEL, OLD.as_bytes()).expect("a put");
    }
    let before = vault.list().expect("a list").len();
    let new = draft(&keystead, NEW);

    ask(BEGIN);
    let start = Instant::now();
    let outcome = match case.operation {
        Operation::Probe => format!("{:?}", vault.probe().state),
        Operation::Put => told(&said, vault.put(&entry, LABEL, NEW.as_bytes()), |()| "done".into()),
        Operation::Get => told(&said, vault.get(&entry), |bytes| {
            if bytes.is_some_and(|bytes| **bytes == *OLD.as_bytes()) { "kept" } else { "other bytes" }.into()
        }),
        Operation::Delete => told(&said, vault.delete(&entry), |()| "done".into()),
        Operation::List => told(&said, vault.list(), |found| (found.len() + 1 - before).to_string()),
        Operation::Add => match add(&keystead, "New", &new) {
            Ok(_) => "saved".into(),
            Err(error) => {
                said.note(&error);
                format!("{:?}", error.code)
            }
        },
    };
    let took = start.elapsed();
    assert_eq!(outcome, expected::outcome(case.trouble, case.operation));
    assert!(took <= AT_MOST, "took {took:?}");
    nothing_waits_for_the_hung(case, vault);
    ask(HEAL);
    nothing_is_lost(case, &outcome, &keystead, &key, &entry);
    said.keeps_secrets();
    eprintln!("{WELL}");
}

/// Tells the case, and goes on when it says so.
fn ask(what: &str) {
    eprintln!("{what}");
    io::stdin().read_line(&mut String::new()).expect("an answer");
}

fn draft(keystead: &Keystead, text: &str) -> String {
    keystead.draft(&Zeroizing::new(text.as_bytes().to_vec())).expect("a key").id
}

fn add(keystead: &Keystead, name: &str, draft: &str) -> keystead_core::Result<KeyView> {
    let provider = ProviderRef::Existing { id: "openai".parse().expect("a slug"), base_url: None };
    keystead.add_key(&AddKey { provider, name: name.into(), draft: Some(draft.into()), tested: None })
}

fn told<T>(said: &Said, result: Result<T, VaultError>, name: impl FnOnce(T) -> String) -> String {
    match result {
        Ok(value) => name(value),
        Err(error) => {
            said.note(&error);
            format!("{error:?}")
        }
    }
}

/// With calls under way that hang, letting go of the keychain takes no time; that the process ends is seen from outside.
fn nothing_waits_for_the_hung(case: &Case, vault: Arc<Keychain>) {
    if case.trouble != Trouble::Hang {
        return;
    }
    thread::spawn({
        let vault = Arc::clone(&vault);
        move || vault.probe()
    });
    let start = Instant::now();
    drop(vault);
    drop(Keychain::new());
    assert!(start.elapsed() < Duration::from_secs(1), "letting go took {:?}", start.elapsed());
}

/// With the service well again, whatever was acknowledged is there, to the letter, and nothing else counts.
fn nothing_is_lost(case: &Case, outcome: &str, keystead: &Keystead, key: &KeyView, entry: &EntryId) {
    let vault = Keychain::new();
    let fresh = |id: &EntryId| vault.get(id).expect("readable again").map(|bytes| bytes.to_vec());
    let held = match (case.operation, outcome) {
        (Operation::Put, "done") => Some(Some(NEW)),
        (Operation::Delete, "done") => Some(None),
        // It may still land.
        (Operation::Delete, "Unresponsive") => None,
        (Operation::Get | Operation::Delete | Operation::List, _) => Some(Some(OLD)),
        _ => None,
    };
    if let Some(held) = held {
        assert_eq!(fresh(entry).as_deref(), held.map(str::as_bytes), "the entry");
    }
    let openai = keystead.provider(&"openai".parse().expect("a slug")).expect("there");
    assert_eq!(openai.keys.len(), if outcome == "saved" { 2 } else { 1 }, "keys that are shown");
    for shown in &openai.keys {
        let text = if shown.id == key.id { OLD } else { NEW };
        let same = keystead.with_secret(&shown.id, |secret| secret == text);
        assert_eq!(same.as_ref().ok(), Some(&true), "{}: {same:?}", shown.name);
    }
    let check = keystead.check_storage().expect("the storage can be checked");
    assert_eq!((check.missing.len(), check.present as usize), (0, openai.keys.len()));
    if case.operation == Operation::Add {
        assert_eq!(check.leftovers.len(), 0, "what was not saved is known to the log");
    }
}
