//! Adding, renaming, replacing and removing keys, as a user sees it.

mod common;

use common::{Bench, CANARY, contains, existing, text};
use keystead_core::{
    Code, Field,
    keystead::{AddKey, EnableKey, KeySource, KeyState, ProviderRef, RenameKey, ReplaceKey},
    secret::Cleaned,
    vault::{VaultState, fault::Step},
};
use zeroize::Zeroizing;

#[test]
fn a_saved_key_is_there_after_a_restart_and_only_its_hint_is_shown() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    assert_eq!(key.hint.as_ref().map(ToString::to_string).as_deref(), Some("sk-proj-…WXYZ"));
    assert_eq!(key.bound_to.as_deref(), Some("https://api.openai.com"));
    assert_eq!(key.reference(), "keystead://openai/work");
    let bench = bench.restart();
    assert_eq!(bench.names("openai"), ["Work"]);
    assert_eq!(bench.secret_of(&key).expect("there"), CANARY);
}

#[test]
fn no_file_holds_the_secret() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    bench.keystead.rename_key(&RenameKey { id: key.id, name: "Other".into() }).expect("renamed");
    let mut files = 0;
    for entry in std::fs::read_dir(bench.home.path()).expect("a folder") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("a file");
        assert!(!contains(&bytes, b"CanaryT3Blbk"));
        files += 1;
    }
    assert!(files >= 2, "database and lock at least");
}

#[test]
fn several_keys_of_one_provider_have_distinct_names_whatever_the_case() {
    let bench = Bench::new();
    bench.add("openai", "Work", &text(1));
    let refused = bench.try_add("openai", "  wORK ", &text(2)).expect_err("taken");
    assert_eq!((refused.code, refused.field), (Code::NameTaken, Some(Field::Name)));
    bench.add("openai", "Größe", &text(3));
    assert_eq!(bench.try_add("openai", "GRÖSSE", &text(4)).map(|k| k.name).expect("another name"), "GRÖSSE");
    assert_eq!(bench.try_add("openai", "größe", &text(5)).expect_err("taken").code, Code::NameTaken);
    bench.add("anthropic", "Work", "sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(bench.add("openai", "", &text(6)).name, "Default");
    assert_eq!(bench.add("openai", " ", &text(7)).name, "Key 2");
    assert_eq!(bench.entries(), 6);
}

#[test]
fn bad_names_are_refused_at_the_name_and_the_draft_survives() {
    let bench = Bench::new();
    let draft = bench.draft(CANARY);
    let add = |name: &str| {
        let provider = existing("openai");
        bench.keystead.add_key(&AddKey { provider, name: name.into(), draft: Some(draft.clone()), tested: None })
    };
    for (name, code) in [("x".repeat(81), Code::NameTooLong), ("a\u{7}b".into(), Code::NameInvalid)] {
        let refused = add(&name).expect_err("refused");
        assert_eq!((refused.code, refused.field), (code, Some(Field::Name)));
    }
    assert_eq!(bench.vault.entries(), []);
    assert_eq!(add("Work").expect("the same draft").name, "Work");
    assert_eq!(add("Twice").expect_err("used up").code, Code::DraftGone);
}

#[test]
fn the_same_key_twice_is_refused_and_the_other_one_named() {
    let bench = Bench::new();
    bench.add("openai", "Work", CANARY);
    let refused = bench.try_add("openai", "Again", &format!("  \"{CANARY}\"\n")).expect_err("duplicate");
    assert_eq!((refused.code, refused.field), (Code::SecretDuplicate, Some(Field::Secret)));
    assert!(refused.message.contains("OpenAI / Work"), "{}", refused.message);
    let view = bench.keystead.draft(&Zeroizing::new(CANARY.into())).expect("a key");
    let duplicate = view.duplicate_of.expect("told before saving");
    assert_eq!((duplicate.provider.as_str(), duplicate.name.as_str()), ("OpenAI", "Work"));
    assert_eq!(bench.entries(), 1);
    // At another provider it may be a gateway's key: told, not refused.
    bench.add("openrouter", "Gateway", CANARY);
}

#[test]
fn a_draft_that_was_looked_up_is_saved_without_asking_the_vault_for_its_fingerprint_again() {
    let bench = Bench::new();
    bench.add("openai", "One", &text(1));
    let draft = bench.draft(&text(2));
    let before = bench.vault.calls().len();
    let add = AddKey { provider: existing("openai"), name: "Two".into(), draft: Some(draft), tested: None };
    bench.keystead.add_key(&add).expect("saved");
    let steps: Vec<_> = bench.vault.calls()[before..].iter().map(|call| call.step).collect();
    assert_eq!(steps.iter().filter(|step| **step == Step::Get).count(), 1, "it is read back: {steps:?}");
    assert_eq!(bench.try_add("openai", "Three", &text(2)).expect_err("known").code, Code::SecretDuplicate);
    // Saved meanwhile, between its look-up and its save.
    let (one, other) = (bench.draft(&text(3)), bench.draft(&text(3)));
    let add = |draft| AddKey { provider: existing("openai"), name: String::new(), draft: Some(draft), tested: None };
    bench.keystead.add_key(&add(one)).expect("saved");
    assert_eq!(bench.keystead.add_key(&add(other)).expect_err("known by now").code, Code::SecretDuplicate);
}

#[test]
fn a_draft_says_what_was_cleaned_and_whose_it_looks_like() {
    let bench = Bench::new();
    let pasted = format!("export OPENAI_API_KEY='{CANARY}'\n");
    let view = bench.keystead.draft(&Zeroizing::new(pasted.into_bytes())).expect("a key");
    assert_eq!(view.cleaned, [Cleaned::Whitespace, Cleaned::Assignment, Cleaned::Quotes]);
    assert_eq!(view.fits.first().map(ToString::to_string).as_deref(), Some("openai"));
    assert!(view.duplicates_checked);
    bench.keystead.discard_draft(&view.id);
    let provider = existing("openai");
    let add = AddKey { provider, name: String::new(), draft: Some(view.id), tested: None };
    assert_eq!(bench.keystead.add_key(&add).expect_err("wiped").code, Code::DraftGone);
}

#[test]
fn a_replaced_key_keeps_its_name_and_leaves_no_old_entry() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    let draft = bench.draft(&text(2));
    let after = bench.keystead.replace_key(&ReplaceKey { id: key.id.clone(), draft, tested: None }).expect("replaced");
    assert_eq!((after.id, after.name), (key.id.clone(), key.name.clone()));
    assert!(after.rotated_at.is_some());
    assert_eq!(bench.secret_of(&key).expect("there"), text(2));
    assert_eq!(bench.entries(), 1);
    let same = bench.draft(&text(2));
    let refused = bench.keystead.replace_key(&ReplaceKey { id: key.id, draft: same, tested: None });
    assert_eq!(refused.expect_err("the same key").code, Code::SecretDuplicate);
}

