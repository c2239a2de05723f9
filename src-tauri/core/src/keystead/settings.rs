//! The page's settings, and what About tells.

use super::{AboutView, Keystead, Settings};
use crate::{
    error::{Code, Error, Result},
    store::setting,
};

/// A quarter of a day, a day, a week.
const RETEST_H: [u16; 3] = [6, 24, 168];

impl Keystead {
    /// The settings; what was never set has its default.
    pub fn settings(&self) -> Result<Settings> {
        let db = self.store.read();
        let default = Settings::default();
        Ok(Settings {
            scheme: setting::get(&db, "scheme")?.unwrap_or(default.scheme),
            clipboard_s: setting::get(&db, "clipboard_s")?.unwrap_or(default.clipboard_s),
            retest_h: setting::get(&db, "retest_h")?.unwrap_or(default.retest_h),
        })
    }

    /// Writes the settings.
    pub fn save_settings(&self, settings: Settings) -> Result<Settings> {
        if !(10..=120).contains(&settings.clipboard_s) {
            return Err(Error::new(Code::SettingInvalid, "a copied key stays 10 to 120 seconds in the clipboard"));
        }
        if settings.retest_h.is_some_and(|hours| !RETEST_H.contains(&hours)) {
            return Err(Error::new(Code::SettingInvalid, "keys are tested again after 6, 24 or 168 hours, or never"));
        }
        self.store.write(|t| {
            setting::set(t, "scheme", &settings.scheme)?;
            setting::set(t, "clipboard_s", &settings.clipboard_s)?;
            setting::set(t, "retest_h", &settings.retest_h)
        })?;
        Ok(settings)
    }

    /// Version and place.
    pub fn about(&self) -> AboutView {
        AboutView { version: env!("CARGO_PKG_VERSION").into(), database: self.store.path().display().to_string() }
    }
}
