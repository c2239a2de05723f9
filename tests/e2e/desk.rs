//! The screen and the processes around the app, from outside.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::driver::children;

/// What the title bar says.
const TITLE: &str = "Keystead";

/// Runs `xdotool` and answers with what it prints.
pub(crate) fn xdotool(words: &[&str]) -> String {
    let output = Command::new("xdotool").args(words).output().expect("xdotool is installed");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Whether a window with this title can be seen.
pub(crate) fn is_open(title: &str) -> bool {
    !xdotool(&["search", "--onlyvisible", "--name", title]).is_empty()
}

/// Types on the keyboard of the screen: as a person does, past the driver.
pub(crate) fn type_by_hand(text: &str) {
    let mut typing = Command::new("xdotool")
        .args(["type", "--delay", "4", "--file", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("xdotool is installed");
    typing.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
    assert!(typing.wait().expect("it ends").success());
}

/// Closes the window as its title bar's button does.
pub(crate) fn close_window() {
    xdotool(&["search", "--onlyvisible", "--name", &format!("^{TITLE}$"), "windowactivate", "--sync"]);
    xdotool(&["key", "alt+F4"]);
}

/// The clipboard in one of its formats; empty when there is nothing.
pub(crate) fn clipboard(format: &str) -> String {
    let read = Command::new("xclip").args(["-selection", "clipboard", "-o", "-t", format]).output();
    String::from_utf8_lossy(&read.expect("xclip is installed").stdout).into_owned()
}

/// Sends a signal.
pub(crate) fn signal(process: Pid, signal: Signal) {
    kill_process(process, signal).expect("it runs");
}

/// How long a process goes on from now; `None` when it does not end within `longest`.
pub(crate) fn time_to_end(process: Pid, longest: Duration) -> Option<Duration> {
    let start = Instant::now();
    while !has_ended(process) {
        if start.elapsed() > longest {
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
    Some(start.elapsed())
}

/// Gone, or only waiting for its parent to notice.
pub(crate) fn has_ended(process: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    status.map_or(true, |status| status.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')))
}

/// How long ago a process began, to a hundredth of a second.
pub(crate) fn age(process: Pid) -> Duration {
    let status = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).expect("it runs");
    let after_name = status.rsplit_once(") ").expect("a name").1;
    let ticks: f64 = after_name.split(' ').nth(19).and_then(|ticks| ticks.parse().ok()).expect("its start");
    let uptime = fs::read_to_string("/proc/uptime").expect("the uptime");
    let now: f64 = uptime.split(' ').next().and_then(|seconds| seconds.parse().ok()).expect("seconds");
    Duration::from_secs_f64((now - ticks / 100.0).max(0.0))
}

/// The web view's processes under the app, by the names the kernel keeps (15 characters).
pub(crate) fn web_processes(app: Pid) -> Vec<(Pid, String)> {
    let id = |process: &Pid| u32::try_from(process.as_raw_nonzero().get()).expect("positive");
    let mut found = Vec::new();
    let mut look = children(id(&app));
    while let Some(process) = look.pop() {
        let name = fs::read_to_string(format!("/proc/{}/comm", process.as_raw_nonzero())).unwrap_or_default();
        look.extend(children(id(&process)));
        if name.starts_with("WebKit") {
            found.push((process, name.trim().to_owned()));
        }
    }
    found
}

/// A session bus with a keyring in a state of its own, until it is dropped.
pub(crate) struct Keyring {
    process: Child,
    /// Where its bus is.
    pub(crate) address: String,
}

impl Keyring {
    /// Starts it in one of the states of `tests/keyring-session.sh`.
    pub(crate) fn start(state: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keyring-session.sh");
        let mut process = Command::new(script)
            .args([state, "--", "bash", "-c", "echo \"$DBUS_SESSION_BUS_ADDRESS\"; read -r _"])
            .env("KEYRING_DISPLAY", "keep")
            .env("KEYRING_HANGS", "600")
            .env("TMPDIR", env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the session's script starts");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut address).expect("its address");
        let address =
            if address.trim().is_empty() { "unix:path=/nonexistent/bus".into() } else { address.trim().into() };
        Self { process, address }
    }

    /// Makes the desktop ask for the password, as another program would by saving something.
    pub(crate) fn ask(&self) -> Child {
        let mut saving = Command::new("secret-tool")
            .args(["store", "--label=Somebody else", "somebody", "else"])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .stdin(Stdio::piped())
            .spawn()
            .expect("secret-tool is installed");
        saving.stdin.take().expect("piped").write_all(b"1").expect("it reads");
        saving
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        // Its script reads to the end of its input, and tidies up.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
