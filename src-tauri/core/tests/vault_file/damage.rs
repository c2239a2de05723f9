//! Files that were cut, garbled, swapped, lost or exchanged: each told by its name, and never a key given up.

use std::fs;

use keystead_core::{
    error::Code,
    secret::{Secret, clean},
    vault::{Contents, EntryId, Envelope, Vault, VaultError, VaultState},
};
use zeroize::Zeroizing;

use crate::bench::{Bench, OTHER, RIGHT, new_id, pass, read};

#[test]
fn an_identity_that_was_cut_or_garbled_is_damaged_and_opens_again_when_restored() {
    let bench = Bench::created();
    let file = bench.file("identity.age");
    let whole = fs::read(&file).unwrap();
    let vault = bench.restarted();
    let cuts = (0..whole.len()).step_by(7).map(|end| whole[..end].to_vec());
    let flips = (0..whole.len()).step_by(5).map(|at| {
        let mut garbled = whole.clone();
        garbled[at] ^= 1;
        garbled
    });
    for bytes in cuts.chain(flips) {
        fs::write(&file, &bytes).unwrap();
        assert_eq!(vault.unlock_with(&pass(RIGHT)).unwrap_err().code, Code::VaultDamaged);
        assert_eq!(vault.change_passphrase(&pass(RIGHT), &pass(OTHER)).unwrap_err().code, Code::VaultDamaged);
        assert_eq!(fs::read(&file).unwrap(), bytes, "what is left is left alone");
    }
    fs::write(&file, &whole).unwrap();
    vault.unlock_with(&pass(RIGHT)).unwrap();
}

#[test]
fn without_the_sums_a_garbled_identity_opens_nothing_and_the_whole_one_opens() {
    let bench = Bench::created();
    let file = bench.file("identity.age");
    let whole = fs::read(&file).unwrap();
    for sums in [None, Some("nonsense")] {
        match sums {
            None => fs::remove_file(bench.file("identity.sha256")).unwrap(),
            Some(text) => fs::write(bench.file("identity.sha256"), text).unwrap(),
        }
        let mut garbled = whole.clone();
        garbled[40] ^= 1;
        fs::write(&file, garbled).unwrap();
        assert!(bench.restarted().unlock_with(&pass(RIGHT)).is_err());
        fs::write(&file, &whole).unwrap();
        bench.restarted().unlock_with(&pass(RIGHT)).unwrap();
    }
}

#[test]
fn an_identity_made_for_hours_of_work_is_refused_at_once() {
    let bench = Bench::created();
    let file = bench.file("identity.age");
    let text = fs::read(&file).unwrap();
    let line = text.iter().position(|b| *b == b'\n').unwrap() + 1;
    let end = line + text[line..].iter().position(|b| *b == b'\n').unwrap();
    assert!(text[..end].ends_with(b" 2"), "the work factor stands at the end of the line");
    let harder = [&text[..end - 1], b"30", &text[end..]].concat();
    fs::write(&file, harder).unwrap();
    assert_eq!(bench.restarted().unlock_with(&pass(RIGHT)).unwrap_err().code, Code::VaultDamaged);
}

#[test]
fn a_cut_or_garbled_entry_fails_alone() {
    let bench = Bench::created();
    let (hurt, well) = (bench.put(b"hurt"), bench.put(b"well"));
    let whole = fs::read(bench.file_of(&hurt)).unwrap();
    let mut garbled = whole.clone();
    *garbled.last_mut().unwrap() ^= 1;
    for bytes in [&whole[..whole.len() - 1], &whole[..60], b"", b"not age at all", &garbled] {
        fs::write(bench.file_of(&hurt), bytes).unwrap();
        assert_eq!(bench.vault.get(&hurt), Err(VaultError::Damaged));
        assert_eq!(bench.vault.verify(&hurt, b"hurt"), Err(VaultError::Damaged));
        assert_eq!(read(&bench.vault, &well).as_deref(), Some(&b"well"[..]));
        assert_eq!(bench.vault.list().unwrap().len(), 2);
    }
    fs::write(bench.file_of(&hurt), whole).unwrap();
    assert_eq!(read(&bench.vault, &hurt).as_deref(), Some(&b"hurt"[..]));
}

#[test]
fn swapped_entries_are_seen_by_their_envelopes() {
    let bench = Bench::created();
    let secret = |text: &str| -> Secret { clean(&Zeroizing::new(text.as_bytes().to_vec())).unwrap().0 };
    let ids = [new_id(), new_id()];
    for (id, text) in ids.iter().zip(["sk-first", "sk-second"]) {
        let secret = secret(text);
        let contents = Contents {
            provider: "openai",
            label: "Work",
            part: None,
            origins: &[],
            custom: None,
            config: None,
            secret: &secret,
        };
        bench.vault.put(id, "", &Envelope::seal(id, &contents)).unwrap();
    }
    let opened = |id: &EntryId| Envelope::open(id, &bench.vault.get(id).unwrap().unwrap());
    assert!(ids.iter().all(|id| opened(id).is_ok()));
    fs::rename(bench.file_of(&ids[0]), bench.file("aside")).unwrap();
    fs::rename(bench.file_of(&ids[1]), bench.file_of(&ids[0])).unwrap();
    fs::rename(bench.file("aside"), bench.file_of(&ids[1])).unwrap();
    for id in &ids {
        assert_eq!(opened(id).err().expect("seen").code, Code::VaultMismatch);
    }
}

