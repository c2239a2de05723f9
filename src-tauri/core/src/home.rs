//! Where Keystead keeps its data: one folder, the same for the window and the command line.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// Moves all data to another folder; tests and second profiles use it.
pub const HOME_VARIABLE: &str = "KEYSTEAD_HOME";

/// The folder of all data: [`HOME_VARIABLE`], else the platform's folder for data that stays on this machine.
pub fn data_dir() -> PathBuf {
    chosen().unwrap_or_else(platform)
}

/// The folder the user named in [`HOME_VARIABLE`], made absolute.
pub fn chosen() -> Option<PathBuf> {
    let path = PathBuf::from(env::var_os(HOME_VARIABLE).filter(|value| !value.is_empty())?);
    Some(std::path::absolute(&path).unwrap_or(path))
}

/// Makes the folder where it is missing, readable by its owner only. One that exists keeps its rights: it may be
/// a folder the user chose and shares on purpose.
pub fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(target_os = "macos")]
fn platform() -> PathBuf {
    env::home_dir().unwrap_or_default().join("Library/Application Support/keystead")
}

#[cfg(windows)]
fn platform() -> PathBuf {
    let local = env::var_os("LOCALAPPDATA").map(PathBuf::from);
    local.unwrap_or_else(|| env::home_dir().unwrap_or_default().join("AppData/Local")).join("keystead")
}

#[cfg(not(any(target_os = "macos", windows)))]
fn platform() -> PathBuf {
    // A relative path there is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
    let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    data.unwrap_or_else(|| env::home_dir().unwrap_or_default().join(".local/share")).join("keystead")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platforms_folder_is_absolute_and_names_the_product() {
        let path = platform();
        assert!(path.is_absolute(), "{}", path.display());
        assert!(path.ends_with("keystead"));
    }

    #[cfg(unix)]
    #[test]
    fn a_new_folder_is_its_owners_alone_and_an_old_one_is_left_as_it_is() {
        use std::os::unix::fs::PermissionsExt;
        let outer = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;

        let new = outer.path().join("a/b");
        make(&new).unwrap();
        assert_eq!(mode(&new), 0o700);

        fs::set_permissions(&new, fs::Permissions::from_mode(0o750)).unwrap();
        make(&new).unwrap();
        assert_eq!(mode(&new), 0o750);
    }
}