#[test]
fn a_removed_key_leaves_no_entry_and_frees_its_name() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    bench.keystead.remove_key(&key.id).expect("removed");
    assert_eq!((bench.names("openai").len(), bench.entries()), (0, 0));
    assert_eq!(bench.secret_of(&key).expect_err("gone").code, Code::KeyNotFound);
    assert_eq!(bench.keystead.remove_key(&key.id).expect_err("gone").code, Code::KeyNotFound);
    bench.add("openai", "Work", CANARY);
}

#[test]
fn a_key_removed_while_locked_is_shown_as_leaving_and_goes_at_the_unlock() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    bench.vault.set_state(VaultState::Locked);
    bench.keystead.remove_key(&key.id).expect("noted");
    let provider = bench.keystead.provider(&"openai".parse().expect("a slug")).expect("there");
    assert_eq!(provider.keys[0].state, KeyState::Removing);
    assert_eq!(bench.entries(), 1);
    let view = bench.keystead.unlock_vault().expect("unlocked");
    assert_eq!((view.pending, bench.entries()), (0, 0));
    assert_eq!(bench.names("openai").len(), 0);
}

#[test]
fn a_locked_vault_saves_nothing_and_says_so() {
    let bench = Bench::new();
    bench.vault.set_state(VaultState::Locked);
    assert_eq!(bench.try_add("openai", "Work", CANARY).expect_err("locked").code, Code::VaultLocked);
    assert_eq!(bench.names("openai").len(), 0);
    assert_eq!(bench.keystead.vault_status().expect("status").pending, 0);
}

