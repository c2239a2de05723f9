//! A desktop session of its own: a virtual screen with a window manager, a bus, and an unlocked keychain. Nothing of it
//! touches the user's own session, and nothing of it is left when it is dropped.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    Result,
    process::{exists, output, tree, until},
};

/// The keychain's password. It protects nothing but a test.
const PASSWORD: &str = "keystead";

/// A running session.
pub(crate) struct Session {
    home: TempDir,
    environment: Vec<(&'static str, OsString)>,
}

impl Session {
    /// Starts all of it; some 300 ms.
    pub(crate) fn start() -> Result<Self> {
        #[cfg(target_os = "linux")]
        tree::adopt_orphans()?;
        // A short name: the path of a socket has 108 characters at most.
        let home = tempfile::Builder::new().prefix("ks-").tempdir().map_err(|error| error.to_string())?;
        let mut session = Self { home, environment: Vec::new() };
        for (name, folder) in [
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
            ("TMPDIR", "tmp"),
        ] {
            let folder = session.folder(folder)?;
            session.environment.push((name, folder.into()));
        }
        for (name, value) in [
            ("GDK_BACKEND", "x11"),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
            ("NO_AT_BRIDGE", "1"),
            ("GSETTINGS_BACKEND", "memory"),
            ("KEYSTEAD_KEYRING_PASSWORD", PASSWORD),
        ] {
            session.environment.push((name, value.into()));
        }
        session.screen()?;
        session.bus()?;
        session.keyring()?;
        Ok(session)
    }

    /// Starts one where the system can have it.
    pub(crate) fn start_if_possible() -> Result<Option<Self>> {
        let possible =
            cfg!(target_os = "linux") && ["Xvfb", "dbus-daemon", "gnome-keyring-daemon"].iter().all(|p| exists(p));
        possible.then(Self::start).transpose()
    }

    /// Makes a command run in this session.
    pub(crate) fn enter<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for name in
            ["DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_CURRENT_DESKTOP", "GNOME_KEYRING_CONTROL"]
        {
            command.env_remove(name);
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)))
    }

    /// The session's folder: everything in it goes when the session ends.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A folder of this session, for its owner only.
    pub(crate) fn folder(&self, name: &str) -> Result<std::path::PathBuf> {
        let folder = self.home().join(name);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        #[cfg(unix)]
        fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .map_err(|error| error.to_string())?;
        Ok(folder)
    }

    fn screen(&mut self) -> Result {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]);
        let number = self.first_line(&mut server)?;
        self.environment.push(("DISPLAY", format!(":{number}").into()));
        let mut manager = Command::new("openbox");
        self.background(manager.arg("--sm-disable"))?.spawn().map_err(|error| format!("openbox: {error}"))?;
        until(Duration::from_secs(10), "the window manager", || {
            output(self.enter(Command::new("xdotool").arg("get_num_desktops"))).ok()
        })?;
        Ok(())
    }

    fn bus(&mut self) -> Result {
        let mut bus = Command::new("dbus-daemon");
        let socket = self.folder("run")?.join("bus");
        bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
        let address = self.first_line(bus.arg(format!("--address=unix:path={}", socket.display())))?;
        self.environment.push(("DBUS_SESSION_BUS_ADDRESS", address.into()));
        Ok(())
    }

    fn keyring(&self) -> Result {
        let mut daemon = Command::new("gnome-keyring-daemon");
        self.background(daemon.args(["--unlock", "--components=secrets"]))?.stdin(Stdio::piped());
        let mut daemon = daemon.spawn().map_err(|error| format!("gnome-keyring-daemon: {error}"))?;
        // Without a line break: it would be part of the password.
        daemon.stdin.take().ok_or("no input")?.write_all(PASSWORD.as_bytes()).map_err(|error| error.to_string())?;
        daemon.wait().map_err(|error| error.to_string())?;
        // It takes its name on the bus at the first call, which also proves that it is unlocked.
        until(Duration::from_secs(10), "the keychain", || {
            let mut store = Command::new("secret-tool");
            store.args(["store", "--label=Keystead session", "keystead-session", "1"]);
            let mut store = self.background(&mut store).ok()?.stdin(Stdio::piped()).spawn().ok()?;
            store.stdin.take()?.write_all(b"1").ok()?;
            store.wait().ok()?.success().then_some(())
        })?;
        output(self.enter(Command::new("secret-tool").args(["clear", "keystead-session", "1"])))?;
        Ok(())
    }

    /// Starts a server that stays and answers with the first line it prints.
    fn first_line(&self, command: &mut Command) -> Result<String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut server =
            self.background(command)?.stdout(Stdio::piped()).spawn().map_err(|error| format!("{name}: {error}"))?;
        let mut printed = BufReader::new(server.stdout.take().ok_or("no output")?);
        let (sender, line) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = printed.read_line(&mut line);
            sender.send(line)
        });
        match line.recv_timeout(Duration::from_secs(20)).as_deref().map(str::trim_end) {
            Ok("") | Err(_) => Err(format!("{name} did not start; it said:\n{}", self.log())),
            Ok(line) => Ok(line.to_owned()),
        }
    }

    /// What the session's programs say goes to one file, shown only when one of them does not start.
    fn background<'a>(&self, command: &'a mut Command) -> Result<&'a mut Command> {
        let log = File::options().create(true).append(true).open(self.home().join("session.log"));
        let log = log.map_err(|error| error.to_string())?;
        let copy = log.try_clone().map_err(|error| error.to_string())?;
        Ok(self.enter(command).stdin(Stdio::null()).stdout(copy).stderr(log))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home().join("session.log")).unwrap_or_default()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        #[cfg(target_os = "linux")]
        tree::end_all_below();
    }
}

/// Whether there is a screen a window could be shown on.
pub(crate) fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
