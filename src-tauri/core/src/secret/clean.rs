//! From pasted bytes to a [`Secret`]: what people paste around a key is taken off and named; what cannot be a key is
//! refused, with the reason.

use serde::Serialize;
use zeroize::Zeroizing;

use super::Secret;
use crate::error::{Code, Error, Field, Result};

/// The longest key taken. No provider's comes near; some gateways' tokens reach 8 KiB.
pub const MAX_BYTES: usize = 16 * 1024;

/// Something that was taken off around a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Cleaned {
    /// White space or line breaks at either end.
    Whitespace,
    /// A byte-order mark or an invisible character at either end.
    Invisible,
    /// A pair of quotes.
    Quotes,
    /// `Bearer `, `Authorization: Bearer `, `x-api-key: ` and the like.
    Header,
    /// `export NAME=`, `NAME=`, `set NAME=`.
    Assignment,
}

/// Takes what was typed or pasted; what was taken off is told, once each.
pub fn clean(bytes: &Zeroizing<Vec<u8>>) -> Result<(Secret, Vec<Cleaned>)> {
    let text = std::str::from_utf8(bytes).map_err(|_| refuse(Code::SecretNotAscii, "the key is not text in UTF-8"))?;
    // A generous bound before any work: what is around a key is short.
    if text.len() > 2 * MAX_BYTES {
        return Err(too_long());
    }
    let mut cleaned = Vec::new();
    let bare = unwrap(text, &mut cleaned);
    check(bare)?;
    Ok((Secret::new(bare.to_owned()), cleaned))
}

type Strip = fn(&str) -> &str;

/// Takes layers off until none is left: `export X="Bearer sk-…"` has three.
fn unwrap<'a>(mut text: &'a str, cleaned: &mut Vec<Cleaned>) -> &'a str {
    let steps: [(Cleaned, Strip); 5] = [
        (Cleaned::Whitespace, str::trim),
        (Cleaned::Invisible, |t| t.trim_matches(is_invisible)),
        (Cleaned::Assignment, strip_assignment),
        (Cleaned::Quotes, strip_quotes),
        (Cleaned::Header, strip_header),
    ];
    loop {
        let before = text;
        for (what, strip) in steps {
            let stripped = strip(text);
            if stripped.len() != text.len() && !cleaned.contains(&what) {
                cleaned.push(what);
            }
            text = stripped;
        }
        if text.len() == before.len() {
            return text;
        }
    }
}

/// Byte-order mark, soft hyphen, zero-width characters, marks of writing direction.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn strip_quotes(text: &str) -> &str {
    let inner = text.strip_suffix([',', ';']).unwrap_or(text);
    for (open, close) in [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')] {
        if let Some(inner) = inner.strip_prefix(open).and_then(|t| t.strip_suffix(close)) {
            return inner;
        }
    }
    text
}

fn strip_header(text: &str) -> &str {
    const NAMES: [&str; 6] =
        ["authorization:", "proxy-authorization:", "x-api-key:", "api-key:", "x-goog-api-key:", "xi-api-key:"];
    let lower = text.get(..24.min(text.len())).unwrap_or("").to_ascii_lowercase();
    for name in NAMES {
        if lower.starts_with(name) {
            return text[name.len()..].trim_start();
        }
    }
    for scheme in ["bearer ", "token ", "basic "] {
        if lower.starts_with(scheme) {
            return text[scheme.len()..].trim_start();
        }
    }
    text
}

/// `NAME=value` only where NAME looks like an environment variable: keys themselves may hold `=`. After `export` and the
/// like it may be any name.
fn strip_assignment(text: &str) -> &str {
    let told = ["export ", "set ", "setx ", "$env:"].iter().find_map(|p| text.strip_prefix(p)).map(str::trim_start);
    let Some((name, value)) = told.unwrap_or(text).split_once('=') else {
        return text;
    };
    let name = name.trim_end();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let upper = name.len() >= 3 && name.contains('_') && !name.contains(|c: char| c.is_ascii_lowercase());
    let variable = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(word)
        && (told.is_some() || upper);
    // What ends in `=` alone is base64.
    if variable && !value.trim_start_matches('=').is_empty() { value.trim_start() } else { text }
}

fn check(text: &str) -> Result<()> {
    if text.is_empty() {
        return Err(refuse(Code::SecretEmpty, "no key was given"));
    }
    if text.len() > MAX_BYTES {
        return Err(too_long());
    }
    if is_mask(text) {
        return Err(refuse(Code::SecretMask, "this is a mask or a placeholder, not a key"));
    }
    if is_address(text) {
        return Err(refuse(Code::SecretUrl, "this is a web address, not a key"));
    }
    if text.chars().any(char::is_whitespace) {
        return Err(refuse(Code::SecretWhitespace, "there is white space inside the key"));
    }
    if text.chars().any(char::is_control) {
        return Err(refuse(Code::SecretControl, "there are control characters inside the key"));
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(refuse(Code::SecretNotAscii, "there are characters in the key that no HTTP header can carry"));
    }
    Ok(())
}

