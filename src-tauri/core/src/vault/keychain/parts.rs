//! Large entries, in parts: Windows takes 2,560 bytes an item, and one way for every system is one to be tested. The
//! parts come first and the item under the entry's own name, which counts them, last: half an entry is no entry.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::label;
use crate::{
    crash,
    vault::{EntryId, VaultError},
};

/// What one item holds at most, in bytes (`CRED_MAX_CREDENTIAL_BLOB_SIZE` is 2,560).
pub(super) const LARGEST: usize = 2400;

/// A system's keychain: items of text under names.
pub(super) trait Items {
    fn put(&mut self, user: &str, label: &str, bytes: &[u8]) -> Result<(), VaultError>;
    fn get(&mut self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError>;
    fn delete(&mut self, user: &str) -> Result<(), VaultError>;
    fn users(&mut self) -> Result<Vec<String>, VaultError>;
}

/// Stands under the entry's own name when its bytes are in parts. No envelope reads as one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    parts: u16,
    bytes: usize,
    sha256: [u8; 32],
}

impl Header {
    fn read(item: &[u8]) -> Option<Self> {
        serde_json::from_slice(item).ok()
    }
}

fn part(id: &EntryId, number: u16) -> String {
    format!("{id}.p{number}")
}

/// The entry an item belongs to, if it is one of ours.
fn entry_of(user: &str) -> Option<EntryId> {
    let whole = user.rsplit_once(".p").filter(|(_, number)| number.parse::<u16>().is_ok()).map(|(entry, _)| entry);
    whole.unwrap_or(user).parse().ok()
}

pub(super) fn put(items: &mut impl Items, id: &EntryId, label: &str, bytes: &[u8]) -> Result<(), VaultError> {
    let label = label::of_entry(id, label);
    if bytes.len() <= LARGEST {
        return step(|| items.put(&id.to_string(), &label, bytes));
    }
    let mut count = 0;
    for piece in pieces(bytes) {
        count += 1;
        step(|| items.put(&part(id, count), &format!("{label} part {count}"), piece))?;
    }
    let header = Header { parts: count, bytes: bytes.len(), sha256: Sha256::digest(bytes).into() };
    let header = serde_json::to_vec(&header).map_err(|_| VaultError::Failed)?;
    step(|| items.put(&id.to_string(), &label, &header))
}

pub(super) fn get(items: &mut impl Items, id: &EntryId) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    let Some(item) = step(|| items.get(&id.to_string()))? else { return Ok(None) };
    let Some(header) = Header::read(&item) else { return Ok(Some(item)) };
    // Of the right size at once: growing would leave copies behind.
    let mut whole = Zeroizing::new(Vec::with_capacity(header.bytes.min(usize::from(header.parts) * LARGEST)));
    for number in 1..=header.parts {
        whole.extend_from_slice(&items.get(&part(id, number))?.ok_or(VaultError::Damaged)?);
    }
    let sum: [u8; 32] = Sha256::digest(&*whole).into();
    if whole.len() == header.bytes && bool::from(sum.ct_eq(&header.sha256)) {
        return Ok(Some(whole));
    }
    Err(VaultError::Damaged)
}

/// The header first, so that what is left of an interrupted delete is no entry any more; a second try finds the rest.
pub(super) fn delete(items: &mut impl Items, id: &EntryId) -> Result<(), VaultError> {
    let user = id.to_string();
    if let Some(item) = items.get(&user)? {
        step(|| items.delete(&user))?;
        let parts = Header::read(&item).map_or(0, |header| header.parts);
        return (1..=parts).try_for_each(|number| step(|| items.delete(&part(id, number))));
    }
    let rest: Vec<String> = items.users()?.into_iter().filter(|user| entry_of(user) == Some(*id)).collect();
    rest.iter().try_for_each(|user| step(|| items.delete(user)))
}

/// The entries there are, and those of which only parts are.
pub(super) fn list(items: &mut impl Items) -> Result<Vec<EntryId>, VaultError> {
    let found: BTreeSet<EntryId> = items.users()?.iter().filter_map(|user| entry_of(user)).collect();
    Ok(found.into_iter().collect())
}

/// One call to the system's keychain: a crash may come before it and after it.
fn step<T>(call: impl FnOnce() -> Result<T, VaultError>) -> Result<T, VaultError> {
    crash::point();
    let done = call();
    crash::point();
    done
}

