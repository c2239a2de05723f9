//! The log, on the error output, for whoever looks for a fault. What handles keys writes none of them; a last guard takes
//! out of every finished line what is a key in use, or begins like one.

mod redact;

use std::{env, io, panic};

use tracing_subscriber::{
    Layer,
    filter::{FilterExt, LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

pub use redact::{MASK, Redacting};

/// Levels, as in `KEYSTEAD_LOG=debug` or `KEYSTEAD_LOG=keystead_core=trace`.
pub const LOG_VARIABLE: &str = "KEYSTEAD_LOG";

/// Logs to the error output from now on: what [`LOG_VARIABLE`] asks for, else warnings. Whatever is asked for, crates that
/// would print keys or messages stay quiet.
pub fn start() {
    begin(asked().unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN)));
}

/// The same where nobody reads a log who has not asked for one.
pub fn start_if_asked() {
    if let Some(levels) = asked() {
        begin(levels);
    }
}

fn asked() -> Option<Targets> {
    env::var(LOG_VARIABLE).ok()?.parse().ok()
}

fn begin(levels: Targets) {
    let lines = tracing_subscriber::fmt::layer().with_writer(|| Redacting::new(io::stderr()));
    tracing_subscriber::registry().with(lines.with_filter(levels.and(ceiling()))).init();
}

/// From now on a panic tells where it happened and nothing else: its text may hold anything.
pub fn quiet_panics() {
    panic::set_hook(Box::new(|info| match info.location() {
        Some(place) => eprintln!("keystead: internal error at {place}"),
        None => eprintln!("keystead: internal error"),
    }));
}

/// The most that is ever logged.
fn ceiling() -> Targets {
    let quiet = ["zbus", "hyper", "hyper_util", "h2", "reqwest", "rustls"].map(|target| (target, LevelFilter::WARN));
    Targets::new().with_default(LevelFilter::TRACE).with_target("keyring_core", LevelFilter::OFF).with_targets(quiet)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn no_wish_for_more_log_reaches_the_crates_that_handle_keys() {
        let ceiling = ceiling();
        for target in ["keyring_core", "keyring_core::mock"] {
            assert!(!ceiling.would_enable(target, &Level::ERROR), "{target}");
        }
        for target in ["zbus::connection", "hyper::proto::h1", "h2::codec", "reqwest::connect", "rustls::client"] {
            assert!(!ceiling.would_enable(target, &Level::INFO), "{target}");
        }
        assert!(ceiling.would_enable("keystead_core::probe", &Level::TRACE));
    }
}
