//! Every page and dialog keeps the rules of accessibility, in both schemes.

use fantoccini::key::Key;

use crate::{app::App, provider::Provider, secret::key, steps::WORK, window};

#[test]
fn every_page_is_accessible_in_light() {
    window(|app| read_everything(app, "Light"));
}

#[test]
fn every_page_is_accessible_in_dark() {
    window(|app| read_everything(app, "Dark"));
}

#[test]
fn a_narrow_window_is_accessible_too() {
    window(|app| {
        app.window_size(640, 700);
        app.is_accessible("Providers at 640");
        app.picture("providers-640");
    });
}

fn read_everything(app: &mut App, scheme: &str) {
    let (good, bad) = (key("9xQ2"), key("nope"));
    let openai = Provider::knowing(&[&good]);
    app.go("settings/appearance");
    app.click("radio", scheme);
    app.is_accessible("Settings, Appearance");
    app.point_openai_at(&openai);
    app.add_key(WORK, &good);
    app.is_accessible("a provider's page");
    app.picture(&format!("provider-{}", scheme.to_lowercase()));
    app.begin_key(&bad);
    app.is_accessible("Add a key");
    app.click("button", "Test");
    app.says("Key rejected");
    app.is_accessible("a failed test");
    app.picture(&format!("add-key-{}", scheme.to_lowercase()));
    app.click("button", "Save anyway");
    app.gone("button", "Save anyway");
    app.choose_for(WORK, "Remove key…");
    app.is_accessible("Remove a key");
    app.press(Key::Escape);
    for (page, heading) in [("providers", "Providers"), ("settings/storage", "Settings"), ("about", "Keystead")] {
        app.go(page);
        app.find("heading", heading);
        app.is_accessible(heading);
        app.picture(&format!("{}-{}", page.replace('/', "-"), scheme.to_lowercase()));
    }
    app.control('k');
    app.find("dialog", "Command palette");
    app.is_accessible("the palette");
}
