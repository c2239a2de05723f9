//! "You have saved this key already": an HMAC under a key that is itself a vault entry, so that the database alone
//! cannot be used to check a guess.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use super::{Keystead, WriteLock, protocol::Write};
use crate::{
    error::{Code, Error, Result},
    secret::Secret,
    store::secret as rows,
    vault::Contents,
};

/// The provider written into envelopes that are Keystead's own.
pub(super) const OWN: &str = "keystead";

/// Enough to tell a user's own keys apart; too little to say anything else.
const BYTES: usize = 8;

impl Keystead {
    /// The saved keys with this very text. An error when the vault cannot be asked now.
    #[tracing::instrument(skip_all)]
    pub(super) fn duplicates(&self, secret: &Secret) -> Result<Vec<Uuid>> {
        let Some(row) = rows::fingerprint_key(&self.store.read())? else { return Ok(Vec::new()) };
        let mac = fingerprint(self.read_secret(&row)?.for_its_owner(), secret);
        rows::with_fingerprint(&self.store.read(), &mac)
    }

    /// The fingerprint of a key about to be saved. Makes the fingerprint key at the first save; where it was lost it is
    /// not made anew (the saved fingerprints would mean nothing any more) and `None` is the answer.
    #[tracing::instrument(skip_all)]
    pub(super) fn fingerprint_of(&self, lock: &WriteLock, secret: &Secret) -> Result<Option<Vec<u8>>> {
        let saved = rows::fingerprint_key(&self.store.read())?;
        let row = match saved {
            Some(row) => row,
            None => self.make_fingerprint_key(lock)?,
        };
        match self.read_secret(&row) {
            Ok(bound) => Ok(Some(fingerprint(bound.for_its_owner(), secret))),
            Err(e) if matches!(e.code, Code::SecretMissing | Code::VaultOther) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// As [`Keystead::fingerprint_of`], where none is made.
    pub(super) fn fingerprint_if_any(&self, secret: &Secret) -> Result<Option<Vec<u8>>> {
        let Some(row) = rows::fingerprint_key(&self.store.read())? else { return Ok(None) };
        Ok(self.read_secret(&row).ok().map(|bound| fingerprint(bound.for_its_owner(), secret)))
    }

    fn make_fingerprint_key(&self, lock: &WriteLock) -> Result<rows::SecretRow> {
        let secret = random_secret()?;
        let id = Uuid::new_v4();
        let write = Write {
            id,
            part: rows::FINGERPRINT,
            key: None,
            title: "fingerprints",
            contents: Contents { provider: OWN, label: "fingerprints", origins: &[], base_url: None, secret: &secret },
            hint: None,
            fingerprint: None,
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
