//! A database that is damaged: known before the window opens, set aside by a click, and its keys found again.

use std::{fs, thread, time::Duration};

use crate::{alone::Alone, closed_window, desk::xdotool, provider::Provider, secret::key, steps::WORK};

#[test]
fn a_damaged_database_is_set_aside_by_a_click_and_its_keys_are_found_again() {
    closed_window(&[], |app| {
        let good = key("9xQ2");
        let openai = Provider::knowing(&[&good]);
        app.start();
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        app.stop();
        let home = app.folder().join("keystead_home");
        let database = home.join("keystead.db");
        let length = fs::metadata(&database).expect("there is a database").len();
        fs::write(&database, "damaged ".repeat(usize::try_from(length).expect("small") / 8))
            .expect("it can be damaged");
        let _ = fs::remove_file(home.join("keystead.db-wal"));

        let asking = Alone::start(app);
        thread::sleep(Duration::from_secs(1));
        assert!(!asking.has_page(), "it asks before it opens anything");
        assert!(!aside(&home), "and sets nothing aside unasked");
        xdotool(&["key", "Return"]);
        asking.page();
        assert!(aside(&home), "the damaged one is kept");
        drop(asking);

        app.start();
        app.go("settings/storage");
        app.click("button", "Check now");
        app.sees(WORK);
        app.click("button", "Add all back");
        app.go("providers/openai");
        app.sees("sk-proj-…9xQ2");
    });
}

fn aside(home: &std::path::Path) -> bool {
    let names = fs::read_dir(home).expect("the data are there").flatten();
    names.map(|file| file.file_name()).any(|name| name.to_string_lossy().starts_with("keystead.db.damaged-"))
}
