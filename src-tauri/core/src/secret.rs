//! The one type that holds a key's text. It cannot be printed, serialised, compared with `==` or cloned, and it is
//! wiped when dropped.

mod bundle;
mod clean;
mod hint;
pub(crate) mod live;
mod passphrase;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

pub(crate) use bundle::{Parts, bundle, unbundle};
pub(crate) use clean::is_invisible;
pub(crate) use clean::is_mask;
pub use clean::{Cleaned, MAX_BYTES, clean};
pub use hint::Hint;
pub use passphrase::{MAX_PASSPHRASE_BYTES, MIN_CHARS, Passphrase};

/// A key's text: visible ASCII without white space, 1 byte to 16 KiB. Of a header's value there may be blanks in it.
///
/// It has none of the ways by which a value is copied or shown:
///
/// ```compile_fail
/// fn shown(secret: &keystead_core::Secret) -> String { format!("{secret:?}") }
/// ```
/// ```compile_fail
/// fn written(secret: &keystead_core::Secret) -> String { secret.to_string() }
/// ```
/// ```compile_fail
/// fn copied(secret: &keystead_core::Secret) -> keystead_core::Secret { secret.clone() }
/// ```
/// ```compile_fail
/// fn sent(secret: &keystead_core::Secret) -> String { serde_json::to_string(secret).unwrap() }
/// ```
/// ```compile_fail
/// fn read(secret: &keystead_core::Secret) -> &str { secret.expose() }
/// ```
pub struct Secret(SecretString);

impl Secret {
    /// Takes over text that is known to be clean: out of the vault, or through [`clean`].
    pub(crate) fn new(text: String) -> Self {
        Self::wrap(SecretString::from(text))
    }

    /// Takes over a text that a library wipes too.
    pub(crate) fn wrap(text: SecretString) -> Self {
        live::enter(text.expose_secret());
        Self(text)
    }

    /// The text. Every call of this is a place to look at in a review.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.expose().len()
    }

    /// Never true for a secret that came through [`clean`].
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Compares in constant time.
    pub fn same_as(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        live::leave(self.expose());
    }
}
