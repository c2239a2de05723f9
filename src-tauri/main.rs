//! The desktop app; all of it is in the library beside this file.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::{alloc::System, process::ExitCode};

use zeroizing_alloc::ZeroAlloc;

/// Wipes all memory when it is freed: also the copies of a secret that serde, zbus, hyper and Tauri leave behind.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    keystead_app::run()
}
