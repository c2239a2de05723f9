//! Tests of saved keys beyond a single click: all of them, and the one that may cost money.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{app::App, provider::Provider, secret::key, steps::WORK, window};

#[test]
fn all_keys_are_tested_four_at_a_host_and_can_be_cancelled() {
    window(|app| {
        let tired = Arc::new(AtomicBool::new(false));
        let openai = Provider::tiring(tired.clone());
        app.point_openai_at(&openai);
        for n in 1..=5 {
            app.add_key(&format!("Key {n}"), &key(&format!("{n}xQ2")));
        }
        app.go("providers");
        tired.store(true, Ordering::SeqCst);
        let asked = openai.asked();
        app.click("button", "Test all");
        app.says("0 of 5");
        app.wait_until("four requests", |_| (openai.asked() == asked + 4).then_some(()));
        app.picture("test-all");
        app.click("button", "Cancel");
        app.find("button", "Test all");
        assert_eq!(openai.asked(), asked + 4, "the fifth never had its turn");
        app.says("Connected");
        // Nobody's turn is lost by a cancel.
        tired.store(false, Ordering::SeqCst);
        app.click("button", "Test all");
        app.wait_until("all five", |_| (openai.asked() >= asked + 9).then_some(()));
    });
}

#[test]
fn a_paid_test_is_agreed_to_before_anything_is_sent() {
    window(|app| {
        let good = key("9xQ2");
        let openai = Provider::charging(&good);
        app.point_openai_at(&openai);
        app.add_key(WORK, &good);
        let asked = openai.asked();
        begin(app, &openai);
        app.click("button", "Cancel");
        app.gone("button", "Ask for one token");
        assert_eq!(openai.asked(), asked, "nothing was sent");
        begin(app, &openai);
        app.fill("Model", "tiny-1");
        app.picture("paid-test");
        app.click("button", "Ask for one token");
        app.gone("button", "Ask for one token");
        app.says("paid test, tiny-1");
        assert_eq!(openai.asked(), asked + 2, "with the key, and for nothing with a wrong one");
        app.restart();
        app.go("providers/openai");
        app.says("paid test, tiny-1");
    });
}

fn begin(app: &mut App, openai: &Provider) {
    app.choose_for(WORK, "Paid test…");
    app.find("button", "Ask for one token");
    let url = openai.url("");
    app.says(url.trim_start_matches("http://"));
    app.says("May cost money");
}
