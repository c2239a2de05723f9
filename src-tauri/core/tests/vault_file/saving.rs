//! What a vault that is well does.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use keystead_core::vault::{EntryId, FileVault, Vault, VaultError, VaultState};

use crate::bench::{Bench, RIGHT, new_id, pass, read};

#[test]
fn what_was_put_is_read_back_listed_and_removed() {
    let bench = Bench::created();
    let first = bench.put(b"one");
    let second = EntryId { version: 2, ..first };
    bench.vault.put(&second, "", b"").unwrap();
    assert_eq!(read(&bench.vault, &first).as_deref(), Some(&b"one"[..]));
    assert_eq!(read(&bench.vault, &second).as_deref(), Some(&b""[..]));
    let mut listed = bench.vault.list().unwrap();
    listed.sort();
    assert_eq!(listed, [first, second]);
    bench.vault.delete(&first).unwrap();
    bench.vault.delete(&first).unwrap();
    assert_eq!((read(&bench.vault, &first), bench.vault.list()), (None, Ok(vec![second])));
}

#[test]
fn nothing_is_there_before_it_is_created_and_looking_makes_nothing() {
    let bench = Bench::new();
    let (vault, id) = (&bench.vault, new_id());
    assert!(!vault.exists() && !vault.writable());
    let status = vault.probe();
    assert_eq!((status.state, status.identity), (VaultState::NoCollection, None));
    assert_eq!(vault.put(&id, "", b"1"), Err(VaultError::NoCollection));
    assert_eq!(vault.get(&id), Err(VaultError::NoCollection));
    assert_eq!(vault.delete(&id), Err(VaultError::NoCollection));
    assert_eq!(vault.list(), Err(VaultError::NoCollection));
    assert_eq!(vault.verify(&id, b"1"), Err(VaultError::NoCollection));
    assert_eq!(vault.unlock(), Err(VaultError::NoCollection));
    assert_eq!(Vault::create(vault), Err(VaultError::NoCollection));
    assert!(!bench.path.exists());
}

#[test]
fn saving_listing_and_removing_work_while_locked_and_reading_does_not() {
    let bench = Bench::created();
    let before = bench.put(b"before");
    bench.vault.lock();
    assert_eq!(bench.vault.probe().state, VaultState::Locked);
    assert!(bench.vault.writable());
    assert_eq!(bench.vault.unlock(), Err(VaultError::Locked));
    let during = bench.put(b"during");
    assert_eq!(bench.vault.get(&during), Err(VaultError::Locked));
    assert_eq!(bench.vault.list().unwrap().len(), 2);
    bench.vault.delete(&before).unwrap();
    bench.vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(bench.vault.probe().state, VaultState::Ready);
    assert_eq!(bench.vault.unlock(), Ok(()));
    assert_eq!(read(&bench.vault, &during).as_deref(), Some(&b"during"[..]));
    assert_eq!(bench.vault.list(), Ok(vec![during]));
}

#[test]
fn another_start_finds_the_same_vault_locked() {
    let bench = Bench::created();
    let id = bench.put(b"kept");
    let again = bench.restarted();
    let (before, after) = (bench.vault.probe(), again.probe());
    assert_eq!((before.state, after.state), (VaultState::Ready, VaultState::Locked));
    assert_eq!(before.identity, after.identity);
    let identity = after.identity.unwrap();
    let hex = identity.id.strip_prefix("file:").expect("named by its kind");
    assert!(hex.len() == 16 && hex.bytes().all(|b| b.is_ascii_hexdigit()), "{hex}");
    assert_eq!((identity.name.as_str(), identity.collection), ("Encrypted file", None));
    again.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(read(&again, &id).as_deref(), Some(&b"kept"[..]));
}

#[test]
fn two_vaults_have_two_identities() {
    let id = |bench: &Bench| bench.vault.probe().identity.unwrap().id;
    assert_ne!(id(&Bench::created()), id(&Bench::created()));
}

