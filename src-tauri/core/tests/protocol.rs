//! Two stores, one truth: what a fault or a crash at any vault step leaves behind.

mod common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
};

use common::{Bench, text};
use keystead_core::{
    Code,
    keystead::{KeyState, KeyView, ReplaceKey},
    vault::{
        VaultError, VaultIdentity,
        fault::{Fault, Moment, Step},
    },
};

fn replace(bench: &Bench, key: &KeyView, with: &str) -> keystead_core::Result<KeyView> {
    let draft = bench.draft(with);
    bench.keystead.replace_key(&ReplaceKey { id: key.id.clone(), draft, tested: None })
}

#[test]
fn a_read_back_that_differs_saves_nothing_and_keeps_the_old_key() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    // One get for the duplicate search, one for the fingerprint, then the read-back.
    for fault in [Fault::OtherBytes(b"{\"f\":1}"), Fault::Missing] {
        bench.vault.heal();
        let after_put = std::sync::Arc::new(AtomicUsize::new(0));
        let seen = after_put.clone();
        let vault = bench.vault.clone();
        bench.vault.on_step(move |call, moment| {
            if call.step == Step::Put && moment == Moment::After && seen.fetch_add(1, Ordering::SeqCst) == 0 {
                vault.next(Step::Get, fault);
            }
        });
        assert_eq!(replace(&bench, &key, &text(2)).expect_err("refused").code, Code::VaultMismatch);
        assert_eq!(after_put.load(Ordering::SeqCst), 1);
        assert_eq!(bench.secret_of(&key).expect("the old one"), text(1));
        assert_eq!(bench.entries(), 1);
    }
    assert_eq!(bench.keystead.vault_status().expect("status").pending, 0);
}

#[test]
fn every_put_failure_keeps_the_old_key_and_its_code() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    for (error, code) in [
        (VaultError::Locked, Code::VaultLocked),
        (VaultError::Denied, Code::VaultDenied),
        (VaultError::NoProvider, Code::VaultNoProvider),
        (VaultError::Failed, Code::VaultFailed),
    ] {
        bench.vault.fail_next(Step::Put, 1, error);
        assert_eq!(replace(&bench, &key, &text(2)).expect_err("refused").code, code);
        assert_eq!(bench.secret_of(&key).expect("the old one"), text(1));
    }
    assert_eq!((bench.entries(), bench.keystead.vault_status().expect("status").pending), (1, 0));
}

#[test]
fn a_write_that_lands_after_its_timeout_changes_nothing() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    bench.vault.next(Step::Put, Fault::LandsLate);
    assert_eq!(replace(&bench, &key, &text(2)).expect_err("timeout").code, Code::VaultUnresponsive);
    replace(&bench, &key, &text(3)).expect("the retry works");
    bench.vault.land_late_puts();
    assert_eq!(bench.secret_of(&key).expect("there"), text(3));
    let status = bench.keystead.vault_status().expect("status");
    assert_eq!(status.pending, 1, "the late one's intent is kept while it may still land");
}

#[test]
fn an_old_entry_that_could_not_be_deleted_goes_at_the_next_look() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    bench.vault.fail_next(Step::Delete, 1, VaultError::Unresponsive);
    replace(&bench, &key, &text(2)).expect("replaced all the same");
    assert_eq!(bench.entries(), 2);
    let bench = bench.restart();
    bench.keystead.reconcile().expect("reconciled");
    assert_eq!((bench.entries(), bench.secret_of(&key).expect("there")), (1, text(2)));
}

