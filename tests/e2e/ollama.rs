//! A server of one's own, without a key.

use crate::{provider::Provider, window};

#[test]
fn an_ollama_on_another_port_needs_no_key() {
    window(|app| {
        let ollama = Provider::ollama();
        app.click("button", "Ollama");
        app.fill("Base URL", &ollama.url(""));
        app.click("button", "Test");
        app.says("Connected");
        app.says("0.12.6");
        app.click("button", "Save");
        app.find("link", "Ollama");
        app.says("No key needed");
        app.restart();
        app.find("link", "Ollama");
        app.click("button", "Test Ollama");
        app.says("Connected");
    });
}

#[test]
fn an_ollama_that_does_not_run_is_told_so() {
    window(|app| {
        app.click("button", "Ollama");
        app.fill("Base URL", &Provider::nowhere());
        app.click("button", "Test");
        app.says("Can’t reach host");
        app.says("Check that the server runs and the port is right.");
    });
}
