//! `keystead`: the same keys as the app's, without a window. Secrets come from a hidden prompt or standard input, never
//! from an argument: arguments are readable by every user of the machine.
#![expect(clippy::print_stdout, reason = "standard output is what a command is for")]

mod account;
mod activity;
mod configured;
mod doctor;
mod input;
mod key;
mod limit;
mod message;
mod models;
mod network;
mod provider;
mod resolve;
mod setting;
mod task;
mod test;
mod vault;
mod words;
mod workspace;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Parser, Subcommand};
use keystead_core::{Code, Error, Keystead, home, log, process, vault::keychain::Keychain};

/// Wipes every freed allocation: the copies that libraries make of a key do not outlive their use.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> = zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// LLM provider keys in the operating system's keychain.
#[derive(Parser)]
#[command(name = "keystead", version, arg_required_else_help = true)]
struct Args {
    /// Print JSON instead of text
    #[arg(long, global = true)]
    json: bool,
    /// Read the encrypted file's passphrase from the first line of this file instead of a hidden prompt
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Providers: the catalogue and your own
    #[command(subcommand)]
    Provider(provider::Command),
    /// Keys: add, list, replace, remove
    #[command(subcommand)]
    Key(key::Command),
    /// Test saved keys, or one that is not saved
    Test(test::Args),
    /// The models of a key: the last list, or with --refresh a new one
    Models(models::Args),
    /// Look at the keychain, the database and what is in them
    Doctor(doctor::Args),
    /// Where secrets are: the keychain, or an encrypted file
    #[command(subcommand)]
    Vault(vault::Command),
    /// How providers are reached: proxy, authorities to trust, timeout
    #[command(subcommand)]
    Network(network::Command),
    /// Tasks, and the models that do them
    #[command(subcommand)]
    Task(task::Command),
    /// Which key and model a task uses now, and why
    Resolve(resolve::Args),
    /// Workspaces: a key is in one or in all, a task may do otherwise in each
    #[command(subcommand)]
    Workspace(workspace::Command),
    /// Rules about the use of keys
    #[command(subcommand)]
    Limit(limit::Command),
    /// Messages about keys: by this desktop, and by a Telegram bot
    #[command(subcommand)]
    Message(message::Command),
    /// Settings of the app
    #[command(subcommand)]
    Setting(setting::Command),
    /// What was changed, when, and by whom
    Activity(activity::Args),
    /// Take a change back
    Undo {
        /// Its number, as `keystead activity` tells it; the last change that can be taken back, if omitted
        event: Option<i64>,
    },
}

impl Command {
    /// Whether it can do nothing with a locked vault. Saving, replacing and removing can.
    fn reads_secrets(&self) -> bool {
        match self {
            Self::Test(test) => test.of_saved_keys(),
            Self::Models(models) => models.asks(),
            Self::Message(message) => message.reads_secrets(),
            Self::Vault(vault::Command::Move { .. }) => true,
            Self::Doctor(doctor) => doctor.adopts(),
            Self::Provider(_)
            | Self::Key(_)
            | Self::Vault(_)
            | Self::Network(_)
            | Self::Task(_)
            | Self::Resolve(_)
            | Self::Workspace(_)
            | Self::Limit(_)
            | Self::Setting(_)
            | Self::Activity(_)
            | Self::Undo { .. } => false,
        }
    }
}

/// 0 done · 1 a test did not end in "connected", or a failure without a number of its own · 2 usage or bad input ·
/// 3 the keychain is locked, missing or refuses · 4 not found · 5 ambiguous.
fn exit_code(error: &Error) -> u8 {
    match error.code {
        Code::VaultLocked
        | Code::VaultNoCollection
        | Code::VaultNoProvider
        | Code::VaultNoBus
        | Code::VaultUnresponsive
        | Code::VaultDenied
        | Code::VaultOther
        | Code::VaultDamaged
        | Code::SessionOnly
        | Code::SecretMissing => 3,
        Code::ProviderNotFound
        | Code::KeyNotFound
        | Code::ModelNotFound
        | Code::TaskNotFound
        | Code::WorkspaceNotFound
        | Code::LimitNotFound
        | Code::EventNotFound => 4,
        Code::KeyAmbiguous => 5,
        Code::SettingInvalid => 2,
        _ if error.field.is_some() => 2,
        _ => 1,
    }
}

fn main() -> ExitCode {
    process::no_core_dumps();
    process::close_memory();
    log::quiet_panics();
    log::start_if_asked();
    let args = Args::parse();
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            if args.json {
                eprintln!("{}", serde_json::json!({ "error": error }));
            } else {
                eprintln!("keystead: {error}");
            }
            ExitCode::from(exit_code(&error))
        }
    }
}

fn run(args: &Args) -> Result<ExitCode, Error> {
    let home = home::data_dir();
    if let Command::Doctor(doctor) = &args.command {
        doctor.prepare(&home)?;
    }
    // What only this process remembers would be lost at once.
    let keystead = Keystead::open_without_session(&home, Arc::new(Keychain::new()))?;
    let passphrase = args.passphrase_file.as_deref();
    if args.command.reads_secrets() || passphrase.is_some() {
        vault::unlock_if_needed(&keystead, passphrase)?;
    }
    match &args.command {
        Command::Provider(command) => provider::run(&keystead, command, args.json),
        Command::Key(command) => key::run(&keystead, command, args.json),
        Command::Test(test) => test::run(&keystead, test, args.json),
        Command::Models(models) => models::run(&keystead, models, args.json),
        Command::Doctor(doctor) => doctor::run(&keystead, doctor, args.json),
        Command::Vault(command) => vault::run(&keystead, command, passphrase, args.json),
        Command::Network(command) => network::run(&keystead, command, args.json),
        Command::Task(command) => task::run(&keystead, command, args.json),
        Command::Resolve(resolve) => resolve::run(&keystead, resolve, args.json),
        Command::Workspace(command) => workspace::run(&keystead, command, args.json),
        Command::Limit(command) => limit::run(&keystead, command, args.json),
        Command::Message(command) => message::run(&keystead, command, args.json),
        Command::Setting(command) => setting::run(&keystead, command, args.json),
        Command::Activity(activity) => activity::run(&keystead, activity, args.json),
        Command::Undo { event } => activity::undo(&keystead, *event, args.json),
    }
}

/// Runs one asynchronous use-case on this thread.
fn wait<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Error::new(Code::Internal, format!("no runtime: {}", e.kind())))?
        .block_on(work)
}
