//! The window everything is measured against: the same framework with the same features, and a blank page.

use std::{fs, path::PathBuf};

use crate::{Result, process, process::cargo, root, target};

/// In its title bar.
pub(crate) const TITLE: &str = "Empty window";

const MANIFEST: &str = r#"[workspace]

[package]
name = "empty-window"
version = "0.0.0"
edition = "2024"

[features]
default = ["tauri/custom-protocol"]

[dependencies]
tauri = { version = "2", default-features = false, features = ["wry", "compression", "x11", "dbus", "common-controls-v6"] }

[build-dependencies]
tauri-build = "2"

[profile.release]
codegen-units = 1
lto = "thin"
strip = "symbols"
"#;

const MAIN: &str = r#"#![windows_subsystem = "windows"]

fn main() {
    tauri::Builder::default().run(tauri::generate_context!()).expect("a window");
}
"#;

/// Writes it below the target folder and builds it there, with the versions of our own lock file.
pub(crate) fn build() -> Result<PathBuf> {
    let folder = target()?.join("empty-window");
    let config = format!(
        r#"{{ "productName": "{TITLE}", "identifier": "dev.keystead.empty", "build": {{ "frontendDist": "page" }},
  "app": {{ "windows": [{{ "title": "{TITLE}", "width": 1200, "height": 800 }}] }}, "bundle": {{ "icon": ["icons/icon.png"] }} }}"#
    );
    for (path, text) in [
        ("Cargo.toml", MANIFEST),
        ("src/main.rs", MAIN),
        ("build.rs", "fn main() {\n    tauri_build::build();\n}\n"),
        ("tauri.conf.json", &config),
        ("page/index.html", "<!doctype html><title>Empty window</title>\n"),
    ] {
        write(&folder.join(path), text.as_bytes())?;
    }
    for path in ["Cargo.lock", "icons/icon.png"] {
        write(&folder.join(path), &fs::read(root().join(path)).map_err(|error| format!("{path}: {error}"))?)?;
    }
    process::run(cargo().args(["build", "--release"]).current_dir(&folder).env("CARGO_TARGET_DIR", target()?))?;
    Ok(target()?.join("release/empty-window"))
}

/// Writes what is not there already: a newer file would be built again.
fn write(path: &std::path::Path, bytes: &[u8]) -> Result {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().ok_or("a file needs a folder")?).map_err(|error| error.to_string())?;
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
