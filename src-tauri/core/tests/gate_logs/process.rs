//! A process that logs and panics as the app does, on its real error output.

use std::{env, panic::catch_unwind, process::Command};

use keystead_core::{
    log::{self, LOG_VARIABLE, MASK},
    secret,
};

use crate::{CANARY, kept::held};

const CHILD: &str = "KEYSTEAD_LOGS_CHILD";
/// The last thing it says.
const END: &str = "that was all";

/// Starts this very test once more, and reads what it writes.
pub(crate) fn check() -> (usize, Vec<String>) {
    if env::var_os(CHILD).is_some() {
        fail_in_every_way();
        return (0, Vec::new());
    }
    let output = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "the_app_s_own_log_and_panics_write_no_key", "--nocapture"])
        .envs([(CHILD, "1"), (LOG_VARIABLE, "trace")])
        .env_remove("KEYSTEAD_TORTURE_REPORT")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut failures = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            failures.push(format!("{what}:\n{said}"));
        }
    };
    must(held(&said).is_none() && held(&String::from_utf8_lossy(&output.stdout)).is_none(), "it holds a key");
    must(said.contains(END), "it does not reach its end");
    must(said.matches("internal error at ").count() == 4, "not every panic is told");
    must(said.contains("process.rs"), "no panic says where");
    must(said.matches(MASK).count() == 4, "the guard is not there");
    must(!said.contains("loud"), "the keyring's own log is on");
    (12, failures)
}

fn fail_in_every_way() {
    log::quiet_panics();
    log::start();
    let key = secret::clean(&CANARY.as_bytes().to_vec().into()).expect("a key").0;
    tracing::error!("{CANARY}");
    tracing::warn!(key = CANARY, "as a field");
    tracing::trace!(key = ?CANARY, "as a field of another kind");
    tracing::info_span!("request", key = CANARY).in_scope(|| tracing::info!("inside a span"));
    // What keeps keys may not log at all.
    tracing::error!(target: "keyring_core", "loud");
    tracing::error!(target: "keyring_core::mock", "loud {CANARY}");
    tracing::info!(target: "zbus::connection", "loud {CANARY}");
    tracing::info!(target: "hyper::proto", "loud {CANARY}");
    let panics: [fn(); 4] = [
        || panic!("{CANARY}"),
        || std::panic::panic_any(CANARY.to_owned()),
        || assert!(CANARY.parse::<u32>().map_err(|_| CANARY).expect(CANARY) > 0),
        || assert_eq!(CANARY, "another"),
    ];
    for panics in panics {
        assert!(catch_unwind(panics).is_err());
    }
    drop(key);
    eprintln!("{END}");
}