#[test]
fn a_custom_provider_comes_with_its_first_key_or_not_at_all() {
    let bench = Bench::new();
    let custom = |name: &str, base_url: &str| ProviderRef::Custom {
        name: name.into(),
        base_url: base_url.into(),
        dialect: None,
    };
    let add = |provider, draft| bench.keystead.add_key(&AddKey { provider, name: String::new(), draft, tested: None });
    let refused = add(custom("My box", "http://example.com/v1"), Some(bench.draft(CANARY))).expect_err("refused");
    assert_eq!((refused.code, refused.field), (Code::UrlPlainHttp, Some(Field::BaseUrl)));
    bench.vault.set_state(VaultState::Locked);
    assert!(add(custom("My box", "https://box.example/v1"), Some(bench.draft(CANARY))).is_err());
    bench.vault.set_state(VaultState::Ready);
    assert!(bench.keystead.provider(&"my-box".parse().expect("a slug")).is_err(), "nothing stored half");
    let key = add(custom("My box", "https://box.example/v1"), Some(bench.draft(CANARY))).expect("saved");
    assert_eq!((key.provider.as_str(), key.bound_to.as_deref()), ("my-box", Some("https://box.example")));
    let refused = add(custom("my BOX", "https://other.example/v1"), None).expect_err("taken");
    assert_eq!((refused.code, refused.field), (Code::NameTaken, Some(Field::Name)));
    assert_eq!(add(custom("OpenAI", "https://other.example/v1"), None).expect_err("taken").code, Code::NameTaken);
    let keyless = add(custom("My box!", "http://127.0.0.1:8080/v1"), None).expect("keyless");
    assert_eq!((keyless.provider.as_str(), keyless.source), ("my-box-2", KeySource::None));
    bench.keystead.remove_provider(&"my-box".parse().expect("a slug")).expect("removed");
    assert_eq!(bench.entries(), 0);
}

#[test]
fn a_keyless_entry_is_only_for_who_can_do_without() {
    let bench = Bench::new();
    let keyless = |id: &str| {
        bench.keystead.add_key(&AddKey { provider: existing(id), name: String::new(), draft: None, tested: None })
    };
    let refused = keyless("openai").expect_err("needs a key");
    assert_eq!((refused.code, refused.field), (Code::KeyRequired, Some(Field::Secret)));
    let key = keyless("ollama").expect("saved");
    assert_eq!((key.name.as_str(), key.hint, bench.entries()), ("Local server", None, 0));
    assert_eq!(bench.keystead.with_secret(&key.id, |_| ()).expect_err("none").code, Code::SecretMissing);
}

#[test]
fn keys_are_found_by_what_people_type() {
    let bench = Bench::new();
    let work = bench.add("openai", "Work (EU)", &text(1));
    assert_eq!(work.reference(), "keystead://openai/work%20%28eu%29");
    for reference in [&work.id, "openai", "openai/WORK (eu)", "keystead://openai/work%20%28eu%29"] {
        assert_eq!(bench.keystead.find_key(reference).expect(reference).id, work.id);
    }
    bench.add("openai", "Other", &text(2));
    assert_eq!(bench.keystead.find_key("openai").expect_err("two").code, Code::KeyAmbiguous);
    assert_eq!(bench.keystead.find_key("openai/nope").expect_err("none").code, Code::KeyNotFound);
    assert_eq!(bench.keystead.find_key("nobody/x").expect_err("none").code, Code::ProviderNotFound);
}

#[test]
fn a_key_can_be_switched_off_and_on() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    for enabled in [false, true] {
        let req = EnableKey { id: key.id.clone(), enabled };
        assert_eq!(bench.keystead.enable_key(&req).expect("switched").enabled, enabled);
    }
}

/// Each of them ends after ten minutes; no thread of its own waits for that.
#[cfg(target_os = "linux")]
#[test]
fn a_thousand_drafts_are_no_thousand_threads() {
    let threads = || std::fs::read_dir("/proc/self/task").expect("Linux").count();
    let bench = Bench::new();
    let before = threads();
    for n in 0..1000 {
        bench.draft(&text(n));
    }
    // Other tests' threads come and go.
    assert!(threads() < before + 100, "{} threads, {before} before", threads());
}
