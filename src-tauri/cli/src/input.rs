//! Where a secret comes from: a hidden prompt, or standard input.

use std::io::{IsTerminal, Read};

use keystead_core::{Code, Error, Field, secret};
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
