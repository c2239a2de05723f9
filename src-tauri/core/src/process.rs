//! What a process does to itself so that nothing of its memory reaches a file or another process. The app and the command
//! both do it before a key is in their memory.

/// Bytes of a core dump. Linux hands a dump to a program that collects them whatever the limit is, except for a limit of
/// one byte; as a file one byte is as little as none. Processes that are started inherit it.
#[cfg(unix)]
const CORE: u64 = if cfg!(target_os = "linux") { 1 } else { 0 };

/// No core dumps of this process, nor of those it starts. A failure is told on standard error and is nobody's end.
pub fn no_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(CORE), maximum: Some(CORE) }) {
            eprintln!("keystead: core dumps stay on: {error}");
        }
    }
}

/// Keeps the user's other processes from reading this one's memory. A sandbox keeps them out itself, and its portal has to
/// read more of a process than this would let it.
pub fn close_memory() {
    #[cfg(target_os = "linux")]
    if std::env::var_os("SNAP").is_none() && !std::path::Path::new("/.flatpak-info").exists() {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            eprintln!("keystead: other processes can read this one's memory: {error}");
        }
    }
}
