//! Derives what Tauri checks at run time from the one list of commands, and makes a bare `cargo check` possible.

use std::{error::Error, fs, io, path::Path};

include!("app/commands/list.rs");

macro_rules! names {
    ($($module:ident::$name:ident),* $(,)?) => { [$(stringify!($name)),*] };
}

/// Under `/gen`, which Tauri writes and git ignores anyway.
const PERMISSIONS: &str = "gen/permissions/all-commands.toml";

fn main() -> Result<(), Box<dyn Error>> {
    place_for_the_ui(Path::new("ui/dist"))?;
    write_if_changed(Path::new(PERMISSIONS), &permission(&commands!(names)))?;
    // With a manifest of its own the app refuses every command that no capability grants; without one, all are open.
    let manifest = tauri_build::AppManifest::new().permissions_path_pattern(PERMISSIONS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}

/// One permission over the whole list, which `tauri.conf.json` grants to the main window.
fn permission(commands: &[&str]) -> String {
    format!(
        "[[permission]]\nidentifier = \"all-commands\"\ndescription = \"Every command of the app.\"\ncommands.allow = {commands:?}\n"
    )
}

/// Tauri embeds this folder and fails without it; before the first build of the UI a page says what is missing.
fn place_for_the_ui(dist: &Path) -> io::Result<()> {
    let index = dist.join("index.html");
    if index.exists() {
        return Ok(());
    }
    fs::create_dir_all(dist)?;
    fs::write(
        index,
        "<!doctype html><title>Keystead</title><p>The UI is not built. Run: npm --prefix ui run build</p>\n",
    )
}

/// Leaves the time stamp alone, so that a build that changes nothing compiles nothing.
fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().expect("the path is a constant with a folder"))?;
    fs::write(path, text)
}