/// The process dies before or after each vault step of an add, a replace and a remove.
#[test]
fn a_crash_at_any_vault_step_loses_no_acknowledged_key_and_leaves_nothing() {
    let mut crashes = 0;
    for at in 0.. {
        let mut reached = false;
        for act in ["add", "replace", "remove"] {
            let bench = Bench::new();
            let key = bench.add("openai", "Work", &text(1));
            let count = AtomicUsize::new(0);
            bench.vault.on_step(move |_, _| {
                assert!(count.fetch_add(1, Ordering::SeqCst) != at, "the process ends here");
            });
            let done = catch_unwind(AssertUnwindSafe(|| match act {
                "add" => bench.try_add("openai", "Second", &text(2)).map(|_| ()),
                "replace" => replace(&bench, &key, &text(2)).map(|_| ()),
                _ => bench.keystead.remove_key(&key.id),
            }));
            reached |= done.is_err();
            crashes += usize::from(done.is_err());
            let bench = bench.restart();
            bench.keystead.reconcile().expect("reconciled");
            let entries = bench.entries();
            bench.keystead.reconcile().expect("twice is as once");
            assert_eq!(bench.entries(), entries);
            assert_eq!(bench.keystead.vault_status().expect("status").pending, 0, "{act} at {at}");
            check(&bench, &key, act, done.is_ok(), at);
        }
        if !reached {
            break;
        }
    }
    assert!(crashes >= 20, "only {crashes} crash points were reached");
}

fn check(bench: &Bench, key: &KeyView, act: &str, acknowledged: bool, at: usize) {
    let names = bench.names("openai");
    assert_eq!(bench.entries(), names.len(), "{act} at {at}: as many entries as keys");
    let secret = bench.secret_of(key);
    match act {
        "add" => {
            assert_eq!(secret.expect("untouched"), text(1), "at {at}");
            assert!(!acknowledged || names.len() == 2, "at {at}");
        }
        "replace" => {
            let secret = secret.expect("one of the two");
            assert!(secret == text(2) || (!acknowledged && secret == text(1)), "at {at}");
        }
        _ => assert!(names.is_empty() || (!acknowledged && secret.expect("still there") == text(1)), "at {at}"),
    }
}

#[test]
fn a_lost_entry_is_missing_and_comes_back_but_never_removed() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    let entry = *bench
        .vault
        .entries()
        .iter()
        .find(|e| bench.vault.label(e).is_some_and(|l| l.contains("Work")))
        .expect("there");
    let bytes = bench.vault.bytes(&entry).expect("there");
    bench.vault.lose(&entry);
    assert_eq!(bench.secret_of(&key).expect_err("gone").code, Code::SecretMissing);
    let state = |bench: &Bench| bench.keystead.find_key(&key.id).expect("shown").state;
    assert_eq!(state(&bench), KeyState::Missing);
    let put: &dyn keystead_core::vault::Vault = &bench.vault;
    put.put(&entry, "restored", &bytes).expect("put back by hand");
    assert_eq!(bench.secret_of(&key).expect("found again"), text(1));
    assert_eq!(state(&bench), KeyState::Active);
    bench.vault.lose(&entry);
    assert!(bench.secret_of(&key).is_err());
    replace(&bench, &key, &text(1)).expect("entered again as it was");
    replace(&bench, &key, &text(2)).expect("and as another one");
    assert_eq!((state(&bench), bench.secret_of(&key).expect("there")), (KeyState::Active, text(2)));
}

/// Another process replaces, or removes, a key between this one's look at the list and its look into the vault.
#[test]
fn a_key_replaced_or_removed_while_it_is_read_is_not_noted_as_missing() {
    for act in ["replace", "remove"] {
        let bench = Bench::new();
        let key = bench.add("openai", "Work", &text(1));
        let other = common::open(bench.home.path(), &bench.vault);
        let (id, first) = (key.id.clone(), AtomicUsize::new(0));
        bench.vault.on_step(move |call, moment| {
            if call.step != Step::Get || moment != Moment::Before || first.fetch_add(1, Ordering::SeqCst) > 0 {
                return;
            }
            if act == "remove" {
                other.remove_key(&id).expect("removed");
            } else {
                let draft = other.draft(&zeroize::Zeroizing::new(text(2).into_bytes())).expect("a key").id;
                other.replace_key(&ReplaceKey { id: id.clone(), draft, tested: None }).expect("replaced");
            }
        });
        let read = bench.secret_of(&key);
        if act == "remove" {
            assert_eq!(read.expect_err("gone").code, Code::SecretMissing);
            let found = bench.keystead.check_storage().expect("nothing stands in its way");
            assert_eq!((found.present, found.missing.len(), found.leftovers.len()), (0, 0, 0));
        } else {
            assert_eq!(read.expect("the new one"), text(2));
            assert_eq!(bench.keystead.find_key(&key.id).expect("shown").state, KeyState::Active);
        }
    }
}

