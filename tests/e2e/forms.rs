//! Providers with a form of their own: filled in, tested, saved, edited, in the real window.

use std::{
    fs,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use fantoccini::key::Key;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::{app::App, desk, keychain, provider::Provider, secret::key, window};

#[test]
fn azure_is_filled_in_proved_saved_and_edited_without_its_key() {
    window(|app| {
        let (good, token) = (key("Az0r"), key("h3ad"));
        let known = good.clone();
        let heard = Arc::new(Mutex::new(None));
        let last_header = heard.clone();
        let azure = Provider::answering("/openai/models", move |request: &Request| {
            let told = request.headers.get("x-org-token").and_then(|value| value.to_str().ok());
            *last_header.lock().expect("one at a time") = told.map(str::to_owned);
            let told = request.headers.get("api-key").and_then(|value| value.to_str().ok());
            if told == Some(known.as_str()) {
                ResponseTemplate::new(200).set_body_json(json!({ "data": [{ "id": "gpt-5" }] }))
            } else {
                let message = "Access denied due to invalid subscription key or wrong API endpoint.";
                ResponseTemplate::new(401).set_body_json(json!({ "error": { "code": "401", "message": message } }))
            }
        });
        app.go("providers/azure");
        // The page before has such a button, too.
        app.find("heading", "Azure OpenAI");
        app.click("button", "Add key");
        app.find("dialog", "Add a key to Azure OpenAI");
        app.click("button", "Test");
        app.says("This is needed. Fill it in.");
        app.fill("Endpoint", &azure.url(""));
        app.fill("Key", &good);
        app.press(Key::Enter);
        app.find("button", "Replace: Key");
        app.fill("Name", "Resource");
        app.click("button", "Test");
        app.says("Connected");
        app.picture("form-azure");
        app.click("button", "Save");
        app.gone("dialog", "Add a key to Azure OpenAI");
        app.says("Resource");
        assert!(!app.page_knows(&good));
        let held = keychain::entries().into_iter().filter(|entry| entry.secret.contains(&good)).count();
        assert_eq!(held, 1);

        app.choose_for("Resource", "Settings…");
        app.fill("API version (optional)", "latest");
        app.click("button", "Save");
        app.says("This does not fit here. It looks like 2024-10-21.");
        app.fill("API version (optional)", "2024-06-01");
        app.click("button", "Test");
        app.says("Connected");
        app.click("button", "Save");
        app.gone("dialog", "Settings of Resource");

        app.click("button", "Add header");
        app.fill("Header name", "X-Org-Token");
        app.fill("Header value", &token);
        app.click("button", "Save");
        app.find("button", "Edit x-org-token");
        app.click("button", "Test Resource");
        app.wait_until("the header", |_| {
            (heard.lock().expect("one at a time").as_deref() == Some(token.as_str())).then_some(())
        });
        assert!(!app.page_knows(&token));
        app.picture("provider-azure");
    });
}

#[test]
fn a_service_account_s_file_is_read_past_the_page_and_signs_in() {
    window(|app| {
        let tokens = google();
        let file = key_file(&tokens);
        let path = std::env::temp_dir().join("keystead-vertex-case.json");
        app.go("providers/google-vertex");
        // The page before has such a button, too.
        app.find("heading", "Google Vertex AI");
        app.click("button", "Add key");
        App::copy_elsewhere(&file);
        app.click("button", "Paste Key file");
        app.says("key file …cdef");
        app.click("button", "Replace: Key file");

        fs::write(&path, &file).expect("written");
        app.click("button", "Choose file…");
        app.wait_until("the native dialog", |_| desk::is_open("Choose a key file").then_some(()));
        // A path typed into the dialog names the file; it needs a moment to show its field.
        thread::sleep(Duration::from_millis(400));
        desk::xdotool(&["search", "--onlyvisible", "--name", "Choose a key file", "windowactivate", "--sync"]);
        // The first character opens the field, and what comes at once after it is lost on the way.
        desk::xdotool(&["key", "slash"]);
        thread::sleep(Duration::from_millis(400));
        desk::xdotool(&["key", "ctrl+a"]);
        desk::type_by_hand(&path.display().to_string());
        thread::sleep(Duration::from_millis(400));
        desk::xdotool(&["key", "Return"]);
        app.says("key file …cdef");
        assert!(!app.page_knows("0123456789abcdef"));
        fs::remove_file(&path).expect("removed");

        app.fill("Project ID", "my-project-123456");
        app.script("document.querySelector('dialog details').open = true", vec![]);
        app.fill("Address (optional)", &tokens.url(""));
        app.click("button", "Test");
        app.says("refused to sign in with these credentials.");
        app.script("document.querySelectorAll('dialog details').forEach((one) => (one.open = true))", vec![]);
        app.says("invalid_grant");
        app.picture("form-vertex");
        App::copy_elsewhere("something else");
    });
}

#[test]
fn bedrock_signs_with_an_access_key_that_is_sent_to_nobody() {
    window(|app| {
        app.window_size(1200, 1200);
        let secret = key("B3dr");
        let (sent, told) = (secret.clone(), Arc::new(Mutex::new(String::new())));
        let heard = told.clone();
        let bedrock = Provider::answering("/foundation-models", move |request: &Request| {
            let pass = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
            assert!(!format!("{request:?}").contains(&sent), "the secret signs, and stays");
            *heard.lock().expect("one at a time") = pass.to_owned();
            ResponseTemplate::new(200)
                .set_body_json(json!({ "modelSummaries": [{ "modelId": "amazon.nova-lite-v1:0" }] }))
        });
        app.go("providers/amazon-bedrock");
        // The page before has such a button, too.
        app.find("heading", "Amazon Bedrock");
        app.click("button", "Add key");
        app.click("radio", "Access key");
        app.fill("Access key ID", "lower case");
        app.fill("Secret access key", &secret);
        app.press(Key::Enter);
        app.find("button", "Replace: Secret access key");
        app.script("document.querySelector('dialog details').open = true", vec![]);
        app.fill("Control address (optional)", &bedrock.url(""));
        app.click("button", "Test");
        app.says("This does not fit here.");
        app.fill("Access key ID", "AKIAIOSFODNN7EXAMPLE");
        app.click("button", "Test");
        app.says("Connected");
        let pass = told.lock().expect("one at a time").clone();
        assert!(pass.starts_with("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"), "{pass}");
        assert!(!app.page_knows(&secret));
        app.picture("form-bedrock");
    });
}

/// A token service that knows nobody.
fn google() -> Provider {
    Provider::answering_posts("/token", |_: &Request| {
        let body = json!({ "error": "invalid_grant", "error_description": "Invalid JWT Signature." });
        ResponseTemplate::new(400).set_body_json(body)
    })
}

fn key_file(tokens: &Provider) -> String {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).expect("a key");
    json!({
        "type": "service_account", "project_id": "my-project-123456", "private_key_id": "0123456789abcdef",
        "private_key": key.serialize_pem(), "client_email": "robot@my-project-123456.iam.gserviceaccount.com",
        "token_uri": tokens.url("/token"),
    })
    .to_string()
}
