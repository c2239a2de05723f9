//! Where a secret comes from: a hidden prompt, standard input, or a file the user names.

use std::{
    fs::File,
    io::{IsTerminal, Read},
    path::Path,
};

use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{CheckBaseUrl, DraftView},
    provider::ProviderId,
    secret::{self, Passphrase},
};
use zeroize::Zeroizing;

/// Reads a key: all of standard input when it is asked for or no terminal, else a hidden prompt.
pub(crate) fn secret(from_stdin: bool, prompt: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed =
        |e: &std::io::Error| Error::at(Field::Secret, Code::SecretEmpty, format!("no key could be read: {}", e.kind()));
    if from_stdin || !std::io::stdin().is_terminal() {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4 * secret::MAX_BYTES));
        // One byte more than anything that could be taken, so that too long is seen as such.
        let limit = 4 * secret::MAX_BYTES as u64;
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
        return Ok(bytes);
    }
    let typed = rpassword::prompt_password(prompt).map_err(|e| failed(&e))?;
    Ok(Zeroizing::new(typed.into_bytes()))
}

/// The one key in what was given. Where there are several nobody can be asked which; and an address that stood with it is
/// neither used nor passed over silently: `place` is the provider, when no other address was named.
pub(crate) fn draft(
    keystead: &Keystead,
    text: &Zeroizing<Vec<u8>>,
    place: Option<&ProviderId>,
) -> Result<DraftView, Error> {
    let draft = keystead.draft(text)?;
    if !draft.more.is_empty() {
        let message = format!("{} keys are in this text: give one of them", draft.more.len() + 1);
        return Err(Error::at(Field::Secret, Code::KeyAmbiguous, message));
    }
    let (Some(address), Some(id)) = (&draft.base_url, place) else { return Ok(draft) };
    let there = keystead.check_base_url(&CheckBaseUrl { text: address.clone(), provider: Some(id.clone()) });
    if there.is_ok_and(|there| keystead.provider(id).is_ok_and(|provider| provider.host == there.host)) {
        return Ok(draft);
    }
    let message = format!("an address stands with the key: {address}; name it with --base-url, or give the key alone");
    Err(Error::at(Field::BaseUrl, Code::OriginNotAllowed, message))
}

/// Whether somebody can be asked.
pub(crate) fn has_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// The encrypted file's passphrase: the first line of the file the user named, else a hidden prompt.
pub(crate) fn passphrase(file: Option<&Path>, prompt: &str) -> Result<Passphrase, Error> {
    let failed = |e: &std::io::Error| {
        Error::at(Field::Passphrase, Code::PassphraseInvalid, format!("no passphrase could be read: {}", e.kind()))
    };
    let Some(file) = file else {
        let typed = rpassword::prompt_password(prompt).map_err(|e| failed(&e))?;
        return Passphrase::new(&Zeroizing::new(typed.into_bytes()));
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * secret::MAX_PASSPHRASE_BYTES));
    let limit = 2 * secret::MAX_PASSPHRASE_BYTES as u64;
    File::open(file).map_err(|e| failed(&e))?.take(limit).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    bytes.truncate(end);
    Passphrase::new(&bytes)
}

/// A passphrase that is to be set: typed twice, or from the file the user named.
pub(crate) fn new_passphrase(file: Option<&Path>) -> Result<Passphrase, Error> {
    let first = passphrase(file, "New passphrase, 12 characters or more: ")?;
    if file.is_none() && !first.same_as(&passphrase(None, "The same again: ")?) {
        return Err(Error::at(Field::Passphrase, Code::PassphraseInvalid, "the two passphrases differ"));
    }
    Ok(first)
}
