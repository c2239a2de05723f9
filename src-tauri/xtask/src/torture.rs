//! `cargo xtask torture`: the gates, and what each of them counted. A gate is a test with a size: a few seconds of it are in
//! `cargo xtask test`, the whole of it is here.

mod found;
mod table;

use std::fs;

use found::{Crate, gates};

use crate::{
    Result,
    canary::{self, Canary},
    npm,
    process::cargo,
    report::Report,
    session::Session,
    system,
    system::Purpose::{Build, Drive, Screen},
    target,
    test::{Leftovers, command_beside_the_app, hand_over, selection},
};

/// Runs all gates, or one (`R5`), in a session of their own: reduced, or in full size.
pub(crate) fn torture(gate: Option<&str>, full: bool, yes: bool) -> Result {
    let crates = gates(gate)?;
    let window = crates.iter().any(Crate::needs_window);
    let mut report = Report::new();
    let mut session = None;
    let (before, canary) = (Leftovers::look(), Canary::new());
    let ready = report.step("set-up", |_| {
        system::provide(if window { &[Build, Screen, Drive] } else { &[Screen] }, yes)?;
        session = Session::start_if_possible()?;
        if window && session.is_some() {
            npm::install()?;
            npm::build()?;
            command_beside_the_app()?;
        }
        Ok(if session.is_some() { "a session of its own" } else { "no virtual screen on this system" }.to_owned())
    });
    let path = target()?.join("torture.jsonl");
    if path.exists() {
        fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if ready {
        for tests in crates.iter().filter(|tests| session.is_some() || !tests.needs_window()) {
            report.step(&tests.name, |counted| {
                let mut command = cargo();
                command.arg("test").args(selection(window)).args(["--test", &tests.name, "--"]).args(&tests.filters);
                if let Some(session) = &session {
                    hand_over(session, &mut command)?;
                }
                canary.plant(&mut command).env("KEYSTEAD_TORTURE_REPORT", &path);
                command.env("KEYSTEAD_TORTURE", if full { "full" } else { "reduced" });
                counted.count(&mut command)
            });
        }
        report.step("secrets on disk", |_| canary::search(&canary, session.as_ref()));
        report.step("leftovers at home", |_| before.unchanged());
    }
    println!("\n{}", table::of(&fs::read_to_string(&path).unwrap_or_default()));
    report.finish()
}
