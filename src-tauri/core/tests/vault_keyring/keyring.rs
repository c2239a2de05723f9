//! What a person or the system does to the keyring during a test, past our own code.

use std::{
    collections::HashMap,
    io::Write,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use zbus::{
    blocking::Connection,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

const NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
/// GNOME Keyring's interface for its own tests: does without a prompt what otherwise needs one.
const INTERNAL: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";

type Password = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

pub(crate) fn password() -> String {
    std::env::var("KEYRING_PASSWORD").expect("the session has one")
}

/// Locks the default collection.
pub(crate) fn lock() {
    lock_collection(&OwnedObjectPath::try_from(format!("{ROOT}/collection/login")).expect("a path"));
}

pub(crate) fn lock_collection(path: &OwnedObjectPath) {
    let bus = Connection::session().expect("a bus");
    bus.call_method(Some(NAME), ROOT, Some(SERVICE), "Lock", &[path].as_slice()).expect("locked");
}

/// Unlocks the default collection without a prompt.
pub(crate) fn unlock() {
    let bus = Connection::session().expect("a bus");
    let login = OwnedObjectPath::try_from(format!("{ROOT}/collection/login")).expect("a path");
    bus.call_method(Some(NAME), ROOT, Some(INTERNAL), "UnlockWithMasterPassword", &(login, master(&bus)))
        .expect("unlocked");
}

/// Creates the default collection without a prompt.
pub(crate) fn create() {
    make_default(&create_collection("Login"));
}

/// Creates a collection without a prompt.
pub(crate) fn create_collection(label: &str) -> OwnedObjectPath {
    let bus = Connection::session().expect("a bus");
    let label = HashMap::from([("org.freedesktop.Secret.Collection.Label", Value::from(label))]);
    let made = bus
        .call_method(Some(NAME), ROOT, Some(INTERNAL), "CreateWithMasterPassword", &(label, master(&bus)))
        .expect("created");
    made.body().deserialize().expect("its path")
}

/// Where new entries go.
pub(crate) fn default_collection() -> OwnedObjectPath {
    let bus = Connection::session().expect("a bus");
    let reply = bus.call_method(Some(NAME), ROOT, Some(SERVICE), "ReadAlias", &"default").expect("an alias");
    reply.body().deserialize().expect("its path")
}

/// Lets new entries go there.
pub(crate) fn make_default(path: &OwnedObjectPath) {
    let bus = Connection::session().expect("a bus");
    bus.call_method(Some(NAME), ROOT, Some(SERVICE), "SetAlias", &("default", path)).expect("made the default");
}

fn master(bus: &Connection) -> Password {
    let opened = bus
        .call_method(Some(NAME), ROOT, Some(SERVICE), "OpenSession", &("plain", Value::from("")))
        .expect("a plain session");
    let (_, session): (OwnedValue, OwnedObjectPath) = opened.body().deserialize().expect("its path");
    (session, Vec::new(), password().into_bytes(), "text/plain".into())
}

/// The process that provides the Secret Service.
pub(crate) fn daemon() -> u32 {
    let bus = Connection::session().expect("a bus");
    let target = Some("org.freedesktop.DBus");
    let reply = bus
        .call_method(target, "/org/freedesktop/DBus", target, "GetConnectionUnixProcessID", &NAME)
        .expect("a running daemon");
    reply.body().deserialize().expect("a number")
}

pub(crate) fn signal(name: &str, process: u32) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

/// Ends the daemon for good and starts another one with the keyring open, as a login does.
pub(crate) fn restart() {
    let old = daemon();
    signal("KILL", old);
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--unlock", "--components=secrets"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a daemon");
    daemon.stdin.take().expect("piped").write_all(password().as_bytes()).expect("the password");
    daemon.wait().expect("it goes to the background");
}

/// Everything said to and by prompts while `body` runs.
pub(crate) fn prompts_during(body: impl FnOnce()) -> String {
    let log = tempfile::NamedTempFile::new().expect("a file");
    let mut monitor = Command::new("dbus-monitor")
        .args(["--session", "interface='org.freedesktop.Secret.Prompt'"])
        .stdout(log.reopen().expect("a file"))
        .stderr(Stdio::null())
        .spawn()
        .expect("dbus-monitor runs");
    let heard = || std::fs::read_to_string(log.path()).expect("a file");
    // Its first lines are about itself: from then on it hears everything.
    wait_until(|| !heard().is_empty());
    body();
    // Whatever was sent during the body has been delivered once a later message has.
    thread::sleep(Duration::from_millis(300));
    end(&mut monitor);
    heard()
}

pub(crate) fn end(child: &mut Child) {
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}

pub(crate) fn wait_until(mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(20), "waited in vain");
        thread::sleep(Duration::from_millis(20));
    }
}
