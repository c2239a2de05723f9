//! Settings, and what About tells.

use serde::Serialize;

use super::{AboutView, EditSettings, EventKind, Keystead, Settings, history::About};
use crate::{
    error::{Code, Error, Result},
    store::{
        event::{Table, Watch},
        setting,
    },
};

/// A quarter of a day, a day, a week.
const RETEST_H: [u16; 3] = [6, 24, 168];

impl Keystead {
    /// The settings; what was never set has its default.
    pub fn settings(&self) -> Result<Settings> {
        let db = self.store.read();
        let default = Settings::default();
        macro_rules! read {
            ($($name:ident),*) => {
                Settings { $($name: setting::get(&db, stringify!($name))?.unwrap_or(default.$name)),* }
            };
        }
        Ok(read!(
            scheme,
            density,
            language,
            clipboard_s,
            retest_h,
            tests_at_once,
            start_at_login,
            tray,
            maintenance,
            discover_models,
            expiry_reminders,
            reminder_days,
            notifications
        ))
    }

    /// Changes settings, all of those that are named or none of them.
    ///
    /// Fails with [`Code::SettingInvalid`] where one is given what it cannot be.
    pub fn edit_settings(&self, edit: &EditSettings) -> Result<Settings> {
        let refuse = |message: &str| Err(Error::new(Code::SettingInvalid, message));
        if edit.clipboard_s.is_some_and(|s| !(10..=120).contains(&s)) {
            return refuse("a copied key stays 10 to 120 seconds in the clipboard");
        }
        if edit.retest_h.flatten().is_some_and(|hours| !RETEST_H.contains(&hours)) {
            return refuse("keys are tested again after 6, 24 or 168 hours, or never");
        }
        if edit.tests_at_once.is_some_and(|n| !(1..=16).contains(&n)) {
            return refuse("1 to 16 keys are tested at a time");
        }
        if edit.reminder_days.is_some_and(|days| !(1..=60).contains(&days)) {
            return refuse("a key's last day is told 1 to 60 days before");
        }
        macro_rules! write {
            ($($name:ident),*) => {
                $(self.change_setting(stringify!($name), edit.$name)?;)*
            };
        }
        write!(
            scheme,
            density,
            language,
            clipboard_s,
            retest_h,
            tests_at_once,
            start_at_login,
            tray,
            maintenance,
            discover_models,
            expiry_reminders,
            reminder_days,
            notifications
        );
        self.settings()
    }

    fn change_setting<T: Serialize>(&self, name: &str, value: Option<T>) -> Result<()> {
        let Some(value) = value else { return Ok(()) };
        let value = serde_json::to_value(value).map_err(|e| Error::new(Code::Internal, e.to_string()))?;
        let kind = match (name, value.as_bool()) {
            ("maintenance", Some(true)) => EventKind::MaintenanceBegun,
            ("maintenance", Some(false)) => EventKind::MaintenanceEnded,
            _ => EventKind::SettingChanged,
        };
        let about = About::new(kind, name);
        self.change(&about, &[Watch::on(Table::Setting, "name", &name)], |t| setting::set(t, name, &value))
    }

    /// Version and place.
    pub fn about(&self) -> AboutView {
        AboutView { version: env!("CARGO_PKG_VERSION").into(), database: self.store.path().display().to_string() }
    }
}
