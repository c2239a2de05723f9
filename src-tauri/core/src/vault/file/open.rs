//! What this process remembers of the vault, and the clock that makes it forget.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use age::x25519;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::vault::EntryId;

/// The watch looks at least so often: sleep of the machine stops its clock, not the world's.
const LOOK: Duration = Duration::from_secs(30);

pub(super) type Shared = Arc<Mutex<State>>;

#[derive(Default)]
pub(super) struct State {
    open: Option<Open>,
    /// The public half of the identity that was last opened or made here.
    pub(super) proven: Option<x25519::Recipient>,
    /// What this process put.
    pub(super) written: HashMap<EntryId, Written>,
    /// There while a thread waits to lock it; the thread ends when it is dropped.
    watched: Option<Sender<()>>,
}

/// By what a file is known again without being decrypted: a hash of it and of what went in, under a key of its own.
pub(super) struct Written {
    key: [u8; 32],
    hash: [u8; 32],
}

impl Written {
    /// None when the system has no randomness to give.
    pub(super) fn new(bytes: &[u8], sealed: &[u8]) -> Option<Self> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).ok()?;
        Some(Self { key, hash: hash(&key, bytes, sealed) })
    }

    pub(super) fn is(&self, bytes: &[u8], sealed: &[u8]) -> bool {
        hash(&self.key, bytes, sealed).ct_eq(&self.hash).into()
    }
}

fn hash(key: &[u8; 32], bytes: &[u8], sealed: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(&Sha256::digest(sealed));
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

/// An identity wipes itself when the last reader that uses it has ended.
struct Open {
    identity: Arc<x25519::Identity>,
    idle: Duration,
    used: Instant,
    /// The same by the clock on the wall, which goes on while the machine sleeps.
    used_at: SystemTime,
}

impl Open {
    /// What is left until it locks; none once it is over.
    fn left(&self) -> Option<Duration> {
        // A clock on the wall that went backwards says nothing.
        let asleep = self.used_at.elapsed().unwrap_or_default();
        self.idle.checked_sub(self.used.elapsed().max(asleep)).filter(|left| !left.is_zero())
    }
}

pub(super) fn state(shared: &Mutex<State>) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub(super) fn lock(&mut self) {
        self.open = None;
    }

    /// The identity, if it is open still. Looking is not using.
    pub(super) fn identity(&mut self) -> Option<Arc<x25519::Identity>> {
        self.open.take_if(|open| open.left().is_none());
        self.open.as_ref().map(|open| open.identity.clone())
    }

    /// Counts as use: the time until it locks begins anew.
    pub(super) fn touch(&mut self) -> Option<Arc<x25519::Identity>> {
        let identity = self.identity();
        if let Some(open) = &mut self.open {
            (open.used, open.used_at) = (Instant::now(), SystemTime::now());
        }
        identity
    }
}

/// Keeps the identity for as long as it is used.
pub(super) fn open(shared: &Shared, identity: x25519::Identity, idle: Duration) {
    let mut state = state(shared);
    state.proven = Some(identity.to_public());
    let (used, used_at) = (Instant::now(), SystemTime::now());
    state.open = Some(Open { identity: Arc::new(identity), idle, used, used_at });
    if state.watched.is_none() {
        let watched = Arc::downgrade(shared);
        let (alive, gone) = mpsc::channel();
        // Without the thread it still locks, when it is next looked at.
        let started = thread::Builder::new().name("vault-lock".into()).spawn(move || watch(&watched, &gone));
        state.watched = started.is_ok().then_some(alive);
    }
}

/// Ends when the vault is locked or gone.
fn watch(watched: &Weak<Mutex<State>>, gone: &Receiver<()>) {
    while let Some(shared) = watched.upgrade() {
        let left = {
            let mut state = state(&shared);
            let left = state.open.as_ref().and_then(Open::left);
            if left.is_none() {
                state.lock();
                state.watched = None;
            }
            left
        };
        drop(shared);
        // Nothing is ever sent: it waits its time, or until the vault is gone.
        let Some(left) = left else { return };
        if gone.recv_timeout(left.min(LOOK)) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vault opened for `idle`, and a view of its identity that does not keep it.
    fn opened(idle: Duration) -> (Shared, Weak<x25519::Identity>) {
        let shared = Shared::default();
        open(&shared, x25519::Identity::generate(), idle);
        let seen = state(&shared).open.as_ref().map(|open| Arc::downgrade(&open.identity)).expect("open");
        (shared, seen)
    }

    #[test]
    fn the_identity_goes_by_itself_when_nobody_looks() {
        let (shared, seen) = opened(Duration::from_millis(50));
        let start = Instant::now();
        while seen.upgrade().is_some() {
            assert!(start.elapsed() < Duration::from_secs(10), "it is still there");
            thread::sleep(Duration::from_millis(5));
        }
        assert!(state(&shared).watched.is_none(), "the next unlock starts another watch");
    }

    #[test]
    fn the_identity_goes_with_the_vault_however_long_the_watch_sleeps() {
        let (shared, seen) = opened(Duration::from_hours(1));
        thread::sleep(Duration::from_millis(100));
        drop(shared);
        assert!(seen.upgrade().is_none());
    }

    #[test]
    fn time_the_machine_slept_counts_and_a_clock_set_back_does_not() {
        let (shared, _) = opened(Duration::from_hours(1));
        let set = |used_at| state(&shared).open.as_mut().expect("open").used_at = used_at;
        set(SystemTime::now() + Duration::from_hours(5));
        assert!(state(&shared).identity().is_some());
        set(SystemTime::now() - Duration::from_hours(2));
        assert!(state(&shared).identity().is_none());
    }
}
