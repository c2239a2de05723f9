//! The encrypted file: a folder in the age format, only by the user's explicit choice. One identity wrapped by a
//! passphrase, one file per entry. Saving and removing need the public key alone, so they work while it is locked.
//!
//! What this protects from: whoever gets the folder without the passphrase. What it does not:
//! * Somebody who can write to the folder can put another public key there. It is found out at the next unlock, and by
//!   every put of a process that has unlocked once. A process that never did has only [`VaultIdentity::id`], which is
//!   made from the public key: compare it with the one that was chosen before saving.
//! * Somebody who can read this process's memory while it is unlocked.
//! * A passphrase changed today does not close a copy of the folder made yesterday.

mod folder;
mod identity;
mod open;
mod tries;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use age::x25519;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{EntryId, Vault, VaultError, VaultIdentity, VaultState, VaultStatus};
use crate::{
    error::{Code, Error, Result},
    secret::Passphrase,
};
use folder::{Folder, file_of};
use open::{Shared, Written, state};
use tries::Tries;

const IDENTITY: &str = "identity.age";
const RECIPIENT: &str = "recipient.txt";
const SUMS: &str = "identity.sha256";
const README: (&str, &str) = ("README.txt", include_str!("file/README.txt"));

/// scrypt with N = 2^18: a second and 256 MiB for every guess.
const WORK_FACTOR: u8 = 18;
/// How long it stays open unused.
const IDLE: Duration = Duration::from_mins(15);

/// The encrypted file. [`Vault::unlock`] and [`Vault::create`] cannot ask for a passphrase and so only tell the state:
/// use [`FileVault::unlock_with`] and [`FileVault::create_with`].
pub struct FileVault {
    folder: Folder,
    work_factor: u8,
    idle: Duration,
    state: Shared,
    tries: Mutex<Tries>,
}

impl FileVault {
    /// The vault in this folder; touches nothing.
    pub fn at(folder: PathBuf) -> Self {
        Self {
            folder: Folder::new(folder),
            work_factor: WORK_FACTOR,
            idle: IDLE,
            state: Shared::default(),
            tries: Mutex::default(),
        }
    }

    /// The same with scrypt's N = 2^`log_n` (1 to 20) for passphrases set from now on. Less than 18 is for tests.
    #[must_use]
    pub fn with_work_factor(self, log_n: u8) -> Self {
        Self { work_factor: log_n, ..self }
    }

