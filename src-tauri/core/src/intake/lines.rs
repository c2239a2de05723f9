//! `NAME=value` lines, and names with quoted values wherever they stand in a program.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::Pair;

/// One assignment a line, as shells, `.env` files, PowerShell and `cmd` write them.
static ASSIGNMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:export\s+|set\s+|setx\s+|\$env:)?([A-Z_][A-Z0-9_]{2,})\s*[=\s]\s*(\S.*?)\s*$")
        .expect("a fixed pattern")
});

/// `api_key="…"`, `apiKey: '…'`, `"Authorization": "Bearer …"`.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"([A-Za-z][A-Za-z0-9_.-]{1,60})["']?\]?\s*[:=]{1,2}>?\s*f?["'`]([^"'`\n]{3,20000})["'`]"#)
        .expect("a fixed pattern")
});

pub(super) fn environment(text: &str) -> Option<Vec<Pair>> {
    let mut pairs = Vec::new();
    for line in text.lines() {
        let line = line.trim().trim_end_matches(';');
        if line.is_empty() || line.starts_with('#') || line.to_ascii_lowercase().starts_with("rem ") {
            continue;
        }
        let found = ASSIGNMENT.captures(line)?;
        // A comment after the value, where the value is not quoted.
        let value = &found[2];
        let value = if value.starts_with(['"', '\'']) { value } else { value.split(" #").next().unwrap_or(value) };
        pairs.push(Pair::new(&found[1], value.trim().trim_matches(['"', '\''])));
    }
    // One word is not an assignment, and `A=1` may be a key.
    (!pairs.is_empty() && text.contains(['=', ' '])).then_some(pairs)
}

pub(super) fn snippet(text: &str) -> Option<Vec<Pair>> {
    let pairs: Vec<Pair> = QUOTED.captures_iter(text).map(|found| Pair::new(&found[1], &found[2])).collect();
    (!pairs.is_empty()).then_some(pairs)
}
