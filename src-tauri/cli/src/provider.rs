//! `keystead provider …`

use std::process::ExitCode;

use clap::Subcommand;
use comfy_table::{Table, presets};
use keystead_core::{Error, Keystead};

use crate::network;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List providers: yours, or with --all the whole catalogue
    List {
        /// The whole catalogue
        #[arg(long)]
        all: bool,
    },
    /// Choose how one provider is reached
    Edit {
        /// Its id
        provider: String,
        #[command(flatten)]
        network: network::Choices,
    },
}

pub(crate) fn run(keystead: &Keystead, command: &Command, json: bool) -> Result<ExitCode, Error> {
    match command {
        Command::List { all } => list(keystead, *all, json),
        Command::Edit { provider, network } => {
            let view = keystead.edit_network(&network.request(Some(provider.parse()?))?)?;
            network::print(&view, &[], json);
            Ok(ExitCode::SUCCESS)
        }
    }
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
