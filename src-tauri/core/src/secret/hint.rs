use serde::{Deserialize, Serialize};

use super::Secret;

/// Secrets shorter than this show nothing of themselves: four characters of eight would be half of it.
const SHOWN_FROM: usize = 20;

/// The mask by which people recognise a key: "sk-proj-" and "9xQ2". Made here, once, when a key is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Hint {
    /// A prefix that providers publish; empty when the key has none.
    pub prefix: String,
    /// The last four characters; none when the key is too short to show any.
    pub tail: Option<String>,
}

impl Hint {
    /// `public_prefix` is the longest prefix of this key that some provider's documentation names.
    pub fn of(secret: &Secret, public_prefix: &str) -> Self {
        let text = secret.expose();
        if text.starts_with('{') {
            return Self::of_file(text);
        }
        if text.len() < SHOWN_FROM || !text.starts_with(public_prefix) {
            return Self { prefix: String::new(), tail: (text.len() >= SHOWN_FROM).then(|| last_four(text)) };
        }
        Self { prefix: public_prefix.into(), tail: Some(last_four(text)) }
    }
    /// A key file is known by its key's id, which is none of its secrets.
    fn of_file(text: &str) -> Self {
        let id = serde_json::from_str::<serde_json::Value>(text).ok();
        let id =
            id.as_ref().and_then(|file| file["private_key_id"].as_str()).filter(|id| id.is_ascii() && id.len() >= 8);
        match id {
            Some(id) => Self { prefix: "key file ".into(), tail: Some(last_four(id)) },
            None => Self { prefix: String::new(), tail: None },
        }
    }
}

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.tail {
            Some(tail) => write!(f, "{}…{tail}", self.prefix),
            None => f.write_str("••••"),
        }
    }
}

/// Secrets are visible ASCII, so bytes are characters.
fn last_four(text: &str) -> String {
    text[text.len() - 4..].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &str, prefix: &str) -> String {
        Hint::of(&Secret::new(text.into()), prefix).to_string()
    }

    #[test]
    fn shows_the_public_prefix_and_the_last_four() {
        assert_eq!(hint("sk-proj-0123456789abcdef9xQ2", "sk-proj-"), "sk-proj-…9xQ2");
        assert_eq!(hint("0123456789abcdef0123456789abcdef", ""), "…cdef");
    }

    #[test]
    fn shows_nothing_of_a_short_one() {
        assert_eq!(hint("sk-0123456789abcdef", "sk-"), "••••");
        assert_eq!(hint("a", ""), "••••");
        assert_eq!(hint("{\"private_key\":\"-----BEGIN é\"}", ""), "••••");
        assert_eq!(hint(r#"{"private_key_id":"0123456789abcdef","private_key":"x"}"#, ""), "key file …cdef");
    }
}
