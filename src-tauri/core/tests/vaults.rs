//! Which vault a key goes to, which one it is read from, and what becomes of keys when the choice changes.

mod common;

use common::{Bench, passphrase, text};
use keystead_core::{
    Code,
    keystead::{KeyState, KeyView, ReplaceKey},
    vault::{Vault, VaultError, VaultKind, VaultState, fault::Step},
};

const WORDS: &str = "correct horse battery";

fn with_file() -> Bench {
    let bench = Bench::new();
    bench.keystead.create_file_vault(&passphrase(WORDS)).expect("made");
    bench
}

fn keys_in(bench: &Bench, kind: VaultKind) -> u32 {
    let view = bench.keystead.vault_status().expect("status");
    view.holdings.iter().filter(|held| held.kind == kind).map(|held| held.keys).sum()
}

fn state_of(bench: &Bench, key: &KeyView) -> KeyState {
    bench.keystead.find_key(&key.id).expect("shown").state
}

#[test]
fn nothing_but_a_choice_changes_where_keys_go() {
    let bench = Bench::new();
    bench.vault.set_state(VaultState::NoProvider);
    assert_eq!(bench.try_add("openai", "Work", &text(1)).expect_err("refused").code, Code::VaultNoProvider);
    assert_eq!(bench.keystead.vault_status().expect("status").kind, VaultKind::Keychain);
    assert_eq!(bench.keystead.use_vault(VaultKind::File).expect_err("not made").code, Code::VaultNoCollection);
    bench.keystead.use_vault(VaultKind::Session).expect("chosen");
    let key = bench.add("openai", "Work", &text(1));
    assert_eq!((key.vault, bench.secret_of(&key).expect("there")), (Some(VaultKind::Session), text(1)));
    let view = bench.restart().keystead.vault_status().expect("status");
    assert_eq!((view.kind, view.state), (VaultKind::Session, VaultState::Ready), "remembered");
}

#[test]
fn a_key_of_an_ended_session_is_missing_and_can_be_entered_again() {
    let bench = Bench::new();
    bench.keystead.use_vault(VaultKind::Session).expect("chosen");
    let key = bench.add("openai", "Work", &text(1));
    let bench = bench.restart();
    assert_eq!(state_of(&bench, &key), KeyState::Missing);
    assert_eq!(bench.secret_of(&key).expect_err("gone").code, Code::SessionOnly);
    assert_eq!(bench.keystead.vault_status().expect("status").lost_session, 1);
    let draft = bench.draft(&text(1));
    bench.keystead.replace_key(&ReplaceKey { id: key.id.clone(), draft, tested: None }).expect("entered again");
    assert_eq!((state_of(&bench, &key), bench.secret_of(&key).expect("there")), (KeyState::Active, text(1)));
    let view = bench.keystead.vault_status().expect("status");
    assert_eq!((view.lost_session, view.pending), (0, 0));
}

#[test]
fn a_key_of_an_ended_session_is_removed_at_once() {
    let bench = Bench::new();
    bench.keystead.use_vault(VaultKind::Session).expect("chosen");
    let key = bench.add("openai", "Work", &text(1));
    let bench = bench.restart();
    bench.keystead.remove_key(&key.id).expect("removed");
    assert_eq!((bench.names("openai"), bench.keystead.vault_status().expect("status").pending), (vec![], 0));
}

#[test]
fn a_command_cannot_keep_a_key_for_a_session() {
    let bench = Bench::new();
    bench.keystead.use_vault(VaultKind::Session).expect("chosen");
    let kept = bench.add("openai", "Work", &text(1));
    let keychain = std::sync::Arc::new(bench.vault.clone());
    let command = keystead_core::Keystead::open_without_session(bench.home.path(), keychain).expect("opens");
    assert_eq!(command.with_secret(&kept.id, |_| ()).expect_err("not here").code, Code::SessionOnly);
    assert_eq!(command.find_key(&kept.id).expect("shown").state, KeyState::Active, "the app still has it");
    assert_eq!(bench.secret_of(&kept).expect("the app has it"), text(1));
}

