//! A `curl` command: its headers and its address.

use super::Pair;

pub(super) fn pairs(text: &str) -> Option<Vec<Pair>> {
    let command = text.trim_start_matches(['$', '>', '%', ' ']);
    let rest = command.strip_prefix("curl").or_else(|| command.strip_prefix("curl.exe"))?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    // cmd.exe and PowerShell continue a line with ^ and `.
    let joined = rest.replace("^\r\n", " ").replace("^\n", " ").replace("`\r\n", " ").replace("`\n", " ");
    let words = shlex::split(&joined)?;
    let mut pairs = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (flag, value) = match word.as_str() {
            "-H" | "--header" | "-u" | "--user" | "--oauth2-bearer" | "--url" => (word.clone(), words.next()?),
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--json" | "-o" | "-A" | "-X" | "--request" => {
                words.next();
                continue;
            }
            joined if joined.starts_with("-H") && joined.len() > 2 => ("-H".into(), joined[2..].to_owned()),
            joined if joined.starts_with("--header=") => ("-H".into(), joined[9..].to_owned()),
            address if address.starts_with("http://") || address.starts_with("https://") => ("--url".into(), word),
            _ => continue,
        };
        match flag.as_str() {
            "-H" | "--header" => {
                if let Some((name, value)) = value.split_once(':') {
                    pairs.push(Pair::new(name.trim(), value.trim()));
                }
            }
            "--url" => address(&value, &mut pairs),
            "--oauth2-bearer" => pairs.push(Pair::new("authorization", value)),
            // Basic: a key stands for the user, or for the password beside one.
            _ => {
                let (user, password) = value.split_once(':').unwrap_or((&value, ""));
                pairs.push(Pair::new("key", if password.is_empty() { user } else { password }));
            }
        }
    }
    Some(pairs)
}

/// The address without its query, in which some put the key.
fn address(text: &str, pairs: &mut Vec<Pair>) {
    let (base, query) = text.split_once('?').unwrap_or((text, ""));
    pairs.push(Pair::new("url", base));
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        pairs.push(Pair::new(name, value));
    }
}
