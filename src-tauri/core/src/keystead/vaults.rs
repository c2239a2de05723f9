//! Which vault a secret goes to, and which one it is read from. Choosing is the user's, and is remembered.

use std::collections::HashMap;

use super::{FileVaultView, Keystead, VaultView};
use crate::{
    error::{Code, Error, Result},
    secret::Passphrase,
    store::{
        op,
        secret::{self as rows, State},
        setting,
    },
    vault::{Vault, VaultError, VaultIdentity, VaultKind, VaultState, VaultStatus},
};

/// Where keys go: a [`VaultKind`].
pub(super) const CHOSEN: &str = "vault";
/// The identity of the encrypted file that was chosen: what is written while it is locked goes to no other.
const FILE: &str = "file_vault";

/// A vault that can be used now, and who it is.
pub(super) struct Place<'a> {
    pub(super) vault: &'a dyn Vault,
    pub(super) identity: VaultIdentity,
}

impl Keystead {
    /// The kind of vault new keys go to. A list that was lost has lost that choice too: where an encrypted file with keys in it
    /// is beside it, it was that.
    pub(super) fn chosen_kind(&self) -> Result<VaultKind> {
        if let Some(kind) = setting::get(&self.store.read(), CHOSEN)? {
            return Ok(kind);
        }
        let file = self.vaults.of(VaultKind::File)?;
        let keys = file.list().is_ok_and(|entries| !entries.is_empty());
        Ok(if keys { VaultKind::File } else { VaultKind::default() })
    }

