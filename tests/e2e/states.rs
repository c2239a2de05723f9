//! What the window shows, and how soon, in every state the keychain can be in; that it stays quick while the keychain does
//! not answer, and that closing it waits for nobody.

use std::{
    env,
    fmt::Write as _,
    fs,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use keystead_core::{
    Keystead,
    keystead::{AddKey, ProviderRef},
    vault::fault::Memory,
};
use rustix::process::Signal;
use zeroize::Zeroizing;

use crate::{
    app::{App, PATIENCE, wait},
    closed_window,
    desk::{self, Keyring},
    gate::{self, Gate},
    keychain,
};

/// A state, the session it needs, and the word for it at the foot of the sidebar.
type Row = (&'static str, &'static str, &'static str);

const STATES: [Row; 9] = [
    ("unlocked", "unlocked", "Unlocked"),
    ("locked", "locked", "Locked"),
    ("hung", "hung", "Does not answer"),
    ("none", "none", "Nothing can be saved"),
    ("locked-cold", "locked-cold", "Locked"),
    ("fresh", "fresh", "No keyring yet"),
    ("nobus", "nobus", "Nothing can be saved"),
    // The desktop is asking for the password, and nobody answers.
    ("prompt", "locked", "Locked"),
    ("other", "unlocked", "Another keychain answers"),
];

const EXIT: Duration = Duration::from_secs(2);
const FRAMES: usize = 50;
/// For nineteen frames in twenty. The aim is 100 ms for all of them; a machine that runs tests is busy.
const SLOW_FRAME: Duration = Duration::from_millis(500);

#[test]
fn the_window_names_every_state_stays_quick_and_closes_at_once() {
    let rounds = gate::size(1, 3);
    let states = &STATES[..gate::size(4, STATES.len())];
    let mut table = String::from("state        page ms  state ms  p50 ms  p95 ms  most ms  exit ms\n");
    let (mut gate, mut failures) = (None, Vec::new());
    for row in states {
        for round in 1..=rounds {
            let keyring = Keyring::start(row.1);
            let address = [("DBUS_SESSION_BUS_ADDRESS", keyring.address.clone())];
            closed_window(&address, |app| {
                gate.get_or_insert_with(|| Gate::new("start-up", "the window in each state"));
                if row.0 == "other" {
                    saved_in_another_keychain(app);
                }
                let asking = (row.0 == "prompt").then(|| keyring.ask());
                let measured = measure(app, row, round == 1);
                if let Some(mut asking) = asking {
                    asking.kill().expect("it waits");
                    asking.wait().expect("it ends");
                }
                let [page, state, p50, p95, most, exit] = measured.map(|time| time.as_millis());
                let _ = writeln!(table, "{:<12} {page:>7} {state:>9} {p50:>7} {p95:>7} {most:>8} {exit:>8}", row.0);
                if (row.0 == "hung" && measured[3] > SLOW_FRAME) || measured[5] > EXIT {
                    failures.push(format!("{}: a frame in {p95} ms, exit in {exit} ms", row.0));
                }
            });
        }
    }
    let Some(gate) = gate else { return };
    if let Some(folder) = env::var_os("KEYSTEAD_SHOTS") {
        let _ = fs::write(std::path::Path::new(&folder).join("start-up.txt"), &table);
    }
    gate.done(states.len() * rounds, &failures, "starts");
}

/// A key whose secret is in none of this session's keychains.
fn saved_in_another_keychain(app: &App) {
    let elsewhere = Keystead::open(&app.folder().join("keystead_home"), Arc::new(Memory::new())).expect("opens");
    let draft = elsewhere.draft(&Zeroizing::new(b"sk-proj-elsewhere-T3BlbkFJ0123456789".to_vec())).expect("taken").id;
    let provider = ProviderRef::Existing { id: "openai".parse().expect("a slug"), base_url: None };
    let req = AddKey { provider, name: "Work".into(), draft: Some(draft), tested: None };
    elsewhere.add_key(&req).expect("saved");
}

fn measure(app: &mut App, (name, _, word): &Row, pictured: bool) -> [Duration; 6] {
    app.begin();
    let process = app.process();
    let page = until(app, "Add a provider").then(|| desk::age(process)).expect("the page is there");
    let state = shown(app, word, process);
    // What the first view does not need is loaded after it, and is no matter of the keychain's.
    thread::sleep(Duration::from_secs(2));
    let mut frames: Vec<Duration> = (0..FRAMES).map(|_| frame(app)).collect();
    frames.sort();
    if *name != "prompt" {
        assert!(!keychain::prompt_is_open(), "starting asks for nothing");
    }
    if pictured {
        app.window_size(1200, 800);
        app.picture(&format!("state-{name}"));
    }
    let closing = Instant::now();
    if *name == "prompt" {
        // The desktop's prompt has the keyboard.
        desk::signal(process, Signal::TERM);
    } else {
        desk::close_window();
    }
    desk::time_to_end(process, PATIENCE).expect("it ends");
    let exit = closing.elapsed();
    app.stop();
    [page, state, frames[FRAMES / 2], frames[FRAMES * 95 / 100], frames[FRAMES - 1], exit]
}

/// When the state was in the window.
fn shown(app: &mut App, word: &str, process: rustix::process::Pid) -> Duration {
    assert!(until(app, word), "the window does not say “{word}” but:\n{}", app.text());
    desk::age(process)
}

fn until(app: &mut App, words: &str) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if app.text().contains(words) {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}

/// A script's way there and back with one drawn frame between, after it has asked for a look at the keychain: where that
/// does not answer, calls that hang are under way all the time.
fn frame(app: &mut App) -> Duration {
    let start = Instant::now();
    let drawn = r"
        const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke('vault_status').catch(() => {});
        requestAnimationFrame(() => done(null))";
    wait(app.client().execute_async(drawn, vec![])).expect("the page answers");
    start.elapsed()
}
