//! Where a secret comes from: a hidden prompt, standard input, or a file the user names.

use std::{
    fs::File,
    io::{BufRead, IsTerminal, Read},
    path::Path,
};

use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{DraftView, ProviderRef},
    provider::BaseUrl,
    secret::{self, Passphrase},
};
use zeroize::Zeroizing;

/// Reads a key: all of standard input when it is asked for or no terminal, else a hidden prompt.
pub(crate) fn secret(from_stdin: bool, prompt: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed =
        |e: &std::io::Error| Error::at(Field::Secret, Code::SecretEmpty, format!("no key could be read: {}", e.kind()));
    if from_stdin || !std::io::stdin().is_terminal() {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4 * secret::MAX_BYTES));
        // One byte more than anything that could be taken, so that too long is seen as such.
        let limit = 4 * secret::MAX_BYTES as u64;
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
        return Ok(bytes);
    }
    let typed = rpassword::prompt_password(prompt).map_err(|e| failed(&e))?;
    Ok(Zeroizing::new(typed.into_bytes()))
}

/// Reads one key as a draft. It may stand in a line, a command or a document, as in the window; but there is nobody to
/// choose among several keys, or to decide about an address that stood with it and is none of `there`.
///
/// Fails with [`Code::KeyAmbiguous`] or [`Code::OriginNotAllowed`]; nothing is kept then.
pub(crate) fn draft(keystead: &Keystead, from_stdin: bool, prompt: &str, there: &[String]) -> Result<DraftView, Error> {
    let draft = keystead.draft(&secret(from_stdin, prompt)?)?;
    refuse_what_needs_a_choice(&draft, there).inspect_err(|_| {
        std::iter::once(&draft).chain(&draft.more).for_each(|one| keystead.discard_draft(&one.id));
    })?;
    Ok(draft)
}

fn refuse_what_needs_a_choice(draft: &DraftView, there: &[String]) -> Result<(), Error> {
    if !draft.more.is_empty() {
        let masks = std::iter::once(draft).chain(&draft.more).filter_map(|one| Some(one.hint.as_ref()?.to_string()));
        let message = format!("there is more than one key in this text: give one of them ({})", words(masks));
        return Err(Error::at(Field::Secret, Code::KeyAmbiguous, message));
    }
    let origin = |url: &str| url.parse::<BaseUrl>().ok().map(|url| url.origin());
    match draft.base_url.as_deref() {
        Some(url) if !there.iter().any(|one| origin(one).is_some_and(|one| origin(url) == Some(one))) => {
            let host = url.parse::<BaseUrl>().map_or_else(|_| "another address".into(), |url| url.host());
            let message = format!(
                "{host} stood with this key, which is not where it would go: give the key alone, or --base-url"
            );
            Err(Error::at(Field::BaseUrl, Code::OriginNotAllowed, message))
        }
        _ => Ok(()),
    }
}

/// A key that is recognised as another vendor's is not sent to this one. Elsewhere than at the vendor's own address anything
/// may be a key.
///
/// Fails with [`Code::KeyAmbiguous`]; nothing is kept then.
pub(crate) fn refuse_another_vendor_s(
    keystead: &Keystead,
    draft: &DraftView,
    provider: &ProviderRef,
) -> Result<(), Error> {
    let (ProviderRef::Existing { id, base_url: None }, [fits]) = (provider, &draft.fits[..]) else { return Ok(()) };
    let (here, theirs) = (keystead.provider(id)?, keystead.provider(fits)?);
    if fits == id || here.custom || here.default_base_url.as_ref() != Some(&here.base_url) {
        return Ok(());
    }
    let question = format!("This looks like a key of {}. Send it to {}? [y/N] ", theirs.name, here.name);
    if agreed(&question)? {
        return Ok(());
    }
    keystead.discard_draft(&draft.id);
    let message = format!("this looks like a key of {}: it was not sent to {}, and not kept", theirs.name, here.name);
    Err(Error::at(Field::Secret, Code::KeyAmbiguous, message))
}

