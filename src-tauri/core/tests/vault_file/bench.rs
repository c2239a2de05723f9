//! A vault in a folder of its own, with a passphrase that is cheap to try.

use std::path::{Path, PathBuf};

use keystead_core::{
    secret::Passphrase,
    vault::{EntryId, FileVault, Vault},
};
use tempfile::TempDir;
use uuid::Uuid;
use zeroize::Zeroizing;

pub(crate) const RIGHT: &str = "correct horse battery";
pub(crate) const OTHER: &str = "another long passphrase";

pub(crate) struct Bench {
    pub(crate) vault: FileVault,
    pub(crate) path: PathBuf,
    _outer: TempDir,
}

impl Bench {
    /// A folder that is not there yet.
    pub(crate) fn new() -> Self {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("vault");
        Self { vault: at(&path), path, _outer: outer }
    }

    /// Created and unlocked.
    pub(crate) fn created() -> Self {
        let bench = Self::new();
        bench.vault.create_with(&pass(RIGHT)).unwrap();
        bench
    }

    /// As another start of the application sees it: locked.
    pub(crate) fn restarted(&self) -> FileVault {
        at(&self.path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(crate) fn file_of(&self, id: &EntryId) -> PathBuf {
        self.file(&format!("{id}.age"))
    }

    /// A new entry with these bytes.
    pub(crate) fn put(&self, bytes: &[u8]) -> EntryId {
        let id = new_id();
        self.vault.put(&id, "Keystead: OpenAI", bytes).unwrap();
        id
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.path).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub(crate) fn at(path: &Path) -> FileVault {
    FileVault::at(path.to_owned()).with_work_factor(2)
}

pub(crate) fn pass(text: &str) -> Passphrase {
    Passphrase::new(&Zeroizing::new(text.as_bytes().to_vec())).unwrap()
}

pub(crate) fn new_id() -> EntryId {
    EntryId { secret: Uuid::new_v4(), version: 1 }
}

pub(crate) fn read(vault: &impl Vault, id: &EntryId) -> Option<Vec<u8>> {
    vault.get(id).unwrap().map(|bytes| bytes.to_vec())
}
