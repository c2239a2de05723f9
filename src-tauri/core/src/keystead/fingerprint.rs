//! "You have saved this key already": an HMAC under a key that is itself a vault entry, so that the database alone
//! cannot be used to check a guess.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::{Keystead, WriteLock, drafts::Draft, protocol::Write};
use crate::{
    error::{Code, Error, Result},
    secret::Secret,
    store::secret::{self as rows, State},
    vault::{Contents, EntryId, VaultKind},
};

/// The provider written into envelopes that are Keystead's own.
pub(super) const OWN: &str = "keystead";

/// Enough to tell a user's own keys apart; too little to say anything else.
const BYTES: usize = 8;

/// A fingerprint, and the entry whose key made it.
pub(super) struct Mark {
    by: EntryId,
    mac: Vec<u8>,
}

impl Keystead {
    /// A text's mark, where there is a fingerprint key. An error when the vault cannot be asked now.
    #[tracing::instrument(skip_all)]
    pub(super) fn mark(&self, secret: &Secret) -> Result<Option<Mark>> {
        let Some(row) = rows::fingerprint_key(&self.store.read())? else { return Ok(None) };
        let Some(by) = row.entry() else { return Ok(None) };
        Ok(Some(Mark { by, mac: fingerprint(self.read_secret(&row)?.for_its_owner(), secret) }))
    }

