//! "Check storage": what was lost is named, what was left is adopted or deleted, and a database can be rebuilt.

mod common;

use std::{fs, sync::Arc};

use common::{Bench, text};
use keystead_core::{
    Code, Keystead,
    keystead::{AddKey, KeyState, Leftover, ProviderRef, ReplaceKey, StorageCheck},
    vault::{VaultError, VaultState, fault::Step},
};

fn check(bench: &Bench) -> StorageCheck {
    bench.keystead.check_storage().expect("checked")
}

fn ids(leftovers: &[Leftover]) -> Vec<String> {
    leftovers.iter().map(|l| l.entry.clone()).collect()
}

/// The database is gone, or an old copy of it is put back.
fn with_database(bench: Bench, database: Option<Vec<u8>>) -> Bench {
    let Bench { home, vault, keystead } = bench;
    drop(keystead);
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(home.path().join(format!("keystead.db{end}")));
    }
    if let Some(bytes) = database {
        fs::write(home.path().join("keystead.db"), bytes).expect("put back");
    }
    let keystead = Keystead::open(home.path(), Arc::new(vault.clone())).expect("opens");
    Bench { home, vault, keystead }
}

fn backup(bench: &Bench) -> Vec<u8> {
    let db = rusqlite::Connection::open(bench.home.path().join("keystead.db")).expect("opens");
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("written through");
    fs::read(bench.home.path().join("keystead.db")).expect("read")
}

fn replace(bench: &Bench, id: &str, with: &str) {
    let draft = bench.draft(with);
    bench.keystead.replace_key(&ReplaceKey { id: id.into(), draft, tested: None }).expect("replaced");
}

#[test]
fn nothing_lost_and_nothing_left_behind_is_said_so() {
    let bench = Bench::new();
    bench.add("openai", "Work", &text(1));
    bench.add("groq", "Work", "gsk_0123456789abcdefghijklmnopqrstuvwxyz");
    let found = check(&bench);
    assert_eq!((found.present, found.missing.len(), found.leftovers.len()), (2, 0, 0));
    bench.vault.set_state(VaultState::Locked);
    assert_eq!(bench.keystead.check_storage().expect_err("locked").code, Code::VaultLocked);
}

#[test]
fn a_lost_entry_is_named_and_found_again_when_it_is_back() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    let entry = bench.vault.entries().into_iter().find(|e| bench.vault.label(e).is_some_and(|l| l.contains("Work")));
    let entry = entry.expect("there");
    let bytes = bench.vault.bytes(&entry).expect("there");
    bench.vault.lose(&entry);
    let found = check(&bench);
    assert_eq!((found.present, found.missing[0].name.as_str()), (0, "Work"));
    assert_eq!(bench.keystead.find_key(&key.id).expect("kept").state, KeyState::Missing);
    let vault: &dyn keystead_core::vault::Vault = &bench.vault;
    vault.put(&entry, "put back", &bytes).expect("put back");
    assert_eq!(check(&bench).present, 1);
    assert_eq!(bench.keystead.find_key(&key.id).expect("kept").state, KeyState::Active);
}

#[test]
fn a_lost_database_is_rebuilt_from_the_vault() {
    let bench = Bench::new();
    bench.add("openai", "Work", &text(1));
    bench.add("openai", "Home", &text(2));
    let provider =
        ProviderRef::Custom { name: "My box".into(), base_url: "https://box.example/api/v1".into(), dialect: None };
    let add = AddKey { provider, name: "Box".into(), draft: Some(bench.draft(&text(3))), tested: None };
    bench.keystead.add_key(&add).expect("saved");
    let bench = with_database(bench, None);
    assert_eq!(bench.names("openai").len(), 0);
    let found = check(&bench);
    assert_eq!((found.leftovers.len(), found.leftovers.iter().filter(|l| l.own).count()), (4, 1));
    let shown = found.leftovers.iter().find(|l| l.label.as_deref() == Some("Home")).expect("shown");
    assert_eq!(shown.hint.as_ref().map(ToString::to_string).as_deref(), Some("sk-proj-…cdef"));
    assert_eq!(shown.hosts, ["https://api.openai.com"]);
    let adoption = bench.keystead.adopt(&ids(&found.leftovers)).expect("adopted");
    assert_eq!((adoption.adopted.len(), adoption.failed.len()), (3, 0));
    assert_eq!(bench.names("openai"), ["Home", "Work"]);
    let home = bench.keystead.find_key("openai/home").expect("there");
    assert_eq!(bench.secret_of(&home).expect("usable"), text(2));
    let custom = bench.keystead.provider(&"my-box".parse().expect("a slug")).expect("rebuilt");
    assert_eq!((custom.custom, custom.base_url.as_str()), (true, "https://box.example/api/v1"));
    assert_eq!(check(&bench).leftovers.len(), 0);
    assert_eq!(bench.try_add("openai", "Twice", &text(1)).expect_err("known").code, Code::SecretDuplicate);
}

