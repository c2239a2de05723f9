//! A key of the same shape that is certainly not the key: what a server says to it tells what its yes is worth.

use zeroize::Zeroizing;

use crate::secret::Secret;

/// Keeps a published prefix, length and kinds of characters; all else is random.
pub(super) fn like(secret: &Secret, public_prefix: &str) -> Option<Secret> {
    let text = secret.expose();
    let kept =
        if text.starts_with(public_prefix) && public_prefix.len() < text.len() { public_prefix.len() } else { 0 };
    let mut random = Zeroizing::new(vec![0u8; text.len()]);
    loop {
        getrandom::fill(&mut random).ok()?;
        let wrong: String = text
            .bytes()
            .zip(random.iter())
            .enumerate()
            .map(|(at, (byte, r))| if at < kept { char::from(byte) } else { other(byte, *r) })
            .collect();
        if wrong != text {
            return Some(Secret::new(wrong));
        }
    }
}

fn other(byte: u8, random: u8) -> char {
    char::from(match byte {
        b'0'..=b'9' => b'0' + random % 10,
        b'a'..=b'f' => b'a' + random % 6,
        b'g'..=b'z' => b'a' + random % 26,
        b'A'..=b'F' => b'A' + random % 6,
        b'G'..=b'Z' => b'A' + random % 26,
        // Signs give a key its shape; a key of signs alone has to change all the same.
        other if random.is_multiple_of(16) => b'a' + other % 6,
        sign => sign,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_shape_and_not_the_value() {
        for text in ["sk-or-v1-0123456789abcdef", "7", "a.b-c_d", "----"] {
            let key = Secret::new(text.into());
            let wrong = like(&key, "sk-or-").expect("random bytes");
            assert_eq!(wrong.len(), key.len());
            assert!(!wrong.same_as(&key));
        }
        assert!(
            like(&Secret::new("sk-or-v1-0123".into()), "sk-or-v1-")
                .expect("random bytes")
                .expose()
                .starts_with("sk-or-v1-")
        );
    }
}