#[test]
fn nothing_is_deleted_while_the_database_cannot_say_what_counts() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    let db = rusqlite::Connection::open(bench.home.path().join("keystead.db")).expect("opens");
    // From the switch on, nothing can be written.
    let broken = [("secret", "UPDATE OF key"), ("vault_op", "UPDATE"), ("vault_op", "DELETE")];
    for (n, (table, what)) in broken.iter().enumerate() {
        let sql = format!("CREATE TRIGGER t{n} BEFORE {what} ON {table} BEGIN SELECT RAISE(FAIL, 'broken'); END");
        db.execute_batch(&sql).expect("broken");
    }
    assert_eq!(replace(&bench, &key, &text(2)).expect_err("refused").code, Code::StoreFailed);
    assert_eq!((bench.entries(), bench.secret_of(&key).expect("the old one")), (2, text(1)));
    db.execute_batch("DROP TRIGGER t0; DROP TRIGGER t1; DROP TRIGGER t2").expect("mended");
    bench.keystead.reconcile().expect("reconciled");
    assert_eq!((bench.entries(), bench.secret_of(&key).expect("the old one")), (1, text(1)));
}

#[test]
fn what_counts_is_not_deleted_whatever_the_log_says() {
    for kind in ["delete", "put"] {
        let bench = Bench::new();
        let key = bench.add("openai", "Work", &text(1));
        let db = rusqlite::Connection::open(bench.home.path().join("keystead.db")).expect("opens");
        db.execute(
            "INSERT INTO vault_op (secret, version, kind, vault, created_at)
             SELECT id, current_version, ?1, vault, 0 FROM secret",
            [kind],
        )
        .expect("garbled");
        bench.keystead.reconcile().expect("reconciled");
        assert_eq!((bench.secret_of(&key).expect("there"), bench.entries()), (text(1), 1));
        assert_eq!(bench.keystead.vault_status().expect("status").pending, 0);
    }
}

#[test]
fn another_keychain_is_told_and_never_taken_for_the_right_one() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    bench.vault.set_identity(VaultIdentity { id: "other".into(), name: "KWallet".into(), collection: None });
    assert_eq!(bench.secret_of(&key).expect_err("elsewhere").code, Code::VaultOther);
    assert_eq!(bench.keystead.find_key(&key.id).expect("shown").state, KeyState::Active);
    assert_eq!(bench.keystead.vault_status().expect("status").other.as_deref(), Some("Memory"));
}

#[test]
fn swapped_entries_are_seen() {
    let bench = Bench::new();
    let one = bench.add("openai", "One", &text(1));
    bench.add("openai", "Two", &text(2));
    let find = |name: &str| {
        let labelled = |e: &&_| bench.vault.label(e).is_some_and(|l| l.contains(name));
        *bench.vault.entries().iter().find(labelled).expect("there")
    };
    let other = bench.vault.bytes(&find("Two")).expect("there");
    bench.vault.tamper(&find("One"), &other);
    assert_eq!(bench.secret_of(&one).expect_err("seen").code, Code::VaultMismatch);
}

#[test]
fn a_proof_leaves_nothing_and_a_lying_vault_fails_it() {
    let bench = Bench::new();
    assert!(bench.keystead.prove_vault().expect("proved").proof.is_some());
    assert_eq!(bench.vault.entries(), []);
    bench.vault.next(Step::Get, Fault::Missing);
    assert_eq!(bench.keystead.prove_vault().expect_err("caught").code, Code::VaultMismatch);
    let bench = bench.restart();
    bench.keystead.reconcile().expect("reconciled");
    assert_eq!((bench.vault.entries().len(), bench.keystead.vault_status().expect("status").pending), (0, 0));
}
