//! Tests keep to folders of their own: the folders where an installed Keystead lives are looked at before and after.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::Result;

/// What is in the user's own folders, with sizes and times.
pub(crate) struct Leftovers(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

impl Leftovers {
    /// As it is now.
    pub(crate) fn look() -> Self {
        let mut found = BTreeMap::new();
        let hidden_only = env::var_os("HOME").map(PathBuf::from);
        for folder in homes() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().to_lowercase();
                // In the home folder itself only what is hidden: a clone of this repository may lie there.
                if name.contains("keystead") && (hidden_only.as_ref() != Some(&folder) || name.starts_with('.')) {
                    note(&entry.path(), &mut found);
                }
            }
        }
        Self(found)
    }

    /// Fails, naming them, when there are others now.
    pub(crate) fn unchanged(&self) -> Result<String> {
        let now = Self::look().0;
        let changed = |path: &&PathBuf| self.0.get(*path) != now.get(*path);
        let different: Vec<_> =
            self.0.keys().chain(now.keys()).filter(changed).map(|path| path.display().to_string()).collect();
        if different.is_empty() {
            Ok("none".to_owned())
        } else {
            Err(format!("the tests changed {}", different.join(", ")))
        }
    }
}

fn note(path: &Path, found: &mut BTreeMap<PathBuf, (u64, Option<SystemTime>)>) {
    let Ok(about) = fs::symlink_metadata(path) else { return };
    found.insert(path.to_owned(), (about.len(), about.modified().ok()));
    if about.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            note(&entry.path(), found);
        }
    }
}

/// Where programs keep things for a user, on each system.
fn homes() -> Vec<PathBuf> {
    let set = ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"];
    let usual = [".local/share", ".config", ".cache", ".local/state", "Library/Application Support", "Library/Caches"];
    let home = env::var_os("HOME").map(PathBuf::from);
    let usual = home.iter().flat_map(|home| usual.map(|folder| home.join(folder)).into_iter().chain([home.clone()]));
    set.iter().filter_map(env::var_os).map(PathBuf::from).chain(usual).collect()
}
