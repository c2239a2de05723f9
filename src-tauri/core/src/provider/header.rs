//! Headers a user adds to a provider's requests: which names and values there can be.

use reqwest::header::HeaderName;

use super::Provider;
use crate::{
    error::{Code, Error, Field, Result},
    probe::PREFIXES,
    secret::is_invisible,
};

/// The most headers one provider has.
pub const MOST_HEADERS: usize = 32;
/// Bytes of a name.
const LONGEST_NAME: usize = 64;
/// Bytes of a value. Servers refuse 8 KiB of headers in all.
const LONGEST_VALUE: usize = 4096;

/// Of one connection only (RFC 9110 §7.6.1), or what a request says of itself: nobody else may.
const RESERVED: [&str; 15] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// What carries a credential wherever it is used.
const CREDENTIALS: [&str; 6] = ["api-key", "authorization", "cookie", "x-api-key", "x-auth-token", "x-goog-api-key"];

/// A name as it is kept: lower case, because names that differ in case alone are one (RFC 9110 §5.1).
pub fn name(text: &str, provider: &Provider) -> Result<String> {
    let refuse = |code, message: &str| Err(Error::at(Field::HeaderName, code, message));
    let text = text.trim();
    if text.is_empty() {
        return refuse(Code::HeaderNameInvalid, "a header has a name");
    }
    if text.len() > LONGEST_NAME {
        return refuse(Code::HeaderTooLong, "a header's name has at most 64 characters");
    }
    let Ok(name) = HeaderName::from_bytes(text.as_bytes()) else {
        return refuse(Code::HeaderNameInvalid, "a header's name is letters, digits and hyphens");
    };
    let name = name.as_str();
    if RESERVED.contains(&name) {
        return refuse(Code::HeaderReserved, "this header belongs to the connection itself");
    }
    if !provider.custom && provider.carries_key(name) {
        return refuse(Code::HeaderReserved, "this header carries the key");
    }
    Ok(name.to_owned())
}

/// A value: one line of visible ASCII with blanks inside.
pub fn value(text: &str) -> Result<&str> {
    let refuse = |code, message: &str| Err(Error::at(Field::HeaderValue, code, message));
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    if text.is_empty() {
        return refuse(Code::HeaderValueEmpty, "a header has a value");
    }
    if text.len() > LONGEST_VALUE {
        return refuse(Code::HeaderTooLong, "a header's value has at most 4,096 characters");
    }
    if !text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return refuse(Code::HeaderValueInvalid, "a header's value is one line of plain characters");
    }
    Ok(text)
}

/// Refuses a value that is plainly a secret where it would be kept in the clear.
pub fn refuse_secret(name: &str, value: &str) -> Result<()> {
    if CREDENTIALS.contains(&name) || looks_like_key(value) {
        let message = "this carries a credential: keep it secret";
        return Err(Error::at(Field::HeaderValue, Code::HeaderSecret, message));
    }
    Ok(())
}

/// Begins as a vendor's keys do, and is as long as one.
pub fn looks_like_key(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.any(|word| word.len() >= 20 && PREFIXES.iter().any(|prefix| word.starts_with(prefix)))
}

/// How a secret header stands in a `curl` line: `x-org-token` is `$X_ORG_TOKEN`, and never the key's own variable.
pub fn variable(name: &str, of_the_key: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let variable: String = name.chars().map(word).collect();
    if variable == of_the_key || variable.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("HEADER_{variable}");
    }
    variable
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Catalog;

    fn custom() -> Provider {
        let base = "https://box.example/v1".parse().expect("a URL");
        Catalog::builtin().custom("box".parse().expect("a slug"), "Box".into(), base)
    }

    fn refused(text: &str, provider: &Provider) -> Code {
        let error = name(text, provider).expect_err(text);
        assert_eq!(error.field, Some(Field::HeaderName));
        error.code
    }

    #[test]
    fn a_name_is_a_token_that_no_connection_owns() {
        assert_eq!(name(" X-Org-Token ", &custom()).expect("a name"), "x-org-token");
        for bad in ["", "  ", "x org", "x:org", "x\r\ny", "x\0", "é", "x(y)"] {
            assert_eq!(refused(bad, &custom()), Code::HeaderNameInvalid, "{bad:?}");
        }
        for reserved in RESERVED.iter().chain(&["Host", "Transfer-Encoding"]) {
            assert_eq!(refused(reserved, &custom()), Code::HeaderReserved, "{reserved}");
        }
        assert_eq!(refused(&"x".repeat(65), &custom()), Code::HeaderTooLong);
    }

    #[test]
    fn the_header_of_the_key_is_free_at_a_custom_provider_only() {
        let get = |id: &str| Catalog::builtin().get(&id.parse().expect("a slug")).expect("there");
        assert_eq!(refused("Authorization", get("openai")), Code::HeaderReserved);
        assert_eq!(refused("x-api-key", get("anthropic")), Code::HeaderReserved);
        // Its keys of another shape travel there.
        assert_eq!(refused("authorization", get("anthropic")), Code::HeaderReserved);
        assert_eq!(name("anthropic-version", get("anthropic")).expect("one may"), "anthropic-version");
        assert_eq!(name("Authorization", &custom()).expect("one may"), "authorization");
    }

    #[test]
    fn a_value_is_one_line() {
        assert_eq!(value(" Bearer abc\r\n").expect("a value"), "Bearer abc");
        for (bad, code) in [
            ("", Code::HeaderValueEmpty),
            ("\u{feff}", Code::HeaderValueEmpty),
            ("a\r\nx-other: b", Code::HeaderValueInvalid),
            ("a\nb", Code::HeaderValueInvalid),
            ("a\0b", Code::HeaderValueInvalid),
            ("schlüssel", Code::HeaderValueInvalid),
        ] {
            let error = value(bad).expect_err(bad);
            assert_eq!((error.code, error.field), (code, Some(Field::HeaderValue)), "{bad:?}");
        }
        assert!(value(&"v".repeat(LONGEST_VALUE)).is_ok());
        assert_eq!(value(&"v".repeat(LONGEST_VALUE + 1)).expect_err("too long").code, Code::HeaderTooLong);
    }

    #[test]
    fn what_is_plainly_a_secret_is_not_kept_in_the_clear() {
        for (name, value) in [
            ("authorization", "Bearer abc"),
            ("cookie", "a=b"),
            ("x-org", "sk-proj-0123456789abcdef"),
            ("x-org", "Token gsk_0123456789abcdefghij"),
        ] {
            assert_eq!(refuse_secret(name, value).expect_err(value).code, Code::HeaderSecret);
        }
        assert!(refuse_secret("x-title", "Keystead at work").is_ok());
    }

    #[test]
    fn a_variable_is_not_that_of_the_key() {
        assert_eq!(variable("x-org-token", "API_KEY"), "X_ORG_TOKEN");
        assert_eq!(variable("api-key", "API_KEY"), "HEADER_API_KEY");
        assert_eq!(variable("2fa", "API_KEY"), "HEADER_2FA");
    }
}
