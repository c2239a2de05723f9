//! A key leaves the app for the clipboard or for a native dialog: past the page, and not for long.

use std::{
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    app::{App, wait},
    provider::Provider,
    secret::key,
    steps::WORK,
    window,
};

#[test]
fn a_copied_key_is_not_recorded_and_is_taken_back() {
    window(|app| {
        let good = key("c0py");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        app.go("settings/storage");
        let times = app.find("combobox", "Clipboard time");
        wait(times.select_by_value("10")).expect("ten seconds can be chosen");

        app.go("providers/openai");
        app.choose_for(WORK, "Copy key");
        let copied = Instant::now();
        app.wait_until("the key in the clipboard", |_| (clipboard("UTF8_STRING") == good).then_some(()));
        assert!(clipboard("TARGETS").contains("x-kde-passwordManagerHint"), "histories are asked not to record it");
        assert!(!app.page_knows(&good));
        app.wait_until("an empty clipboard", |_| {
            let left = clipboard("UTF8_STRING").is_empty();
            assert!(left || copied.elapsed() < Duration::from_secs(12), "it is there too long");
            left.then_some(())
        });
        assert!(copied.elapsed() > Duration::from_secs(8), "it left too early");

        // What somebody else has put there since is theirs.
        app.choose_for(WORK, "Copy key");
        app.wait_until("the key in the clipboard", |_| (clipboard("UTF8_STRING") == good).then_some(()));
        App::copy_elsewhere("mine");
        thread::sleep(Duration::from_secs(11));
        assert_eq!(clipboard("UTF8_STRING"), "mine");
    });
}

#[test]
fn a_shown_key_is_in_a_dialog_of_the_desktop_only() {
    window(|app| {
        let good = key("sh0w");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        app.choose_for(WORK, "Show key…");
        app.wait_until("the dialog", |_| is_open("Key of OpenAI / Work").then_some(()));
        assert!(!app.page_knows(&good));
        xdotool(&["search", "--onlyvisible", "--name", "Key of OpenAI / Work", "windowactivate", "--sync"]);
        xdotool(&["key", "Escape"]);
        app.wait_until("the dialog to go", |_| (!is_open("Key of OpenAI / Work")).then_some(()));
    });
}

/// The clipboard in one of its formats; empty when there is nothing.
fn clipboard(format: &str) -> String {
    let read = Command::new("xclip").args(["-selection", "clipboard", "-o", "-t", format]).output();
    String::from_utf8_lossy(&read.expect("xclip is installed").stdout).into_owned()
}

fn is_open(title: &str) -> bool {
    !xdotool(&["search", "--onlyvisible", "--name", title]).is_empty()
}

fn xdotool(words: &[&str]) -> Vec<u8> {
    Command::new("xdotool").args(words).output().expect("xdotool is installed").stdout
}
