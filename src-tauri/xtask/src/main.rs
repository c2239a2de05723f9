//! `cargo xtask`: sets a machine up, then calls cargo, npm and the system's tools.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod bench;
mod canary;
mod npm;
mod process;
mod report;
mod run;
mod servers;
mod session;
mod shot;
mod system;
mod test;
mod torture;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  run [--yes]               set up, build, and start the app (without a display: on a virtual one)
  test [ui|core|app] [--yes]
                            set up, and pass every test, or those of one group
  test window [CASE]        only the real window, only the cases whose names hold CASE
  servers [--yes]           install the servers that tests talk to and print where: KEYSTEAD_SERVERS for `cargo test`
  torture [--full] [GATE]   the gates (R1, S6, …) with their counts: reduced as in `test`, or in full size
  bench [RUNS]              start and memory of the app against an empty window (release builds), and figures of the domain
  bench core                only the figures of the domain

  --yes                     install missing system packages without asking; so does root, and CI=true
";

/// What went wrong, for people.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let mut words: Vec<String> = env::args().skip(1).collect();
    let yes = words.iter().position(|word| word == "--yes").map(|at| words.remove(at)).is_some();
    let full = words.iter().position(|word| word == "--full").map(|at| words.remove(at)).is_some();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let torture = words.first() == Some(&"torture");
    let result = process::catch_interrupts().and_then(|()| match words[..] {
        _ if full && !torture => Err(USAGE.to_owned()),
        ["run"] => run::run(yes),
        ["test"] => test::test(&[], yes),
        ["test", group @ ("ui" | "core" | "app")] => test::test(&[group], yes),
        ["test", "window"] => test::window("", yes),
        ["test", "window", case] => test::window(case, yes),
        ["servers"] => servers::show(yes),
        ["torture"] => torture::torture(None, full, yes),
        ["torture", gate] => torture::torture(Some(gate), full, yes),
        ["bench", "core"] => bench::core(9, yes),
        ["bench"] => bench::bench(10, yes),
        ["bench", runs] => bench::bench(runs.parse().map_err(|_| USAGE.to_owned())?, yes),
        _ => Err(USAGE.to_owned()),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if process::interrupted() => ExitCode::from(130),
        Err(message) => {
            eprintln!("{}", message.trim_end());
            ExitCode::FAILURE
        }
    }
}

/// The folder with the workspace's `Cargo.toml`.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("this package is two folders below it")
}

/// Where cargo builds: this program is in it.
fn target() -> Result<PathBuf> {
    let program = env::current_exe().map_err(|error| format!("where is this program? {error}"))?;
    program.ancestors().nth(2).map(Path::to_owned).ok_or_else(|| "where is the target folder?".to_owned())
}
