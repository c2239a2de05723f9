//! The domain of Keystead: LLM provider keys in the operating system's keychain, everything else in SQLite.
//!
//! ```text
//! keystead   the facade: owns store, vault, catalogue and drafts; every use-case is one method
//! provider   what a provider is: the catalogue (one TOML file each), base URLs, request shapes
//! intake     what people paste: keys in text of many forms
//! secret     the one type that holds a key's text, and its public hint
//! value      a value of a configuration: a text, or the environment variable that holds it
//! vault      where secrets are: the OS keychain on its own thread, envelopes that bind a key to its origin
//! policy     how a key is used: weight, tier, models, workspace, expiry
//! task       what models are needed for
//! route      the order in which keys are tried
//! limit      rules about the use of keys
//! message    what is told of keys: causes, quiet hours, Telegram's Bot API
//! network    how providers are reached: proxy, authorities, time
//! store      SQLite: metadata, the intent log, never a secret
//! probe      test a connection: stages, outcomes, and the safety rules of sending a key over a network
//! auth       more than a key in a header: signed requests, tokens that are asked for first
//! home       where all of it is kept
//! log        what is told about faults, without keys
//! ```
//!
//! Invariants, each held by a test:
//! * A stored secret leaves this crate only through [`Keystead::with_secret`]; no type that serialises holds one.
//! * `SQLite` is the truth about what exists; vault entries are written once and never overwritten.
//! * "Saved" is said only after the vault has read the entry back and the pointer has moved to it.
//! * A secret goes only to the origins written beside it inside its vault envelope.
//! * Nothing here prompts, retries or calls a network unless a caller's user asked for it.

pub mod auth;
#[cfg(feature = "fault")]
pub mod crash;
#[cfg(not(feature = "fault"))]
mod crash;
pub mod error;
pub mod home;
pub mod intake;
pub mod keystead;
pub mod limit;
pub mod log;
pub mod message;
pub mod network;
pub mod policy;
pub mod probe;
pub mod process;
pub mod provider;
pub mod route;
pub mod secret;
pub mod store;
pub mod task;
pub mod value;
pub mod vault;

pub use error::{Code, Error, Field, Result};
pub use keystead::Keystead;
pub use secret::{Hint, Secret};
