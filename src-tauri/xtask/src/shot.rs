//! Pictures of a window.

use std::{fs, path::Path, process::Command, time::Duration};

use crate::{
    Result,
    process::{output, until},
    session::Session,
};

/// The window of the session's app, once it is on the screen.
pub(crate) fn visible_window(session: &Session, title: &str, limit: Duration) -> Result<String> {
    let title = format!("^{title}$");
    until(limit, "the window", || {
        let found = output(session.enter(Command::new("xdotool").args(["search", "--onlyvisible", "--name", &title])));
        Some(found.ok()?.lines().next()?.to_owned())
    })
}

/// Saves a picture of a window once something is painted in it and it no longer changes.
pub(crate) fn save(session: &Session, window: &str, path: &Path) -> Result {
    fs::create_dir_all(path.parent().ok_or("a picture needs a folder")?).map_err(|error| error.to_string())?;
    let mut last = String::new();
    until(Duration::from_secs(20), "a painted window", || {
        output(session.enter(Command::new("import").args(["-window", window]).arg(path))).ok()?;
        // The number of colours, and a hash over the pixels alone: the file holds the time as well.
        let look = output(Command::new("identify").args(["-format", "%k %#"]).arg(path)).ok()?;
        let colours: u32 = look.split_whitespace().next()?.parse().ok()?;
        let settled = colours > 16 && look == last;
        last = look;
        settled.then_some(())
    })
}