#[test]
fn the_encrypted_file_saves_and_removes_while_it_is_locked() {
    let bench = with_file();
    let first = bench.add("openai", "First", &text(1));
    bench.keystead.lock_file_vault().expect("locked");
    let second = bench.add("openai", "Second", &text(2));
    assert_eq!(bench.secret_of(&second).expect_err("locked").code, Code::VaultLocked);
    assert_eq!(state_of(&bench, &second), KeyState::Active);
    bench.keystead.remove_key(&first.id).expect("removed");
    assert_eq!(bench.keystead.vault_status().expect("status").pending, 0);
    let view = bench.keystead.unlock_file_vault(&passphrase(WORDS)).expect("unlocked");
    assert_eq!((view.state, view.secrets), (VaultState::Ready, 1));
    assert_eq!(bench.secret_of(&second).expect("there"), text(2));
    let again = bench.try_add("openai", "Third", &text(2)).expect_err("the fingerprint was made at the unlock");
    assert_eq!(again.code, Code::SecretDuplicate);
}

#[test]
fn a_file_that_is_not_the_chosen_one_gets_nothing_while_it_is_locked() {
    let bench = with_file();
    bench.keystead.lock_file_vault().expect("locked");
    let folder = bench.home.path().join("vault");
    let other = Bench::new();
    other.keystead.create_file_vault(&passphrase("another passphrase")).expect("made");
    for name in ["identity.age", "recipient.txt", "identity.sha256"] {
        std::fs::copy(other.home.path().join("vault").join(name), folder.join(name)).expect("swapped");
    }
    let bench = bench.restart();
    assert_eq!(bench.try_add("openai", "Work", &text(1)).expect_err("refused").code, Code::VaultOther);
    assert_eq!(bench.keystead.unlock_file_vault(&passphrase(WORDS)).expect_err("not its").code, Code::PassphraseWrong);
}

#[test]
fn all_keys_move_and_only_then_leave_their_old_place() {
    let bench = with_file();
    bench.keystead.use_vault(VaultKind::Keychain).expect("back");
    let keys: Vec<KeyView> = (1..=12).map(|n| bench.add("openai", &format!("Key {n}"), &text(n))).collect();
    let before = bench.vault.entries().len();
    let first = bench.keystead.move_keys(VaultKind::File).expect("begun");
    assert!(first.moved > 0 && first.left > 0);
    assert_eq!(bench.vault.entries().len(), before, "the source is wiped at the end only");
    assert_eq!(
        first.vault.moving.expect("under way").total,
        13,
        "twelve keys, and what their fingerprints are made with"
    );
    assert_eq!(bench.keystead.use_vault(VaultKind::Session).expect_err("not now").code, Code::MoveUnfinished);
    // The process ends in the middle and starts again; the keychain keys and the moved ones are all there.
    let bench = bench.restart();
    bench.keystead.unlock_file_vault(&passphrase(WORDS)).expect("unlocked");
    for (n, key) in (1..).zip(&keys) {
        assert_eq!(bench.secret_of(key).expect("there"), text(n));
    }
    while bench.keystead.move_keys(VaultKind::File).expect("goes on").left > 0 {}
    assert_eq!(bench.vault.entries(), [], "nothing is left behind");
    let view = bench.keystead.vault_status().expect("status");
    assert_eq!((view.kind, view.pending, view.moving.is_none()), (VaultKind::File, 0, true));
    assert_eq!(keys_in(&bench, VaultKind::File), 12);
    for (n, key) in (1..).zip(&keys) {
        assert_eq!(bench.secret_of(key).expect("there"), text(n));
    }
    assert_eq!(bench.try_add("openai", "Again", &text(3)).expect_err("known").code, Code::SecretDuplicate);
    while bench.keystead.move_keys(VaultKind::Keychain).expect("and back").left > 0 {}
    assert_eq!((keys_in(&bench, VaultKind::File), keys_in(&bench, VaultKind::Keychain)), (0, 12));
    assert!(bench.keystead.check_storage().expect("checked").leftovers.is_empty());
}

