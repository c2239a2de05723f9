//! What a proxy asks for before it lets anybody through: a user name and a password, kept together as one secret that is
//! bound to the proxy's own address.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::{
    error::{Code, Error, Field, Result},
    secret::Secret,
};

/// Bytes of each: what `SOCKS5` can carry (RFC 1929).
const LONGEST: usize = 255;

/// A user name and a password, as they are kept: percent-encoded, with a colon between. (No user name has one: RFC 7617.)
///
/// The user name is 1 to 255 bytes of UTF-8, the password 0 to 255, both without control characters.
pub fn login(user: &Zeroizing<Vec<u8>>, password: &Zeroizing<Vec<u8>>) -> Result<Secret> {
    let user = checked(user, Field::ProxyUser)?;
    let password = checked(password, Field::ProxyPassword)?;
    if user.is_empty() || user.contains(':') {
        let message = "a user name has one character at least, and no colon";
        return Err(Error::at(Field::ProxyUser, Code::ProxyLoginInvalid, message));
    }
    let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let [user, password] = [encoded(user), encoded(password)].map(Zeroizing::new);
    Ok(Secret::new([user.as_str(), ":", password.as_str()].concat()))
}

/// The two again.
pub(crate) fn apart(login: &Secret) -> Option<[Zeroizing<String>; 2]> {
    let (user, password) = login.expose().split_once(':')?;
    let decoded = |text| percent_decode_str(text).decode_utf8().ok().map(|text| Zeroizing::new(text.into_owned()));
    Some([decoded(user)?, decoded(password)?])
}

fn checked(bytes: &[u8], field: Field) -> Result<&str> {
    let invalid = || Error::at(field, Code::ProxyLoginInvalid, "up to 255 bytes of text without control characters");
    let text = str::from_utf8(bytes).map_err(|_| invalid())?;
    if text.len() > LONGEST || text.chars().any(char::is_control) {
        return Err(invalid());
    }
    if field == Field::ProxyPassword && text.contains(['•', '…']) {
        return Err(Error::at(field, Code::SecretMask, "this is a mask, not the password"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(user: &str, password: &str) -> Result<Secret> {
        login(&Zeroizing::new(user.as_bytes().to_vec()), &Zeroizing::new(password.as_bytes().to_vec()))
    }

    #[test]
    fn a_user_name_and_a_password_are_kept_as_typed() {
        for (user, password) in [("me", "pass word"), ("CORP\\me", "a:b%20c"), ("ü", ""), ("a@b", "🔑")] {
            let login = made(user, password).expect("taken");
            assert!(login.expose().is_ascii() && !login.expose().contains(' '));
            assert_eq!(apart(&login).expect("two").map(|one| one.to_string()), [user, password]);
        }
        let long = "x".repeat(256);
        for (user, password, code, field) in [
            ("", "x", Code::ProxyLoginInvalid, Field::ProxyUser),
            ("a:b", "x", Code::ProxyLoginInvalid, Field::ProxyUser),
            ("a\nb", "x", Code::ProxyLoginInvalid, Field::ProxyUser),
            (long.as_str(), "x", Code::ProxyLoginInvalid, Field::ProxyUser),
            ("me", "a\r\nb", Code::ProxyLoginInvalid, Field::ProxyPassword),
            ("me", long.as_str(), Code::ProxyLoginInvalid, Field::ProxyPassword),
            ("me", "••••", Code::SecretMask, Field::ProxyPassword),
        ] {
            let error = made(user, password).err().expect("refused");
            assert_eq!((error.code, error.field), (code, Some(field)), "{user:?}");
        }
    }
}