/// Cut between characters: `KWallet` wants text.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let inside = |at: usize| rest.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        let at = (1..=LARGEST.min(rest.len())).rev().find(|at| !inside(*at)).unwrap_or(LARGEST.min(rest.len()));
        let (piece, after) = rest.split_at(at);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;

    /// As Windows is: nothing over 2,560 bytes. `left` counts down to a call that fails, as when the process ends there.
    #[derive(Default)]
    struct Small {
        items: BTreeMap<String, Vec<u8>>,
        left: Option<usize>,
    }

    impl Small {
        fn tick(&mut self) -> Result<(), VaultError> {
            match &mut self.left {
                Some(0) => Err(VaultError::Failed),
                Some(left) => {
                    *left -= 1;
                    Ok(())
                }
                None => Ok(()),
            }
        }
    }

    impl Items for Small {
        fn put(&mut self, user: &str, _label: &str, bytes: &[u8]) -> Result<(), VaultError> {
            self.tick()?;
            assert!(bytes.len() <= 2560 && std::str::from_utf8(bytes).is_ok());
            self.items.insert(user.to_owned(), bytes.to_vec());
            Ok(())
        }

        fn get(&mut self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
            Ok(self.items.get(user).map(|bytes| Zeroizing::new(bytes.clone())))
        }

        fn delete(&mut self, user: &str) -> Result<(), VaultError> {
            self.tick()?;
            self.items.remove(user);
            Ok(())
        }

        fn users(&mut self) -> Result<Vec<String>, VaultError> {
            Ok(self.items.keys().cloned().collect())
        }
    }

    fn id() -> EntryId {
        EntryId { secret: Uuid::new_v4(), version: 2 }
    }

    #[test]
    fn every_size_comes_back_whole() {
        for size in [0, 1, 2399, 2400, 2401, 2560, 2561, 4800, 4801, 16 * 1024, 40_000] {
            for letter in ["a", "é", "🔑"] {
                let bytes = letter.repeat(size / letter.len()).into_bytes();
                let (mut items, id) = (Small::default(), id());
                put(&mut items, &id, "Keystead: Vertex", &bytes).expect("put");
                assert_eq!(get(&mut items, &id).expect("read").as_deref(), Some(&bytes));
                assert_eq!(list(&mut items).expect("listed"), [id]);
                delete(&mut items, &id).expect("deleted");
                assert!(items.items.is_empty());
            }
        }
    }

    #[test]
    fn half_an_entry_is_none_and_can_be_deleted() {
        let bytes = vec![b'x'; 10_000];
        for calls in 0..5 {
            let (mut items, id) = (Small { left: Some(calls), ..Small::default() }, id());
            assert!(put(&mut items, &id, "", &bytes).is_err());
            items.left = None;
            assert_eq!(get(&mut items, &id).expect("read"), None);
            assert_eq!(list(&mut items).expect("listed").len(), usize::from(calls > 0));
            delete(&mut items, &id).expect("deleted");
            assert!(items.items.is_empty());
        }
    }

    #[test]
    fn a_delete_that_was_interrupted_is_finished_by_the_next() {
        let bytes = vec![b'x'; 10_000];
        for calls in 0..6 {
            let (mut items, id) = (Small::default(), id());
            put(&mut items, &id, "", &bytes).expect("put");
            items.left = Some(calls);
            assert!(delete(&mut items, &id).is_err());
            items.left = None;
            let there = get(&mut items, &id).expect("read");
            assert_eq!(there.is_some(), calls == 0, "whole or not at all");
            delete(&mut items, &id).expect("deleted");
            assert!(items.items.is_empty());
        }
    }

    #[test]
    fn a_part_that_is_lost_or_changed_is_seen() {
        let bytes = vec![b'x'; 10_000];
        let (mut items, id) = (Small::default(), id());
        put(&mut items, &id, "", &bytes).expect("put");
        items.items.get_mut(&part(&id, 2)).expect("there")[7] = b'y';
        assert_eq!(get(&mut items, &id), Err(VaultError::Damaged));
        items.items.remove(&part(&id, 2));
        assert_eq!(get(&mut items, &id), Err(VaultError::Damaged));
    }
}
