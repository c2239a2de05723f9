//! The encrypted file: what it keeps, from whom, and what is left when the disk or the process fails it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "all of it is tests; some tell another process what they did"
)]

mod bench;
mod crash;
mod damage;
#[cfg(target_os = "linux")]
mod disk;
mod model;
mod passphrase;
mod saving;
#[cfg(unix)]
mod stock;
