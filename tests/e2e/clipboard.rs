//! How a copied key leaves the clipboard: in time, when the app is closed, when it is told to end; and never what somebody
//! else has put there since.

use std::{
    fs,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    app::{App, PATIENCE, wait},
    desk::{self, clipboard},
    gate::{self, Gate},
    provider::Provider,
    secret::key,
    steps::WORK,
    window,
};

/// The shortest time there is.
const KEPT: Duration = Duration::from_secs(10);
const LEEWAY: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy)]
enum Run {
    /// Nobody touches it.
    Left,
    /// Somebody else copies something.
    Changed,
    /// The window is closed.
    Closed,
    /// The app is told to end.
    Told(Signal),
}

const RUNS: [Run; 8] = [
    Run::Told(Signal::TERM),
    Run::Left,
    Run::Closed,
    Run::Changed,
    Run::Told(Signal::INT),
    Run::Told(Signal::HUP),
    Run::Left,
    Run::Changed,
];

#[test]
fn a_copied_key_leaves_the_clipboard_on_every_way_out() {
    window(|app| {
        let gate = Gate::new("S11", "clipboard");
        let good = key("cl1p");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        app.go("settings/storage");
        let times = app.find("combobox", "Clipboard time");
        wait(times.select_by_value("10")).expect("ten seconds can be chosen");
        let runs = &RUNS[..gate::size(2, RUNS.len())];
        let failures: Vec<String> =
            runs.iter().filter_map(|run| goes(app, &good, *run).err().map(|why| format!("{run:?}: {why}"))).collect();
        gate.done(runs.len(), &failures, "runs");
    });
}

fn goes(app: &mut App, good: &str, run: Run) -> Result<(), String> {
    app.go("providers/openai");
    app.choose_for(WORK, "Copy key");
    app.wait_until("the key in the clipboard", |_| (clipboard("UTF8_STRING") == good).then_some(()));
    let copied = Instant::now();
    if !clipboard("TARGETS").contains("x-kde-passwordManagerHint") {
        return Err("histories are not asked to leave it out".into());
    }
    match run {
        Run::Left => {
            while clipboard("UTF8_STRING") == good {
                if copied.elapsed() > KEPT + LEEWAY {
                    return Err("it is there too long".into());
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            let kept = copied.elapsed();
            if kept + LEEWAY < KEPT { Err(format!("it left after {kept:?}")) } else { Ok(()) }
        }
        Run::Changed => {
            App::copy_elsewhere("mine");
            std::thread::sleep(KEPT + LEEWAY);
            if clipboard("UTF8_STRING") == "mine" { Ok(()) } else { Err("it took what was not its own".into()) }
        }
        Run::Closed => ends(app, |_| desk::close_window()),
        Run::Told(signal) => ends(app, |app| desk::signal(app.process(), signal)),
    }
}

/// The app ends as it does when its user quits: where its window was is written down last of all.
fn ends(app: &mut App, how: impl FnOnce(&mut App)) -> Result<(), String> {
    let home = app.environment().iter().find(|(name, _)| name == "KEYSTEAD_HOME").map(|(_, folder)| folder.clone());
    let place = std::path::PathBuf::from(home.ok_or("no home")?).join("window.json");
    let _ = fs::remove_file(&place);
    let process = app.process();
    how(app);
    let ended = desk::time_to_end(process, PATIENCE);
    let left = clipboard("UTF8_STRING");
    app.restart();
    match ended {
        None => Err("it does not end".into()),
        Some(time) if time > Duration::from_secs(2) => Err(format!("it took {time:?} to end")),
        _ if !left.is_empty() => Err("the key is still in the clipboard".into()),
        _ if !place.exists() => Err("it was ended, instead of ending".into()),
        _ => Ok(()),
    }
}