#[test]
fn a_key_that_cannot_be_read_keeps_the_move_open_and_everything_in_place() {
    let bench = with_file();
    bench.keystead.use_vault(VaultKind::Keychain).expect("back");
    let keys: Vec<KeyView> = (1..=3).map(|n| bench.add("openai", &format!("Key {n}"), &text(n))).collect();
    let before = bench.vault.entries().len();
    bench.vault.fail_next(Step::Get, 1, VaultError::Denied);
    let mut step = bench.keystead.move_keys(VaultKind::File).expect("begun");
    while step.left > 0 {
        step = bench.keystead.move_keys(VaultKind::File).expect("goes on");
    }
    assert!(step.failed.len() <= 1);
    assert_eq!(bench.vault.entries().len(), before, "nothing is wiped while one key has not arrived");
    assert!(step.vault.moving.is_some());
    let done = bench.keystead.move_keys(VaultKind::File).expect("again");
    assert!(done.vault.moving.is_none() && done.failed.is_empty());
    assert_eq!(bench.vault.entries(), []);
    for (n, key) in (1..).zip(&keys) {
        assert_eq!(bench.secret_of(key).expect("there"), text(n));
    }
}

#[test]
fn a_missing_key_does_not_hold_up_the_others() {
    let bench = with_file();
    bench.keystead.use_vault(VaultKind::Keychain).expect("back");
    let lost = bench.add("openai", "Lost", &text(1));
    bench.add("openai", "Kept", &text(2));
    let entry = bench.vault.entries().into_iter().find(|e| bench.vault.label(e).is_some_and(|l| l.contains("Lost")));
    bench.vault.lose(&entry.expect("there"));
    let step = bench.keystead.move_keys(VaultKind::File).expect("moved");
    assert_eq!((step.left, step.failed.len(), step.failed[0].code), (0, 1, Code::SecretMissing));
    assert!(step.vault.moving.is_none());
    assert_eq!((bench.vault.entries(), keys_in(&bench, VaultKind::File)), (vec![], 1));
    assert_eq!(bench.keystead.find_key(&lost.id).expect("still listed").name, "Lost");
}

#[test]
fn a_move_that_is_stopped_leaves_each_key_where_it_is() {
    let bench = with_file();
    bench.keystead.use_vault(VaultKind::Keychain).expect("back");
    let keys: Vec<KeyView> = (1..=8).map(|n| bench.add("openai", &format!("Key {n}"), &text(n))).collect();
    let step = bench.keystead.move_keys(VaultKind::File).expect("begun");
    let view = bench.keystead.stop_moving().expect("stopped");
    assert!(view.moving.is_none() && view.pending == 0);
    assert_eq!(u32::try_from(bench.vault.entries().len()).expect("few"), 9 - step.moved);
    for (n, key) in (1..).zip(&keys) {
        assert_eq!(bench.secret_of(key).expect("there"), text(n));
    }
    bench.keystead.use_vault(VaultKind::Keychain).expect("free to choose again");
}

/// The user resets their keychain, or deletes entries in it, while keys are being moved there.
#[test]
fn a_moved_key_that_is_gone_from_its_new_place_counts_in_its_old_one_again() {
    for (noted, stopped) in [(false, false), (false, true), (true, false), (true, true)] {
        let bench = with_file();
        let keys: Vec<KeyView> = (1..=8).map(|n| bench.add("openai", &format!("Key {n}"), &text(n))).collect();
        let step = bench.keystead.move_keys(VaultKind::Keychain).expect("begun");
        assert!(step.moved > 0 && step.left > 0);
        for entry in bench.vault.entries() {
            bench.vault.lose(&entry);
        }
        if noted {
            let missing = bench.keystead.check_storage().expect("checked").missing.len();
            assert!(missing > 0, "the list says so meanwhile");
        }
        if stopped {
            let view = bench.keystead.stop_moving().expect("stopped");
            assert!(view.moving.is_none() && view.pending == 0);
            assert_eq!(keys_in(&bench, VaultKind::File), 8);
        } else {
            while bench.keystead.move_keys(VaultKind::Keychain).expect("goes on").left > 0 {}
            assert_eq!(keys_in(&bench, VaultKind::Keychain), 8);
        }
        for (n, key) in (1..).zip(&keys) {
            assert_eq!(bench.secret_of(key).expect("there"), text(n), "noted {noted}, stopped {stopped}");
            assert_eq!(state_of(&bench, key), KeyState::Active);
        }
        let found = bench.keystead.check_storage().expect("checked");
        assert_eq!((found.missing.len(), found.leftovers.len()), (0, 0));
    }
}

