//! `cargo xtask bench`: how long the window takes to appear and how much memory all its processes hold, against a window
//! with nothing in it, both as released. The two take turns, so that whatever else the machine does meets both. Then the
//! figures of the domain (`core/benches`), in the same session: its keychain is a real one.

mod empty;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Result, npm,
    process::{self, cargo, exists, interrupted, output, tree},
    run::app,
    session::Session,
    system,
    system::Purpose::{Build, Screen},
    target,
};

/// No more than this, in hundredths of the empty window's: printed beside the result, not asserted.
const GATE: u128 = 115;
/// Until a window that has just appeared has loaded what it loads.
const SETTLE: Duration = Duration::from_secs(2);

/// Milliseconds until visible, and kilobytes of memory, of every run.
#[derive(Default)]
struct Runs {
    visible_ms: Vec<u128>,
    memory_kb: Vec<u128>,
}

/// Prints medians and ratios of so many runs each.
pub(crate) fn bench(runs: usize, yes: bool) -> Result {
    system::provide(&[Build, Screen], yes)?;
    if !exists("Xvfb") {
        return Err("The bench needs a virtual screen, which this system does not have.".to_owned());
    }
    npm::install()?;
    npm::build()?;
    process::run(cargo().args(["build", "--release", "--package", "keystead-desktop", "--package", "keystead-cli"]))?;
    let empty = empty::build()?;
    let session = Session::start()?;
    let (full, mut keystead, mut nothing) = (app("release")?, Runs::default(), Runs::default());
    // The first start of each fills caches and counts for nothing.
    for counted in std::iter::once(false).chain(std::iter::repeat_n(true, runs)) {
        for (program, title, runs) in [(&full, "Keystead", &mut keystead), (&empty, empty::TITLE, &mut nothing)] {
            let (visible, memory) = start(&session, program, title)?;
            if counted {
                runs.visible_ms.push(visible.as_millis());
                runs.memory_kb.push(memory);
            }
        }
    }
    println!("Medians of {runs} runs each, in turn; release builds, virtual screen");
    compare("window visible, ms", keystead.visible_ms, nothing.visible_ms);
    compare("memory (PSS), kB", keystead.memory_kb, nothing.memory_kb);
    let command = target()?.join("release/keystead");
    let mut starts = (0..runs.max(1) * 5)
        .map(|_| {
            let begun = Instant::now();
            output(Command::new(&command).arg("--version")).map(|_| begun.elapsed().as_micros())
        })
        .collect::<Result<Vec<_>>>()?;
    println!("{:<22} {:>9}", "keystead --version, µs", median(&mut starts));
    figures(&session, runs)
}

/// Only the figures of the domain, and of the palette's search: no window is built for them.
pub(crate) fn core(runs: usize, yes: bool) -> Result {
    system::provide(&[Screen], yes)?;
    npm::install()?;
    figures(&Session::start()?, runs)
}

fn figures(session: &Session, runs: usize) -> Result {
    let mut bench = cargo();
    bench.args(["bench", "--package", "keystead-core", "--bench", "figures", "--", &runs.to_string()]);
    process::run(session.enter(&mut bench))?;
    process::run(&mut npm::npm(&["run", "--silent", "bench"]))
}

/// Starts a program, waits for its window, measures, and ends it.
fn start(session: &Session, program: &Path, title: &str) -> Result<(Duration, u128)> {
    let mut command = Command::new(program);
    session
        .enter(&mut command)
        .env("KEYSTEAD_HOME", session.folder("keystead")?)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begun = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
    let title = format!("^{title}$");
    let visible = loop {
        let search = ["search", "--onlyvisible", "--name", &title];
        if output(session.enter(Command::new("xdotool").args(search))).is_ok_and(|found| !found.is_empty()) {
            break Ok(begun.elapsed());
        }
        if interrupted() || begun.elapsed() > Duration::from_secs(30) {
            break Err(format!("{}: no window", program.display()));
        }
    };
    thread::sleep(SETTLE);
    let memory = tree::below(child.id()).into_iter().chain([child.id()]).map(memory_kb).sum();
    tree::end(&mut child);
    Ok((visible?, memory))
}

/// What a process holds, its share of what it shares counted in. Only root may ask for a process that cannot be dumped.
fn memory_kb(process: u32) -> u128 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn compare(what: &str, mut ours: Vec<u128>, mut empty: Vec<u128>) {
    let (ours, empty) = (median(&mut ours), median(&mut empty));
    let ratio = (ours * 100).checked_div(empty).unwrap_or(0);
    let hundredths = |number: u128| format!("{}.{:02}", number / 100, number % 100);
    println!("{what:<22} {ours:>9}  empty window {empty:>9}  × {}  (gate × {})", hundredths(ratio), hundredths(GATE));
}

fn median(values: &mut [u128]) -> u128 {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}
