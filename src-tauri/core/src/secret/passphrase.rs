//! What opens the encrypted file vault. Taken as typed: white space counts, nothing is trimmed or normalised, so that
//! the stock `age` tool opens the same file with the same words.

use age::secrecy::SecretString;
use zeroize::Zeroizing;

use super::Secret;
use crate::error::{Code, Error, Field, Result};

/// Fewer characters than this can be guessed from a stolen file.
pub const MIN_CHARS: usize = 12;
/// The longest taken, in bytes.
pub const MAX_PASSPHRASE_BYTES: usize = 1024;

/// A passphrase: UTF-8 without control characters, 12 characters to 1,024 bytes. Cannot be printed, serialised,
/// compared or cloned; wiped when dropped.
///
/// ```compile_fail,E0277
/// fn printed(passphrase: &keystead_core::secret::Passphrase) { println!("{passphrase:?}"); }
/// ```
/// ```compile_fail,E0599
/// fn copied(passphrase: &keystead_core::secret::Passphrase) -> keystead_core::secret::Passphrase { passphrase.clone() }
/// ```
/// ```compile_fail,E0277
/// fn sent(passphrase: &keystead_core::secret::Passphrase) { serde_json::to_string(passphrase).ok(); }
/// ```
pub struct Passphrase(Secret);

impl Passphrase {
    /// Takes what was typed, as it is.
    pub fn new(bytes: &Zeroizing<Vec<u8>>) -> Result<Self> {
        let refuse = |code, message: &str| Err(Error::at(Field::Passphrase, code, message));
        if bytes.len() > MAX_PASSPHRASE_BYTES {
            return refuse(Code::PassphraseInvalid, "the passphrase is longer than 1,024 bytes");
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return refuse(Code::PassphraseInvalid, "the passphrase is not text in UTF-8");
        };
        if text.chars().any(char::is_control) {
            return refuse(Code::PassphraseInvalid, "the passphrase has control characters");
        }
        if text.chars().count() < MIN_CHARS {
            return refuse(Code::PassphraseShort, "the passphrase has fewer than 12 characters");
        }
        Ok(Self(Secret::new(text.to_owned())))
    }

    /// Whether another one is the same; in constant time.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.same_as(&other.0)
    }

    /// A copy for the library that derives the key; it wipes it too.
    pub(crate) fn for_age(&self) -> SecretString {
        SecretString::from(self.0.expose().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: impl AsRef<[u8]>) -> Result<String, Code> {
        let bytes = Zeroizing::new(text.as_ref().to_vec());
        Passphrase::new(&bytes).map(|taken| taken.0.expose().to_owned()).map_err(|e| {
            assert_eq!(e.field, Some(Field::Passphrase));
            e.code
        })
    }

    #[test]
    fn is_kept_exactly_as_typed() {
        for text in
            [" twelve chars ", "twelve chars", "схема-ключей", "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}"]
        {
            assert_eq!(taken(text).as_deref(), Ok(text));
        }
        assert!(taken("é".repeat(512)).is_ok());
    }

    #[test]
    fn is_refused_when_short_long_or_not_text() {
        for short in ["", "           ", "eleven char", "ключ-короче"] {
            assert_eq!(taken(short), Err(Code::PassphraseShort), "{short:?}");
        }
        assert_eq!(taken("a".repeat(1025)), Err(Code::PassphraseInvalid));
        assert_eq!(taken([0xff; 20]), Err(Code::PassphraseInvalid));
        for control in ["twelve\nchars-long", "twelve chars\r\n", "nul\0nul\0nul\0nul", "\u{85}twelve chars"] {
            assert_eq!(taken(control), Err(Code::PassphraseInvalid), "{control:?}");
        }
    }
}
