//! Servers that nobody here wrote, for tests to talk to: LiteLLM's proxy and moto from PyPI, Prism from npm. They are
//! installed below the target folder, once for each state of the lists in `tests/servers`, and only on Linux.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    Result, npm, process, root,
    system::{self, Purpose},
    target,
};

/// Where tests look for them.
pub(crate) const FOLDER: &str = "KEYSTEAD_SERVERS";
/// The oldest Python that the pinned packages run on.
const PYTHON: (u32, u32) = (3, 11);

/// Where they are installed, and a note for the summary. Without a folder: why there is none on this system.
pub(crate) fn install() -> Result<(Option<PathBuf>, String)> {
    if !cfg!(target_os = "linux") {
        return Ok((None, "on Linux only: their tests are skipped".to_owned()));
    }
    let version = process::output(Command::new("python3").args(["-c", "import sys; print(*sys.version_info[:2])"]))?;
    let mut numbers = version.split(' ').filter_map(|number| number.parse().ok());
    if (numbers.next(), numbers.next()) < (Some(PYTHON.0), Some(PYTHON.1)) {
        return Ok((None, format!("Python {} is too old: their tests are skipped", version.replace(' ', "."))));
    }
    let folder = target()?.join("servers");
    let packages = once(&folder.join("python"), &["requirements.txt"], &version, python)?;
    let modules = once(&folder.join("node"), &["package.json", "package-lock.json"], "", node)?;
    let note = if packages || modules { "installed" } else { "there already" };
    Ok((Some(folder), note.to_owned()))
}

/// Installs them and prints where: on a line of its own, to be put into the environment of a test that is run by hand.
pub(crate) fn show(yes: bool) -> Result {
    system::provide(&[Purpose::Servers], yes)?;
    let (folder, note) = install()?;
    println!("{}", folder.map_or(note, |folder| folder.display().to_string()));
    Ok(())
}

/// Makes `folder` anew with `work`, unless it was made from these very lists. Answers whether it had to.
fn once(folder: &Path, lists: &[&str], with: &str, work: fn(&Path) -> Result) -> Result<bool> {
    let mut hasher = DefaultHasher::new();
    with.hash(&mut hasher);
    for list in lists {
        let path = here().join(list);
        fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?.hash(&mut hasher);
    }
    let wanted = format!("{:016x}", hasher.finish());
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(false);
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    work(folder)?;
    fs::write(stamp, wanted).map_err(|error| error.to_string())?;
    Ok(true)
}

/// An environment of its own. Wheels only, and nothing but what is listed: no package's code runs while it is installed.
fn python(folder: &Path) -> Result {
    process::run(Command::new("python3").args(["-m", "venv"]).arg(folder).stdin(Stdio::null()))?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]);
    // What is imported is compiled then; most of it never is.
    pip.args(["--only-binary", ":all:", "--no-compile", "--requirement"]).arg(here().join("requirements.txt"));
    process::run(pip.stdin(Stdio::null()))
}

fn node(folder: &Path) -> Result {
    for list in ["package.json", "package-lock.json"] {
        fs::copy(here().join(list), folder.join(list)).map_err(|error| format!("{list}: {error}"))?;
    }
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
    process::run(npm::npm(&words).current_dir(folder))
}

fn here() -> PathBuf {
    root().join("tests/servers")
}
