//! `cargo xtask run`: the app in a window, on this desktop or, where there is none, on a virtual one.

use std::{path::PathBuf, process::Command, time::Duration};

use crate::{
    Result, npm,
    process::{self, cargo, tree},
    session::{Session, has_display},
    shot, system,
    system::Purpose::{Build, Screen},
    target,
};

/// Sets up, builds, starts, and stays until the window is closed or the user interrupts.
pub(crate) fn run(yes: bool) -> Result {
    system::provide(if has_display() { &[Build] } else { &[Build, Screen] }, yes)?;
    npm::install()?;
    npm::build()?;
    process::run(cargo().args(["build", "--package", "keystead-desktop", "--bin", "keystead-desktop"]))?;
    if has_display() { process::run(&mut Command::new(app("debug")?)) } else { on_virtual_screen() }
}

/// The built app.
pub(crate) fn app(profile: &str) -> Result<PathBuf> {
    Ok(target()?.join(profile).join("keystead-desktop").with_extension(std::env::consts::EXE_EXTENSION))
}

fn on_virtual_screen() -> Result {
    println!("No display here: starting a virtual screen, a session bus and a keychain of its own.");
    let session = Session::start()?;
    let mut app = Command::new(app("debug")?);
    session.enter(app.env("KEYSTEAD_HOME", session.folder("keystead")?));
    let mut app = app.spawn().map_err(|error| format!("keystead-desktop: {error}"))?;
    let picture = target()?.join("keystead.png");
    let shown = shot::visible_window(&session, "Keystead", Duration::from_mins(1))
        .and_then(|window| shot::save(&session, &window, &picture));
    if let Err(message) = shown {
        tree::end(&mut app);
        return Err(message);
    }
    println!("The window is up. A picture of it: {}", picture.display());
    println!("Data and keys of this run are kept in {} and end with it. Ctrl-C stops.", session.home().display());
    let status = process::wait(&mut app);
    // The app goes first, so that it can close its files while screen and bus are there.
    tree::end(&mut app);
    if status?.success() { Ok(()) } else { Err("keystead-desktop failed".to_owned()) }
}