    /// The vault of this kind, if it can be read and written now.
    pub(super) fn ready(&self, kind: VaultKind) -> Result<Place<'_>> {
        let vault = self.vaults.of(kind)?;
        let identity = ready(vault.probe())?;
        Ok(Place { vault, identity })
    }

    /// The chosen vault, if it can be written to now. The encrypted file can, locked or not; while it is locked, only
    /// the very one that was chosen.
    pub(super) fn target(&self) -> Result<Place<'_>> {
        let kind = self.chosen_kind()?;
        if kind != VaultKind::File {
            return self.ready(kind);
        }
        let vault = self.vaults.of(kind)?;
        let status = vault.probe();
        match (status.state, status.identity) {
            (VaultState::Locked, Some(identity)) if vault.writable() => {
                if setting::get::<String>(&self.store.read(), FILE)?.is_some_and(|chosen| chosen != identity.id) {
                    let message = "the encrypted file is another one than was chosen: unlock it before saving";
                    return Err(Error::new(Code::VaultOther, message));
                }
                Ok(Place { vault, identity })
            }
            (state, identity) => {
                let identity = ready(VaultStatus { state, identity })?;
                Ok(Place { vault, identity })
            }
        }
    }

    /// The vault that holds a secret, if it can be read now; `name` is what it was called then.
    pub(super) fn holder(&self, identity: &str, name: Option<&str>) -> Result<Place<'_>> {
        if self.vaults.is_other_session(identity) {
            return Err(Error::new(Code::SessionOnly, "the key was kept in the memory of another session only"));
        }
        let place = self.ready(VaultKind::of(identity))?;
        if place.identity.id == identity {
            return Ok(place);
        }
        let name = name.unwrap_or("another vault");
        Err(Error::new(Code::VaultOther, format!("the secret is in {name}, and {} answers", place.identity.name)))
    }

    /// The vault of this identity, if entries can be deleted there now. The encrypted file need not be unlocked.
    pub(super) fn deletable(&self, identity: &str) -> Option<&dyn Vault> {
        let kind = VaultKind::of(identity);
        let vault = self.vaults.of(kind).ok()?;
        let status = vault.probe();
        let open = status.state == VaultState::Ready || kind == VaultKind::File;
        (open && status.identity.is_some_and(|now| now.id == identity)).then_some(vault)
    }

    /// From now on new keys go to this vault; those that are saved stay where they are until they are moved. Only for
    /// a click.
    pub fn use_vault(&self, kind: VaultKind) -> Result<VaultView> {
        self.vaults.of(kind)?;
        if kind == VaultKind::File && !self.vaults.file().exists() {
            return Err(Error::new(Code::VaultNoCollection, "there is no encrypted file yet"));
        }
        let _lock = self.lock()?;
        self.refuse_while_moving()?;
        self.choose_vault(kind)?;
        self.vault_status()
    }

    fn choose_vault(&self, kind: VaultKind) -> Result<()> {
        let file = self.vaults.file().probe().identity;
        self.store.write(|t| {
            setting::set(t, CHOSEN, &kind)?;
            if let (VaultKind::File, Some(identity)) = (kind, &file) {
                setting::set(t, FILE, &identity.id)?;
            }
            Ok(())
        })
    }

    /// Makes the encrypted file and chooses it. Takes about two seconds.
    #[tracing::instrument(skip_all)]
    pub fn create_file_vault(&self, passphrase: &Passphrase) -> Result<VaultView> {
        let _lock = self.lock()?;
        self.refuse_while_moving()?;
        self.vaults.file().create_with(passphrase)?;
        self.choose_vault(VaultKind::File)?;
        self.vault_status()
    }

    /// Unlocks the encrypted file for this process. Takes about a second.
    #[tracing::instrument(skip_all)]
    pub fn unlock_file_vault(&self, passphrase: &Passphrase) -> Result<VaultView> {
        self.vaults.file().unlock_with(passphrase)?;
        if self.chosen_kind()? == VaultKind::File {
            // It has proved itself with its passphrase: this is the one that counts from now on.
            self.choose_vault(VaultKind::File)?;
        }
        if let Err(e) = self.fingerprint_the_rest() {
            tracing::warn!(code = ?e.code, "keys saved while locked have no fingerprints yet");
        }
        self.vault_status()
    }

    /// Locks the encrypted file in this process.
    pub fn lock_file_vault(&self) -> Result<VaultView> {
        self.vaults.file().lock();
        self.vault_status()
    }

    /// Another passphrase for the encrypted file; its entries stay as they are. Takes about three seconds.
    #[tracing::instrument(skip_all)]
    pub fn change_passphrase(&self, old: &Passphrase, new: &Passphrase) -> Result<()> {
        self.vaults.file().change_passphrase(old, new)
    }

    /// What an earlier session kept in memory is gone: its keys are missing, its operations over. The app calls this at
    /// its start; the command never does, because the app may be running.
    pub fn begin_session(&self) -> Result<()> {
        self.forget_old_events()?;
        let rows = rows::all(&self.store.read())?;
        let lost = |row: &&rows::SecretRow| row.vault.as_deref().is_some_and(|v| self.vaults.is_other_session(v));
        let gone: Vec<_> = rows.iter().filter(lost).collect();
        let Ok(own) = self.vaults.of(VaultKind::Session) else { return Ok(()) };
        let own = own.probe().identity.map_or_else(String::new, |identity| identity.id);
        self.store.write(|t| {
            op::forget_sessions(t, &own)?;
            let held: HashMap<_, _> = op::held(t)?.into_iter().map(|held| (held.0.secret, held)).collect();
            for row in gone {
                match (row.state, held.get(&row.id)) {
                    (State::Active | State::Missing, Some((old, vault))) => {
                        // It was being moved to that session: its old place was not wiped yet.
                        let name = rows::name_of(t, vault)?.unwrap_or_else(|| "the vault it came from".into());
                        let vault = VaultIdentity { id: vault.clone(), name, collection: None };
                        self.point_back(t, row, *old, &vault)?;
                    }
                    // Fingerprints made with a key that is gone mean nothing; a row of the user's says what is missing.
                    _ if row.part == rows::FINGERPRINT => rows::delete(t, row.id)?,
                    (State::Deleting, _) => rows::delete(t, row.id)?,
                    (State::Active, None) => rows::note(t, row, State::Missing)?,
                    _ => {}
                }
            }
            Ok(())
        })
    }

    /// Whether a secret of the user's is in a vault of this kind. Asks no vault.
    pub fn any_key_in(&self, kind: VaultKind) -> Result<bool> {
        let rows = rows::kept(&self.store.read())?;
        Ok(rows.iter().any(|row| row.vault.as_deref().map(VaultKind::of) == Some(kind)))
    }

    /// The encrypted file, made or not.
    pub fn file_vault(&self) -> FileVaultView {
        let file = self.vaults.file();
        FileVaultView {
            exists: file.exists(),
            state: file.probe().state,
            path: file.folder().display().to_string(),
            wait_s: file.wait().map(|wait| u32::try_from(wait.as_secs() + 1).unwrap_or(u32::MAX)),
            auto_lock_min: u32::try_from(file.idle().as_secs() / 60).unwrap_or(u32::MAX),
        }
    }
}

/// Who answers, if reads and writes work.
fn ready(status: VaultStatus) -> Result<VaultIdentity> {
    Err(match (status.state, status.identity) {
        (VaultState::Ready, Some(identity)) => return Ok(identity),
        (VaultState::Ready, None) => VaultError::Failed,
        (VaultState::Locked, _) => VaultError::Locked,
        (VaultState::NoCollection, _) => VaultError::NoCollection,
        (VaultState::NoProvider, _) => VaultError::NoProvider,
        (VaultState::NoBus, _) => VaultError::NoBus,
        (VaultState::Unresponsive, _) => VaultError::Unresponsive,
        (VaultState::Denied, _) => VaultError::Denied,
    }
    .into())
}
