//! Processes that end without warning, and two that work at once.
//!
//! What is decided about two at once: the app and the command may both run and both write. Each change of the two stores
//! together happens under one lock of the operating system on `lock` in the data folder, which ends with its process;
//! who does not get it within ten seconds is told [`keystead_core::Code::StoreBusy`] and has changed nothing. Reading
//! takes no lock: whoever reads while the key is being replaced gets the old text or the new one.
#![expect(clippy::print_stdout, reason = "some tests tell another process what they did")]

mod act;
#[path = "../common/gate.rs"]
mod gate;
mod ground;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "the keyring's own tests use the rest")]
#[path = "../vault_keyring/keyring.rs"]
mod keyring;
mod kill;
mod known;
mod many;
mod points;
#[path = "../common/scene.rs"]
mod scene;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "the keyring's own tests use the rest")]
#[path = "../vault_keyring/session.rs"]
mod session;
mod two;
