//! Writing, reading, listing and deleting in an open keyring.

use std::{
    io::Write,
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use keystead_core::vault::{EntryId, SERVICE, Vault, keychain::Keychain};

use crate::{LABEL, new_id, read, session::within, stored};

#[test]
fn values_of_every_size_come_back_unchanged() {
    within("unlocked", || {
        let vault = Keychain::new();
        let mut ids = Vec::new();
        for size in [1, 2560, 16 * 1024] {
            let text: String = ('a'..='z').cycle().take(size).collect();
            ids.push(stored(&vault, &text));
            assert_eq!(read(&vault, &ids[ids.len() - 1]), Ok(Some(text)), "{size} bytes");
        }
        let mut listed = vault.list().expect("a list");
        listed.sort();
        ids.sort();
        assert_eq!(listed, ids);
        for id in &ids {
            vault.delete(id).expect("a delete");
            assert_eq!(read(&vault, id), Ok(None));
            vault.delete(id).expect("deleting what is not there");
        }
        assert_eq!(vault.list(), Ok(Vec::new()));
    });
}

#[test]
fn versions_of_one_secret_are_entries_of_their_own() {
    within("unlocked", || {
        let vault = Keychain::new();
        let old = stored(&vault, "old");
        let new = EntryId { version: 2, ..old };
        vault.put(&new, LABEL, b"new").expect("a put");
        assert_eq!((read(&vault, &old), read(&vault, &new)), (Ok(Some("old".into())), Ok(Some("new".into()))));
        vault.delete(&old).expect("a delete");
        assert_eq!(read(&vault, &new), Ok(Some("new".into())));
    });
}

#[test]
fn people_and_other_programs_see_what_it_is() {
    within("unlocked", || {
        let vault = Keychain::new();
        let id = new_id();
        vault.put(&id, "Keystead: A/B Work", b"{\"s\":\"x\"}").expect("a put");
        let user = id.to_string();
        let found =
            Command::new("secret-tool").args(["search", "service", SERVICE]).output().expect("secret-tool runs");
        let text = format!("{}{}", String::from_utf8_lossy(&found.stdout), String::from_utf8_lossy(&found.stderr));
        let short = &id.secret.simple().to_string()[..8];
        assert!(text.contains(&format!("label = Keystead: A-B Work [{short}.v1]\n")), "{text}");
        assert!(text.contains(&format!("attribute.username = {user}\n")), "{text}");
        let lookup = Command::new("secret-tool").args(["lookup", "service", SERVICE, "username", &user]).output();
        assert_eq!(lookup.expect("secret-tool runs").stdout, b"{\"s\":\"x\"}");
    });
}

#[test]
fn entries_of_other_programs_are_not_listed() {
    within("unlocked", || {
        for attributes in [["service", "other.example"], ["service", SERVICE]] {
            let mut store = Command::new("secret-tool")
                .args(["store", "--label=other"])
                .args(attributes)
                .args(["username", "not-an-entry"])
                .stdin(std::process::Stdio::piped())
                .spawn()
                .expect("secret-tool runs");
            store.stdin.take().expect("piped").write_all(b"x").expect("written");
            assert!(store.wait().expect("it ends").success());
        }
        assert_eq!(Keychain::new().list(), Ok(Vec::new()));
    });
}

#[test]
fn six_threads_at_once_get_what_each_of_them_put() {
    within("unlocked", || {
        let vault = Keychain::new();
        thread::scope(|scope| {
            for worker in 0..6 {
                let vault = &vault;
                scope.spawn(move || {
                    for round in 0..10 {
                        let text = format!("{worker}-{round}");
                        let id = stored(vault, &text);
                        assert_eq!(read(vault, &id), Ok(Some(text)));
                        vault.delete(&id).expect("a delete");
                    }
                });
            }
        });
        assert_eq!(vault.list(), Ok(Vec::new()));
    });
}

#[test]
fn works_when_called_from_inside_an_async_runtime() {
    within("unlocked", || {
        let several = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let single = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        for runtime in [several, single] {
            runtime.block_on(async {
                let vault = Keychain::new();
                assert_eq!(vault.probe().state, keystead_core::vault::VaultState::Ready);
                let id = stored(&vault, "async");
                assert_eq!(read(&vault, &id), Ok(Some("async".into())));
                vault.unlock().expect("open already");
                vault.create().expect("there already");
                vault.delete(&id).expect("a delete");
            });
        }
    });
}

/// Everything that any library says, through both logging interfaces in use.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl log::Log for Said {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.clone(), "{} {}", record.target(), record.args()).expect("memory");
    }

    fn flush(&self) {}
}

#[test]
fn no_library_logs_a_secret() {
    within("unlocked", || {
        let said = Said::default();
        let writer = said.clone();
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).init();
        log::set_boxed_logger(Box::new(said.clone())).expect("the first logger");
        log::set_max_level(log::LevelFilter::Trace);

        let vault = Keychain::new();
        let canary = "sk-canary-8d1f6c0e5b7a";
        let id = stored(&vault, canary);
        assert_eq!(read(&vault, &id), Ok(Some(canary.into())));
        vault.list().expect("a list");
        vault.delete(&id).expect("a delete");

        let text = String::from_utf8_lossy(&said.0.lock().expect("no panic")).into_owned();
        assert!(text.contains("zbus"), "the libraries were heard");
        let bytes = canary.as_bytes().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let hex = canary.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        for form in [canary, &bytes, &hex] {
            assert!(!text.to_lowercase().contains(form), "{form} was logged");
        }
    });
}
