//! `NAME=value` lines, and names with quoted values wherever they stand in a program.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::Pair;

/// One assignment a line, as shells, `.env` files, YAML, PowerShell and `cmd` write them. Small letters are common in `.env`
/// files only.
static ASSIGNMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:export\s+|set\s+|setx\s+|\$env:)?(?:([A-Z_][A-Z0-9_]{2,})(?:\s*=\s*|:\s+|\s+)|([a-z][a-z0-9]*(?:_[a-z0-9]+)+)=)(.*)$",
    )
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
        let line = line.trim().trim_end_matches([';', ',']);
        if line.is_empty() || line.starts_with('#') || line.to_ascii_lowercase().starts_with("rem ") {
            continue;
        }
        let found = ASSIGNMENT.captures(line)?;
        let name = found.get(1).or_else(|| found.get(2))?.as_str();
        // A comment after the value, where the value is not quoted.
        let value = &found[3];
        let value = if value.starts_with(['"', '\'']) { value } else { value.split(" #").next().unwrap_or(value) };
        pairs.push(Pair::new(name, value.trim().trim_matches(['"', '\''])));
    }
    // One word is not an assignment, and `A=1` and `ABC==` may be keys.
    let assigned = match &pairs[..] {
        [] => false,
        [only] => text.contains(['=', ' ']) && (only.name.contains('_') || !only.value.trim_matches('=').is_empty()),
        _ => true,
    };
    assigned.then_some(pairs)
}

pub(super) fn snippet(text: &str) -> Option<Vec<Pair>> {
    let pairs: Vec<Pair> = QUOTED.captures_iter(text).map(|found| Pair::new(&found[1], &found[2])).collect();
    (!pairs.is_empty()).then_some(pairs)
}
