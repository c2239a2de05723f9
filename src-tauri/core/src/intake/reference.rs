//! The name of a variable, where a key could stand.

use std::sync::LazyLock;

use regex_lite::Regex;

use crate::{
    error::{Field, Result},
    value::EnvName,
};

/// `$X`, `${X}`, `$env:X`, `%X%`, `process.env.X`, `os.environ["X"]`, `os.getenv("X")`: as shells and programs write it.
static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"^(?:\$([A-Z_][A-Z0-9_]+)|\$\{([A-Z_][A-Z0-9_]+)\}|\$env:(\w+)|%([A-Z_][A-Z0-9_]+)%|process\.env\.(\w+)|os\.(?:environ\[|environ\.get\(|getenv\()["'](\w+)["'][\])])$"#,
    )
    .expect("a fixed pattern")
});

/// The variable a text refers to; none where it is anything else. Fails with `Code::VariableInvalid` where it
/// begins as a reference does, and goes on as none.
pub fn reference(bytes: &[u8]) -> Result<Option<EnvName>> {
    let text = std::str::from_utf8(bytes).unwrap_or_default().trim();
    let quoted = ['"', '\'', '`'].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q));
    let text = quoted.unwrap_or(text);
    if let Some(found) = WRITTEN.captures(text) {
        return Ok(found.iter().skip(1).flatten().next().and_then(|name| name.as_str().parse().ok()));
    }
    EnvName::referred(text).transpose().map_err(|e| e.in_field(Field::Secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn the_ways_to_write_a_variable_are_known() {
        for text in [
            "env.OPENAI_API_KEY",
            " env.OPENAI_API_KEY\n",
            "\"env.OPENAI_API_KEY\"",
            "$OPENAI_API_KEY",
            "${OPENAI_API_KEY}",
            "$env:OPENAI_API_KEY",
            "%OPENAI_API_KEY%",
            "process.env.OPENAI_API_KEY",
            "os.environ[\"OPENAI_API_KEY\"]",
            "os.environ.get('OPENAI_API_KEY')",
            "os.getenv('OPENAI_API_KEY')",
        ] {
            let found = reference(text.as_bytes()).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(found.map(|name| name.to_string()).as_deref(), Some("OPENAI_API_KEY"), "{text}");
        }
    }

    #[test]
    fn a_key_is_none() {
        for text in
            ["sk-proj-0123456789abcdef", "$2b$12$abcdefghijklmnop", "OPENAI_API_KEY=sk-0123456789", "", "$", "%%"]
        {
            assert_eq!(reference(text.as_bytes()), Ok(None), "{text}");
        }
        assert_eq!(reference(&[0xff, 0xfe]), Ok(None));
    }

    #[test]
    fn what_begins_as_a_reference_and_is_none_is_refused_at_the_key() {
        let error = reference(b"env.MY-KEY").expect_err("refused");
        assert_eq!((error.code, error.field), (Code::VariableInvalid, Some(Field::Secret)));
    }
}
