//! Opening at login: an entry among those of the desktop, made and removed as the setting says.

use std::env;

use auto_launch::AutoLaunchBuilder;
use keystead_core::{Code, Error, Result};

/// Makes or removes the entry for this very program.
pub(crate) fn open_at_login(on: bool) -> Result<()> {
    let failed = |what: &str| Error::new(Code::SettingInvalid, format!("the entry for login could not be {what}"));
    let program = env::current_exe().map_err(|_| failed("made: this program does not know where it is"))?;
    let entry = AutoLaunchBuilder::new()
        .set_app_name("Keystead")
        .set_app_path(&program.to_string_lossy())
        .build()
        .map_err(|_| failed("made"))?;
    let done = if on { entry.enable() } else { entry.disable() };
    done.map_err(|_| failed(if on { "written" } else { "removed" }))
}
