//! The models of a key: listed, compared, applied.

use crate::{provider::Provider, secret, steps::WORK, window};

#[test]
fn models_are_listed_compared_and_applied() {
    window(|app| {
        let provider = Provider::listing(&["gpt-4-32k", "gpt-5"]);
        app.point_openai_at(&provider);
        app.add_key(WORK, &secret::key("Mo01"));
        let asked = provider.asked();
        app.says("Not fetched yet.");
        assert_eq!(provider.asked(), asked, "nobody is asked before a click");
        app.click("button", "Fetch models of Work");
        app.says("2, fetched just now");
        app.find("option", "gpt-4-32k");

        provider.lists(&["gpt-5", "gpt-5-mini"]);
        app.click("button", "Refresh the models of Work");
        app.says("1 new, 1 gone");
        app.is_accessible("a list that has changed");
        app.picture("models");
        app.click("button", "Use gpt-5-mini");
        app.wait_until("the one change", |app| app.has("1 gone").filter(|()| app.has("1 new").is_none()));
        app.click("button", "Apply all");
        app.wait_until("no change", |app| if app.has("1 gone").is_none() { Some(()) } else { None });
        assert!(app.has("gpt-4-32k").is_none());

        provider.fails();
        app.click("button", "Refresh the models of Work");
        app.says("answers with a fault of its own.");
        app.says("What is below is the list of");
        app.restart();
        app.go("providers/openai");
        app.says("What is below is the list of");
        app.find("option", "gpt-5-mini");
    });
}
