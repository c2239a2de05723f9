//! What each state of a session looks like, and that looking at it disturbs nobody.

use keystead_core::vault::{Vault, VaultError, VaultState, keychain::Keychain};

use crate::{LABEL, keyring, new_id, read, session::within, stored};

/// Every call that touches entries is refused with this error.
fn all_refused(vault: &Keychain, error: VaultError) {
    let id = new_id();
    assert_eq!(vault.put(&id, LABEL, b"x"), Err(error), "put");
    assert_eq!(read(vault, &id), Err(error), "get");
    assert_eq!(vault.delete(&id), Err(error), "delete");
    assert_eq!(vault.list(), Err(error), "list");
}

#[test]
fn an_open_keyring_is_ready_and_says_who_it_is() {
    within("unlocked", || {
        let status = Keychain::new().probe();
        assert_eq!(status.state, VaultState::Ready);
        let identity = status.identity.expect("somebody answers");
        assert_eq!(identity.id, "secret-service:gnome-keyring-daemon:/org/freedesktop/secrets/collection/login");
        assert_eq!((identity.name.as_str(), identity.collection.as_deref()), ("GNOME Keyring", Some("Login")));
    });
}

#[test]
fn a_locked_keyring_refuses_everything_until_it_is_unlocked() {
    within("unlocked", || {
        let vault = Keychain::new();
        let id = stored(&vault, "kept");
        let open = vault.probe().identity.expect("somebody answers").id;
        keyring::lock();
        let status = vault.probe();
        assert_eq!(status.state, VaultState::Locked);
        assert_eq!(status.identity.expect("somebody answers").id, open);
        assert_eq!(read(&vault, &id), Err(VaultError::Locked));
        assert_eq!(vault.delete(&id), Err(VaultError::Locked));
        all_refused(&vault, VaultError::Locked);
        keyring::unlock();
        assert_eq!(vault.probe().state, VaultState::Ready);
        assert_eq!(read(&vault, &id), Ok(Some("kept".into())));
    });
}

#[test]
fn nothing_but_unlock_opens_a_prompt() {
    within("unlocked", || {
        let vault = Keychain::new();
        let id = stored(&vault, "kept");
        keyring::lock();
        let heard = keyring::prompts_during(|| {
            vault.probe();
            assert_eq!(read(&vault, &id), Err(VaultError::Locked));
            assert_eq!(vault.delete(&id), Err(VaultError::Locked));
            all_refused(&vault, VaultError::Locked);
        });
        assert!(!heard.contains("interface=org.freedesktop.Secret.Prompt"), "{heard}");
        // Without a display the keyring dismisses its prompt itself.
        let heard = keyring::prompts_during(|| assert_eq!(vault.unlock(), Err(VaultError::Denied)));
        assert!(heard.contains("interface=org.freedesktop.Secret.Prompt; member=Prompt"), "{heard}");
    });
}

#[test]
fn a_keyring_on_disk_that_nobody_opened_is_locked() {
    within("locked-cold", || {
        let vault = Keychain::new();
        assert_eq!(vault.probe().state, VaultState::Locked);
        all_refused(&vault, VaultError::Locked);
    });
}

#[test]
fn without_a_default_collection_that_is_what_is_said_and_creating_one_helps() {
    within("fresh", || {
        let vault = Keychain::new();
        let status = vault.probe();
        assert_eq!(status.state, VaultState::NoCollection);
        assert_eq!(status.identity.expect("somebody answers").name, "GNOME Keyring");
        all_refused(&vault, VaultError::NoCollection);
        assert_eq!(vault.unlock(), Err(VaultError::NoCollection));
        assert_eq!(vault.create(), Err(VaultError::Denied), "dismissed for want of a display");
        assert_eq!(vault.probe().state, VaultState::NoCollection);
        keyring::create();
        assert_eq!(vault.probe().state, VaultState::Ready);
        let id = stored(&vault, "first");
        assert_eq!(read(&vault, &id), Ok(Some("first".into())));
    });
}

#[test]
fn without_a_provider_that_is_what_is_said() {
    within("none", || {
        let vault = Keychain::new();
        let status = vault.probe();
        assert_eq!((status.state, status.identity), (VaultState::NoProvider, None));
        all_refused(&vault, VaultError::NoProvider);
        assert_eq!((vault.unlock(), vault.create()), (Err(VaultError::NoProvider), Err(VaultError::NoProvider)));
    });
}

#[test]
fn without_a_session_bus_that_is_what_is_said() {
    within("nobus", || {
        let vault = Keychain::new();
        let status = vault.probe();
        assert_eq!((status.state, status.identity), (VaultState::NoBus, None));
        all_refused(&vault, VaultError::NoBus);
        assert_eq!((vault.unlock(), vault.create()), (Err(VaultError::NoBus), Err(VaultError::NoBus)));
    });
}

#[test]
fn an_entry_in_another_collection_that_is_locked_is_not_lost_and_opens_no_prompt() {
    within("unlocked", || {
        let vault = Keychain::new();
        let first = vault.probe().identity.expect("somebody answers");
        let old = stored(&vault, "kept");
        keyring::make_default(&keyring::create_collection("Other"));
        keyring::lock();
        let heard = keyring::prompts_during(|| {
            let status = vault.probe();
            assert_eq!(status.state, VaultState::Ready);
            assert_ne!(status.identity.expect("somebody answers").id, first.id, "seen to be another keychain");
            assert_eq!(read(&vault, &old), Err(VaultError::Locked));
            assert_eq!(vault.delete(&old), Err(VaultError::Locked));
            assert_eq!(vault.list(), Err(VaultError::Locked));
            let new = stored(&vault, "new");
            assert_eq!(read(&vault, &new), Ok(Some("new".into())));
        });
        assert!(!heard.contains("interface=org.freedesktop.Secret.Prompt"), "{heard}");
        keyring::unlock();
        assert_eq!(read(&vault, &old), Ok(Some("kept".into())));
    });
}
