//! The session's real keychain, from outside the app.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::app::PATIENCE;

const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";

/// An entry as a keychain app shows it, and its secret.
pub(crate) struct Entry {
    /// What people recognise it by.
    pub(crate) label: String,
    /// As stored.
    pub(crate) secret: String,
}

/// All entries of the app.
pub(crate) fn entries() -> Vec<Entry> {
    let found = run("secret-tool", &["search", "--all", "service", "dev.keystead.desktop"]);
    let mut entries = Vec::new();
    let mut label = String::new();
    for line in found.lines() {
        if let Some(text) = line.strip_prefix("label = ") {
            text.clone_into(&mut label);
        } else if let Some(secret) = line.strip_prefix("secret = ") {
            entries.push(Entry { label: label.clone(), secret: secret.to_owned() });
        }
    }
    entries
}

/// Locks it, as the desktop does when the user says so.
pub(crate) fn lock() {
    call("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", &[&format!("[\"{COLLECTION}\"]")]);
    assert!(is_locked(), "the keychain locks");
}

/// Whether secrets can be read.
pub(crate) fn is_locked() -> bool {
    let property = ["org.freedesktop.Secret.Collection", "Locked"];
    call(COLLECTION, "org.freedesktop.DBus.Properties.Get", &property).contains("true")
}

/// Unlocks it for the next case, if this one left it locked.
pub(crate) fn unlock() {
    if !is_locked() {
        return;
    }
    // Saving anything makes the desktop ask.
    let mut saving = Command::new("secret-tool")
        .args(["store", "--label=Unlocking", "keystead-session", "unlock"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("secret-tool is installed");
    saving.stdin.take().expect("piped").write_all(b"1").expect("it reads");
    answer_prompt();
    saving.wait().expect("it ends");
    run("secret-tool", &["clear", "keystead-session", "unlock"]);
}

/// Types the password into the desktop's own prompt, which is on the screen or about to be.
pub(crate) fn answer_prompt() {
    let password = env::var("KEYSTEAD_KEYRING_PASSWORD").expect("the session has told its keychain's password");
    let deadline = Instant::now() + PATIENCE;
    while is_locked() {
        assert!(Instant::now() < deadline, "the keychain's prompt took no password");
        if prompt_is_open() {
            run("xdotool", &["type", "--delay", "20", &password]);
            run("xdotool", &["key", "Return"]);
            thread::sleep(Duration::from_millis(300));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Whether the desktop asks for the password at this moment.
pub(crate) fn prompt_is_open() -> bool {
    let search = ["search", "--onlyvisible", "--class", "gcr-prompter"];
    Command::new("xdotool").args(search).output().is_ok_and(|found| !found.stdout.is_empty())
}

/// A session bus on which nothing can be a keychain.
pub(crate) struct BareBus {
    process: Child,
    /// Where it listens.
    pub(crate) address: String,
}

impl BareBus {
    /// Starts it, with its files in `folder`.
    pub(crate) fn start(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let configuration = folder.join("bus.conf");
        // No <standard_session_servicedirs/>: nothing can be started on demand.
        let text = format!(
            "<busconfig><type>session</type><listen>unix:dir={}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
             <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
            folder.display()
        );
        fs::write(&configuration, text).expect("the configuration can be written");
        let mut process = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", configuration.display()))
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut address).expect("it prints its address");
        Self { process, address: address.trim().to_owned() }
    }
}

impl Drop for BareBus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn call(object: &str, method: &str, arguments: &[&str]) -> String {
    let words = ["call", "--session", "--dest", "org.freedesktop.secrets", "--object-path", object, "--method", method];
    run("gdbus", &[&words, arguments].concat())
}

fn run(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
