//! A secret that is used through the whole suite and afterwards looked for on disk, in every form it could take there.

mod needles;

use std::{
    env, fs,
    hash::{BuildHasher, RandomState},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use flate2::{Compression, write::GzEncoder};
use needles::Needles;

use crate::{Result, session::Session, target};

/// A fresh secret, and when it began to be used.
pub(crate) struct Canary {
    text: String,
    since: SystemTime,
}

impl Canary {
    /// Another one each time, so that an old run's traces are not taken for this run's.
    pub(crate) fn new() -> Self {
        let random = || RandomState::new().hash_one(0) & 0xffff_ffff_ffff;
        // Tildes: the only printable characters that base64 and base64url both write differently and URLs leave alone.
        Self { text: format!("Kc{:012x}~~~{:012x}", random(), random()), since: SystemTime::now() }
    }

    /// Hands it to a test runner.
    pub(crate) fn plant<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("KEYSTEAD_CANARY", &self.text)
    }
}

/// Looks through the session's folders, the pictures, and whatever is new among the system's temporary files. The
/// keychain's own file is not exempt: it is encrypted.
pub(crate) fn search(canary: &Canary, session: Option<&Session>) -> Result<String> {
    let needles = Needles::new(&canary.text);
    control(&needles, &canary.text)?;
    let target = target()?;
    let mut seen = Seen::default();
    let own = session.map(Session::home);
    for folder in own.into_iter().chain([target.join("shots").as_path()]) {
        seen.walk(folder, SystemTime::UNIX_EPOCH, &|_| false, &needles);
    }
    // What is searched already, and folders that cargo has marked as its own.
    let apart = |folder: &Path| Some(folder) == own || folder == target || folder.join("CACHEDIR.TAG").exists();
    seen.walk(&env::temp_dir(), canary.since, &apart, &needles);
    for (path, form) in &seen.hits {
        println!("   found as {form}: {}", path.display());
    }
    let note = format!(
        "{} files, {} kB, {} forms: {} hits",
        seen.files,
        seen.bytes / 1000,
        needles.forms().len() + 1,
        seen.hits.len()
    );
    if seen.hits.is_empty() { Ok(note) } else { Err(note) }
}

/// The search must first find what is planted for it, in each form.
fn control(needles: &Needles, text: &str) -> Result {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut planted: Vec<(&str, Vec<u8>)> = needles.forms();
    let mut member = GzEncoder::new(Vec::new(), Compression::default());
    member.write_all(format!("{{\"key\":\"{text}\"}}").as_bytes()).map_err(|error| error.to_string())?;
    planted.push(("gzip", member.finish().map_err(|error| error.to_string())?));
    for (form, bytes) in &planted {
        let file = [b"\x00\x1f\x8b\x08 before ".as_slice(), bytes, b" after \xff"].concat();
        fs::write(folder.path().join(form), file).map_err(|error| error.to_string())?;
    }
    let mut seen = Seen::default();
    seen.walk(folder.path(), SystemTime::UNIX_EPOCH, &|_| false, needles);
    match planted.iter().find(|(form, _)| !seen.hits.iter().any(|(path, _)| path.ends_with(form))) {
        None => Ok(()),
        Some((form, _)) => Err(format!("the search is blind: it did not find what was planted as {form}")),
    }
}

#[derive(Default)]
struct Seen {
    files: u64,
    bytes: u64,
    hits: Vec<(PathBuf, String)>,
}

impl Seen {
    /// Every file below `folder` that was written since then, except in folders that are set apart.
    fn walk(&mut self, folder: &Path, since: SystemTime, apart: &dyn Fn(&Path) -> bool, needles: &Needles) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(about) = fs::symlink_metadata(&path) else { continue };
            if about.is_dir() && !apart(&path) {
                self.walk(&path, since, apart, needles);
            } else if about.is_file()
                && about.modified().is_ok_and(|written| written >= since)
                && let Ok(bytes) = fs::read(&path)
            {
                self.files += 1;
                self.bytes += bytes.len() as u64;
                self.hits.extend(needles.find(&bytes).map(|form| (path, form)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_found() {
        let canary = Canary::new();
        control(&Needles::new(&canary.text), &canary.text).expect("all found");
    }

    #[test]
    fn another_secret_is_not_found() {
        let (one, other) = (Canary::new(), Canary::new());
        assert!(control(&Needles::new(&one.text), &other.text).is_err());
    }
}
