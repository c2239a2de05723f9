//! Providers repeat pieces of the key in their messages. What is shown of a message has none.

use std::collections::HashSet;

use crate::secret::Secret;

/// Pieces of the secret this long are masked wherever they stand.
const WINDOW: usize = 6;
/// Characters of a message that are kept.
const LENGTH: usize = 300;
const MASK: &str = "•••";
/// How keys of many providers begin, also of those the catalogue does not have.
pub(crate) const PREFIXES: [&str; 17] = [
    "sk-",
    "sk_",
    "gsk_",
    "csk-",
    "xai-",
    "hf_",
    "r8_",
    "nvapi-",
    "AIza",
    "AQ.",
    "ya29.",
    "eyJ",
    "pplx-",
    "fw_",
    "pa-",
    "tgp_",
    "github_pat_",
];

/// The text as it may be shown, logged and stored.
pub(super) fn masked(text: &str, secrets: &[&Secret]) -> String {
    let text = readable(text);
    let mut hidden = of_secrets(&text, secrets);
    hide_tokens(&text, &mut hidden);
    shown(&text, &hidden)
}

/// The same for a text that is random itself, such as a request's id: only pieces of the secrets are hidden.
pub(super) fn masked_exactly(text: &str, secrets: &[&Secret]) -> String {
    let text = readable(text);
    shown(&text, &of_secrets(&text, secrets))
}

fn of_secrets(text: &str, secrets: &[&Secret]) -> Vec<bool> {
    let mut hidden = vec![false; text.len()];
    for secret in secrets {
        hide_secret(text, secret.expose(), &mut hidden);
    }
    hidden
}

fn shown(text: &str, hidden: &[bool]) -> String {
    let mut out = String::new();
    let mut inside = false;
    for (at, c) in text.char_indices() {
        match (hidden[at], inside) {
            (true, false) => out.push_str(MASK),
            (true, true) => {}
            (false, _) => out.push(c),
        }
        inside = hidden[at];
    }
    if out.chars().count() > LENGTH {
        out = out.chars().take(LENGTH - 1).chain(['…']).collect();
    }
    out.trim().to_owned()
}

/// Without control and invisible characters, white space as single blanks: what was cut in pieces by them is whole
/// before it is masked.
fn readable(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(16 * 1024) {
        let invisible = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() && !invisible {
            out.push(c);
        }
    }
    out
}

/// Every stretch of six and more characters of the secret, whatever its case; all of a shorter secret.
fn hide_secret(text: &str, secret: &str, hidden: &mut [bool]) {
    let (text, secret) = (text.to_ascii_lowercase().into_bytes(), secret.to_ascii_lowercase().into_bytes());
    let size = WINDOW.min(secret.len());
    if size == 0 {
        return;
    }
    let windows: HashSet<&[u8]> = secret.windows(size).collect();
    for (at, window) in text.windows(size).enumerate() {
        if windows.contains(window) {
            hidden[at..at + size].fill(true);
        }
    }
}

/// Words that look like a key, whole or already masked by the provider: `sk-qVL45***D1Vi`, `****2345`.
fn hide_tokens(text: &str, hidden: &mut [bool]) {
    let word = |c: char| c.is_ascii_alphanumeric() || "-_.*…•+/=~".contains(c);
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (word(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                // A full stop at the end of a sentence is not the word's.
                let token = text[from..at].trim_end_matches(['.', '/', '=']);
                if is_key_like(token) {
                    hidden[from..from + token.len()].fill(true);
                }
                start = None;
            }
            _ => {}
        }
    }
}

fn is_key_like(token: &str) -> bool {
    let masked =
        ["**", "••", "…", "..."].iter().any(|mask| token.contains(mask)) && token.contains(char::is_alphanumeric);
    let prefixed = token.len() >= 12 && PREFIXES.iter().any(|prefix| token.starts_with(prefix));
    masked || prefixed || token.split(['-', '_', '.', '/']).any(is_random)
}

/// Long, and of letters and digits mixed: no word, no version, no model's name.
fn is_random(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    segment.len() >= 32 || (segment.len() >= 16 && digits >= 2 && digits < segment.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    #[test]
    fn hides_what_providers_echo() {
        let key = secret("sk-qVL45abcdefghijklmnopD1Vi");
        for (said, shown) in [
            ("Incorrect API key provided: sk-qVL45***D1Vi. You can", "Incorrect API key provided: •••. You can"),
            ("Your api key: ****2345 is invalid", "Your api key: ••• is invalid"),
            ("key xa***fg is wrong", "key ••• is wrong"),
            ("token abcdefghij here", "token ••• here"),
            ("SK-QVL45ABC in capitals", "••• in capitals"),
            ("an\u{0}other\u{202e} sk-qVL\u{200b}45abcd one", "another ••• one"),
            ("bearer eyJhbGciOiJIUzI1NiJ9.e30.x", "bearer •••"),
            ("See https://platform.openai.com/account/api-keys.", "See https://platform.openai.com/account/api-keys."),
            ("no model claude-3-5-sonnet-20241022", "no model claude-3-5-sonnet-20241022"),
            ("wait 12.5 s\n\n(try again)...", "wait 12.5 s (try again)..."),
        ] {
            assert_eq!(masked(said, &[&key]), shown);
        }
    }

    #[test]
    fn keeps_at_most_300_characters() {
        assert_eq!(masked(&"ü ".repeat(900), &[]).chars().count(), 300);
    }

    #[test]
    fn hides_a_short_secret_whole() {
        assert_eq!(masked("the key is abc1!", &[&secret("abc1")]), "the key is •••!");
    }

    proptest! {
        #[test]
        fn leaves_no_stretch_of_the_secret(
            key in "[!-~]{6,80}", before in ".{0,40}", after in ".{0,40}", from in 0usize..80, len in 6usize..80,
            upper in any::<bool>(),
        ) {
            let from = from.min(key.len() - 6);
            let piece = &key[from..(from + len).min(key.len())];
            let piece = if upper { piece.to_ascii_uppercase() } else { piece.to_owned() };
            let shown = masked(&format!("{before}{piece}{after} {key}"), &[&secret(&key)]).to_ascii_lowercase();
            for window in key.to_ascii_lowercase().as_bytes().windows(6) {
                let window = std::str::from_utf8(window).expect("ASCII");
                prop_assert!(!shown.contains(window), "{shown:?} has {window:?}");
            }
        }
    }
}
