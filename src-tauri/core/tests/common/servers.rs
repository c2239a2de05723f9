//! Servers that nobody here wrote, each on a port of its own of this machine, ended with the test that started it.
//! `cargo xtask test` installs them and says where; a test that finds none says that it was skipped, and why.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::{
    env,
    fs::OpenOptions,
    io::{BufRead, BufReader, Write, stderr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use tempfile::TempDir;

/// Python's imports on a busy machine: the slowest of them needs some ten seconds on a quiet one.
const PATIENCE: Duration = Duration::from_mins(2);

/// A server that answers.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`, without a slash.
    pub(crate) origin: String,
    _home: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// LiteLLM's proxy. `config` is its YAML.
pub(crate) fn litellm(config: &str) -> Option<Server> {
    let program = installed("python/bin/litellm")?;
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("config.yaml");
    std::fs::write(&file, config).expect("written");
    let mut command = Command::new(program);
    command.args(["--host", "127.0.0.1", "--port", "0", "--config"]).arg(file);
    // Its prices are in the package; nothing is fetched, nothing is told to anybody.
    command.env("LITELLM_LOCAL_MODEL_COST_MAP", "True").env("LITELLM_TELEMETRY", "False");
    Some(start(command, home, "Uvicorn running on "))
}

/// moto: Amazon's services. `settings` are its environment: `INITIAL_NO_AUTH_ACTION_COUNT=0` makes it check signatures.
pub(crate) fn moto(settings: &[(&str, &str)]) -> Option<Server> {
    let mut command = Command::new(installed("python/bin/moto_server")?);
    command.args(["-H", "127.0.0.1", "-p", "0"]).envs(settings.iter().copied());
    Some(start(command, tempfile::tempdir().expect("a folder"), "Running on "))
}

/// Prism, serving a published description of the folder `KEYSTEAD_SPECS`: it refuses what the description does not allow.
pub(crate) fn prism(description: &str) -> Option<Server> {
    let program = installed("node/node_modules/@stoplight/prism-cli/dist/index.js")?;
    let Some(folder) = env::var_os("KEYSTEAD_SPECS").map(PathBuf::from) else {
        skipped("KEYSTEAD_SPECS names no folder with published descriptions");
        return None;
    };
    let path = folder.join(description);
    if !path.is_file() {
        skipped(&format!("there is no {description} among the published descriptions"));
        return None;
    }
    let mut command = Command::new("node");
    command.arg(program).arg("mock").arg(path).args(["--host", "127.0.0.1", "--port", "0"]);
    Some(start(command, tempfile::tempdir().expect("a folder"), "Prism is listening on "))
}

/// Said past the test runner, which keeps back what a passing test prints, and noted for whoever counts.
pub(crate) fn skipped(why: &str) {
    let current = thread::current();
    let line = format!("{}: {why}", current.name().unwrap_or("a test"));
    let _ = writeln!(stderr(), "skipped: {line}");
    if let Some(path) = env::var_os("KEYSTEAD_SKIPPED") {
        let mut notes = OpenOptions::new().append(true).open(path).expect("the notes can be written");
        writeln!(notes, "{line}").expect("the notes can be written");
    }
}

fn installed(program: &str) -> Option<PathBuf> {
    let found = env::var_os("KEYSTEAD_SERVERS").map(|folder| Path::new(&folder).join(program));
    if found.is_none() {
        skipped("the servers of others are installed by `cargo xtask test`, on Linux");
    }
    found
}

/// Waits for the line in which it says where it listens. Nothing of this machine's environment reaches it, no key above
/// all, and no way out of this machine: what it would fetch from elsewhere it asks of a port where nobody is.
fn start(mut command: Command, home: TempDir, mark: &'static str) -> Server {
    let nowhere = "http://127.0.0.1:9";
    let kept: Vec<_> =
        command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default());
    for (name, value) in kept {
        command.env(name, value.unwrap_or_default());
    }
    command.env("HOME", home.path()).env("TMPDIR", home.path()).env("PYTHONUNBUFFERED", "1").env("NO_COLOR", "1");
    command.env("HTTP_PROXY", nowhere).env("HTTPS_PROXY", nowhere).env("NO_PROXY", "127.0.0.1,localhost");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let (sender, lines) = mpsc::channel();
    let pipes: [Box<dyn std::io::Read + Send>; 2] =
        [Box::new(child.stdout.take().expect("piped")), Box::new(child.stderr.take().expect("piped"))];
    for pipe in pipes {
        let sender = sender.clone();
        // To the end, whether anybody listens or not: a full pipe would stop the server.
        thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
    }
    drop(sender);
    let mut said = Vec::new();
    loop {
        let Ok(line) = lines.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{command:?} did not say where it listens; it said:\n{}", said.join("\n"));
        };
        let place = line.split_once(mark).and_then(|(_, rest)| rest.split_whitespace().next());
        if let Some(origin) = place.filter(|place| place.starts_with("http://127.0.0.1:")) {
            let origin = origin.trim_end_matches('/').to_owned();
            return Server { child, origin, _home: home };
        }
        said.push(line);
    }
}