#[test]
fn keys_that_were_being_moved_to_a_session_are_not_lost_with_it() {
    let bench = with_file();
    let keys: Vec<KeyView> = (1..=8).map(|n| bench.add("openai", &format!("Key {n}"), &text(n))).collect();
    assert!(bench.keystead.move_keys(VaultKind::Session).expect("begun").left > 0);
    let bench = bench.restart();
    bench.keystead.unlock_file_vault(&passphrase(WORDS)).expect("unlocked");
    for (n, key) in (1..).zip(&keys) {
        assert_eq!(bench.secret_of(key).expect("still in the file"), text(n));
    }
    let view = bench.keystead.stop_moving().expect("stopped");
    assert_eq!((view.lost_session, view.pending, keys_in(&bench, VaultKind::File)), (0, 0, 8));
}

#[test]
fn a_key_replaced_after_it_was_moved_does_not_come_back_as_it_was() {
    let bench = with_file();
    let keys: Vec<KeyView> = (1..=8).map(|n| bench.add("openai", &format!("Key {n}"), &text(n))).collect();
    assert!(bench.keystead.move_keys(VaultKind::Session).expect("begun").left > 0);
    let moved = |key: &&KeyView| bench.keystead.find_key(&key.id).expect("there").vault == Some(VaultKind::Session);
    let key = keys.iter().find(moved).expect("some are there by now");
    let draft = bench.draft(&text(99));
    bench.keystead.replace_key(&ReplaceKey { id: key.id.clone(), draft, tested: None }).expect("replaced");
    let bench = bench.restart();
    bench.keystead.unlock_file_vault(&passphrase(WORDS)).expect("unlocked");
    assert_eq!(bench.secret_of(key).expect_err("gone with its session").code, Code::SessionOnly);
    bench.keystead.stop_moving().expect("stopped");
    let view = bench.keystead.vault_status().expect("status");
    assert_eq!((view.pending, view.lost_session), (0, 1));
}

#[test]
fn a_move_into_a_place_that_cannot_be_used_changes_nothing() {
    let bench = with_file();
    bench.keystead.use_vault(VaultKind::Keychain).expect("back");
    bench.add("openai", "Work", &text(1));
    bench.keystead.lock_file_vault().expect("locked");
    assert_eq!(bench.keystead.move_keys(VaultKind::File).expect_err("locked").code, Code::VaultLocked);
    let view = bench.keystead.vault_status().expect("status");
    assert_eq!((view.kind, view.moving), (VaultKind::Keychain, None));
}

#[test]
fn check_storage_looks_into_every_vault_that_is_open() {
    let bench = with_file();
    let kept = bench.add("openai", "Kept", &text(1));
    bench.keystead.use_vault(VaultKind::Keychain).expect("back");
    bench.add("openai", "Work", &text(2));
    let database = std::fs::read_dir(bench.home.path()).expect("read").flatten();
    let Bench { home, vault, keystead } = bench;
    drop(keystead);
    for file in database.filter(|f| f.file_name().to_string_lossy().starts_with("keystead.db")) {
        std::fs::remove_file(file.path()).expect("lost");
    }
    let bench = Bench { keystead: common::open(home.path(), &vault), home, vault };
    bench.keystead.unlock_file_vault(&passphrase(WORDS)).expect("unlocked");
    let found = bench.keystead.check_storage().expect("checked");
    let places: Vec<VaultKind> = found.leftovers.iter().filter(|l| !l.own).map(|l| l.vault).collect();
    assert!(places.contains(&VaultKind::File) && places.contains(&VaultKind::Keychain), "{places:?}");
    let entries: Vec<String> = found.leftovers.iter().map(|l| l.entry.clone()).collect();
    assert_eq!(bench.keystead.adopt(&entries).expect("adopted").adopted.len(), 2);
    let again = bench.keystead.find_key("openai/kept").expect("back");
    assert_eq!((again.vault, bench.secret_of(&again).expect("there")), (kept.vault, text(1)));
}

#[test]
fn a_move_keeps_hint_fingerprint_test_and_dates() {
    let bench = with_file();
    bench.keystead.use_vault(VaultKind::Keychain).expect("back");
    let before = bench.add("openai", "Work", &text(1));
    while bench.keystead.move_keys(VaultKind::File).expect("moved").left > 0 {}
    let after = bench.keystead.find_key(&before.id).expect("there");
    assert_eq!(KeyView { vault: before.vault, ..after.clone() }, before);
    assert_eq!(after.vault, Some(VaultKind::File));
    let probe = bench.vault.probe();
    assert_eq!(probe.state, VaultState::Ready);
}
