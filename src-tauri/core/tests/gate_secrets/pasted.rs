//! The pastes, and what becomes of each.

use keystead_core::{Code, secret::MAX_BYTES};

/// What was typed or pasted.
pub(crate) struct Pasted {
    pub(crate) what: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) becomes: Becomes,
}

/// What has to become of it.
pub(crate) enum Becomes {
    /// This very text is saved.
    Key(String),
    /// A refusal at the key's field.
    Refused(Code),
}

/// All of them. Each key is another one: the same text twice at one provider is refused.
pub(crate) fn all() -> Vec<Pasted> {
    lengths().chain(kept()).chain(unwrapped()).chain(refused()).collect()
}

/// A key that no other case has.
fn key(tag: &str) -> String {
    format!("sk-proj-{tag}-Zm9vYmFyT3BlbkFJYmF6")
}

fn taken(what: &str, pasted: impl Into<Vec<u8>>, key: impl Into<String>) -> Pasted {
    Pasted { what: what.to_owned(), bytes: pasted.into(), becomes: Becomes::Key(key.into()) }
}

/// Around the limits of the Windows store (2,560 bytes an entry), of a part of ours (2,400), and of a key.
fn lengths() -> impl Iterator<Item = Pasted> {
    [1, 2, 7, 8, 19, 20, 2_399, 2_400, 2_401, 2_559, 2_560, 2_561, 4_096, 8_192, MAX_BYTES - 1, MAX_BYTES]
        .map(|length| {
            let text: String =
                (0..length).map(|at| char::from(b'!' + u8::try_from((at * 7 + length) % 94).expect("small"))).collect();
            taken(&format!("{length} bytes"), text.clone(), text)
        })
        .into_iter()
}

