//! Any sequence of operations, against a map.

use std::collections::BTreeMap;

use keystead_core::vault::{EntryId, Vault, VaultError, VaultState};
use proptest::prelude::*;
use uuid::Uuid;

use crate::bench::{Bench, OTHER, RIGHT, at, pass};

#[derive(Debug, Clone)]
enum Step {
    Put(u8, Vec<u8>),
    Delete(u8),
    Get(u8),
    Verify(u8, bool),
    Lock,
    Unlock,
    UnlockWrongly,
    ChangePassphrase,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4u8, proptest::collection::vec(any::<u8>(), 0..100)).prop_map(|(n, bytes)| Step::Put(n, bytes)),
        2 => (0..4u8).prop_map(Step::Delete),
        3 => (0..4u8).prop_map(Step::Get),
        2 => (0..4u8, any::<bool>()).prop_map(|(n, right)| Step::Verify(n, right)),
        2 => Just(Step::Lock),
        2 => Just(Step::Unlock),
        1 => Just(Step::UnlockWrongly),
        1 => Just(Step::ChangePassphrase),
        1 => Just(Step::Restart),
    ]
}

fn entry(n: u8) -> EntryId {
    EntryId { secret: Uuid::from_u128(u128::from(n / 2)), version: u32::from(n % 2) + 1 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_steps_does_what_a_map_does(steps in proptest::collection::vec(step(), 1..30)) {
        let bench = Bench::created();
        let mut vault = at(&bench.path);
        let (mut map, mut written_here) = (BTreeMap::<EntryId, Vec<u8>>::new(), Vec::new());
        let (mut open, mut now, mut next) = (false, RIGHT, OTHER);
        for step in steps {
            match step {
                Step::Put(n, bytes) => {
                    prop_assert_eq!(vault.put(&entry(n), "", &bytes), Ok(()));
                    map.insert(entry(n), bytes);
                    written_here.push(entry(n));
                }
                Step::Delete(n) => {
                    prop_assert_eq!(vault.delete(&entry(n)), Ok(()));
                    map.remove(&entry(n));
                }
                Step::Get(n) => {
                    let expected = if open { Ok(map.get(&entry(n)).cloned()) } else { Err(VaultError::Locked) };
                    prop_assert_eq!(vault.get(&entry(n)).map(|found| found.map(|bytes| bytes.to_vec())), expected);
                }
                Step::Verify(n, right) => {
                    let mut bytes = map.get(&entry(n)).cloned().unwrap_or_default();
                    if !right {
                        bytes.push(0);
                    }
                    let expected = match map.contains_key(&entry(n)) {
                        false => Ok(false),
                        true if open || written_here.contains(&entry(n)) => Ok(right),
                        true => Err(VaultError::Locked),
                    };
                    prop_assert_eq!(vault.verify(&entry(n), &bytes), expected);
                }
                Step::Lock => {
                    vault.lock();
                    open = false;
                }
                Step::Unlock => {
                    prop_assert!(vault.unlock_with(&pass(now)).is_ok());
                    open = true;
                }
                // The right one after it, so that wrong ones do not add up to a wait.
                Step::UnlockWrongly => {
                    prop_assert!(vault.unlock_with(&pass(next)).is_err());
                    prop_assert_eq!(vault.probe().state == VaultState::Ready, open);
                    prop_assert!(vault.unlock_with(&pass(now)).is_ok());
                    open = true;
                }
                Step::ChangePassphrase => {
                    prop_assert!(vault.change_passphrase(&pass(now), &pass(next)).is_ok());
                    std::mem::swap(&mut now, &mut next);
                }
                Step::Restart => {
                    vault = at(&bench.path);
                    open = false;
                    written_here.clear();
                }
            }
            prop_assert_eq!(vault.probe().state, if open { VaultState::Ready } else { VaultState::Locked });
            prop_assert!(vault.writable() && vault.exists());
            let mut listed = vault.list().unwrap();
            listed.sort();
            prop_assert_eq!(listed, map.keys().copied().collect::<Vec<_>>());
        }
    }
}
