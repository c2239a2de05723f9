//! From a finished line to one without keys.

use std::{
    io::{self, Write},
    sync::LazyLock,
};

use zeroize::Zeroizing;

use crate::{probe::PREFIXES, provider::Catalog, secret::live};

/// What stands where a key was.
pub const MASK: &str = "[redacted]";
/// A prefix with fewer characters behind it is a word, not a key.
const SHORTEST_REST: usize = 8;

/// Prefixes by which keys are known: the catalogue's, and those of providers it does not have yet.
static BEGINNINGS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let shapes = Catalog::builtin().iter().flat_map(|provider| &provider.key);
    let mut all: Vec<_> = shapes.map(|shape| shape.prefix.as_str()).chain(PREFIXES).filter(|p| p.len() >= 3).collect();
    all.sort_unstable();
    all.dedup();
    all
});

/// Writes whole lines, each without keys.
pub struct Redacting<W: Write> {
    inner: W,
    line: Zeroizing<Vec<u8>>,
}

impl<W: Write> Redacting<W> {
    /// Writes to `inner`.
    pub fn new(inner: W) -> Self {
        // Read here: while a line is being written nothing else may begin.
        LazyLock::force(&BEGINNINGS);
        Self { inner, line: Zeroizing::default() }
    }

    fn emit(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.inner.write_all(&redacted(&line))
    }
}

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if self.line.ends_with(b"\n") {
            self.emit()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Drop for Redacting<W> {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            let _ = self.emit();
        }
    }
}

fn redacted(line: &[u8]) -> Vec<u8> {
    let mut hidden = vec![false; line.len()];
    live::hide(line, &mut hidden);
    hide_known(line, &mut hidden);
    hide_bot_tokens(line, &mut hidden);
    hide_whole_words(line, &mut hidden);
    let mut shown = Vec::with_capacity(line.len());
    for (at, byte) in line.iter().enumerate() {
        if !hidden[at] {
            shown.push(*byte);
        } else if at == 0 || !hidden[at - 1] {
            shown.extend_from_slice(MASK.as_bytes());
        }
    }
    shown
}

/// What begins like a key, to the end of its word.
fn hide_known(line: &[u8], hidden: &mut [bool]) {
    for at in (0..line.len()).filter(|at| *at == 0 || !line[at - 1].is_ascii_alphanumeric()) {
        let rest = &line[at..];
        let known = BEGINNINGS.iter().filter(|p| rest.starts_with(p.as_bytes())).map(|p| p.len()).max();
        let word = rest.iter().take_while(|byte| is_of_a_key(**byte)).count();
        if known.is_some_and(|prefix| word >= prefix + SHORTEST_REST) {
            hidden[at..at + word].fill(true);
        }
    }
}

/// The token of a Telegram bot, which begins with the bot's number: `123456:ABC…`, whatever stands before it.
fn hide_bot_tokens(line: &[u8], hidden: &mut [bool]) {
    const DIGITS: usize = 5;
    const REST: usize = 30;
    for colon in (DIGITS..line.len()).filter(|at| line[*at] == b':') {
        let digits = line[..colon].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let of_it = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-".contains(*byte);
        let rest = line[colon + 1..].iter().take_while(of_it).count();
        if digits >= DIGITS && rest >= REST {
            hidden[colon - digits..=colon + rest].fill(true);
        }
    }
}

/// A piece that was found is not left with the rest of its word.
fn hide_whole_words(line: &[u8], hidden: &mut [bool]) {
    for at in 1..line.len() {
        hidden[at] |= hidden[at - 1] && is_of_a_key(line[at]) && is_of_a_key(line[at - 1]);
    }
    for at in (1..line.len()).rev() {
        hidden[at - 1] |= hidden[at] && is_of_a_key(line[at]) && is_of_a_key(line[at - 1]);
    }
}

fn is_of_a_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.+/~*=%".contains(&byte) || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn written(line: &str) -> String {
        let mut out = Vec::new();
        Redacting::new(&mut out).write_all(line.as_bytes()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_key_in_use_is_taken_out_and_what_is_gone_is_a_word_again() {
        let text = "Wm9vqRtQ-uVxYzKlMnP-LkJ7";
        let line = format!("sent {text} and {}, {{\"k\":\"x{text}y\"}}\n", &text[9..18]);
        assert_eq!(written(&line), line);
        let (secret, same) = (Secret::new(text.into()), Secret::new(text.into()));
        assert_eq!(written(&line), "sent [redacted] and [redacted], {\"k\":\"[redacted]\"}\n");
        drop(same);
        assert_eq!(written("Wm9vqRtQ without an end\n"), "[redacted] without an end\n");
        drop(secret);
        assert_eq!(written(&line), line);
    }

    #[test]
    fn short_keys_are_taken_out_whole_and_the_shortest_are_no_keys() {
        let (_five, _three) = (Secret::new("q7#Zr".into()), Secret::new("the".into()));
        assert_eq!(written("the key q7#Zr, and q7#Z\n"), "the key [redacted], and q7#Z\n");
    }

    #[test]
    fn what_begins_like_a_key_is_one() {
        for key in ["sk-ant-api03-abcdefgh", "gsk_0123456789ab", "AIzaSyA0123456789", "hf_abcdefghijkl"] {
            assert_eq!(written(&format!("Authorization: Bearer {key}; x={key}\n")).matches(key).count(), 0, "{key}");
        }
        for plain in
            ["risk-taking-people-here\n", "GET /v1/models sk- sk-short\n", "model claude-3-5-sonnet-20241022\n"]
        {
            assert_eq!(written(plain), plain);
        }
    }

    #[test]
    fn a_bot_s_token_is_known_by_its_shape() {
        let token = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11";
        for line in [format!("POST https://api.telegram.org/bot{token}/sendMessage\n"), format!("token={token}\n")] {
            let shown = written(&line);
            assert!(!shown.contains("123456") && !shown.contains("ew11"), "{shown}");
        }
        for plain in ["at 2026-01-01T10:20:30Z\n", "port 12345:6789\n", "127.0.0.1:54321:x\n"] {
            assert_eq!(written(plain), plain);
        }
    }

    #[test]
    fn lines_in_pieces_are_written_whole() {
        let mut out = Vec::new();
        {
            let mut log = Redacting::new(&mut out);
            for piece in ["über sk-abc", "defghijkl", "mnop\nnext", " line"] {
                log.write_all(piece.as_bytes()).unwrap();
            }
        }
        assert_eq!(String::from_utf8(out).unwrap(), "über [redacted]\nnext line");
    }
}
