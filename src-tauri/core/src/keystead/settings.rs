//! The page's settings, and what About tells.

use super::{AboutView, Keystead, Settings};
use crate::{
    error::{Code, Error, Result},
    store::setting,
};

impl Keystead {
    /// The settings; what was never set has its default.
    pub fn settings(&self) -> Result<Settings> {
        let db = self.store.read();
        let default = Settings::default();
        Ok(Settings {
            scheme: setting::get(&db, "scheme")?.unwrap_or(default.scheme),
            clipboard_s: setting::get(&db, "clipboard_s")?.unwrap_or(default.clipboard_s),
        })
    }

    /// Writes the settings.
    pub fn save_settings(&self, settings: Settings) -> Result<Settings> {
        if !(10..=120).contains(&settings.clipboard_s) {
            return Err(Error::new(Code::SettingInvalid, "a copied key stays 10 to 120 seconds in the clipboard"));
        }
        self.store.write(|t| {
            setting::set(t, "scheme", &settings.scheme)?;
            setting::set(t, "clipboard_s", &settings.clipboard_s)
        })?;
        Ok(settings)
    }

    /// Version and place.
    pub fn about(&self) -> AboutView {
        AboutView { version: env!("CARGO_PKG_VERSION").into(), database: self.store.path().display().to_string() }
    }
}
