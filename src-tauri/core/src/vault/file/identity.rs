//! The identity that opens the entries, wrapped by the passphrase: a file as `age-keygen | age -p` makes it.

use std::{fmt::Write, io::Read, iter};

use age::{DecryptError, Decryptor, scrypt, x25519};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    error::{Code, Error, Field, Result},
    secret::{Passphrase, Secret},
};

/// The hardest work taken on from a file: 1 GiB of memory, some seconds. A garbled file must not ask for more.
const HARDEST: u8 = 20;

/// Wraps, and proves that the same passphrase unwraps: the caller is about to give the old file up.
pub(super) fn wrap(identity: &x25519::Identity, passphrase: &Passphrase, log_n: u8) -> Result<Vec<u8>> {
    let secret = Secret::wrap(identity.to_string());
    let text = format!("# public key: {}\n{}\n", identity.to_public(), secret.expose());
    let text = Zeroizing::new(text);
    let mut recipient = scrypt::Recipient::new(passphrase.for_age());
    recipient.set_work_factor(log_n.clamp(1, HARDEST));
    let failed = || Error::new(Code::Internal, "the identity could not be wrapped");
    let wrapped = age::encrypt(&recipient, text.as_bytes()).map_err(|_| failed())?;
    let back = unwrap(&wrapped, passphrase)?;
    if back.to_public() == identity.to_public() { Ok(wrapped) } else { Err(failed()) }
}

/// `PassphraseWrong`, or `VaultDamaged` where the passphrase cannot be what is wrong.
pub(super) fn unwrap(wrapped: &[u8], passphrase: &Passphrase) -> Result<x25519::Identity> {
    let mut key = scrypt::Identity::new(passphrase.for_age());
    key.set_max_work_factor(HARDEST);
    let text = decrypt(&key, wrapped).map_err(|e| match e {
        DecryptError::DecryptionFailed => wrong(),
        _ => damaged("identity.age is garbled"),
    })?;
    let text = std::str::from_utf8(&text).map_err(|_| damaged("identity.age holds no text"))?;
    let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    match (lines.next().map(str::parse), lines.next()) {
        (Some(Ok(identity)), None) => Ok(identity),
        _ => Err(damaged("identity.age holds something else than one identity")),
    }
}

/// Decrypts without leaving pieces in buffers that grew.
pub(super) fn decrypt(key: &dyn age::Identity, bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
    Decryptor::new_buffered(bytes)?.decrypt(iter::once(key))?.read_to_end(&mut plain)?;
    Ok(plain)
}

pub(super) fn wrong() -> Error {
    Error::at(Field::Passphrase, Code::PassphraseWrong, "this is not the passphrase of the encrypted file")
}

pub(super) fn damaged(why: &str) -> Error {
    Error::new(Code::VaultDamaged, why)
}

/// A wrong passphrase and a garbled salt look alike to the cipher. The sums of the files that were written tell them
/// apart: one per line, the file's before the last change of the passphrase too, since two files cannot change at once.
pub(super) fn sums(files: &[&[u8]]) -> String {
    let lines: Vec<_> = files.iter().map(|file| sum(file) + "\n").collect();
    lines.concat()
}

/// Whether the file is none of those that were written.
pub(super) fn contradicts(sums: &[u8], file: &[u8]) -> bool {
    let sum = sum(file);
    !sums.split(|byte| *byte == b'\n').any(|line| line == sum.as_bytes())
}

/// SHA-256 in hex.
pub(super) fn sum(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        write!(hex, "{byte:02x}").expect("a string takes all that is written");
    }
    hex
}
