//! A keyring that hangs, dies or comes back under a running application.

use std::{
    thread,
    time::{Duration, Instant},
};

use keystead_core::vault::{Vault, VaultError, VaultState, keychain::Keychain};

use crate::{
    LABEL, keyring, new_id, read,
    session::{within, within_set},
    stored,
};

/// The deadline of a call, and what a busy machine may add.
const AT_MOST: Duration = Duration::from_millis(5500);

fn timed<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() <= AT_MOST, "took {:?}", start.elapsed());
    result
}

#[test]
fn a_keyring_that_hangs_from_the_start_is_unresponsive_until_it_goes_on() {
    within_set("hung", &[("KEYRING_HANGS", "9")], || {
        let vault = Keychain::new();
        let status = timed(|| vault.probe());
        assert_eq!((status.state, status.identity), (VaultState::Unresponsive, None));
        assert_eq!(timed(|| vault.put(&new_id(), LABEL, b"x")), Err(VaultError::Unresponsive));
        keyring::wait_until(|| vault.probe().state == VaultState::Ready);
        let id = stored(&vault, "after");
        assert_eq!(read(&vault, &id), Ok(Some("after".into())));
    });
}

#[test]
fn a_window_is_told_at_once_that_a_keyring_hangs_and_later_that_it_does_not() {
    within_set("hung", &[("KEYRING_HANGS", "9")], || {
        let vault = Keychain::new().with_glance();
        let start = Instant::now();
        assert_eq!(vault.probe().state, VaultState::Unresponsive);
        assert!(start.elapsed() < Duration::from_millis(2500), "the first look is a short one");
        keyring::wait_until(|| vault.probe().state == VaultState::Ready);
    });
}

#[test]
fn a_keyring_that_hangs_under_us_costs_each_call_its_deadline_and_works_again_afterwards() {
    within("unlocked", || {
        let vault = Keychain::new();
        let id = stored(&vault, "kept");
        let daemon = keyring::daemon();
        keyring::signal("STOP", daemon);
        assert_eq!(timed(|| read(&vault, &id)), Err(VaultError::Unresponsive));
        assert_eq!(timed(|| vault.probe().state), VaultState::Unresponsive);
        keyring::signal("CONT", daemon);
        assert_eq!(read(&vault, &id), Ok(Some("kept".into())));
    });
}

#[test]
fn callers_that_wait_together_for_a_hung_keyring_all_come_back_in_time() {
    within("unlocked", || {
        // Shorter than a look's own limit: the thread itself hangs and is left behind.
        let vault = Keychain::new().with_deadline(Duration::from_secs(1));
        let id = stored(&vault, "kept");
        let daemon = keyring::daemon();
        keyring::signal("STOP", daemon);
        thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| assert_eq!(timed(|| read(&vault, &id)), Err(VaultError::Unresponsive)));
            }
        });
        keyring::signal("CONT", daemon);
        assert_eq!(read(&vault, &id), Ok(Some("kept".into())), "a new thread");
    });
}

#[test]
fn a_keyring_that_was_restarted_under_us_is_used_at_once() {
    within("unlocked", || {
        let vault = Keychain::new();
        let id = stored(&vault, "kept");
        let before = vault.probe();
        keyring::restart();
        assert_eq!(read(&vault, &id), Ok(Some("kept".into())));
        assert_eq!(vault.probe(), before);
        let other = stored(&vault, "new");
        assert_eq!(read(&vault, &other), Ok(Some("new".into())));
    });
}

#[test]
fn a_keyring_that_died_comes_back_locked_and_nothing_seems_lost() {
    within("unlocked", || {
        let vault = Keychain::new();
        let id = stored(&vault, "kept");
        keyring::signal("KILL", keyring::daemon());
        // The bus starts another one, which nobody has given the password.
        assert_eq!(read(&vault, &id), Err(VaultError::Locked));
        keyring::unlock();
        assert_eq!(read(&vault, &id), Ok(Some("kept".into())));
    });
}
