//! The real window, used as a person uses it: found by role and name, typed into, looked at. A real keychain is behind
//! it and fake providers are before it. `cargo xtask test app` starts the session this needs.
#![cfg(target_os = "linux")]

mod a11y;
mod alone;
mod app;
mod desk;
mod driver;
mod find;
mod keychain;
mod provider;
mod secret;
mod steps;

#[path = "../../src-tauri/core/tests/common/gate.rs"]
mod gate;

mod adding;
mod clipboard;
mod crash;
mod custom;
mod damaged;
mod environment;
mod first_start;
mod forms;
mod keyboard;
mod keys;
mod leaving;
mod locked;
mod memory;
mod messages;
mod models;
mod ollama;
mod reading;
mod routing;
mod states;
mod testing;
mod tray;
mod typed;
mod vaults;
mod walls;

use std::{
    env,
    io::{Write, stderr},
    iter,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    sync::{LazyLock, Mutex, PoisonError},
    thread,
};

use app::App;
use tokio::runtime::Runtime;

/// There is one keychain, one clipboard and one screen.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Serves the fake providers and talks to the driver; the cases themselves are plain code.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads can be started"));

/// Runs a case in a window of its own, with nothing saved.
fn window(case: impl FnOnce(&mut App)) {
    window_in(&[], case);
}

/// As [`window`], with something else in the app's environment.
fn window_in(environment: &[(&str, String)], case: impl FnOnce(&mut App)) {
    closed_window(environment, |app| {
        app.start();
        case(app);
        assert!(!app.page_knows(secret::canary()), "a secret is in the page");
    });
}

/// As [`window_in`], for a case that opens the window itself, if at all.
fn closed_window(environment: &[(&str, String)], case: impl FnOnce(&mut App)) {
    if env::var_os("KEYSTEAD_E2E").is_none() {
        // Past the test runner, which keeps back what a passing test prints.
        let _ = writeln!(stderr(), "skipped: there is no session for it. Run: cargo xtask test app");
        return;
    }
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let name = thread::current().name().unwrap_or("case").replace("::", "-");
    let root = env::var_os("KEYSTEAD_E2E_ROOT").map_or_else(env::temp_dir, PathBuf::from);
    // A case that has several windows has data of its own for each.
    let mut folders = iter::once(root.join(&name)).chain((2..).map(|nth| root.join(format!("{name}-{nth}"))));
    let folder = folders.find(|folder| !folder.exists()).expect("there is always another number");
    let mut app = App::new(folder, environment);
    let result = catch_unwind(AssertUnwindSafe(|| case(&mut app)));
    if result.is_err() {
        app.picture(&name);
    }
    app.stop();
    keychain::unlock();
    if let Err(panic) = result {
        resume_unwind(panic);
    }
}
