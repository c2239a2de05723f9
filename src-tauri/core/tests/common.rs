//! A facade on a real database file and the fault vault, which a test may "restart" by opening it again.
#![allow(dead_code, reason = "each test file uses its part")]

use std::{fs, path::Path, sync::Arc, time::SystemTime};

use keystead_core::{
    Keystead,
    keystead::{AddKey, KeyView, ProviderRef},
    probe::Prober,
    secret::Passphrase,
    vault::{FileVault, Vaults, fault::Memory},
};
use rusqlite::Connection;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Long enough for a hint, unmistakable in a dump.
pub(crate) const CANARY: &str = "sk-proj-CanaryT3BlbkFJ0123456789abcdefWXYZ";

pub(crate) struct Bench {
    pub(crate) home: TempDir,
    pub(crate) vault: Memory,
    pub(crate) keystead: Keystead,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let vault = Memory::new();
        let keystead = open(home.path(), &vault);
        Self { home, vault, keystead }
    }

    /// The process ends here and starts again: drafts are gone, files and vault are as they were.
    pub(crate) fn restart(self) -> Self {
        let Self { home, vault, keystead } = self;
        drop(keystead);
        vault.heal();
        let keystead = open(home.path(), &vault);
        Self { home, vault, keystead }
    }

    pub(crate) fn draft(&self, text: &str) -> String {
        self.keystead.draft(&Zeroizing::new(text.as_bytes().to_vec())).expect("a key").id
    }

    pub(crate) fn add(&self, provider: &str, name: &str, text: &str) -> KeyView {
        self.try_add(provider, name, text).expect("saved")
    }

    pub(crate) fn try_add(&self, provider: &str, name: &str, text: &str) -> keystead_core::Result<KeyView> {
        self.keystead.add_key(&AddKey {
            provider: existing(provider),
            name: name.into(),
            draft: Some(self.draft(text)),
            tested: None,
        })
    }

    pub(crate) fn secret_of(&self, key: &KeyView) -> keystead_core::Result<String> {
        self.keystead.with_secret(&key.id, ToOwned::to_owned)
    }

    pub(crate) fn names(&self, provider: &str) -> Vec<String> {
        let provider = self.keystead.provider(&provider.parse().expect("a slug")).expect("there");
        provider.keys.into_iter().map(|k| k.name.clone()).collect()
    }

    /// Vault entries that are not the fingerprint key's.
    pub(crate) fn entries(&self) -> usize {
        let ours = |id| self.vault.bytes(id).is_some_and(|b| !contains(&b, b"\"p\":\"keystead\""));
        self.vault.entries().iter().filter(|id| ours(id)).count()
    }
}

/// A database as the version before this migration made it.
pub(crate) fn database_before(home: &Path, migration: &str) -> Connection {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<_> = fs::read_dir(folder).expect("migrations").map(|f| f.expect("a file").path()).collect();
    files.sort();
    let before = files.iter().position(|file| file.ends_with(migration)).expect("there");
    let db = Connection::open(home.join("keystead.db")).expect("new");
    for file in &files[..before] {
        db.execute_batch(&fs::read_to_string(file).expect("SQL")).expect("applied");
    }
    db.pragma_update(None, "user_version", i64::try_from(before).expect("few")).expect("set");
    db
}

/// As the app opens it, with an encrypted file that is quick to open.
pub(crate) fn open(home: &Path, keychain: &Memory) -> Keystead {
    let file = FileVault::at(home.join("vault")).with_work_factor(2);
    let vaults = Vaults::new(Arc::new(keychain.clone()), home).with_file(file);
    let keystead = Keystead::open_with(home, vaults, Prober::new(), now).expect("opens");
    // Whoever runs the tests may have keys in theirs.
    let keystead = keystead.with_environment(Arc::new(|_| None));
    keystead.begin_session().expect("begun");
    keystead
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_millis()).expect("before the year 292 million")
}

pub(crate) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(&Zeroizing::new(text.as_bytes().to_vec())).expect("long enough")
}

pub(crate) fn existing(id: &str) -> ProviderRef {
    ProviderRef::Existing { id: id.parse().expect("a slug"), base_url: None }
}

pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

/// A distinct key for each number.
pub(crate) fn text(n: u32) -> String {
    format!("sk-proj-{n:08}T3BlbkFJ0123456789abcdef")
}
