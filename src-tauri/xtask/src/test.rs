//! `cargo xtask test`: every check, in three groups.

mod leftovers;

use std::{fs, path::Path, process::Command};

pub(crate) use leftovers::Leftovers;

use crate::{
    Result,
    canary::{self, Canary},
    npm,
    process::{self, cargo},
    report::{Report, Tests},
    root, servers,
    session::Session,
    system,
    system::Purpose::{Build, Drive, Screen, Servers},
    target,
};

/// The code and styles that the page's first view needs, compressed: bytes.
const HEAVIEST_FIRST_VIEW: usize = 60_000;
/// The crates that need neither a web view nor a screen.
const WITHOUT_WINDOW: [&str; 6] = ["--package", "keystead-core", "--package", "keystead-cli", "--package", "xtask"];

/// Sets up and passes every test of the groups; of none: of all.
pub(crate) fn test(groups: &[&str], yes: bool) -> Result {
    let all = groups.is_empty();
    let wants = |group| all || groups.contains(&group);
    let mut report = Report::new();
    let ready = report.step("set-up", |_| {
        system::provide(
            match (wants("app"), wants("core")) {
                (true, _) => &[Build, Screen, Drive, Servers],
                (false, true) => &[Screen, Servers],
                (false, false) => &[],
            },
            yes,
        )?;
        if wants("ui") || wants("app") { npm::install().map(|()| String::new()) } else { Ok(String::new()) }
    });
    if ready && wants("ui") {
        ui(&mut report);
    }
    if ready && wants("core") {
        lint(&mut report, all);
    }
    if ready && (wants("core") || wants("app")) {
        behaviour(&mut report, wants("core"), wants("app"));
    }
    report.finish()
}

fn ui(report: &mut Report) {
    for (name, script) in [("ui: format", "format:check"), ("ui: lint", "lint"), ("ui: types", "check")] {
        report.step(name, |_| process::run(&mut npm::npm(&["run", "--silent", script])).map(|()| String::new()));
    }
    report.step("ui: tests", |tests| tests.count(&mut npm::npm(&["run", "--silent", "test"])));
    report.step("ui: build", |_| {
        npm::build()?;
        let weight = npm::weight()?;
        let kb = |bytes: usize| format!("{}.{}", bytes / 1000, bytes / 100 % 10);
        let (first, most, whole) = (kb(weight.first), HEAVIEST_FIRST_VIEW / 1000, kb(weight.whole));
        let note = format!("first view {first} of {most} kB gzip, {whole} in all");
        if weight.first > HEAVIEST_FIRST_VIEW { Err(note) } else { Ok(note) }
    });
    report.step("ui: no network", |_| npm::network::none().map(|files| format!("{files} files of code, no way out")));
}

fn lint(report: &mut Report, whole: bool) {
    report.step("core: format", |_| process::run(cargo().args(["fmt", "--all", "--check"])).map(|()| String::new()));
    report.step("core: lint", |_| {
        let mut clippy = cargo();
        clippy.arg("clippy").args(selection(whole)).args(["--lib", "--bins", "--tests", "--examples", "--benches"]);
        // It is no default test, because it needs a session.
        clippy.args(whole.then_some(["--test", "e2e"]).into_iter().flatten());
        process::run(clippy.args(["--", "-D", "warnings"])).map(|()| String::new())
    });
}

/// The tests of the Rust side, all inside a session of their own, so that none can meet the user's keychain.
fn behaviour(report: &mut Report, core: bool, app: bool) {
    let before = Leftovers::look();
    let canary = Canary::new();
    let mut session = None;
    let began = report.step("session", |_| {
        session = Session::start_if_possible()?;
        if app && session.is_none() {
            println!("   No virtual screen on this system: the window is not tested.");
        }
        Ok(String::new())
    });
    if !began {
        return;
    }
    let session = session.as_ref();
    // Either group runs the domain's tests.
    let mut others = None;
    let installed = report.step("servers", |_| {
        let (folder, note) = servers::install()?;
        others = folder;
        Ok(note)
    });
    if !installed {
        return;
    }
    let others = others.as_deref();
    if core {
        report.step("core: tests", |tests| {
            let generated = root().join("ui/src/ipc/types.ts");
            let types = fs::read(&generated).map_err(|error| error.to_string())?;
            let note = run_tests(tests, session, others, &canary, app)?;
            if fs::read(&generated).is_ok_and(|now| now == types) {
                Ok(note)
            } else {
                Err("ui/src/ipc/types.ts was out of date; it is written anew, commit it".to_owned())
            }
        });
    }
    if app {
        let built = report.step("app: page", |_| npm::build().map(|()| String::new()));
        if built && !core {
            report.step("app: tests", |tests| run_tests(tests, session, others, &canary, true));
        }
        if let (true, Some(session)) = (built, session) {
            report.step("app: window", |tests| drive(tests, session, &canary, ""));
        }
    }
    report.step("secrets on disk", |_| canary::search(&canary, session));
    report.step("leftovers at home", |_| before.unchanged());
}

/// Only the cases in the real window whose names hold `case`.
pub(crate) fn window(case: &str, yes: bool) -> Result {
    system::provide(&[Build, Screen, Drive], yes)?;
    npm::install()?;
    npm::build()?;
    let session = Session::start()?;
    let mut report = Report::new();
    report.step("app: window", |tests| drive(tests, &session, &Canary::new(), case));
    report.finish()
}

fn drive(tests: &mut Tests, session: &Session, canary: &Canary, case: &str) -> Result<String> {
    command_beside_the_app()?;
    let mut cases = cargo();
    cases.args(["test", "--workspace", "--test", "e2e", "--", case]);
    hand_over(session, canary.plant(&mut cases))?;
    tests.count(&mut cases)
}

/// Cases use the `keystead` command beside the app, and Cargo builds a test's own package only. As part of a test of its
/// own it has the features it has everywhere else here, and is not built twice.
pub(crate) fn command_beside_the_app() -> Result {
    process::run(cargo().args(["test", "--quiet", "--workspace", "--test", "keystead", "--no-run"]))
}

/// Makes tests run in a session, those in the window as well.
pub(crate) fn hand_over(session: &Session, command: &mut Command) -> Result {
    session.enter(command).env("KEYSTEAD_E2E", "1");
    command.env("KEYSTEAD_E2E_ROOT", session.folder("e2e")?).env("KEYSTEAD_SHOTS", target()?.join("shots"));
    Ok(())
}

fn run_tests(
    tests: &mut Tests,
    session: Option<&Session>,
    others: Option<&Path>,
    canary: &Canary,
    whole: bool,
) -> Result<String> {
    let mut command = cargo();
    command.arg("test").args(selection(whole)).arg("--no-fail-fast");
    canary.plant(&mut command);
    if let Some(session) = session {
        session.enter(&mut command);
    }
    if let Some(folder) = others {
        command.env(servers::FOLDER, folder);
    }
    tests.count_skipped(&mut command)
}

/// The whole workspace is one selection, so that dependencies have one set of features and are built once.
pub(crate) fn selection(whole: bool) -> &'static [&'static str] {
    if whole { &["--workspace"] } else { &WITHOUT_WINDOW }
}
