//! The window somebody sees who has just installed Keystead.

use crate::{keychain, window};

#[test]
fn a_first_start_says_what_to_do_and_asks_for_nothing() {
    window(|app| {
        app.sees("No providers yet. Add one to start using your own keys.");
        app.sees("in the catalogue");
        app.find("link", "GNOME Keyring");
        app.sees("Unlocked");
        assert!(!keychain::prompt_is_open());
        app.picture("first-start");
    });
}

#[test]
fn the_catalogue_is_searched_by_name_and_host() {
    window(|app| {
        app.fill_role("searchbox", "Search providers", "openro");
        app.sees("OpenRouter");
        app.gone("button", "Anthropic");
        app.fill_role("searchbox", "Search providers", "no such provider");
        app.sees("Nothing matches “no such provider”.");
        app.click("button", "Clear search");
        app.find("button", "Anthropic");
    });
}
