//! `keystead setting …`

use std::process::ExitCode;

use clap::Subcommand;
use keystead_core::{Code, Error, Keystead, keystead::EditSettings};
use serde_json::Value;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// All settings
    List,
    /// Change one
    Set {
        /// Its name, as the list tells it
        name: String,
        /// What it is to be: `on`, `off`, a number, a word, or `none`
        value: String,
    },
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    if let Command::Set { name, value } = command {
        let name = name.replace('-', "_");
        let known = serde_json::json!(keystead.settings()?).get(&name).is_some();
        if !known {
            return Err(Error::new(Code::SettingInvalid, format!("there is no setting '{name}'")));
        }
        let value = match value.as_str() {
            "none" => Value::Null,
            "on" => Value::Bool(true),
            "off" => Value::Bool(false),
            text => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        };
        let edit: EditSettings = serde_json::from_value(serde_json::json!({ &name: value }))
            .map_err(|e| Error::new(Code::SettingInvalid, format!("{name} cannot be this: {e}")))?;
        keystead.edit_settings(&edit)?;
    }
    let settings = serde_json::json!(keystead.settings()?);
    if json {
        println!("{settings}");
        return Ok(ExitCode::SUCCESS);
    }
    for (name, value) in settings.as_object().into_iter().flatten() {
        let value = match value {
            Value::Null => "none".into(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        println!("{name:<18} {value}");
    }
    Ok(ExitCode::SUCCESS)
}
