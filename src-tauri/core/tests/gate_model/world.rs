//! The facade and, beside it, what it should know.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use keystead_core::{
    Code, Error, Keystead, Result, crash,
    keystead::{EnableKey, KeyState, KeyView, RenameKey},
    vault::{Vault, VaultIdentity, VaultKind, VaultState, fault::Memory},
};
use tempfile::TempDir;

use crate::scene::{self, Rng};

/// A key as it should be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Want {
    pub(crate) name: String,
    pub(crate) enabled: bool,
    /// Its text; two where a crash leaves open which.
    pub(crate) texts: Vec<String>,
    /// Somebody deleted its entry, or it was kept in a session that is over: it may be missing, never another's.
    pub(crate) lost: bool,
}

/// What a change is, once it has happened.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Add(Want),
    Replace(String, String),
    Rename(String, String),
    Enable(String, bool),
    Remove(String),
}

pub(crate) struct World {
    pub(crate) home: TempDir,
    pub(crate) vault: Memory,
    pub(crate) keystead: Keystead,
    pub(crate) wants: BTreeMap<String, Want>,
    /// The file is open in this process.
    pub(crate) unlocked: bool,
    /// The keychain may do something else than it should.
    pub(crate) disturbed: bool,
    /// Two keychains have answered in turns.
    pub(crate) other_answered: bool,
    /// The operations so far, to be read when one of them goes wrong.
    pub(crate) told: Vec<String>,
    names: usize,
}

pub(crate) fn identity(number: usize) -> VaultIdentity {
    let id = ["memory", "other"][number].to_owned();
    VaultIdentity { name: format!("Keychain {number}"), id, collection: None }
}

impl World {
    pub(crate) fn new() -> Self {
        let (home, vault) = (scene::folder(), Memory::new());
        vault.set_identity(identity(0));
        let keystead = scene::open(home.path(), Arc::new(vault.clone())).expect("opens");
        keystead.create_file_vault(&scene::passphrase()).expect("made");
        keystead.use_vault(VaultKind::Keychain).expect("chosen");
        Self {
            home,
            vault,
            keystead,
            wants: BTreeMap::new(),
            unlocked: true,
            disturbed: false,
            other_answered: false,
            told: Vec::new(),
            names: 0,
        }
    }

    pub(crate) fn fresh_name(&mut self) -> String {
        self.names += 1;
        format!("Key {}", self.names)
    }

    pub(crate) fn pick(&self, rng: &mut Rng) -> Option<String> {
        let mut all: Vec<&String> = self.wants.keys().collect();
        // Ids differ from run to run, names do not: a seed is to mean the same again.
        all.sort_by_key(|id| &self.wants[*id].name);
        (!all.is_empty()).then(|| (*rng.pick(&all)).clone())
    }

    /// A start: what this process remembered is gone.
    pub(crate) fn restart(&mut self) -> std::result::Result<(), String> {
        for key in self.views()? {
            if key.vault == Some(VaultKind::Session)
                && let Some(want) = self.wants.get_mut(&key.id)
            {
                want.lost = true;
            }
        }
        self.keystead = scene::open(self.home.path(), Arc::new(self.vault.clone())).map_err(said)?;
        self.unlocked = false;
        Ok(())
    }

    pub(crate) fn views(&self) -> std::result::Result<Vec<KeyView>, String> {
        let provider = self.keystead.provider(&"openai".parse().expect("a slug")).map_err(said)?;
        Ok(provider.keys.into_iter().map(Arc::unwrap_or_clone).filter(|key| key.state != KeyState::Removing).collect())
    }

    pub(crate) fn perform(&self, change: &Change) -> Result<Option<KeyView>> {
        match change {
            Change::Add(want) => scene::add(&self.keystead, "openai", &want.name, &want.texts[0]).map(Some),
            Change::Replace(id, text) => scene::replace(&self.keystead, id, text).map(Some),
            Change::Rename(id, name) => {
                self.keystead.rename_key(&RenameKey { id: id.clone(), name: name.clone() }).map(Some)
            }
            Change::Enable(id, enabled) => {
                self.keystead.enable_key(&EnableKey { id: id.clone(), enabled: *enabled }).map(Some)
            }
            Change::Remove(id) => self.keystead.remove_key(id).map(|()| None),
        }
    }

    /// Does it, and notes it if it says that it is done.
    pub(crate) fn change(&mut self, change: &Change) -> std::result::Result<(), String> {
        match self.perform(change) {
            Ok(key) => self.note(change, key.map(|key| key.id)),
            Err(e) => return Self::excused(&e, self.disturbed),
        }
        Ok(())
    }

