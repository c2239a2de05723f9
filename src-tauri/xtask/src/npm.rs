//! npm and the built page: installed and built only when something they depend on has changed.

pub(crate) mod network;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Result, process, root};

/// `npm` in `ui/`.
pub(crate) fn npm(words: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(words).current_dir(ui()).stdin(Stdio::null());
    command
}

/// Installs the packages of `package-lock.json`, unless they are there. Packages' own scripts never run.
pub(crate) fn install() -> Result {
    let stamp = ui().join("node_modules/.keystead-installed");
    let wanted =
        fs::read_to_string(ui().join("package-lock.json")).map_err(|error| format!("package-lock.json: {error}"))?;
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    process::run(&mut npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    fs::write(stamp, wanted).map_err(|error| error.to_string())
}

/// Builds the page into `ui/dist`, unless it was built from these very sources.
pub(crate) fn build() -> Result {
    let stamp = ui().join("node_modules/.keystead-built");
    let sources = fingerprint()?;
    // With the built page itself: in its place may be the one that only says that there is none.
    let state = || format!("{sources}\n{}", fs::read_to_string(dist().join("index.html")).unwrap_or_default());
    if fs::read_to_string(&stamp).is_ok_and(|built| built == state()) {
        return Ok(());
    }
    process::run(&mut npm(&["run", "build"]))?;
    fs::write(stamp, state()).map_err(|error| error.to_string())
}

/// The page's code and styles in bytes, compressed as they are sent over a wire.
pub(crate) struct Weight {
    /// What must be there for the first view: the entry, all it imports outright, and their styles.
    pub(crate) first: usize,
    /// With all that comes later, when it is wanted.
    pub(crate) whole: usize,
}

/// Weighs the built page by the list that Vite leaves of it.
pub(crate) fn weight() -> Result<Weight> {
    let read = |path: &Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let list: serde_json::Value =
        serde_json::from_slice(&read(&dist().join(".vite/manifest.json"))?).map_err(|error| error.to_string())?;
    let mut first = BTreeSet::new();
    let mut reached = BTreeSet::new();
    let mut next = vec!["index.html"];
    while let Some(part) = next.pop() {
        if !reached.insert(part) {
            continue;
        }
        let strings = |key: &str| list[part][key].as_array().into_iter().flatten().filter_map(|one| one.as_str());
        first.insert(dist().join(list[part]["file"].as_str().ok_or_else(|| format!("{part} is not listed"))?));
        first.extend(strings("css").map(|file| dist().join(file)));
        next.extend(strings("imports"));
    }
    let mut weight = Weight { first: 0, whole: 0 };
    for path in files(&dist())? {
        if path.extension().is_none_or(|kind| kind != "js" && kind != "css") {
            continue;
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, &read(&path)?).map_err(|error| error.to_string())?;
        let bytes = encoder.finish().map_err(|error| error.to_string())?.len();
        weight.whole += bytes;
        weight.first += if first.contains(&path) { bytes } else { 0 };
    }
    Ok(weight)
}

/// Where the built page is.
pub(crate) fn dist() -> PathBuf {
    ui().join("dist")
}

fn ui() -> PathBuf {
    root().join("ui")
}

/// A hash over every source of the page, names and contents. Times would not do: tests rewrite the generated types.
fn fingerprint() -> Result<String> {
    let mut hasher = DefaultHasher::new();
    let sources: BTreeMap<PathBuf, Vec<u8>> = files(&ui())?
        .into_iter()
        .map(|path| fs::read(&path).map(|bytes| (path, bytes)).map_err(|error| error.to_string()))
        .collect::<Result<_>>()?;
    sources.hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

/// Every file below a folder, except what is installed or built.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "node_modules" && path != dist() {
                found.extend(files(&path)?);
            }
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