#[test]
fn a_public_key_that_is_missing_is_made_again_by_the_next_unlock() {
    let bench = Bench::created();
    let (file, vault) = (bench.file("recipient.txt"), bench.restarted());
    let before = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert!(!vault.writable());
    assert_eq!(vault.put(&new_id(), "", b"x"), Err(VaultError::Damaged));
    assert_eq!(vault.probe().state, VaultState::Locked);
    vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(fs::read(&file).unwrap(), before);
    // A process that has opened it knows the key without the file.
    fs::remove_file(&file).unwrap();
    vault.lock();
    let id = new_id();
    vault.put(&id, "", b"known").unwrap();
    vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(read(&vault, &id).as_deref(), Some(&b"known"[..]));
}

#[test]
fn nothing_is_saved_for_a_strangers_eyes_once_the_vault_was_opened() {
    let (bench, stranger) = (Bench::created(), Bench::created());
    let kept = bench.put(b"kept");
    let theirs = fs::read(stranger.file("recipient.txt")).unwrap();
    for edited in [&theirs[..], b"age1nonsense", b"", &[0xff, 0xfe]] {
        fs::write(bench.file("recipient.txt"), edited).unwrap();
        bench.vault.lock();
        assert!(!bench.vault.writable());
        assert_eq!(bench.vault.put(&new_id(), "", b"x"), Err(VaultError::Damaged));
        assert_eq!(bench.vault.unlock_with(&pass(RIGHT)).unwrap_err().code, Code::VaultDamaged);
        assert_eq!(bench.restarted().unlock_with(&pass(RIGHT)).unwrap_err().code, Code::VaultDamaged);
        assert_eq!(bench.vault.delete(&new_id()), Err(VaultError::Damaged), "another vault's absence is no absence");
        // The way out, named in the message.
        fs::remove_file(bench.file("recipient.txt")).unwrap();
        bench.vault.unlock_with(&pass(RIGHT)).unwrap();
        assert_eq!(read(&bench.vault, &kept).as_deref(), Some(&b"kept"[..]));
    }
}

/// The limit: a process that never opened the vault has nothing to compare with, except the name it chose.
#[test]
fn a_strangers_key_shows_in_the_vaults_name_before_it_was_ever_opened() {
    let (bench, stranger) = (Bench::created(), Bench::created());
    let chosen = bench.vault.probe().identity.unwrap().id;
    fs::copy(stranger.file("recipient.txt"), bench.file("recipient.txt")).unwrap();
    let vault = bench.restarted();
    assert_ne!(vault.probe().identity.unwrap().id, chosen);
    let id = new_id();
    vault.put(&id, "", b"for a stranger").unwrap();
    fs::remove_file(bench.file("recipient.txt")).unwrap();
    vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(vault.get(&id), Err(VaultError::Damaged), "what we cannot read is not given out as ours");
}

#[test]
fn an_identity_missing_beside_entries_is_not_replaced() {
    let bench = Bench::created();
    let id = bench.put(b"kept");
    let (file, aside) = (bench.file("identity.age"), bench.file("identity.aside"));
    fs::rename(&file, &aside).unwrap();
    let vault = bench.restarted();
    assert!(!vault.exists() && !vault.writable());
    assert_eq!(vault.probe().state, VaultState::NoCollection);
    assert_eq!(vault.put(&new_id(), "", b"x"), Err(VaultError::NoCollection));
    assert_eq!(vault.create_with(&pass(RIGHT)).unwrap_err().code, Code::VaultDamaged);
    fs::rename(&aside, &file).unwrap();
    vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(read(&vault, &id).as_deref(), Some(&b"kept"[..]));
}

#[test]
fn a_folder_that_vanished_is_no_proof_of_absence_and_is_not_made_again() {
    let bench = Bench::created();
    let id = bench.put(b"kept");
    let aside = bench.path.with_extension("aside");
    fs::rename(&bench.path, &aside).unwrap();
    for _ in 0..2 {
        assert_eq!(bench.vault.probe().state, VaultState::NoCollection);
        assert_eq!(bench.vault.get(&id), Err(VaultError::NoCollection));
        assert_eq!(bench.vault.delete(&id), Err(VaultError::NoCollection));
        assert_eq!(bench.vault.list(), Err(VaultError::NoCollection));
        assert_eq!(bench.vault.put(&new_id(), "", b"x"), Err(VaultError::NoCollection));
        assert_eq!(bench.vault.verify(&id, b"kept"), Err(VaultError::NoCollection));
        bench.vault.lock();
    }
    assert!(!bench.path.exists());
    fs::rename(&aside, &bench.path).unwrap();
    bench.vault.unlock_with(&pass(RIGHT)).unwrap();
    assert_eq!(read(&bench.vault, &id).as_deref(), Some(&b"kept"[..]));
}

#[test]
fn files_that_are_not_ours_are_neither_listed_nor_touched() {
    let bench = Bench::created();
    let id = bench.put(b"x");
    let upper = format!("{}.v1.age", id.secret.to_string().to_uppercase());
    let names = [upper.as_str(), "notes.age", "x.v1.age", &format!("{id}.age.bak"), &format!("{}.v+1.age", id.secret)];
    for name in names {
        fs::write(bench.file(name), "mine").unwrap();
    }
    assert_eq!(bench.vault.list(), Ok(vec![id]));
    bench.put(b"y");
    for name in names {
        assert_eq!(fs::read(bench.file(name)).unwrap(), b"mine");
    }
}
