//! Without a mouse.

use fantoccini::key::Key;

use crate::{provider::Provider, secret::key, window};

#[test]
fn a_key_is_added_by_keyboard_alone() {
    window(|app| {
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.point_openai_at(&openai);
        app.go("providers");
        app.find("heading", "Add a provider");
        app.control('n');
        app.find("dialog", "Add a key");
        tab_to(app, "Key");
        app.type_keys(&good);
        app.press(Key::Enter);
        app.says("sk-proj-…9xQ2");
        app.says("recognised");
        tab_to(app, "Name");
        app.type_keys("Keyboard");
        tab_to(app, "Test");
        app.press(Key::Enter);
        app.says("Connected");
        tab_to(app, "Save");
        app.press(Key::Enter);
        app.gone("dialog", "Add a key");
        app.find("link", "OpenAI");
        app.says("Connected");
    });
}

#[test]
fn escape_closes_and_gives_the_focus_back() {
    window(|app| {
        app.click("button", "Add key");
        app.find("dialog", "Add a key");
        app.press(Key::Escape);
        app.gone("dialog", "Add a key");
        app.wait_until("the focus on the button", |app| (app.focused() == "Add key").then_some(()));
    });
}

#[test]
fn the_palette_goes_to_a_page() {
    window(|app| {
        app.control('k');
        app.find("dialog", "Command palette");
        app.type_keys("sett");
        app.press(Key::Enter);
        app.find("heading", "Settings");
    });
}

/// Goes on until the control of that name has the focus.
fn tab_to(app: &mut crate::app::App, name: &str) {
    for _ in 0..30 {
        if app.focused_name() == name {
            return;
        }
        app.press(Key::Tab);
    }
    panic!("Tab does not reach “{name}”; it stays at “{}”", app.focused_name());
}
