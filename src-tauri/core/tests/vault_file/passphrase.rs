//! Creating, unlocking, changing the passphrase.

use std::{fs, thread, time::Duration};

use keystead_core::{
    error::{Code, Field, Result},
    vault::{Vault, VaultState},
};

use crate::bench::{Bench, OTHER, RIGHT, pass, read};

fn code<T>(result: Result<T>) -> Code {
    result.err().expect("refused").code
}

#[test]
fn one_that_exists_is_never_made_anew() {
    let bench = Bench::created();
    let id = bench.put(b"old");
    let before = fs::read(bench.file("identity.age")).unwrap();
    for vault in [&bench.vault, &bench.restarted()] {
        assert_eq!(code(vault.create_with(&pass(OTHER))), Code::VaultExists);
    }
    assert_eq!(fs::read(bench.file("identity.age")).unwrap(), before);
    assert_eq!(read(&bench.vault, &id).as_deref(), Some(&b"old"[..]));
}

#[test]
fn of_many_that_create_it_at_once_one_does() {
    let bench = Bench::new();
    let texts: Vec<_> = (0..6).map(|n| format!("passphrase number {n}")).collect();
    let results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> =
            texts.iter().map(|text| scope.spawn(|| bench.restarted().create_with(&pass(text)))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut winners = 0;
    for (text, result) in texts.iter().zip(results) {
        match result {
            Ok(()) => {
                winners += 1;
                bench.restarted().unlock_with(&pass(text)).unwrap();
            }
            Err(e) => assert_eq!(e.code, Code::VaultExists),
        }
    }
    assert_eq!(winners, 1);
}

#[test]
fn the_wrong_passphrase_opens_nothing_and_says_at_which_field() {
    let bench = Bench::created();
    bench.vault.lock();
    for wrong in [OTHER, "correct horse battery ", "Correct horse battery", " correct horse battery"] {
        let error = bench.vault.unlock_with(&pass(wrong)).unwrap_err();
        assert_eq!((error.code, error.field), (Code::PassphraseWrong, Some(Field::Passphrase)), "{wrong:?}");
    }
    assert_eq!(bench.vault.probe().state, VaultState::Locked);
    bench.vault.unlock_with(&pass(RIGHT)).unwrap();
}

#[test]
fn unlocking_what_was_never_created_says_so() {
    let bench = Bench::new();
    assert_eq!(code(bench.vault.unlock_with(&pass(RIGHT))), Code::VaultNoCollection);
    assert_eq!(code(bench.vault.change_passphrase(&pass(RIGHT), &pass(OTHER))), Code::VaultNoCollection);
    assert!(!bench.path.exists());
}

#[test]
fn after_five_wrong_ones_even_the_right_one_waits() {
    let bench = Bench::created();
    let vault = bench.restarted();
    for _ in 0..5 {
        assert_eq!(vault.wait(), None);
        assert_eq!(code(vault.unlock_with(&pass(OTHER))), Code::PassphraseWrong);
    }
    assert_eq!(code(vault.unlock_with(&pass(RIGHT))), Code::PassphraseWait);
    assert_eq!(code(vault.change_passphrase(&pass(RIGHT), &pass(OTHER))), Code::PassphraseWait);
    let wait = vault.wait().expect("a wait");
    assert!(wait <= Duration::from_secs(1));
    thread::sleep(wait + Duration::from_millis(10));
    // The sixth wrong one costs two seconds; then the right one forgives all.
    assert_eq!(code(vault.unlock_with(&pass(OTHER))), Code::PassphraseWrong);
    let wait = vault.wait().expect("a longer wait");
    assert!(wait > Duration::from_millis(500) && wait <= Duration::from_secs(2), "{wait:?}");
    thread::sleep(wait + Duration::from_millis(10));
    vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(vault.wait(), None);
    assert_eq!(code(vault.unlock_with(&pass(OTHER))), Code::PassphraseWrong);
}

#[test]
fn a_changed_passphrase_opens_the_same_entries_and_the_old_one_nothing() {
    let bench = Bench::created();
    let id = bench.put(b"kept");
    let entry = fs::read(bench.file_of(&id)).unwrap();
    bench.vault.lock();
    let identity = bench.vault.probe().identity;
    for (old, new) in [(RIGHT, OTHER), (OTHER, "a third passphrase"), ("a third passphrase", RIGHT), (RIGHT, OTHER)] {
        bench.vault.change_passphrase(&pass(old), &pass(new)).unwrap();
        assert_eq!(bench.vault.probe().state, VaultState::Locked, "changing is not unlocking");
        let again = bench.restarted();
        assert_eq!(code(again.unlock_with(&pass(old))), Code::PassphraseWrong);
        again.unlock_with(&pass(new)).unwrap();
        assert_eq!(read(&again, &id).as_deref(), Some(&b"kept"[..]));
    }
    assert_eq!(fs::read(bench.file_of(&id)).unwrap(), entry, "entries are not written again");
    assert_eq!(bench.vault.probe().identity, identity);
}

#[test]
fn a_change_with_the_wrong_old_one_changes_nothing() {
    let bench = Bench::created();
    let before = fs::read(bench.file("identity.age")).unwrap();
    assert_eq!(code(bench.vault.change_passphrase(&pass(OTHER), &pass(OTHER))), Code::PassphraseWrong);
    assert_eq!(fs::read(bench.file("identity.age")).unwrap(), before);
    assert_eq!(bench.vault.probe().state, VaultState::Ready, "and it stays open");
}

#[test]
fn of_two_changes_at_once_only_the_one_that_was_told_so_counts() {
    for _ in 0..5 {
        let bench = Bench::created();
        let texts = ["the first new passphrase", "the second new passphrase"];
        let results = thread::scope(|scope| {
            let change = |text| bench.restarted().change_passphrase(&pass(RIGHT), &pass(text));
            let running = texts.map(|text| scope.spawn(move || change(text)));
            running.map(|thread| thread.join().unwrap())
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        for (text, result) in texts.iter().zip(results) {
            assert_eq!(bench.restarted().unlock_with(&pass(text)).is_ok(), result.is_ok());
        }
    }
}
