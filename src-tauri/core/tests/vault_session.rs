//! This session only: what it keeps, and that nobody else has it.

use keystead_core::vault::{EntryId, SessionVault, Vault, VaultState};
use uuid::Uuid;

fn new_id() -> EntryId {
    EntryId { secret: Uuid::new_v4(), version: 1 }
}

#[test]
fn keeps_entries_until_they_are_deleted() {
    let (vault, id) = (SessionVault::new(), new_id());
    vault.put(&id, "Keystead: OpenAI", b"one").unwrap();
    assert_eq!(vault.get(&id).unwrap().as_deref().map(Vec::as_slice), Some(&b"one"[..]));
    assert_eq!((vault.verify(&id, b"one"), vault.verify(&id, b"two")), (Ok(true), Ok(false)));
    assert_eq!(vault.list(), Ok(vec![id]));
    vault.delete(&id).unwrap();
    vault.delete(&id).unwrap();
    assert_eq!((vault.get(&id), vault.list(), vault.verify(&id, b"one")), (Ok(None), Ok(vec![]), Ok(false)));
}

#[test]
fn is_always_ready_and_asks_nothing() {
    let vault = SessionVault::new();
    assert_eq!(vault.probe().state, VaultState::Ready);
    assert!(vault.writable());
    assert_eq!((vault.unlock(), vault.create()), (Ok(()), Ok(())));
}

#[test]
fn is_another_vault_at_every_start() {
    let (one, two) = (SessionVault::new(), SessionVault::new());
    let identity = |vault: &SessionVault| vault.probe().identity.unwrap();
    assert_eq!(identity(&one), identity(&one));
    assert_ne!(identity(&one).id, identity(&two).id);
    assert!(identity(&one).id.starts_with("session:"));
    assert_eq!(identity(&one).name, "This session only");
    let id = new_id();
    one.put(&id, "", b"x").unwrap();
    assert_eq!(two.get(&id), Ok(None));
}

#[test]
fn threads_share_it_without_losing_an_entry() {
    let vault = SessionVault::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let id = new_id();
                    vault.put(&id, "", id.to_string().as_bytes()).unwrap();
                    assert_eq!(vault.verify(&id, id.to_string().as_bytes()), Ok(true));
                }
            });
        }
    });
    assert_eq!(vault.list().unwrap().len(), 800);
}
