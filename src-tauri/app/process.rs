//! What the process does to itself before anything else: nothing of its memory may reach a file or a log.

use keystead_core::log;

/// No core dumps, neither of this process nor of the web view's, and no texts of panics.
pub(crate) fn quiet() {
    no_core_dumps();
    log::quiet_panics();
}

fn no_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        if let Err(error) = setrlimit(Resource::Core, none) {
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_dump_or_read_the_memory() {
        no_core_dumps();
        assert_eq!(rustix::process::getrlimit(rustix::process::Resource::Core).maximum, Some(0));
        close_memory();
        let behaviour = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(behaviour, rustix::process::DumpableBehavior::NotDumpable);
    }
}
