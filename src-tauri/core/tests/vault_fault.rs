//! The vault the other tests stand on must itself do what it says.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use keystead_core::vault::{
    EntryId, Vault, VaultError, VaultState,
    fault::{Call, Fault, Memory, Moment, Step},
};
use uuid::Uuid;

fn new_id() -> EntryId {
    EntryId { secret: Uuid::new_v4(), version: 1 }
}

fn text(vault: &Memory, id: &EntryId) -> Option<Vec<u8>> {
    vault.get(id).expect("a get").map(|bytes| bytes.to_vec())
}

#[test]
fn keeps_entries_and_forgets_deleted_ones() {
    let (vault, id) = (Memory::new(), new_id());
    vault.put(&id, "Keystead: OpenAI", b"{}").expect("a put");
    assert_eq!(text(&vault, &id).as_deref(), Some(&b"{}"[..]));
    assert_eq!(vault.list(), Ok(vec![id]));
    assert_eq!(vault.label(&id).as_deref(), Some("Keystead: OpenAI"));
    vault.delete(&id).expect("a delete");
    vault.delete(&id).expect("a delete of nothing");
    assert_eq!(text(&vault, &id), None);
}

#[test]
fn a_clone_is_the_same_vault() {
    let (vault, id) = (Memory::new(), new_id());
    vault.put(&id, "x", b"1").expect("a put");
    assert_eq!(vault.clone().entries(), [id]);
}

#[test]
fn faults_come_in_the_planned_order_and_end() {
    let (vault, id) = (Memory::new(), new_id());
    vault.fail_next(Step::Put, 2, VaultError::Locked);
    vault.next(Step::Put, Fault::LandsUnanswered);
    assert_eq!(vault.put(&id, "x", b"1"), Err(VaultError::Locked));
    assert_eq!(vault.put(&id, "x", b"1"), Err(VaultError::Locked));
    assert!(vault.entries().is_empty());
    assert_eq!(vault.put(&id, "x", b"1"), Err(VaultError::Unresponsive));
    assert_eq!(vault.entries(), [id]);

    vault.next(Step::Get, Fault::Missing);
    vault.next(Step::Get, Fault::OtherBytes(b"2"));
    assert_eq!(text(&vault, &id), None);
    assert_eq!(text(&vault, &id).as_deref(), Some(&b"2"[..]));
    assert_eq!(text(&vault, &id).as_deref(), Some(&b"1"[..]));

    vault.next(Step::Delete, Fault::LandsUnanswered);
    assert_eq!(vault.delete(&id), Err(VaultError::Unresponsive));
    assert!(vault.entries().is_empty());
}

#[test]
fn a_late_put_lands_when_told() {
    let (vault, id) = (Memory::new(), new_id());
    vault.next(Step::Put, Fault::LandsLate);
    assert_eq!(vault.put(&id, "x", b"1"), Err(VaultError::Unresponsive));
    assert!(vault.entries().is_empty());
    vault.land_late_puts();
    assert_eq!(vault.entries(), [id]);
}

#[test]
fn a_state_refuses_everything_until_the_user_answers_the_prompt() {
    let (vault, id) = (Memory::new(), new_id());
    vault.set_state(VaultState::Locked);
    assert_eq!(vault.probe().state, VaultState::Locked);
    assert_eq!(vault.put(&id, "x", b"1"), Err(VaultError::Locked));
    assert_eq!(vault.get(&id).map(|_| ()), Err(VaultError::Locked));
    assert_eq!(vault.create(), Err(VaultError::Locked));
    vault.next(Step::Unlock, Fault::Fail(VaultError::Denied));
    assert_eq!(vault.unlock(), Err(VaultError::Denied));
    assert_eq!(vault.unlock(), Ok(()));
    assert_eq!(vault.probe().state, VaultState::Ready);
    vault.set_state(VaultState::NoBus);
    assert_eq!(vault.probe().identity, None);
}

#[test]
fn the_kill_switch_stops_before_or_after_the_step_and_the_vault_lives_on() {
    for (moment, landed) in [(Moment::Before, false), (Moment::After, true)] {
        let (vault, id) = (Memory::new(), new_id());
        vault.on_step(move |call, now| assert!(call.step != Step::Put || now != moment, "killed"));
        let outcome = catch_unwind(AssertUnwindSafe(|| vault.put(&id, "x", b"1")));
        assert!(outcome.is_err());
        vault.heal();
        assert_eq!(vault.entries() == [id], landed, "{moment:?}");
        assert_eq!(vault.calls().contains(&Call { step: Step::Put, id: Some(id) }), landed);
        vault.put(&id, "x", b"1").expect("a put after the restart");
    }
}

#[test]
fn many_threads_may_use_it() {
    let vault = Memory::new();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..50).for_each(|_| vault.put(&new_id(), "x", b"1").expect("a put")));
        }
    });
    assert_eq!(vault.entries().len(), 400);
}