    fn note(&mut self, change: &Change, id: Option<String>) {
        let want = |wants: &mut BTreeMap<String, Want>, id: &str, then: &dyn Fn(&mut Want)| {
            wants.get_mut(id).into_iter().for_each(then);
        };
        match change {
            Change::Add(new) => drop(self.wants.insert(id.expect("an id"), new.clone())),
            Change::Replace(id, text) => want(&mut self.wants, id, &|want| {
                (want.texts, want.lost) = (vec![text.clone()], false);
            }),
            Change::Rename(id, name) => want(&mut self.wants, id, &|want| want.name.clone_from(name)),
            Change::Enable(id, enabled) => want(&mut self.wants, id, &|want| want.enabled = *enabled),
            Change::Remove(id) => drop(self.wants.remove(id)),
        }
    }

    /// The process ends at some point of it: it has happened or it has not.
    pub(crate) fn crash(&mut self, change: &Change, at: usize) -> std::result::Result<(), String> {
        crash::panic_at(Some(at));
        let result = catch_unwind(AssertUnwindSafe(|| self.perform(change)));
        crash::panic_at(None);
        match result {
            Ok(Ok(key)) => {
                self.note(change, key.map(|key| key.id));
                return Ok(());
            }
            Ok(Err(e)) => return Self::excused(&e, self.disturbed),
            Err(_) => {}
        }
        // A prompt ends with the process that asked.
        self.vault.land_late_puts();
        self.restart()?;
        let there = self.views()?;
        let find = |id: &str| there.iter().find(|key| key.id == id);
        match change {
            Change::Add(want) => {
                if let Some(key) = there.iter().find(|key| key.name == want.name) {
                    let lost = want.lost || key.vault == Some(VaultKind::Session);
                    self.wants.insert(key.id.clone(), Want { lost, ..want.clone() });
                }
            }
            Change::Replace(id, text) => {
                if let Some(want) = self.wants.get_mut(id) {
                    want.texts.push(text.clone());
                }
            }
            Change::Rename(id, name) if find(id).is_some_and(|key| key.name == *name) => self.note(change, None),
            Change::Enable(id, on) if find(id).is_some_and(|key| key.enabled == *on) => self.note(change, None),
            Change::Remove(id) if find(id).is_none() => self.note(change, None),
            _ => {}
        }
        Ok(())
    }

    /// Whether a failure is one that the world around explains.
    pub(crate) fn excused(error: &Error, by: bool) -> std::result::Result<(), String> {
        let of_a_vault = error.code.is_of_a_vault()
            || matches!(error.code, Code::SecretMissing | Code::VaultMismatch | Code::VaultOther | Code::SessionOnly);
        if by && of_a_vault { Ok(()) } else { Err(format!("it failed with {}", said(error.clone()))) }
    }

    /// Reads one key; what is read must be what was saved.
    pub(crate) fn read(&mut self, id: &str) -> std::result::Result<(), String> {
        let vault = self.views()?.into_iter().find(|key| key.id == id).and_then(|key| key.vault);
        let ready = self.vault.probe().state == VaultState::Ready;
        let read = self.keystead.with_secret(id, ToOwned::to_owned);
        let Some(want) = self.wants.get_mut(id) else { return Ok(()) };
        match read {
            Ok(text) if want.texts.contains(&text) => {
                want.texts = vec![text];
                Ok(())
            }
            Ok(_) => Err(format!("{} reads as something else", want.name)),
            Err(e) => {
                let by = match vault {
                    _ if want.lost => true,
                    Some(VaultKind::File) => !self.unlocked,
                    Some(VaultKind::Keychain) => !ready || self.disturbed || self.other_answered,
                    _ => false,
                };
                let name = want.name.clone();
                Self::excused(&e, by).map_err(|why| format!("reading {name} in {vault:?}: {why}"))
            }
        }
    }

    /// The list is what it should be, whatever the vaults say.
    pub(crate) fn compare(&self) -> std::result::Result<(), String> {
        let found: BTreeMap<String, (String, bool)> =
            self.views()?.into_iter().map(|key| (key.id, (key.name, key.enabled))).collect();
        let want: BTreeMap<String, (String, bool)> =
            self.wants.iter().map(|(id, want)| (id.clone(), (want.name.clone(), want.enabled))).collect();
        if found == want { Ok(()) } else { Err(format!("the list is {found:?} instead of {want:?}")) }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(crate) fn said(error: Error) -> String {
    format!("{:?} {}", error.code, error.message)
}
