//! Runs the calling test again inside a private session.

use std::{
    env,
    path::Path,
    process::{Command, Output},
};

/// Set for the run inside; its value is the state.
const INSIDE: &str = "KEYSTEAD_TEST_SESSION";
/// Set by a person without a keyring who knows what is not tested then.
const WITHOUT: &str = "KEYSTEAD_NO_KEYRING";
/// Printed at the end of the run inside: an empty run must not pass for one that worked.
const DONE: &str = "the session's test has run";

/// A screen of the session's own.
const VIRTUAL: [(&str, &str); 1] = [("KEYRING_DISPLAY", "virtual")];

/// Does `body` in a session whose keyring is in `state`.
pub(crate) fn within<F: Fn()>(state: &str, body: F) {
    run::<F>(state, &[], body);
}

/// The same with settings for the session's script.
pub(crate) fn within_set<F: Fn()>(state: &str, settings: &[(&str, &str)], body: F) {
    run::<F>(state, settings, body);
}

/// The same on a virtual screen, where prompts stay until somebody answers.
pub(crate) fn within_display<F: Fn()>(state: &str, body: F) {
    run::<F>(state, &VIRTUAL, body);
}

fn run<F: Fn()>(state: &str, settings: &[(&str, &str)], body: F) {
    if env::var(INSIDE).as_deref() == Ok(state) {
        body();
        eprintln!("{DONE}");
        return;
    }
    let needed = ["gnome-keyring-daemon", "dbus-run-session", "dbus-send", "dbus-monitor", "secret-tool"];
    let for_display = if settings.contains(&VIRTUAL[0]) { ["Xvfb", "xdotool"].as_slice() } else { &[] };
    let missing: Vec<_> = needed.iter().chain(for_display).filter(|program| !installed(program)).collect();
    if !missing.is_empty() {
        assert!(
            env::var(WITHOUT).as_deref() == Ok("1"),
            "{missing:?} not found. Install gnome-keyring, dbus, libsecret-tools, xvfb and xdotool, or set {WITHOUT}=1 to go \
             without these tests"
        );
        eprintln!("not tested: {missing:?} not found");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/keyring-session.sh");
    let output = Command::new(script)
        .args([state, "--"])
        .arg(env::current_exe().expect("this test's own path"))
        .args(["--exact", &test_name::<F>(), "--nocapture"])
        .envs(settings.iter().copied())
        .env(INSIDE, state)
        .output()
        .expect("the session's script starts");
    assert!(passed(&output), "in the session:\n{}", text(&output));
}

/// The body is a closure inside the test function, so its type's name holds the test's.
fn test_name<F>() -> String {
    let full = std::any::type_name::<F>();
    let path = full.split_once("::").map_or(full, |(_, path)| path);
    path.trim_end_matches("::{{closure}}").to_owned()
}

fn passed(output: &Output) -> bool {
    output.status.success() && String::from_utf8_lossy(&output.stderr).contains(DONE)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn installed(program: &str) -> bool {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file())
}
