//! `keystead vault …`

use std::{path::Path, process::ExitCode};

use clap::{Subcommand, ValueEnum};
use keystead_core::{
    Code, Error, Field, Keystead,
    keystead::{MoveFailure, VaultView},
    vault::{VaultKind, VaultState},
};

use crate::input;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Where keys are, and how that place is
    Status,
    /// Make the encrypted file and use it for new keys; its passphrase is asked for twice
    Create,
    /// From now on new keys go there; saved ones stay where they are
    Use {
        /// Where to
        vault: Kind,
    },
    /// Move all keys there; what they leave behind is deleted when all have arrived
    Move {
        /// Where to
        #[arg(required_unless_present = "stop")]
        vault: Option<Kind>,
        /// End a move that was interrupted: each key stays where it is now
        #[arg(long, conflicts_with = "vault")]
        stop: bool,
    },
    /// Change the encrypted file's passphrase
    Passphrase,
}

/// The vaults a command can use: memory for a session is the app's alone.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// The operating system's keychain
    Keychain,
    /// The encrypted file
    File,
}

impl From<Kind> for VaultKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Keychain => Self::Keychain,
            Kind::File => Self::File,
        }
    }
}

pub(crate) fn run(
    keystead: &Keystead,
    command: &Command,
    passphrase: Option<&Path>,
    json: bool,
) -> Result<ExitCode, Error> {
    match command {
        Command::Status => Ok(show(&keystead.vault_status()?, json)),
        Command::Create => {
            let view = keystead.create_file_vault(&input::new_passphrase(passphrase)?)?;
            Ok(show(&view, json))
        }
        Command::Use { vault } => Ok(show(&keystead.use_vault((*vault).into())?, json)),
        Command::Move { vault: Some(vault), .. } => move_all(keystead, (*vault).into(), passphrase, json),
        Command::Move { vault: None, .. } => Ok(show(&keystead.stop_moving()?, json)),
        Command::Passphrase => {
            let old = input::passphrase(passphrase, "Passphrase: ")?;
            keystead.change_passphrase(&old, &input::new_passphrase(None)?)?;
            eprintln!("The passphrase was changed. Copies of the folder made before still open with the old one.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Unlocks the encrypted file where keys are in it, or are about to be, and somebody can say the passphrase.
pub(crate) fn unlock_if_needed(keystead: &Keystead, passphrase: Option<&Path>) -> Result<(), Error> {
    let file = keystead.file_vault();
    if file.state != VaultState::Locked || !file.exists {
        return Ok(());
    }
    // The first key that is saved there is tested, too.
    let chosen = || Ok::<_, Error>(keystead.vault_status()?.kind == VaultKind::File);
    if passphrase.is_none() && !keystead.any_key_in(VaultKind::File)? && !chosen()? {
        return Ok(());
    }
    unlock(keystead, passphrase)
}

fn unlock(keystead: &Keystead, passphrase: Option<&Path>) -> Result<(), Error> {
    if passphrase.is_none() && !input::has_terminal() {
        let message = "the encrypted file is locked: give --passphrase-file, or run this in a terminal";
        return Err(Error::at(Field::Passphrase, Code::VaultLocked, message));
    }
    keystead.unlock_file_vault(&input::passphrase(passphrase, "Passphrase of the encrypted file: ")?)?;
    Ok(())
}

fn move_all(keystead: &Keystead, to: VaultKind, passphrase: Option<&Path>, json: bool) -> Result<ExitCode, Error> {
    if to == VaultKind::File && keystead.file_vault().state == VaultState::Locked {
        unlock(keystead, passphrase)?;
    }
    let mut moved = 0;
    let (failed, view) = loop {
        let step = keystead.move_keys(to)?;
        moved += step.moved;
        if step.left == 0 {
            break (step.failed, step.vault);
        }
    };
    if json {
        println!("{}", serde_json::json!({ "moved": moved, "failed": failed, "vault": view }));
    } else {
        println!("Moved {moved} entries.");
        for MoveFailure { name, code } in &failed {
            println!("! {} / {} stays where it was ({})", name.provider, name.name, word(code));
        }
        if view.moving.is_some() {
            println!("Nothing was deleted in the old place. Run this again, or: keystead vault move --stop");
        }
    }
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// 0 usable · 3 not.
fn show(view: &VaultView, json: bool) -> ExitCode {
    if json {
        println!("{}", serde_json::json!(view));
    } else {
        let name = view.identity.as_ref().map_or("no vault", |identity| identity.name.as_str());
        println!("new keys go to   {name} ({}, {})", word(&view.kind), word(&view.state));
        for held in &view.holdings {
            let state = held.state.map_or_else(|| "not the one that answers".to_owned(), |state| word(&state));
            println!("{} keys in        {} ({}, {state})", held.keys, held.name, word(&held.kind));
        }
        if view.file.exists {
            println!("encrypted file   {}", view.file.path);
        }
        if let Some(moving) = &view.moving {
            println!("a move to {} stopped with {} of {} left", word(&moving.to), moving.left, moving.total);
        }
    }
    let usable = view.state == VaultState::Ready || view.kind == VaultKind::File && view.state == VaultState::Locked;
    if usable { ExitCode::SUCCESS } else { ExitCode::from(3) }
}

/// As it stands in JSON, for people: "no collection".
fn word(value: &impl serde::Serialize) -> String {
    let json = serde_json::json!(value);
    json.as_str().unwrap_or_default().replace('_', " ")
}
