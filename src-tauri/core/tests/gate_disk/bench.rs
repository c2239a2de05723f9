//! Keys in both vaults, and the ways back to them.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use keystead_core::{
    Code, Error, Keystead, store,
    vault::{VaultKind, fault::Memory},
};
use tempfile::TempDir;

use crate::scene::{self, Keys, Rng};

pub(crate) struct Bench {
    pub(crate) home: TempDir,
    pub(crate) vault: Memory,
    pub(crate) keys: Keys,
}

impl Bench {
    /// Some keys in the keychain and some in the file; some were replaced, some removed.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        Self::at(scene::folder(), rng)
    }

    pub(crate) fn at(home: TempDir, rng: &mut Rng) -> Self {
        let mut bench = Self { home, vault: Memory::new(), keys: Keys::new() };
        let keystead = bench.open().expect("opens");
        keystead.create_file_vault(&scene::passphrase()).expect("made");
        for n in 0..3 + rng.below(6) {
            let kind = *rng.pick(&[VaultKind::Keychain, VaultKind::File]);
            keystead.use_vault(kind).expect("chosen");
            bench.add(&keystead, rng, n).expect("added");
        }
        for n in 0..rng.below(3) {
            bench.replace(&keystead, rng, n).expect("replaced");
        }
        bench
    }

    pub(crate) fn add(&mut self, keystead: &Keystead, rng: &mut Rng, n: usize) -> Result<(), Error> {
        let (provider, text) = (*rng.pick(&["openai", "groq", "anthropic"]), rng.text(60));
        scene::add(keystead, provider, &format!("Key {n}"), &text)?;
        self.keys.insert(format!("{provider}/Key {n}"), text);
        Ok(())
    }

    /// The `n`th of the list gets another text.
    pub(crate) fn replace(&mut self, keystead: &Keystead, rng: &mut Rng, n: usize) -> Result<(), Error> {
        let name = self.keys.keys().nth(n).expect("there").clone();
        let text = rng.text(60);
        let found = scene::find(keystead, &name).expect("listed");
        scene::replace(keystead, &found.id, &text)?;
        self.keys.insert(name, text);
        Ok(())
    }

    pub(crate) fn open(&self) -> Result<Keystead, Error> {
        scene::open(self.home.path(), Arc::new(self.vault.clone()))
    }

    /// As a start goes on: the state is looked at, what waited is done, the file is opened.
    pub(crate) fn started(&self) -> Result<Keystead, Error> {
        let keystead = self.open()?;
        keystead.vault_status()?;
        keystead.unlock_file_vault(&scene::passphrase())?;
        keystead.reconcile()?;
        Ok(keystead)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.home.path().join(store::FILE)
    }

    /// The entries of the encrypted file and its own files.
    pub(crate) fn vault_files(&self, ends: &str) -> Vec<PathBuf> {
        let files = fs::read_dir(self.home.path().join("vault")).expect("there").flatten().map(|file| file.path());
        let mut files: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(ends)).collect();
        files.sort();
        files
    }

    /// Every key is there under its name, and nothing else.
    pub(crate) fn whole(&self, keystead: &Keystead) -> Result<(), String> {
        let found = scene::keys(keystead)?;
        if found != self.keys {
            return Err(format!("keys are {:?} instead of {:?}", names(&found), names(&self.keys)));
        }
        let view = keystead.vault_status().map_err(said)?;
        let check = keystead.check_storage().map_err(said)?;
        if view.pending > 0 || !check.missing.is_empty() || !check.leftovers.is_empty() {
            return Err(format!("{} pending, {check:?}", view.pending));
        }
        Ok(())
    }

    /// Whatever a user can do about a list that is not right: adopt what was left, else set the database aside and adopt
    /// everything. Then every text must be there again, none under another key's name.
    pub(crate) fn recovered(&self, way: &mut Way) -> Result<(), String> {
        match self.started() {
            Ok(keystead) => match self.texts_after_adopting(&keystead) {
                Ok(found) if found.all => {
                    *way = if found.adopted { Way::Adopted } else { Way::Untouched };
                    return Ok(());
                }
                Ok(found) if found.swapped.is_some() => return Err(format!("swapped: {:?}", found.swapped)),
                _ => {}
            },
            Err(e) if !e.code.is_of_the_store() => return Err(format!("no name for a damaged database: {}", said(e))),
            Err(e) if e.code == Code::StoreDamaged => *way = Way::Refused,
            Err(_) => {}
        }
        if *way != Way::Refused {
            *way = Way::SetAside;
        }
        store::set_aside(self.home.path()).map_err(said)?;
        let keystead = self.started().map_err(said)?;
        let found = self.texts_after_adopting(&keystead)?;
        if found.all && found.swapped.is_none() {
            return Ok(());
        }
        Err(format!("lost even from the envelopes; swapped: {:?}", found.swapped))
    }

    fn texts_after_adopting(&self, keystead: &Keystead) -> Result<Found, String> {
        let first = self.texts(keystead)?;
        if first.all || first.swapped.is_some() {
            return Ok(first);
        }
        let check = keystead.check_storage().map_err(said)?;
        let left: Vec<String> = check.leftovers.iter().map(|left| left.entry.clone()).collect();
        keystead.adopt(&left).map_err(said)?;
        Ok(Found { adopted: true, ..self.texts(keystead)? })
    }

    /// A key that cannot be read is not there, whatever the reason is called.
    fn texts(&self, keystead: &Keystead) -> Result<Found, String> {
        let mut there = BTreeSet::new();
        let mut swapped = None;
        for key in scene::views(keystead).map_err(said)? {
            let Ok(text) = keystead.with_secret(&key.id, ToOwned::to_owned) else { continue };
            let name = format!("{}/{}", key.provider, key.name);
            if self.keys.get(&name).is_some_and(|right| *right != text) && self.keys.values().any(|t| *t == text) {
                swapped = Some(name);
            }
            there.insert(text);
        }
        Ok(Found { all: self.keys.values().all(|text| there.contains(text)), adopted: false, swapped })
    }
}

struct Found {
    all: bool,
    adopted: bool,
    swapped: Option<String>,
}

/// How the keys came back.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// They were never away.
    #[default]
    Untouched,
    /// As leftovers.
    Adopted,
    /// The start said that the database is damaged.
    Refused,
    /// The start said nothing of it, or something else.
    SetAside,
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(crate) fn said(error: Error) -> String {
    format!("{:?} {}", error.code, error.message)
}

pub(crate) fn names(keys: &Keys) -> Vec<&String> {
    keys.keys().collect()
}

pub(crate) fn remove_database(home: &Path) {
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(home.join(format!("{}{end}", store::FILE)));
    }
}
