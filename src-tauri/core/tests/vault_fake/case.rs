//! One case: a bus, the service on it, and the product in a process of its own that tells by lines what it is about.

use std::{
    env, fmt,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    bus::Bus,
    keyring::Keyring,
    trouble::{OPERATIONS, Operation, TROUBLES, Trouble},
    world::Shared,
};

const CASE: &str = "KEYSTEAD_FAKE_CASE";
/// Also after a call that hangs, leaving takes no longer.
const EXIT: Duration = Duration::from_secs(2);

/// The product says it is about to do what is tested; waits for leave.
pub(crate) const BEGIN: &str = "@begin";
/// It has done that, and will look what became of its keys; waits for leave.
pub(crate) const HEAL: &str = "@heal";
/// All is as it should be; it ends.
pub(crate) const WELL: &str = "@well";

/// A trouble and what is asked meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) trouble: Trouble,
    pub(crate) operation: Operation,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{:?}", self.trouble, self.operation)
    }
}

impl Case {
    /// The one this process was started for.
    pub(crate) fn of_this_process() -> Option<Self> {
        let name = env::var(CASE).ok()?;
        let cases =
            TROUBLES.iter().flat_map(|trouble| OPERATIONS.map(|operation| Self { trouble: *trouble, operation }));
        Some(cases.into_iter().find(|case| case.to_string() == name).expect("a known case"))
    }

    /// Runs it; the error is what went wrong.
    pub(crate) fn run(self) -> Result<(), String> {
        let bus = Bus::start();
        let shared = Arc::new(Shared::default());
        let service = Keyring::start(&bus.address, &shared);
        let mut product = Command::new(env::current_exe().expect("this test's own path"))
            .args(["--exact", "no_trouble_of_the_service_hangs_leaks_or_loses_a_key", "--nocapture"])
            .env(CASE, self.to_string())
            .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
            .env("TMPDIR", bus.folder.path())
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this test starts again");
        let mut leave = product.stdin.take().expect("piped");
        let (mut said, mut ended) = (Vec::new(), None);
        for line in BufReader::new(product.stderr.take().expect("piped")).lines().map_while(Result::ok) {
            match &*line {
                BEGIN => {
                    shared.begin(self.trouble, self.operation);
                    if self.trouble == Trouble::NoName {
                        Keyring::hide(&service);
                    }
                }
                HEAL => {
                    shared.heal();
                    match self.trouble {
                        Trouble::NoName | Trouble::DropConnection => drop(Keyring::start(&bus.address, &shared)),
                        _ => {}
                    }
                }
                WELL => {
                    ended = Some(Instant::now());
                    continue;
                }
                _ => {
                    said.push(line);
                    continue;
                }
            }
            if writeln!(leave).is_err() {
                break;
            }
        }
        let status = product.wait().expect("it ends");
        match ended {
            Some(since) if status.success() && since.elapsed() <= EXIT => Ok(()),
            Some(since) if status.success() => Err(format!("it took {:?} to leave", since.elapsed())),
            _ => Err(said.join("\n")),
        }
    }
}
