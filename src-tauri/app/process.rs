//! What the process does to itself before anything else: nothing of its memory may reach a file or a log.

use keystead_core::log;

/// No core dumps, neither of this process nor of the web view's, and no texts of panics.
pub(crate) fn quiet() {
    no_core_dumps();
    log::quiet_panics();
}

/// Bytes of a core dump. Linux hands a dump to a program that collects them whatever the limit is, except for a limit of
/// one byte; as a file one byte is as little as none. The web view's processes inherit it.
#[cfg(unix)]
const CORE: u64 = if cfg!(target_os = "linux") { 1 } else { 0 };

fn no_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(CORE), maximum: Some(CORE) }) {
            eprintln!("keystead: core dumps stay on: {error}");
        }
    }
}

/// Keeps the user's other processes from reading this one's memory. The desktop portal reads `/proc/PID/root` of its
/// callers and refuses those it cannot: so this comes after the window has asked the portal for the colour scheme, and
/// before any key is in memory. A sandbox keeps other processes out itself, and needs the portal for more.
pub(crate) fn close_memory() {
    #[cfg(target_os = "linux")]
    if std::env::var_os("SNAP").is_none() && !std::path::Path::new("/.flatpak-info").exists() {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            eprintln!("keystead: other processes can read this one's memory: {error}");
        }
    }
}

/// A signal to end is a wish to quit: what quitting tidies up, a key in the clipboard first of all, is tidied up. A second
/// one ends the process at once.
pub(crate) fn quit_on_signals(app: &tauri::AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
            let [Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)] = kinds.map(signal) else {
                tracing::warn!("signals to end are not heard");
                return;
            };
            for asked in 1.. {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                    _ = hangup.recv() => {}
                }
                if asked > 1 {
                    std::process::exit(1);
                }
                app.exit(0);
            }
        });
    }
    #[cfg(not(unix))]
    let _ = app;
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_dump_or_read_the_memory() {
        no_core_dumps();
        assert_eq!(rustix::process::getrlimit(rustix::process::Resource::Core).maximum, Some(CORE));
        close_memory();
        let behaviour = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(behaviour, rustix::process::DumpableBehavior::NotDumpable);
    }
}
