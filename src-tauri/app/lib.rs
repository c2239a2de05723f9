//! The Tauri shell: one window, the commands behind it, and what only a desktop process can do (clipboard, native
//! dialogs, the browser). Everything else is in `keystead_core`.

#[macro_use]
#[path = "commands/list.rs"]
mod list;

mod clipboard;
mod commands;
mod data;
mod dialog;
mod frame;
mod login;
mod notices;
mod process;
mod reveal;
mod tray;
mod wash;
mod window;

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    process::ExitCode,
    thread,
};

use keystead_core::{home, log};
use tauri::{App, Builder, Manager, RunEvent, Wry, generate_context, generate_handler, plugin::TauriPlugin};
use tauri_plugin_window_state::StateFlags;

use clipboard::Clipboard;
use commands::{
    activity, configured, custom, drafts, keys, messages, models, network, providers, routing, settings, tests, vault,
};
use tray::Tray;

/// Runs the app until its window is closed.
pub fn run() -> ExitCode {
    process::quiet();
    log::start();
    #[cfg(target_os = "linux")]
    if gtk::init().is_err() {
        eprintln!("keystead: there is no display to open a window on");
        return ExitCode::FAILURE;
    }
    // Opening the database takes about as long as GTK takes to start: both at once.
    let opening = thread::spawn(data::open);

    let app = Builder::default()
        .plugin(single_instance())
        .plugin(window_state())
        .setup(move |app| {
            start(app, opening);
            Ok(())
        })
        .invoke_handler(commands!(generate_handler))
        .build(generate_context!());
    match app {
        Ok(app) => app.run(on_event),
        Err(error) => {
            eprintln!("keystead: the app cannot start: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Waits for the data, then opens the window on it.
fn start(app: &App, opening: data::Opening) {
    let Some(keystead) = data::wait(opening) else {
        std::process::exit(1);
    };
    if let Err(error) = keystead.begin_session() {
        tracing::warn!(code = ?error.code, "keys of an earlier session were not noted as gone");
    }
    let saved = keystead.settings().unwrap_or_default();
    app.manage(data::FirstLook::begin(&keystead));
    app.manage(keystead);
    app.manage(Clipboard::start());
    let tray = Tray::default();
    if saved.tray {
        tray.begin(app.handle());
    }
    app.manage(tray);
    app.manage(settings::Applied::new(saved));
    if let Err(error) = window::open(app.handle(), saved.scheme) {
        dialog::tell("Keystead cannot open its window", &error.to_string());
        std::process::exit(1);
    }
    process::close_memory();
}

#[expect(clippy::needless_pass_by_value, reason = "the signature is Tauri's")]
fn on_event(app: &tauri::AppHandle, event: RunEvent) {
    if let RunEvent::Exit = event {
        app.state::<Clipboard>().leave();
    }
}

/// A second start brings the first one's window forward. Must be the first plugin.
fn single_instance() -> TauriPlugin<Wry> {
    let builder = tauri_plugin_single_instance::Builder::new().callback(|app, _, _| window::bring_forward(app));
    match home::chosen() {
        // Another home is another instance.
        Some(home) => {
            let mut hash = DefaultHasher::new();
            home.hash(&mut hash);
            builder.dbus_id(format!("dev.keystead.desktop.h{:016x}", hash.finish())).build()
        }
        None => builder.build(),
    }
}

/// Remembers where the window was, beside the other data.
fn window_state() -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .with_filename(home::data_dir().join("window.json").to_string_lossy())
        .build()
}
