//! A crash leaves no dump, and no process of the same user reads the app's memory.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::{CommandExt, ExitStatusExt},
    },
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    app::{App, PATIENCE},
    closed_window,
    desk::{self, is_open, web_processes, xdotool},
    gate::Gate,
    provider::Provider,
    secret::key,
    steps::WORK,
    window,
};

/// A user who owns nothing else on this machine.
const SOMEBODY: u32 = 54_321;

#[test]
fn a_crash_leaves_no_dump_and_no_peer_reads_the_memory() {
    closed_window(&[], |app| {
        let gate = Gate::new("S10", "crash and peers");
        let crashes = [("main", Signal::SEGV), ("main", Signal::ABORT), ("WebKitWebProces", Signal::SEGV)];
        let mut failures: Vec<String> = crashes
            .iter()
            .filter_map(|(whom, signal)| crash(app, whom, *signal).err().map(|why| format!("{whom}: {why}")))
            .collect();
        failures.extend(limits(app).err());
        let mut runs = crashes.len() + 1;
        if rustix::process::geteuid().is_root() {
            failures.extend(peers(app).err());
            runs += 3;
        } else {
            eprintln!("peers not tested: only root can be somebody else");
        }
        gate.done(runs, &failures, "checks");
    });
}

#[test]
fn native_dialogs_open_though_the_memory_is_closed() {
    window(|app| {
        let good = key("d1al");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        // What is closed belongs to root, whoever runs it; for root itself nothing can be told from outside.
        let user = rustix::process::geteuid();
        assert!(user.is_root() || owner(app.process()) == 0, "the memory is closed");
        app.choose_for(WORK, "Show key…");
        app.wait_until("the dialog", |_| is_open("Key of OpenAI / Work").then_some(()));
        xdotool(&["search", "--onlyvisible", "--name", "Key of OpenAI / Work", "windowactivate", "--sync"]);
        xdotool(&["key", "Escape"]);
        app.wait_until("the dialog to go", |_| (!is_open("Key of OpenAI / Work")).then_some(()));
    });
}

/// The app without a driver, so that its end can be seen; in a folder where a dump would land.
struct Bare {
    process: Child,
    folder: tempfile::TempDir,
}

impl Bare {
    fn start(app: &App, user: Option<u32>) -> Self {
        // The session's own temporary folder is closed to other users, and so may be where the app was built.
        let folder = match user {
            Some(_) => tempfile::tempdir_in("/tmp"),
            None => tempfile::tempdir(),
        };
        let folder = folder.expect("a folder");
        let program = folder.path().join("keystead-desktop");
        fs::copy(env!("CARGO_BIN_EXE_keystead-desktop"), &program).expect("room for it");
        let mut command = Command::new(program);
        command.envs(app.environment().iter().map(|(name, value)| (name, value))).current_dir(folder.path());
        if let Some(user) = user {
            // Its data are its own; the session's bus talks to nobody else.
            chown(folder.path(), Some(user), Some(user)).expect("root may");
            for name in
                ["HOME", "XDG_RUNTIME_DIR", "KEYSTEAD_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"]
            {
                command.env(name, folder.path());
            }
            command.env("TMPDIR", folder.path()).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
            command.uid(user).gid(user);
        }
        let log = fs::File::create(app.folder().join("bare.log")).expect("a log");
        command.stdout(log.try_clone().expect("a second handle")).stderr(log).stdin(Stdio::null());
        let mut bare = Self { process: command.spawn().expect("it starts"), folder };
        let deadline = Instant::now() + PATIENCE;
        while web_processes(bare.pid()).len() < 2 || !is_open("^Keystead$") {
            assert!(Instant::now() < deadline, "no window");
            assert!(bare.process.try_wait().expect("a child").is_none(), "it ended");
            thread::sleep(Duration::from_millis(50));
        }
        // The last thing a start does is to close the memory, right after the window.
        thread::sleep(Duration::from_millis(500));
        bare
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    fn end(&mut self) -> Result<ExitStatus, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.process.try_wait() {
                Ok(Some(status)) => return Ok(status),
                _ if Instant::now() > deadline => return Err("it does not end".into()),
                _ => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    fn dumps(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).into_iter().flatten().flatten();
        files.map(|file| file.file_name().to_string_lossy().into_owned()).filter(|name| name.contains("core")).collect()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn crash(app: &App, whom: &str, signal: Signal) -> Result<(), String> {
    let mut bare = Bare::start(app, None);
    if whom == "main" {
        fall(bare.pid(), signal);
        let status = bare.end()?;
        if status.signal() != Some(signal.as_raw()) || status.core_dumped() {
            return Err(format!("ended with {status}"));
        }
    } else {
        let (web, _) = web_processes(bare.pid()).into_iter().find(|(_, name)| name == whom).ok_or("not there")?;
        fall(web, signal);
        desk::time_to_end(web, PATIENCE).ok_or("it does not end")?;
    }
    let dumps = bare.dumps();
    if dumps.is_empty() { Ok(()) } else { Err(format!("left {dumps:?}")) }
}

/// Handlers of faults look, stand back and return, for the fault to come again by itself; one from outside must be sent
/// again.
fn fall(process: Pid, signal: Signal) {
    for _ in 0..5 {
        if kill_process(process, signal).is_err() || desk::time_to_end(process, Duration::from_millis(300)).is_some() {
            return;
        }
    }
}

/// One byte is less than any dump, and the one limit that also keeps a dump from the program that collects them.
fn limits(app: &App) -> Result<(), String> {
    let bare = Bare::start(app, None);
    let all = web_processes(bare.pid()).into_iter().chain([(bare.pid(), "main".to_owned())]);
    for (process, name) in all {
        let limits =
            fs::read_to_string(format!("/proc/{}/limits", process.as_raw_nonzero())).map_err(|e| e.to_string())?;
        let core: Vec<_> = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .ok_or("no limit")?
            .split_whitespace()
            .collect();
        if core[4..6] != ["1", "1"] {
            return Err(format!("{name} may dump {} of {}", core[4], core[5]));
        }
    }
    Ok(())
}

/// Another process of the same user against the app, and against a process that is not closed, to see that it can.
fn peers(app: &App) -> Result<(), String> {
    let bare = Bare::start(app, Some(SOMEBODY));
    let mut open = Command::new("sleep").arg("60").uid(SOMEBODY).gid(SOMEBODY).spawn().map_err(|e| e.to_string())?;
    let reads = |process: Pid, file: &str| {
        let path = format!("/proc/{}/{file}", process.as_raw_nonzero());
        // Opening is what is refused; reading from the start of `mem` fails for everyone.
        let mut peer = Command::new("sh");
        peer.args(["-c", "exec 3<\"$0\"", &path]).uid(SOMEBODY).gid(SOMEBODY);
        peer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        peer.status().is_ok_and(|status| status.success())
    };
    let control = ["mem", "maps", "environ"].iter().all(|file| reads(Pid::from_child(&open), file));
    let found: Vec<_> = ["mem", "maps", "environ"].into_iter().filter(|file| reads(bare.pid(), file)).collect();
    let closed = owner(bare.pid()) == 0;
    open.kill().and_then(|()| open.wait()).map_err(|e| e.to_string())?;
    match (control, found.is_empty() && closed) {
        (false, _) => Err("a peer that may read cannot: nothing is proved".into()),
        (_, false) => Err(format!("a peer reads {found:?}")),
        _ => Ok(()),
    }
}

fn owner(process: Pid) -> u32 {
    Path::new(&format!("/proc/{}/environ", process.as_raw_nonzero())).metadata().expect("it runs").uid()
}