#[test]
fn a_put_is_verified_whether_locked_or_not_and_other_bytes_are_not() {
    let bench = Bench::created();
    let id = bench.put(b"right");
    for locked in [false, true] {
        if locked {
            bench.vault.lock();
        }
        assert_eq!(bench.vault.verify(&id, b"right"), Ok(true));
        assert_eq!(bench.vault.verify(&id, b"wrong"), Ok(false));
        assert_eq!(bench.vault.verify(&new_id(), b"right"), Ok(false));
    }
}

#[test]
fn a_file_changed_behind_our_back_is_not_verified_while_locked() {
    let bench = Bench::created();
    let (id, other) = (bench.put(b"same"), bench.put(b"same"));
    bench.vault.lock();
    // Whole, for the same key, with the same content: still not what was written.
    fs::copy(bench.file_of(&other), bench.file_of(&id)).unwrap();
    assert_eq!(bench.vault.verify(&id, b"same"), Ok(false));
    // What another process put cannot be judged.
    assert_eq!(bench.restarted().verify(&other, b"same"), Err(VaultError::Locked));
}

#[test]
fn no_file_shows_what_is_in_it() {
    let bench = Bench::created();
    let secret = b"sk-canary-0123456789abcdef";
    bench.put(secret);
    for name in bench.names() {
        let bytes = fs::read(bench.file(&name)).unwrap();
        for hidden in [&secret[..], RIGHT.as_bytes(), b"AGE-SECRET-KEY"] {
            assert!(!bytes.windows(8).any(|window| hidden.windows(8).any(|w| w == window)), "{name}");
        }
    }
}

#[cfg(unix)]
#[test]
fn folder_and_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    fs::create_dir(&bench.path).unwrap();
    fs::set_permissions(&bench.path, fs::Permissions::from_mode(0o777)).unwrap();
    bench.vault.create_with(&pass(RIGHT)).unwrap();
    bench.put(b"x");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&bench.path), 0o700);
    for name in bench.names() {
        assert_eq!(mode(&bench.file(&name)), 0o600, "{name}");
    }
}

#[test]
fn it_locks_itself_when_unused_and_use_keeps_it_open() {
    let bench = Bench::created();
    let id = bench.put(b"x");
    let idle = Duration::from_millis(600);
    let vault = bench.restarted().with_auto_lock(idle);
    vault.unlock_with(&pass(RIGHT)).unwrap();
    let (start, mut used) = (Instant::now(), Instant::now());
    while start.elapsed() < idle * 2 {
        match vault.get(&id) {
            Ok(found) => assert!(found.is_some()),
            // Only a machine too busy to let this thread run may see it locked.
            Err(e) => assert!(e == VaultError::Locked && used.elapsed() >= idle, "locked while in use"),
        }
        used = Instant::now();
        thread::sleep(Duration::from_millis(50));
    }
    let start = Instant::now();
    while vault.probe().state == VaultState::Ready {
        assert!(start.elapsed() < idle * 20, "looking kept it open");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(vault.get(&id), Err(VaultError::Locked));
}

#[test]
fn other_calls_go_on_while_a_passphrase_is_worked_on() {
    let bench = Bench::new();
    let slow = FileVault::at(bench.path.clone()).with_work_factor(18);
    slow.create_with(&pass(RIGHT)).unwrap();
    let id = new_id();
    thread::scope(|scope| {
        let unlocking = scope.spawn(|| slow.unlock_with(&pass(RIGHT)));
        thread::sleep(Duration::from_millis(50));
        slow.put(&id, "", b"meanwhile").unwrap();
        assert_eq!(read(&slow, &id).as_deref(), Some(&b"meanwhile"[..]));
        assert_eq!(slow.probe().state, VaultState::Ready);
        assert!(!unlocking.is_finished(), "they waited for it");
        unlocking.join().unwrap().unwrap();
    });
}
