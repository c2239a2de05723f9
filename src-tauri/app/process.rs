//! What the process does to itself before anything else: nothing of its memory may reach a file or a log.

use keystead_core::{log, process};

/// No core dumps, neither of this process nor of the web view's, and no texts of panics.
pub(crate) fn quiet() {
    process::no_core_dumps();
    log::quiet_panics();
}

/// The desktop portal reads `/proc/PID/root` of its callers and refuses those it cannot: so this comes after the window has
/// asked the portal for the colour scheme, and before any key is in memory.
pub(crate) fn close_memory() {
    process::close_memory();
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
        process::no_core_dumps();
        assert_eq!(
            rustix::process::getrlimit(rustix::process::Resource::Core).maximum,
            Some(u64::from(cfg!(target_os = "linux")))
        );
        close_memory();
        let behaviour = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(behaviour, rustix::process::DumpableBehavior::NotDumpable);
    }
}