/// What masks and placeholders look like in the field: dots, bullets, runs of stars or of one letter, "your-…-key".
pub(crate) fn is_mask(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let run = |c: char, n: usize| lower.contains(&c.to_string().repeat(n));
    let begins = ["your_", "your-", "<your", "insert_", "insert-", "${", "{{"].iter().any(|p| lower.starts_with(p));
    let ends = ["api_key_here", "api-key-here", "changeme", "replace_me"].iter().any(|p| lower.ends_with(p));
    let last = lower.rsplit(['-', '_']).next().unwrap_or_default();
    begins
        || ends
        || text.contains(['…', '•', '●', '∙', '·', '∗', '＊'])
        || ["...", "redacted"].iter().any(|p| lower.contains(p))
        || run('*', 3)
        || run('x', 6)
        || (last.len() >= 3 && last.bytes().all(|b| matches!(b, b'x' | b'*' | b'.')))
        || (lower.starts_with('<') && lower.ends_with('>'))
}

/// The address of the page a key is shown on, rather than the key. No encoding that keys use has `://` in it.
fn is_address(text: &str) -> bool {
    text.contains("://") || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
}

fn refuse(code: Code, message: &str) -> Error {
    Error::at(Field::Secret, code, message)
}

fn too_long() -> Error {
    refuse(Code::SecretTooLong, "the key is longer than 16 KiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-proj-Zm9vYmFyYmF6cXV4T3BlbkFJ";

    fn take(text: &str) -> (String, Vec<Cleaned>) {
        let (secret, cleaned) = clean(&Zeroizing::new(text.as_bytes().to_vec())).expect("a key");
        (secret.expose().to_owned(), cleaned)
    }

    fn refused(bytes: impl AsRef<[u8]>) -> Code {
        clean(&Zeroizing::new(bytes.as_ref().to_vec())).err().expect("refused").code
    }

    #[test]
    fn takes_off_what_people_paste_around_a_key() {
        for (pasted, what) in [
            (format!("  {KEY}\r\n"), vec![Cleaned::Whitespace]),
            (format!("\u{feff}{KEY}\u{200b}"), vec![Cleaned::Invisible]),
            (format!("\"{KEY}\""), vec![Cleaned::Quotes]),
            (format!("'{KEY}',"), vec![Cleaned::Quotes]),
            (format!("Bearer {KEY}"), vec![Cleaned::Header]),
            (format!("Authorization: Bearer {KEY}"), vec![Cleaned::Header]),
            (format!("x-api-key: {KEY}"), vec![Cleaned::Header]),
            (format!("export OPENAI_API_KEY={KEY}"), vec![Cleaned::Assignment]),
            (format!("export X={KEY}"), vec![Cleaned::Assignment]),
            (format!("$env:token = '{KEY}'"), vec![Cleaned::Assignment, Cleaned::Quotes]),
            (format!("OPENAI_API_KEY = \"{KEY}\""), vec![Cleaned::Assignment, Cleaned::Quotes]),
        ] {
            assert_eq!(take(&pasted), (KEY.to_owned(), what), "{pasted:?}");
        }
    }

    #[test]
    fn leaves_a_key_alone_that_has_equals_signs_and_slashes() {
        for key in ["ABSKQmVkcm9ja0FQSUtleQ==", "a/b+c=d", "key=value", "A=1", "A_B1CDE2FG==", "ask-insert", "a,b,"] {
            assert_eq!(take(key), (key.to_owned(), vec![]));
        }
    }

    #[test]
    fn refuses_what_cannot_be_a_key() {
        assert_eq!(refused(""), Code::SecretEmpty);
        assert_eq!(refused(" \n\t "), Code::SecretEmpty);
        assert_eq!(refused("\"\""), Code::SecretEmpty);
        assert_eq!(refused("https://platform.openai.com/api-keys"), Code::SecretUrl);
        assert_eq!(refused("\"www.example.com/keys\""), Code::SecretUrl);
        assert_eq!(refused("sk-one sk-two"), Code::SecretWhitespace);
        assert_eq!(refused("sk-one\nsk-two"), Code::SecretWhitespace);
        assert_eq!(refused("sk-\u{1b}[31m"), Code::SecretControl);
        assert_eq!(refused("sk-\0abc"), Code::SecretControl);
        assert_eq!(refused("sk-ключ"), Code::SecretNotAscii);
        assert_eq!(refused("sk-a\u{202e}b"), Code::SecretNotAscii);
        assert_eq!(refused([0xff, 0xfe, 0x41]), Code::SecretNotAscii);
        assert_eq!(refused("a".repeat(MAX_BYTES + 1)), Code::SecretTooLong);
        assert_eq!(take(&"a".repeat(MAX_BYTES)).0.len(), MAX_BYTES);
    }

    #[test]
    fn refuses_every_mask() {
        for mask in [
            "sk-…9xQ2",
            "••••",
            "sk-...9xQ2",
            "sk-proj-****abcd",
            "sk-xxxxxxxxxxxx",
            "sk-xxxx",
            "[REDACTED]",
            "{{secrets.KEY}}",
            "<your-key>",
            "${OPENAI_API_KEY}",
            "your-api-key-here",
            "YOUR_API_KEY",
        ] {
            assert_eq!(refused(mask), Code::SecretMask, "{mask}");
        }
    }
}
