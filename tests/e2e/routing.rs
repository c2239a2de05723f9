//! Which key does what: keys in order, tasks, why a key is used, undo, limits, and the command beside the window.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use fantoccini::key::Key;

use crate::{app::App, provider::Provider, secret, steps::WORK, window};

/// Runs the command on the window's own data.
pub(crate) fn keystead(app: &App, arguments: &[&str]) -> (bool, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_keystead-desktop")).with_file_name("keystead");
    let told = Command::new(program)
        .args(arguments)
        .envs(app.environment().iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let text = String::from_utf8_lossy(&told.stdout).into_owned() + &String::from_utf8_lossy(&told.stderr);
    (told.status.success(), text)
}

/// Two keys of one provider, whose list of models was fetched.
fn two_keys(app: &mut App) -> Provider {
    let provider = Provider::listing(&["gpt-5", "gpt-5-mini", "text-embedding-3-small"]);
    app.point_openai_at(&provider);
    app.add_key(WORK, &secret::key("Ro01"));
    app.add_key("Personal", &secret::key("Ro02"));
    app.click("button", "Fetch models of Personal");
    app.says("3, fetched just now");
    provider
}

fn alt(app: &mut App, key: Key) {
    app.type_keys(&format!("{}{}{}", char::from(Key::Alt), char::from(key), char::from(Key::Null)));
}

#[test]
fn keys_are_put_in_order_by_the_keyboard_and_shares_follow_the_weights() {
    window(|app| {
        let _provider = two_keys(app);
        app.says("Weight 1 · 50 %");
        app.choose_for(WORK, "How it is used…");
        app.fill("Weight", "3");
        app.click("button", "Save");
        app.says("Weight 3 · 75 %");
        app.is_accessible("keys with shares");
        app.picture("keys-shares");
        let order = "return [...document.querySelectorAll('.row-title')].map((one) => one.textContent).join()";
        let first = |app: &mut App| app.script(order, vec![]).as_str().unwrap_or_default().starts_with("Work");
        app.wait_until("the keys by name", |app| (!first(app)).then_some(()));
        app.script("document.querySelector('button[aria-label^=\"Order of Work\"]').focus()", vec![]);
        alt(app, Key::Up);
        app.wait_until("Work first", |app| first(app).then_some(()));
        app.script("document.querySelector('button[aria-label^=\"Order of Work\"]').focus()", vec![]);
        alt(app, Key::Down);
        app.wait_until("Work second", |app| (!first(app)).then_some(()));
        app.script("document.querySelector('button[aria-label^=\"Order of Work\"]').focus()", vec![]);
        alt(app, Key::Down);
        app.says("Fallback");
        // What cannot be is told where it was typed, and nothing is lost.
        app.choose_for("Personal", "How it is used…");
        app.fill("Weight", "-1");
        app.fill("Description", "kept");
        app.click("button", "Save");
        app.says("A weight is a number from 0 to 1,000,000.");
        assert_eq!(app.value("Description"), "kept");
        app.picture("use-refused");
        app.click("button", "Cancel");
    });
}

#[test]
fn a_task_is_given_a_model_explained_and_taken_back() {
    window(|app| {
        let _provider = two_keys(app);
        app.go("tasks");
        app.says("Nothing chosen yet.");
        app.is_accessible("tasks without targets");
        app.picture("tasks-empty");
        app.click("button", "Add a target to Chat");
        app.find("dialog", "A model for Chat");
        app.says("gpt-5-mini");
        app.picture("choose-model");
        app.type_keys("mini");
        app.press(Key::Enter);
        app.gone("dialog", "A model for Chat");
        app.says("Now: OpenAI,");
        app.script("document.querySelector('.now').click()", vec![]);
        app.says("Dry run: this would use OpenAI / gpt-5-mini with the key");
        app.says("Nothing was sent.");
        app.is_accessible("a dry run");
        app.picture("dry-run");
        // A model that nobody offers is told in place, with a way out.
        app.click("button", "Add a target to Code");
        app.type_keys("gpt-4-32k");
        app.press(Key::Enter);
        app.says("OpenAI does not offer gpt-4-32k to any of your keys.");
        app.picture("tasks-broken");
        app.go("activity");
        app.says("Code uses something else");
        app.is_accessible("activity");
        app.picture("activity");
        app.control('z');
        app.says("Undone: Code uses something else");
        app.go("tasks");
        app.wait_until("no such model", |app| if app.has("gpt-4-32k").is_none() { Some(()) } else { None });
        app.says("gpt-5-mini");
    });
}

#[test]
fn what_the_command_changes_is_in_the_window_within_a_second_and_nothing_is_overwritten() {
    window(|app| {
        let _provider = two_keys(app);
        app.choose_for(WORK, "How it is used…");
        app.fill("Description", "mine");
        let (done, said) = keystead(app, &["key", "edit", "openai/work", "--weight", "4"]);
        assert!(done, "{said}");
        app.click("button", "Save");
        app.says("This was changed elsewhere meanwhile.");
        assert_eq!(app.value("Description"), "mine", "what was typed is still there");
        app.click("button", "Cancel");
        app.says("Weight 4 · 80 %");
        let (done, said) = keystead(app, &["task", "set", "chat", "--target", "openai/gpt-5"]);
        assert!(done, "{said}");
        app.go("tasks");
        app.says("gpt-5");
        let (done, _) = keystead(app, &["task", "set", "code", "--target", "openai/gpt-5-mini"]);
        assert!(done);
        app.says("gpt-5-mini");
    });
}

#[test]
fn maintenance_refuses_programs_and_a_removed_key_comes_back_without_its_secret() {
    window(|app| {
        let _provider = two_keys(app);
        let (done, said) = keystead(app, &["task", "set", "chat", "--target", "openai/gpt-5"]);
        assert!(done, "{said}");
        app.go("settings/features");
        app.click("switch", "Maintenance");
        app.wait_until("maintenance", |app| {
            let (served, said) = keystead(app, &["resolve", "--task", "chat"]);
            (!served && said.contains("maintenance")).then_some(())
        });
        app.is_accessible("features");
        app.picture("features");
        app.click("switch", "Maintenance");
        app.wait_until("no maintenance", |app| keystead(app, &["resolve", "--task", "chat"]).0.then_some(()));
        app.go("providers/openai");
        app.choose_for("Personal", "Remove key…");
        app.click("button", "Remove key");
        app.gone("button", "Test Personal");
        app.go("activity");
        app.says("Key Personal removed from OpenAI");
        app.click("button", "Restore: Key Personal removed from OpenAI");
        app.says("Undone: Key Personal removed from OpenAI");
        app.go("providers/openai");
        app.find("button", "More for Personal");
    });
}

#[test]
fn a_limit_is_seen_before_it_is_saved_and_a_workspace_has_its_own() {
    window(|app| {
        let _provider = two_keys(app);
        app.go("settings/limits");
        app.says("No limits yet.");
        app.click("button", "Add limit");
        app.click("button", "Save");
        app.says("1 to 3,650 whole days");
        app.script(
            "const kind = document.querySelector('dialog select'); kind.value = 'tested_within'; \
             kind.dispatchEvent(new Event('change', { bubbles: true }))",
            vec![],
        );
        app.fill("Days", "7");
        app.says("No key of yours breaks it now.");
        app.picture("limit-preview");
        app.click("button", "Save");
        app.says("Keys were proven by a test within 7 days");
        app.is_accessible("limits");
        app.picture("limits");
        app.go("settings/workspaces");
        app.fill("Name", "Client");
        app.click("button", "Add workspace");
        app.find("button", "More about Client");
        app.is_accessible("workspaces");
        app.picture("workspaces");
        app.go("tasks");
        app.find("combobox", "Workspace");
    });
}