    /// The fingerprint in a mark, while the key that made it is the one that counts.
    fn marked<'a>(&self, mark: &'a Mark) -> Result<Option<&'a [u8]>> {
        let row = rows::fingerprint_key(&self.store.read())?;
        Ok(row.and_then(|row| row.entry()).filter(|entry| *entry == mark.by).map(|_| &*mark.mac))
    }

    /// The saved keys with a mark's text.
    pub(super) fn with_mark(&self, mark: Option<&Mark>) -> Result<Vec<Uuid>> {
        match mark {
            Some(mark) => rows::with_fingerprint(&self.store.read(), &mark.mac),
            None => Ok(Vec::new()),
        }
    }

    /// The saved keys with this very text. An error when the vault cannot be asked now.
    fn duplicates(&self, secret: &Secret) -> Result<Vec<Uuid>> {
        self.with_mark(self.mark(secret)?.as_ref())
    }

    /// For each of these the first saved key with its text, if there is one. Reads the vault once.
    #[tracing::instrument(skip_all)]
    pub(super) fn saved_as(&self, secrets: &[Secret]) -> Result<Vec<Option<Uuid>>> {
        let Some(row) = rows::fingerprint_key(&self.store.read())? else { return Ok(vec![None; secrets.len()]) };
        let own = self.read_secret(&row)?;
        let first = |secret| {
            let mac = fingerprint(own.for_its_owner(), secret);
            Ok(rows::with_fingerprint(&self.store.read(), &mac)?.first().copied())
        };
        secrets.iter().map(first).collect()
    }

    /// As [`Keystead::duplicates`]; none where only the fingerprint key's own vault cannot be read now, and the key is
    /// to go elsewhere or can be saved all the same.
    pub(super) fn duplicates_if_readable(&self, secret: &Secret) -> Result<Vec<Uuid>> {
        match self.duplicates(secret) {
            Err(e) if self.may_do_without(&e)? => Ok(Vec::new()),
            other => other,
        }
    }

    /// The fingerprint of a draft about to be saved: the one it was marked with, without asking the vault again, or as
    /// [`Keystead::fingerprint_of`].
    pub(super) fn fingerprint_of_draft(&self, lock: &WriteLock, draft: &Draft) -> Result<Option<Vec<u8>>> {
        match draft.mark.as_ref().map(|mark| self.marked(mark)).transpose()?.flatten() {
            Some(mac) => Ok(Some(mac.to_vec())),
            None => self.fingerprint_of(lock, &draft.secret),
        }
    }

    /// The fingerprint of a key about to be saved. Makes the fingerprint key at the first save; where it was lost it is
    /// not made anew (the saved fingerprints would mean nothing any more) and `None` is the answer, as where it cannot
    /// be read now.
    #[tracing::instrument(skip_all)]
    pub(super) fn fingerprint_of(&self, lock: &WriteLock, secret: &Secret) -> Result<Option<Vec<u8>>> {
        let saved = rows::fingerprint_key(&self.store.read())?;
        let row = match saved {
            Some(row) => row,
            // One in memory would make all fingerprints worthless at its end.
            None if self.chosen_kind()? == VaultKind::Session => return Ok(None),
            None => self.make_fingerprint_key(lock)?,
        };
        match self.read_secret(&row) {
            Ok(bound) => Ok(Some(fingerprint(bound.for_its_owner(), secret))),
            Err(e) if self.may_do_without(&e)? => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn may_do_without(&self, error: &Error) -> Result<bool> {
        if matches!(error.code, Code::SecretMissing | Code::VaultOther | Code::SessionOnly) {
            return Ok(true);
        }
        let Some(row) = rows::fingerprint_key(&self.store.read())? else { return Ok(false) };
        let chosen = self.chosen_kind()?;
        let its = row.vault.as_deref().map(VaultKind::of);
        Ok(error.code.is_of_a_vault()
            && (its != Some(chosen) || error.code == Code::VaultLocked && chosen == VaultKind::File))
    }

    /// As [`Keystead::fingerprint_of`], where none is made.
    pub(super) fn fingerprint_if_any(&self, secret: &Secret) -> Result<Option<Vec<u8>>> {
        let Some(row) = rows::fingerprint_key(&self.store.read())? else { return Ok(None) };
        Ok(self.read_secret(&row).ok().map(|bound| fingerprint(bound.for_its_owner(), secret)))
    }

    /// Keys that were saved while the fingerprint key could not be read get their fingerprints.
    #[tracing::instrument(skip_all)]
    pub(super) fn fingerprint_the_rest(&self) -> Result<()> {
        let rows = rows::of_keys(&self.store.read())?;
        let Some(own) = rows::fingerprint_key(&self.store.read())? else { return Ok(()) };
        let bare = |row: &&rows::SecretRow| row.fingerprint.is_none() && row.state == State::Active;
        if !rows.iter().any(|row| bare(&row)) {
            return Ok(());
        }
        let key = self.read_secret(&own)?;
        for row in rows.iter().filter(bare) {
            if let Ok(bound) = self.read_secret(row) {
                let mac = fingerprint(key.for_its_owner(), bound.for_its_owner());
                self.store.write(|t| rows::set_fingerprint(t, row, &mac))?;
            }
        }
        Ok(())
    }

    fn make_fingerprint_key(&self, lock: &WriteLock) -> Result<rows::SecretRow> {
        let secret = random_secret()?;
        let id = Uuid::new_v4();
        let write = Write {
            id,
            part: rows::FINGERPRINT,
            key: None,
            provider: None,
            title: "fingerprints",
            contents: Contents {
                provider: OWN,
                label: "fingerprints",
                part: None,
                origins: &[],
                custom: None,
                config: None,
                secret: &secret,
            },
            hint: None,
            fingerprint: None,
            hold_old: false,
        };
        self.write_secret(lock, &write, |_| Ok(()))?;
        rows::get(&self.store.read(), id)?.ok_or_else(|| Error::new(Code::Internal, "the fingerprint key is gone"))
    }
}

fn fingerprint(key: &Secret, secret: &Secret) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(secret.expose().as_bytes());
    mac.finalize().into_bytes()[..BYTES].to_vec()
}

/// 256 random bits as text.
pub(super) fn random_secret() -> Result<Secret> {
    use std::fmt::Write as _;
    let mut bytes = zeroize::Zeroizing::new([0_u8; 32]);
    getrandom::fill(&mut *bytes).map_err(|_| Error::new(Code::Internal, "the system gives no random numbers"))?;
    let mut text = String::with_capacity(64);
    for byte in bytes.iter() {
        write!(text, "{byte:02x}").expect("writing to a string succeeds");
    }
    Ok(Secret::new(text))
}
