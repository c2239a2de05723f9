//! What stays of a key in memory, two seconds after whatever was done with it: in the app nothing, in the web view nothing
//! of a key that was not typed there.

pub(crate) mod scan;

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    hash::{BuildHasher, RandomState},
    io::{Write as _, stderr},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use rustix::process::Pid;
use serde_json::json;

use crate::{
    app::{App, wait},
    desk::{clipboard, is_open, type_by_hand, web_processes, xdotool},
    gate::{self, Gate},
    provider::Provider,
    steps::WORK,
    window,
};
use scan::{Found, Needle, scan};

const WAIT: Duration = Duration::from_secs(2);

const FLOWS: [&str; 9] =
    ["typed", "pasted", "failing test", "replaced", "copied", "shown", "renamed", "by the command", "removed"];

#[test]
fn nothing_of_a_key_stays_in_the_app_and_only_of_a_typed_one_in_the_page() {
    if !rustix::process::geteuid().is_root() {
        let _ = writeln!(stderr(), "not tested: only root reads the app's memory");
        return;
    }
    let mut gate = None;
    let (mut runs, mut failures, mut table) = (0, Vec::new(), BTreeMap::<String, Vec<usize>>::new());
    let only = env::var("KEYSTEAD_MEMORY_FLOW").ok();
    for _ in 0..gate::size(1, 5) {
        for flow in FLOWS.into_iter().filter(|flow| only.as_ref().is_none_or(|only| only == flow)) {
            window(|app| {
                gate.get_or_insert_with(|| Gate::new("S2", "memory"));
                runs += 1;
                let secret = random();
                // Its last four characters are no secret: they are what the page shows of it.
                let needle = Needle::new(&secret[..secret.len() - 4]);
                assert!(the_scanner_finds(&needle, &secret), "the scanner finds what was planted");
                let openai = Provider::knowing(&[&key(&secret)]);
                app.point_openai_at(&openai);
                go(app, flow, &key(&secret));
                thread::sleep(WAIT);
                let typed = matches!(flow, "typed" | "failing test");
                for (name, found) in look(app, &needle) {
                    if found.pieces > 0 && !(typed && name != "main") {
                        failures.push(format!("{flow}: {} pieces in {name}: {:?}", found.pieces, found.runs));
                    }
                    table.entry(format!("{flow:<16}{name}")).or_default().push(found.pieces);
                }
                if typed {
                    app.script("location.reload()", vec![]);
                    app.find("textbox", "Base URL");
                    thread::sleep(WAIT);
                    for (name, found) in look(app, &needle) {
                        table.entry(format!("{:<16}{name}", format!("{flow}+reload"))).or_default().push(found.pieces);
                    }
                }
                if flow == "pasted" {
                    the_page_is_searched(app, &needle, &secret);
                }
            });
        }
    }
    let Some(gate) = gate else { return };
    let mut text = String::from("pieces of 8 bytes, one figure a run\n");
    for (row, figures) in table {
        let _ = writeln!(text, "{row:<34} {figures:?}");
    }
    if let Some(folder) = env::var_os("KEYSTEAD_SHOTS") {
        let _ = fs::write(Path::new(&folder).join("memory.txt"), &text);
    }
    gate.done(runs, &failures, "flows");
}

/// Long, and unlike anything else.
pub(crate) fn random() -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let digit = |n: u64| char::from(digits[usize::try_from(RandomState::new().hash_one(n) % 62).expect("small")]);
    (0..48).map(digit).collect()
}

pub(crate) fn key(secret: &str) -> String {
    format!("sk-proj-{secret}")
}

fn the_scanner_finds(needle: &Needle, secret: &str) -> bool {
    let mut planted = scan::planted(secret);
    // Until it is itself, it is still a copy of this process.
    thread::sleep(Duration::from_millis(50));
    let found = scan(Pid::from_child(&planted), needle).expect("root reads anything");
    planted.kill().and_then(|()| planted.wait()).expect("it ends");
    found.pieces >= secret.len() - 4 - 7
}

/// A copy that the page holds on purpose is found.
fn the_page_is_searched(app: &mut App, needle: &Needle, secret: &str) {
    app.script("window.planted = new TextEncoder().encode(arguments[0])", vec![json!(secret)]);
    let held = look(app, needle).into_iter().any(|(name, found)| name == "WebKitWebProces" && found.pieces > 30);
    assert!(held, "what the page holds is found");
}

fn look(app: &App, needle: &Needle) -> Vec<(String, Found)> {
    let all = web_processes(app.process()).into_iter().chain([(app.process(), "main".to_owned())]);
    let look = |(process, name)| (name, scan(process, needle).expect("root reads anything"));
    let found: Vec<_> = all.map(look).collect();
    assert!(found.len() >= 3, "the app, its page and its network");
    assert!(found.iter().all(|(_, found)| found.bytes > 1 << 20), "all memory was looked at");
    found
}