#[test]
fn an_old_backup_of_the_database_loses_and_swaps_no_key() {
    let bench = Bench::new();
    let work = bench.add("openai", "Work", &text(1));
    let home = bench.add("openai", "Home", &text(2));
    let old = backup(&bench);
    replace(&bench, &work.id, &text(11));
    let late = bench.add("openai", "Late", &text(3));
    let bench = with_database(bench, Some(old));
    // The old pointer leads nowhere: said so, not guessed.
    assert_eq!(bench.secret_of(&work).expect_err("gone").code, Code::SecretMissing);
    assert_eq!(bench.secret_of(&home).expect("untouched"), text(2));
    let found = check(&bench);
    assert_eq!((found.present, found.missing.len(), found.leftovers.len()), (1, 1, 2));
    bench.keystead.adopt(&ids(&found.leftovers)).expect("adopted");
    assert_eq!(bench.secret_of(&work).expect("the newer one"), text(11));
    assert_eq!(bench.names("openai"), ["Home", "Late", "Work"]);
    let again = bench.keystead.find_key("openai/late").expect("there");
    assert_ne!(again.id, late.id);
    assert_eq!(bench.secret_of(&again).expect("there"), text(3));
    let found = check(&bench);
    assert_eq!((found.present, found.missing.len(), found.leftovers.len()), (3, 0, 0));
    // Versions go on above the adopted one.
    replace(&bench, &work.id, &text(12));
    assert_eq!(bench.secret_of(&work).expect("there"), text(12));
}

#[test]
fn what_an_older_database_does_not_know_is_never_written_over_nor_deleted() {
    let bench = Bench::new();
    let work = bench.add("openai", "Work", &text(1));
    let old = backup(&bench);
    replace(&bench, &work.id, &text(2));
    let second = *bench.vault.entries().iter().find(|entry| entry.version == 2).expect("replaced");
    let bytes = bench.vault.bytes(&second);
    // The whole folder was put back, what counts the switches beside the database with it.
    std::fs::remove_file(bench.home.path().join("lock")).expect("there");
    let bench = with_database(bench, Some(old));

    // Replacing the key that is missing fails at first: what is taken back then is not the second text.
    bench.vault.fail_next(Step::Put, 1, VaultError::Failed);
    let draft = bench.draft(&text(3));
    let req = ReplaceKey { id: work.id.clone(), draft, tested: None };
    assert_eq!(bench.keystead.replace_key(&req).expect_err("failed").code, Code::VaultFailed);
    bench.keystead.reconcile().expect("reconciled");
    assert_eq!(bench.vault.bytes(&second), bytes, "still there");

    bench.keystead.replace_key(&req).expect("replaced");
    assert_eq!(bench.secret_of(&work).expect("the third"), text(3));
    assert_eq!(bench.vault.bytes(&second), bytes, "and there");
    let found = check(&bench);
    assert_eq!((found.present, found.missing.len(), ids(&found.leftovers)), (1, 0, vec![second.to_string()]));
    // The key is there, and newer than what was found: that may be deleted, and takes nothing's place.
    let adoption = bench.keystead.adopt(&ids(&found.leftovers)).expect("looked at");
    assert_eq!((adoption.adopted.len(), adoption.failed), (0, ids(&found.leftovers)));
    assert_eq!(bench.secret_of(&work).expect("the third"), text(3));
    assert_eq!(bench.vault.bytes(&second), bytes, "kept until somebody decides");
}

#[test]
fn leftovers_are_deleted_only_when_no_key_stands_for_them() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    let all: Vec<String> = bench.vault.entries().iter().map(ToString::to_string).collect();
    assert_eq!(bench.keystead.delete_leftovers(&all).expect("nothing to do"), 0);
    assert_eq!(bench.secret_of(&key).expect("untouched"), text(1));
    let bench = with_database(bench, None);
    let found = check(&bench);
    assert_eq!(bench.keystead.delete_leftovers(&ids(&found.leftovers)).expect("deleted"), 2);
    assert_eq!(bench.vault.entries(), []);
    assert!(bench.keystead.delete_leftovers(&["nonsense".into()]).is_err());
}

#[test]
fn what_cannot_be_read_is_shown_and_can_only_be_deleted() {
    let bench = Bench::new();
    bench.add("openai", "Work", &text(1));
    let entry = bench.vault.entries()[0];
    let bench = with_database(bench, None);
    bench.vault.tamper(&entry, b"not ours");
    let found = check(&bench);
    let broken = found.leftovers.iter().find(|l| l.provider.is_none()).expect("shown");
    assert_eq!(broken.entry, entry.to_string());
    let adoption = bench.keystead.adopt(std::slice::from_ref(&broken.entry)).expect("tried");
    assert_eq!(adoption.failed, std::slice::from_ref(&broken.entry));
    assert_eq!(bench.keystead.delete_leftovers(std::slice::from_ref(&broken.entry)).expect("deleted"), 1);
}