    /// The same, locking itself after another time without use than 15 minutes.
    #[must_use]
    pub fn with_auto_lock(self, idle: Duration) -> Self {
        Self { idle, ..self }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// How long it stays open unused.
    pub fn idle(&self) -> Duration {
        self.idle
    }

    /// Whether it was created. What cannot be looked at does not exist.
    pub fn exists(&self) -> bool {
        self.folder.holds(IDENTITY) == Ok(true)
    }

    /// How long the next try of a passphrase has to wait; `None` when it may be made now.
    pub fn wait(&self) -> Option<Duration> {
        self.tries().wait()
    }

    /// Makes a new, empty vault, and leaves it unlocked. One that exists is never made anew, nor is an identity that is
    /// missing beside entries only it can open. Takes about two seconds.
    #[tracing::instrument(skip_all)]
    pub fn create_with(&self, passphrase: &Passphrase) -> Result<()> {
        self.must_be_new()?;
        self.folder.make()?;
        let identity = x25519::Identity::generate();
        let wrapped = identity::wrap(&identity, passphrase, self.work_factor)?;
        let held = self.folder.hold()?;
        self.must_be_new()?;
        held.write(README.0, README.1.as_bytes())?;
        held.write(RECIPIENT, public(&identity).as_bytes())?;
        held.write(SUMS, identity::sums(&[&wrapped]).as_bytes())?;
        // Last: from here on the vault exists.
        held.write(IDENTITY, &wrapped)?;
        drop(held);
        open::open(&self.state, identity, self.idle);
        Ok(())
    }

    /// Unlocks until [`FileVault::lock`], or until it was not used for 15 minutes. Takes about a second; other calls go
    /// on meanwhile. From the fifth wrong passphrase on, the next try has to wait.
    #[tracing::instrument(skip_all)]
    pub fn unlock_with(&self, passphrase: &Passphrase) -> Result<()> {
        let (identity, _) = self.unwrapped(passphrase)?;
        match self.folder.read(RECIPIENT)?.map(|bytes| parse(&bytes)) {
            Some(Some(recipient)) if recipient == identity.to_public() => {}
            // Made from the identity, so it can be made again; reading does not depend on it.
            None => {
                let made = self.folder.hold().and_then(|held| held.write(RECIPIENT, public(&identity).as_bytes()));
                if let Err(e) = made {
                    tracing::warn!("recipient.txt is missing and could not be made: {e}");
                }
            }
            Some(_) => {
                return Err(identity::damaged(
                    "recipient.txt is not the public key of identity.age: what was saved since it changed may be for \
                     somebody else's eyes. Remove recipient.txt and unlock again to have it made anew",
                ));
            }
        }
        open::open(&self.state, identity, self.idle);
        Ok(())
    }

    /// Locks now; a read that is under way ends first.
    pub fn lock(&self) {
        state(&self.state).lock();
    }

    /// Wraps the identity anew; entries, and whether it is locked, stay as they are. Takes about three seconds. The new
    /// file has been opened before it replaces the old one.
    #[tracing::instrument(skip_all)]
    pub fn change_passphrase(&self, old: &Passphrase, new: &Passphrase) -> Result<()> {
        loop {
            let (identity, wrapped) = self.unwrapped(old)?;
            let anew = identity::wrap(&identity, new, self.work_factor)?;
            let held = self.folder.hold()?;
            // Somebody else may have changed it while this was being worked on.
            if self.folder.read(IDENTITY)?.as_ref() == Some(&wrapped) {
                held.write(SUMS, identity::sums(&[&wrapped, &anew]).as_bytes())?;
                held.write(IDENTITY, &anew)?;
                return Ok(());
            }
        }
    }

    fn must_be_new(&self) -> Result<()> {
        if self.folder.holds(IDENTITY)? {
            return Err(Error::new(Code::VaultExists, "there is an encrypted file already"));
        }
        match self.folder.entries() {
            Err(VaultError::NoCollection) => Ok(()),
            Ok(entries) if entries.is_empty() => Ok(()),
            Ok(_) => Err(identity::damaged("identity.age is missing beside entries only it can open: put it back")),
            Err(e) => Err(e.into()),
        }
    }

    /// The identity, and the file it was in.
    fn unwrapped(&self, passphrase: &Passphrase) -> Result<(x25519::Identity, Vec<u8>)> {
        let none = || Error::new(Code::VaultNoCollection, "there is no encrypted file yet");
        let wrapped = self.folder.read(IDENTITY)?.ok_or_else(none)?;
        self.tries().begin()?;
        let mut result = identity::unwrap(&wrapped, passphrase);
        if result.as_ref().is_err_and(|e| e.code == Code::PassphraseWrong)
            && let Ok(Some(sums)) = self.folder.read(SUMS)
            && identity::contradicts(&sums, &wrapped)
        {
            result = Err(identity::damaged("identity.age is not as it was written: restore it from a backup"));
        }
        self.tries().end(&result);
        Ok((result?, wrapped))
    }

    /// The public key to save with. Once this process has opened the identity, no other than that one's.
    fn recipient(&self) -> Result<x25519::Recipient, VaultError> {
        if !self.folder.holds(IDENTITY)? {
            return Err(VaultError::NoCollection);
        }
        let written = self.folder.read(RECIPIENT)?.map(|bytes| parse(&bytes).ok_or(VaultError::Damaged)).transpose()?;
        let proven = state(&self.state).proven.clone();
        match (proven, written) {
            (Some(proven), Some(written)) if proven != written => Err(VaultError::Damaged),
            (proven, written) => proven.or(written).ok_or(VaultError::Damaged),
        }
    }

    /// No file by that name means no entry only where the vault itself is there still.
    fn absent<T>(&self, answer: T) -> Result<T, VaultError> {
        self.recipient().map(|_| answer)
    }

    fn tries(&self) -> MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for FileVault {
    fn probe(&self) -> VaultStatus {
        let recipient = self.recipient();
        let state = match &recipient {
            Ok(_) if state(&self.state).identity().is_some() => VaultState::Ready,
            // Of damage the way on is to unlock: that tells what is wrong, and mends what can be.
            Ok(_) | Err(VaultError::Damaged) => VaultState::Locked,
            Err(VaultError::NoCollection) => VaultState::NoCollection,
            Err(VaultError::Denied) => VaultState::Denied,
            Err(_) => VaultState::Unresponsive,
        };
        let identity = recipient.ok().map(|recipient| VaultIdentity {
            id: format!("file:{}", &identity::sum(recipient.to_string().as_bytes())[..16]),
            name: "Encrypted file".into(),
            collection: None,
        });
        VaultStatus { state, identity }
    }

    /// Works while locked. The label is not kept: the envelope has it.
    #[tracing::instrument(skip_all)]
    fn put(&self, id: &EntryId, _label: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let sealed = age::encrypt(&self.recipient()?, bytes).map_err(|_| VaultError::Failed)?;
        let written = Written::new(bytes, &sealed).ok_or(VaultError::Failed)?;
        self.folder.hold()?.write(&file_of(id), &sealed)?;
        let mut state = state(&self.state);
        state.written.insert(*id, written);
        state.touch();
        Ok(())
    }

    #[tracing::instrument(skip_all)]
    fn get(&self, id: &EntryId) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let Some(key) = state(&self.state).touch() else {
            return self.absent(()).and(Err(VaultError::Locked));
        };
        let Some(sealed) = self.folder.read(&file_of(id))? else { return self.absent(None) };
        identity::decrypt(&*key, &sealed).map(Some).map_err(|_| VaultError::Damaged)
    }

    /// Works while locked.
    fn has(&self, id: &EntryId) -> Result<bool, VaultError> {
        Ok(self.folder.read(&file_of(id))?.is_some())
    }

    /// Works while locked.
    fn delete(&self, id: &EntryId) -> Result<(), VaultError> {
        let was_there = self.folder.remove(&file_of(id))?;
        state(&self.state).written.remove(id);
        if was_there { Ok(()) } else { self.absent(()) }
    }

    fn list(&self) -> Result<Vec<EntryId>, VaultError> {
        self.absent(())?;
        self.folder.entries()
    }

    /// Cannot ask: see [`FileVault::unlock_with`].
    fn unlock(&self) -> Result<(), VaultError> {
        self.absent(())?;
        let open = state(&self.state).identity().is_some();
        if open { Ok(()) } else { Err(VaultError::Locked) }
    }

    /// Cannot ask: see [`FileVault::create_with`].
    fn create(&self) -> Result<(), VaultError> {
        self.unlock()
    }

    fn writable(&self) -> bool {
        self.recipient().is_ok()
    }

    /// While locked: whether the file is still the one this process made of these bytes. Entries that another process
    /// put cannot be judged then.
    fn verify(&self, id: &EntryId, bytes: &[u8]) -> Result<bool, VaultError> {
        let unlocked = state(&self.state).identity().is_some();
        if unlocked {
            return Ok(self.get(id)?.is_some_and(|back| back.ct_eq(bytes).into()));
        }
        let Some(sealed) = self.folder.read(&file_of(id))? else { return self.absent(false) };
        let state = state(&self.state);
        let written = state.written.get(id).ok_or(VaultError::Locked)?;
        Ok(written.is(bytes, &sealed))
    }
}

/// The one line of a recipients file.
fn public(identity: &x25519::Identity) -> String {
    format!("{}\n", identity.to_public())
}

fn parse(recipients: &[u8]) -> Option<x25519::Recipient> {
    std::str::from_utf8(recipients).ok()?.trim().parse().ok()
}
