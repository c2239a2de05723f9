//! `keystead provider …`

mod shape;

pub(crate) use shape::dialect;

use std::process::ExitCode;

use clap::Subcommand;
use comfy_table::{Table, presets};
use keystead_core::{
    Error, Keystead,
    keystead::{HeaderView, KeyState, ProviderView},
};

use crate::network;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List providers: yours, or with --all the whole catalogue
    List {
        /// The whole catalogue
        #[arg(long)]
        all: bool,
    },
    /// Show one provider: where it is, what it speaks, its headers, configuration, models and keys
    Show {
        /// Its id
        provider: String,
    },
    /// Add a provider of your own
    Add(Box<shape::Add>),
    /// Change a provider. A base URL of another host never takes saved keys or secret headers along
    Edit(Box<shape::Edit>),
    /// Remove a provider with its keys and secret headers; a built-in one goes back to the catalogue
    Rm {
        /// Its id
        provider: String,
    },
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    match command {
        Command::List { all } => return list(keystead, *all, json),
        Command::Show { provider } => show(&keystead.provider(&provider.parse()?)?, json),
        Command::Add(add) => show(&add.run(keystead)?, json),
        Command::Edit(edit) => match edit.network(keystead)? {
            Some(view) => network::print(&view, &[], json),
            None => show(&edit.run(keystead)?, json),
        },
        Command::Rm { provider } => {
            let id = provider.parse()?;
            keystead.remove_provider(&id)?;
            if json {
                println!("{}", serde_json::json!({ "removed": id }));
            } else {
                println!("Removed {id}.");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(keystead: &Keystead, all: bool, json: bool) -> Result<ExitCode, Error> {
    let mut providers = keystead.providers()?;
    providers.retain(|p| all || p.custom || !p.keys.is_empty());
    if json {
        println!("{}", serde_json::json!(providers));
        return Ok(ExitCode::SUCCESS);
    }
    if providers.is_empty() {
        println!("No providers yet. Add one with: keystead key add openai");
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["ID", "NAME", "BASE URL", "KEYS"]);
    for p in providers {
        table.add_row([p.id.to_string(), p.name, p.base_url, p.keys.len().to_string()]);
    }
    println!("{table}");
    Ok(ExitCode::SUCCESS)
}

fn show(provider: &ProviderView, json: bool) {
    if json {
        println!("{}", serde_json::json!(provider));
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.add_row(["id", provider.id.as_str()]);
    table.add_row(["name", &provider.name]);
    table.add_row(["speaks", provider.dialect.name()]);
    table.add_row(["base URL", &provider.base_url]);
    for url in &provider.urls {
        table.add_row(["also speaks", &format!("{} at {}", url.dialect.name(), url.base_url)]);
    }
    table.add_row(["test", &format!("{} {}", provider.test_method, provider.test_url)]);
    for header in &provider.headers {
        table.add_row(["header", &format!("{}: {}", header.name, value(header))]);
    }
    for (name, value) in &provider.configuration {
        table.add_row(["configuration", &format!("{name} = {value}")]);
    }
    for model in &provider.own_models {
        table.add_row(["model", model]);
    }
    for key in &provider.keys {
        table.add_row(["key", &key.reference()]);
    }
    println!("{table}");
}

fn value(header: &HeaderView) -> String {
    let mask = header.hint.as_ref().map_or_else(|| "••••".to_owned(), ToString::to_string);
    match (&header.plain, header.state, &header.bound_to) {
        (Some(value), ..) => value.clone(),
        (None, KeyState::Missing, _) => format!("{mask} (missing: enter it again)"),
        (None, _, Some(host)) => format!("{mask} (for {host} only, not sent here)"),
        (None, ..) => mask,
    }
}