fn go(app: &mut App, flow: &str, key: &str) {
    match flow {
        "typed" => {
            type_key(app, key);
            save(app);
        }
        "failing test" => {
            // The provider knows another key.
            let nobody = Provider::knowing(&[]);
            app.point_openai_at(&nobody);
            type_key(app, key);
            app.click("button", "Test");
            app.says("Key rejected");
            app.click("button", "Cancel");
            app.gone("dialog", "Add a key to OpenAI");
        }
        "pasted" => add(app, key),
        "replaced" => {
            let first = self::key(&random());
            paste(app, "Add key", &first);
            app.fill("Name", WORK);
            app.click("button", "Test");
            app.says("Key rejected");
            app.click("button", "Save anyway");
            app.find("button", &format!("Test {WORK}"));
            app.choose_for(WORK, "Replace key…");
            paste(app, "", key);
            app.click("button", "Test");
            app.says("Connected");
            app.click("button", "Save");
            app.gone("button", "Save");
        }
        "by the command" => {
            command(app, key);
            app.restart();
            app.go("providers/openai");
            app.find("button", &format!("Test {WORK}"));
        }
        later => {
            add(app, key);
            app.restart();
            app.go("providers/openai");
            afterwards(app, later, key);
        }
    }
}

/// What is done with a key that was saved in an earlier run of the app.
fn afterwards(app: &mut App, flow: &str, key: &str) {
    match flow {
        "copied" => {
            app.go("settings/storage");
            let times = app.find("combobox", "Clipboard time");
            wait(times.select_by_value("10")).expect("ten seconds can be chosen");
            app.go("providers/openai");
            app.choose_for(WORK, "Copy key");
            app.wait_until("the key in the clipboard", |_| (clipboard("UTF8_STRING") == key).then_some(()));
            thread::sleep(Duration::from_secs(9));
            app.wait_until("an empty clipboard", |_| clipboard("UTF8_STRING").is_empty().then_some(()));
        }
        "shown" => {
            let title = "Key of OpenAI / Work";
            app.choose_for(WORK, "Show key…");
            app.wait_until("the dialog", |_| is_open(title).then_some(()));
            thread::sleep(Duration::from_millis(500));
            xdotool(&["search", "--onlyvisible", "--name", title, "windowactivate", "--sync"]);
            xdotool(&["key", "Escape"]);
            app.wait_until("the dialog to go", |_| (!is_open(title)).then_some(()));
        }
        "renamed" => {
            app.choose_for(WORK, "Rename…");
            app.fill("Name", "Main");
            app.click("button", "Rename");
            app.find("button", "Test Main");
            app.go("providers");
            app.find("link", "OpenAI");
        }
        "removed" => {
            app.choose_for(WORK, "Remove key…");
            app.click("button", "Remove key");
            app.gone("button", &format!("Test {WORK}"));
        }
        other => panic!("no flow {other}"),
    }
}

/// By the keyboard: the driver would leave copies of its own in the app.
fn type_key(app: &mut App, key: &str) {
    app.click("button", "Add key");
    app.click("textbox", "Key");
    xdotool(&["search", "--onlyvisible", "--name", "^Keystead$", "windowactivate", "--sync"]);
    type_by_hand(key);
    xdotool(&["key", "Return"]);
    app.find("button", "Replace");
}

fn paste(app: &mut App, opener: &str, key: &str) {
    if !opener.is_empty() {
        app.click("button", opener);
    }
    App::copy_elsewhere(key);
    app.click("button", "Paste from clipboard");
    app.find("button", "Replace");
    App::copy_elsewhere("something else");
}

fn add(app: &mut App, key: &str) {
    paste(app, "Add key", key);
    save(app);
}

fn save(app: &mut App) {
    app.fill("Name", WORK);
    app.click("button", "Test");
    app.says("Connected");
    app.click("button", "Save");
    app.find("button", &format!("Test {WORK}"));
}

/// Adds a key while the app runs on the same data.
fn command(app: &App, key: &str) {
    let program = Path::new(env!("CARGO_BIN_EXE_keystead-desktop")).with_file_name("keystead");
    let mut adding = Command::new(program)
        .args(["key", "add", "openai", "--name", WORK, "--stdin", "--no-test"])
        .envs(app.environment().iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the command starts");
    adding.stdin.take().expect("piped").write_all(key.as_bytes()).expect("it reads");
    assert!(adding.wait().expect("it ends").success());
}