fn words(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

/// Reads a secret value for each name: hidden prompts, or one line of standard input each.
pub(crate) fn secret_lines(names: &[String]) -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    if has_terminal() {
        return names.iter().map(|name| secret(false, &format!("{name}: "))).collect();
    }
    let all = secret(true, "")?;
    let mut lines = all.split(|byte| *byte == b'\n').map(|line| Zeroizing::new(line.to_vec()));
    let missing = |name: &String| {
        let message = format!("standard input has no line for {name}");
        Error::at(Field::HeaderValue, Code::HeaderValueEmpty, message)
    };
    names.iter().map(|name| lines.next().ok_or_else(|| missing(name))).collect()
}

/// Whether somebody can be asked.
pub(crate) fn has_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks a question at the terminal; without one the answer is no.
pub(crate) fn agreed(question: &str) -> Result<bool, Error> {
    if !has_terminal() {
        return Ok(false);
    }
    eprint!("{question}");
    let mut answer = String::new();
    let failed = |e: std::io::Error| Error::new(Code::Cancelled, format!("no answer could be read: {}", e.kind()));
    std::io::stdin().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// The encrypted file's passphrase: the first line of the file the user named, else a hidden prompt.
pub(crate) fn passphrase(file: Option<&Path>, prompt: &str) -> Result<Passphrase, Error> {
    let failed = |e: &std::io::Error| {
        Error::at(Field::Passphrase, Code::PassphraseInvalid, format!("no passphrase could be read: {}", e.kind()))
    };
    let Some(file) = file else {
        let typed = rpassword::prompt_password(prompt).map_err(|e| failed(&e))?;
        return Passphrase::new(&Zeroizing::new(typed.into_bytes()));
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * secret::MAX_PASSPHRASE_BYTES));
    let limit = 2 * secret::MAX_PASSPHRASE_BYTES as u64;
    File::open(file).map_err(|e| failed(&e))?.take(limit).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    bytes.truncate(end);
    Passphrase::new(&bytes)
}

/// A passphrase that is to be set: typed twice, or from the file the user named.
pub(crate) fn new_passphrase(file: Option<&Path>) -> Result<Passphrase, Error> {
    let first = passphrase(file, "New passphrase, 12 characters or more: ")?;
    if file.is_none() && !first.same_as(&passphrase(None, "The same again: ")?) {
        return Err(Error::at(Field::Passphrase, Code::PassphraseInvalid, "the two passphrases differ"));
    }
    Ok(first)
}

/// A proxy's user name and password: two lines of standard input, or a prompt for each, the second one hidden.
pub(crate) fn login(from_stdin: bool) -> Result<[Zeroizing<Vec<u8>>; 2], Error> {
    let failed = |e: &std::io::Error| {
        let message = format!("nothing could be read: {}", e.kind());
        Error::at(Field::ProxyUser, Code::ProxyLoginInvalid, message)
    };
    let hidden = !from_stdin && has_terminal();
    if hidden {
        eprint!("User name: ");
    }
    let user = line().map_err(|e| failed(&e))?;
    if !hidden {
        return Ok([user, line().map_err(|e| failed(&e))?]);
    }
    let typed = rpassword::prompt_password("Password: ").map_err(|e| failed(&e))?;
    Ok([user, Zeroizing::new(typed.into_bytes())])
}

/// A line of standard input without its end. More than a login can have is read, so that too long is seen as such.
fn line() -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(2048));
    let mut stdin = std::io::stdin().lock();
    let mut byte = [0];
    while bytes.len() < 2048 && stdin.read(&mut byte)? == 1 && byte[0] != b'\n' {
        bytes.push(byte[0]);
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Ok(bytes)
}

/// Several secrets: a hidden prompt each, or a line of standard input each; all of it where only one is wanted.
pub(crate) struct Lines {
    from_stdin: bool,
    wanted: usize,
}

impl Lines {
    pub(crate) fn new(from_stdin: bool, wanted: usize) -> Self {
        Self { from_stdin: from_stdin || !has_terminal(), wanted }
    }

    pub(crate) fn next(&mut self, prompt: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
        if !self.from_stdin || self.wanted == 1 {
            return secret(self.from_stdin, prompt);
        }
        let failed = |e: &std::io::Error| {
            Error::at(Field::Secret, Code::SecretEmpty, format!("no key could be read: {}", e.kind()))
        };
        let mut line = Zeroizing::new(Vec::with_capacity(4 * secret::MAX_BYTES));
        let limit = 4 * secret::MAX_BYTES as u64;
        std::io::stdin().lock().take(limit).read_until(b'\n', &mut line).map_err(|e| failed(&e))?;
        Ok(line)
    }
}
