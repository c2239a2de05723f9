//! Commands, run so that Ctrl-C, SIGTERM or SIGHUP ends them and all that they started.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use crate::Result;

pub(crate) mod tree;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on a signal to end only sets a flag: whoever waits sees it, and everything is put away on the way out.
pub(crate) fn catch_interrupts() -> Result {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).map_err(|error| error.to_string())
}

/// Whether the user wants this program to end.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Cargo, the one that runs this program.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::root());
    command
}

/// Whether a program is on the path.
pub(crate) fn exists(program: &str) -> bool {
    env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file())
}

/// Runs to the end; its output passes through. An error is that it could not run, or that it failed.
pub(crate) fn run(command: &mut Command) -> Result {
    let name = name(command);
    let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
    succeeded(&name, wait(&mut child)?)
}

/// As [`run`] without anything to read from, and hands every line it prints to `line` as well.
pub(crate) fn run_lines(command: &mut Command, mut line: impl FnMut(&str)) -> Result {
    let name = name(command);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
    let output = child.stdout.take().ok_or("no output")?;
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(output).split(b'\n').map_while(std::result::Result::ok).try_for_each(|line| sender.send(line))
    });
    loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(text) => line(&String::from_utf8_lossy(&text)),
            // What it started and left behind may hold the other end for ever.
            Err(mpsc::RecvTimeoutError::Timeout) if interrupted() || ended(&mut child) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    succeeded(&name, wait(&mut child)?)
}

/// What a short command prints; an error when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        Ok(text)
    } else {
        Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

/// Waits for a child, or ends it when this program is to end.
pub(crate) fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return if interrupted() { Err("interrupted".to_owned()) } else { Ok(status) };
        }
        if interrupted() {
            tree::end(child);
            return Err("interrupted".to_owned());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Asks `question` every 50 ms until it answers, for at most `limit`.
pub(crate) fn until<T>(limit: Duration, what: &str, mut question: impl FnMut() -> Option<T>) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(answer) = question() {
            return Ok(answer);
        }
        if interrupted() {
            return Err("interrupted".to_owned());
        }
        if Instant::now() > deadline {
            return Err(format!("{what}: not within {} s", limit.as_secs()));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn name(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(OsStr::to_string_lossy).take(6).collect::<Vec<_>>().join(" ")
}

fn ended(child: &mut Child) -> bool {
    child.try_wait().is_ok_and(|status| status.is_some())
}

fn succeeded(name: &str, status: ExitStatus) -> Result {
    if status.success() { Ok(()) } else { Err(format!("{name}: {status}")) }
}
