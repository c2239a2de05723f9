//! What the process does to itself before anything else: nothing of its memory may reach a file or a log.

use std::{env, panic};

use tracing_subscriber::{
    Layer,
    filter::{FilterExt, LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Levels for the log on stderr, as in `KEYSTEAD_LOG=debug` or `KEYSTEAD_LOG=keystead_core=trace`.
const LOG_VARIABLE: &str = "KEYSTEAD_LOG";

/// No core dumps, neither of this process nor of the web view's, and no texts of panics.
pub(crate) fn quiet() {
    no_core_dumps();
    // The payload of a panic may hold anything; where it happened holds nothing.
    panic::set_hook(Box::new(|info| match info.location() {
        Some(place) => eprintln!("keystead: internal error at {place}"),
        None => eprintln!("keystead: internal error"),
    }));
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
    if env::var_os("SNAP").is_none() && !std::path::Path::new("/.flatpak-info").exists() {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            eprintln!("keystead: other processes can read this one's memory: {error}");
        }
    }
}

/// Logs to stderr. Whatever the user asks for, crates that would print keys or messages stay quiet.
pub(crate) fn start_log() {
    let asked: Targets = env::var(LOG_VARIABLE)
        .ok()
        .and_then(|levels| levels.parse().ok())
        .unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(asked.and(ceiling()));
    tracing_subscriber::registry().with(layer).init();
}

fn ceiling() -> Targets {
    let quiet = ["zbus", "hyper", "hyper_util", "h2", "reqwest", "rustls"].map(|target| (target, LevelFilter::WARN));
    Targets::new().with_default(LevelFilter::TRACE).with_target("keyring_core", LevelFilter::OFF).with_targets(quiet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_can_dump_or_read_the_memory() {
        no_core_dumps();
        assert_eq!(rustix::process::getrlimit(rustix::process::Resource::Core).maximum, Some(0));
        close_memory();
        let behaviour = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(behaviour, rustix::process::DumpableBehavior::NotDumpable);
    }

    #[test]
    fn no_wish_for_more_log_reaches_the_crates_that_handle_keys() {
        let ceiling = ceiling();
        assert!(!ceiling.would_enable("keyring_core", &Level::ERROR));
        assert!(!ceiling.would_enable("keyring_core::mock", &Level::ERROR));
        for target in ["zbus::connection", "hyper::proto::h1", "h2::codec", "reqwest::connect", "rustls::client"] {
            assert!(!ceiling.would_enable(target, &Level::INFO), "{target}");
        }
        assert!(ceiling.would_enable("keystead_core::probe", &Level::TRACE));
    }
}