/// Texts that look odd and are keys all the same.
fn kept() -> impl Iterator<Item = Pasted> {
    [
        ("base64 with padding", "QUJTSy1CZWRyb2NrQVBJS2V5LWJhc2U2NA=="),
        ("base64url in capitals with padding", "A_B1CDE2FG3HI4JK=="),
        ("slashes and plusses", "a/b+c/d+e/f+g=h"),
        ("a name and a value in small letters", "key=value-of-a-gateway"),
        ("one letter and a value", "A=1"),
        ("a colon inside", "user:password-of-a-proxy"),
        ("a comma at the end", "sk-comma-at-the-end,"),
        ("a quote inside", "sk-quote\"inside'both`three"),
        ("a quote at one end only", "\"sk-quote-at-one-end"),
        ("a backslash and what follows it", r"sk-back\nslash\u0041\"),
        ("percent signs", "sk-%41%42%00%0d%0a"),
        ("HTML", "sk-&amp;<b>key</b>&#65;"),
        ("a shell's signs", "sk-$HOME`id`;rm&&true|cat>x"),
        (
            "all of visible ASCII",
            "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
        ),
        ("a token of three parts", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
        ("JSON without a blank", "{\"type\":\"service_account\",\"id\":\"1\"}"),
        ("the word of a local server", "EMPTY"),
        ("null, which some servers want", "null"),
        ("a key that begins like a header", "bearer-of-good-news-1234"),
    ]
    .map(|(what, text)| taken(what, text, text))
    .into_iter()
}

/// What people paste around a key.
fn unwrapped() -> impl Iterator<Item = Pasted> {
    let forms: [(&str, &str); 32] = [
        ("a line break behind", "{}\n"),
        ("a Windows line break behind", "{}\r\n"),
        ("blanks and tabs around", " \t{}\t  "),
        ("a blank that does not break", "\u{a0}{}\u{a0}"),
        ("a byte-order mark before", "\u{feff}{}"),
        ("zero-width characters around", "\u{200b}{}\u{200d}"),
        ("marks of writing direction around", "\u{200f}{}\u{200e}"),
        ("an override of writing direction around", "\u{202e}{}\u{202c}"),
        ("isolates of writing direction around", "\u{2068}{}\u{2069}"),
        ("straight quotes", "\"{}\""),
        ("single quotes", "'{}'"),
        ("backticks", "`{}`"),
        ("curly quotes", "“{}”"),
        ("quotes and a comma", "\"{}\","),
        ("quotes and a semicolon", "'{}';"),
        ("Bearer", "Bearer {}"),
        ("a whole header", "Authorization: Bearer {}"),
        ("a line of JSON", "\"api_key\": \"{}\""),
        ("a line of a program", "client = OpenAI(api_key='{}')"),
        ("a command", "curl -H x-api-key:{} https://api.openai.com/v1/models"),
        ("a command over two lines", "curl https://api.openai.com/v1/models \\\n  -H 'Authorization: Bearer {}'"),
        ("JSON", "{\"openai\":{\"apiKey\":\"{}\"}}"),
        ("a file of variables", "# mine\nDEBUG=1\nOPENAI_API_KEY={}\n"),
        ("another header", "x-api-key: {}"),
        ("a header in capitals", "X-API-KEY:{}"),
        ("a header in quotes", "\"Authorization: Bearer {}\""),
        ("export", "export OPENAI_API_KEY={}"),
        ("export of a short name", "export X={}"),
        ("export with quotes", "export OPENAI_API_KEY=\"{}\""),
        ("a line of .env", "OPENAI_API_KEY={}\n"),
        ("PowerShell", "$env:OPENAI_API_KEY = '{}'"),
        ("set", "set OPENAI_API_KEY={}"),
    ];
    forms.into_iter().enumerate().map(|(at, (what, form))| {
        let key = key(&format!("unwrapped{at:02}"));
        taken(what, form.replace("{}", &key), key)
    })
}

fn refused() -> impl Iterator<Item = Pasted> {
    use Code::{SecretControl, SecretEmpty, SecretMask, SecretNotAscii, SecretTooLong, SecretUrl, SecretWhitespace};
    let texts: [(&str, &str, Code); 43] = [
        ("nothing", "", SecretEmpty),
        ("blanks", " \t\r\n ", SecretEmpty),
        ("quotes around nothing", "\"\"", SecretEmpty),
        ("a byte-order mark alone", "\u{feff}", SecretEmpty),
        ("two keys", "sk-one sk-two", SecretWhitespace),
        ("two lines", "sk-one\nsk-two", SecretWhitespace),
        ("two lines of Windows", "sk-one\r\nsk-two", SecretWhitespace),
        ("a carriage return inside", "sk-one\rsk-two", SecretWhitespace),
        ("a tab inside", "sk-one\tsk-two", SecretWhitespace),
        ("a header smuggled in", "sk-one\r\nX-Evil: 1", SecretWhitespace),
        ("prose", "Your new key is below, keep it safe", SecretWhitespace),
        ("a line of YAML", "api_key: sk-one-two-three", SecretWhitespace),
        ("a command without a key", "curl -H x-one:two", SecretWhitespace),
        ("a blank of another width inside", "sk-one\u{2003}two", SecretWhitespace),
        ("NUL inside", "sk-a\0b", SecretControl),
        ("NUL at the end", "sk-ab\0", SecretControl),
        ("an escape", "sk-\u{1b}[31mred", SecretControl),
        ("a backspace", "sk-a\u{8}b", SecretControl),
        ("DEL", "sk-a\u{7f}b", SecretControl),
        ("a byte-order mark inside", "sk-a\u{feff}b", SecretNotAscii),
        ("a zero-width blank inside", "sk-a\u{200b}b", SecretNotAscii),
        ("a mark of writing direction inside", "sk-a\u{202e}b", SecretNotAscii),
        ("a soft hyphen inside", "sk-a\u{ad}b", SecretNotAscii),
        ("a dash that is none", "sk–proj–abc", SecretNotAscii),
        ("Cyrillic", "sk-ключ", SecretNotAscii),
        ("a letter of another script", "sk-prоj-abc", SecretNotAscii),
        ("an emoji", "sk-🔑", SecretNotAscii),
        ("letters of full width", "ｓｋ-abc", SecretNotAscii),
        ("a mask with an ellipsis", "sk-…abcd", SecretMask),
        ("a mask with three dots", "sk-proj...abcd", SecretMask),
        ("stars", "****", SecretMask),
        ("a mask with stars", "sk-proj-****abcd", SecretMask),
        ("bullets", "••••", SecretMask),
        ("black circles", "●●●●", SecretMask),
        ("a placeholder of x", "sk-xxxx", SecretMask),
        ("a placeholder in words", "your-api-key-here", SecretMask),
        ("a placeholder in brackets", "<OPENAI_API_KEY>", SecretMask),
        ("a header with a variable in it", "Bearer ${OPENAI_API_KEY}", SecretMask),
        ("redacted", "[REDACTED]", SecretMask),
        ("a web address", "https://platform.openai.com/api-keys", SecretUrl),
        ("a web address in quotes", "\"http://localhost:8080/v1\"", SecretUrl),
        ("a web address without https", "www.example.com/keys", SecretUrl),
        ("a web address with a key in it", "https://api.example.com/?key=sk-one-two", SecretUrl),
    ];
    let bytes = [
        ("not UTF-8", b"sk-\xff\xfe".to_vec(), SecretNotAscii),
        ("UTF-16", "sk-one".encode_utf16().flat_map(u16::to_le_bytes).chain([0xd8, 0xff]).collect(), SecretNotAscii),
        ("half a character", b"sk-\xe2\x82".to_vec(), SecretNotAscii),
        ("latin-1", b"sk-\xe9t\xe9".to_vec(), SecretNotAscii),
        ("16 KiB and one byte", vec![b'a'; MAX_BYTES + 1], SecretTooLong),
        (
            "16 KiB and quotes and one byte",
            [b"\"", vec![b'b'; MAX_BYTES + 1].as_slice(), b"\""].concat(),
            SecretTooLong,
        ),
        ("a megabyte", vec![b'a'; 1 << 20], SecretTooLong),
        ("a megabyte of blanks", vec![b' '; 1 << 20], SecretTooLong),
    ];
    let texts = texts.into_iter().map(|(what, text, code)| (what, text.as_bytes().to_vec(), code));
    texts.chain(bytes).map(|(what, bytes, code)| Pasted {
        what: what.to_owned(),
        bytes,
        becomes: Becomes::Refused(code),
    })
}
