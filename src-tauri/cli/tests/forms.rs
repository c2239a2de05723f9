//! Keys with a form of their own, from the command line. They are kept in the encrypted file: no session is needed.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, header, path, query_param},
};

const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

struct Home(TempDir);

impl Home {
    /// With an encrypted file that new keys go to.
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a folder"));
        std::fs::write(home.0.path().join("words"), "correct horse battery\n").expect("written");
        assert!(home.run(&["vault", "create"], "").status.success());
        home
    }

    fn run(&self, words: &[&str], stdin: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_keystead"))
            .args(words)
            .arg("--passphrase-file")
            .arg(self.0.path().join("words"))
            .env("KEYSTEAD_HOME", self.0.path())
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env_remove("AZURE_REGION")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        child.stdin.take().expect("piped").write_all(stdin.as_bytes()).expect("written");
        child.wait_with_output().expect("it ends")
    }

    fn json(&self, words: &[&str], stdin: &str) -> serde_json::Value {
        let output = self.run(&[words, &["--json"]].concat(), stdin);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!text.contains(KEY) && !said.contains(KEY), "{text}{said}");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}{said}"))
    }

    fn refused(&self, words: &[&str], stdin: &str) -> String {
        let output = self.run(words, stdin);
        assert!(!output.status.success(), "{words:?} was taken");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }
}

async fn azure() -> MockServer {
    let server = MockServer::start().await;
    let good = ResponseTemplate::new(200).set_body_string(r#"{"data":[]}"#);
    let ask =
        Mock::given(path("/openai/models")).and(header("api-key", KEY)).and(query_param("api-version", "2024-06-01"));
    ask.respond_with(good).mount(&server).await;
    let refused = r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key."}}"#;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(401).set_body_string(refused))
        .with_priority(9)
        .mount(&server)
        .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_filled_in_shown_and_edited() {
    let (server, home) = (azure().await, Home::new());
    let endpoint = format!("endpoint={}", server.uri());
    let add = ["key", "add", "azure", "--name", "Work", "--set", &endpoint, "--set", "deployments.gpt-5=mine"];
    let added = home.json(&[&add[..], &["--stdin", "--no-test"]].concat(), KEY);
    assert_eq!(added["ref"], "keystead://azure/work");
    let tested = home.json(&["test", "azure"], "");
    assert_eq!(tested["outcome"], "invalid_key", "another version of the API: {tested}");
    let edited = home
        .json(&["key", "edit", "azure/work", "--set", "api_version=2024-06-01", "--set", "deployments.o4=other"], "");
    assert_eq!(edited["last_test"]["outcome"], "connected", "the secret was not asked for again: {edited}");
    let shown = home.json(&["key", "show", "azure/work"], "");
    let values = &shown["config"]["config"]["values"];
    assert_eq!(values["deployments"], serde_json::json!({ "gpt-5": "mine", "o4": "other" }));
    assert_eq!((shown["config"]["way"].as_str(), shown["hint"]["tail"].as_str()), (Some("API key"), Some("e1f0")));
    let unset = home.json(&["key", "edit", "azure/work", "--unset", "deployments", "--no-test"], "");
    assert!(unset["config"]["config"]["values"].get("deployments").is_none(), "{unset}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_said_in_words() {
    let home = Home::new();
    for (words, said) in [
        (vec!["key", "add", "azure", "--stdin"], "Endpoint is needed"),
        (vec!["key", "add", "azure", "--set", "nope=1", "--stdin"], "there is no field nope"),
        (vec!["key", "add", "azure", "--set", "key=abc", "--stdin"], "--secret key"),
        (vec!["key", "add", "amazon-bedrock", "--set", "region=mars", "--stdin"], "Region does not fit"),
        (vec!["key", "add", "amazon-bedrock", "--mode", "nope", "--stdin"], "no such way"),
        (vec!["key", "add", "azure", "--set", "endpoint=env.AZURE_REGION", "--stdin"], "AZURE_REGION is not set"),
        (
            vec!["key", "add", "google-vertex", "--key-file", "/nonexistent", "--set", "project_id=my-project-1"],
            "cannot be read",
        ),
    ] {
        let told = home.refused(&words, KEY);
        assert!(told.contains(said) && !told.contains(KEY), "{words:?}: {told}");
    }
    assert_eq!(home.json(&["key", "list"], ""), serde_json::json!([]));
}

/// Takes this key as Anthropic's dialect sends it, and no other.
async fn anthropic() -> MockServer {
    let server = MockServer::start().await;
    let empty = r#"{"type":"error","error":{"type":"invalid_request_error","message":"model: Field required"}}"#;
    let empty = ResponseTemplate::new(400).set_body_string(empty);
    Mock::given(path("/v1/messages")).and(header("x-api-key", KEY)).respond_with(empty).mount(&server).await;
    let refused = r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(401).set_body_string(refused))
        .with_priority(9)
        .mount(&server)
        .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_provider_s_dialect_is_chosen_with_its_first_key() {
    let (server, home) = (anthropic().await, Home::new());
    let url = server.uri();
    let unsaved = ["test", "--provider", "gate", "--base-url", &url, "--stdin"];
    let told = home.json(&[&unsaved[..], &["--dialect", "anthropic"]].concat(), KEY);
    assert_eq!((told["outcome"].as_str(), told["key_proven"].as_bool()), (Some("connected"), Some(true)), "{told}");
    assert_ne!(home.json(&unsaved, KEY)["outcome"], "connected", "OpenAI's dialect sends it otherwise");

    let add = ["key", "add", "gate", "--base-url", &url, "--dialect", "anthropic", "--name", "Work", "--stdin"];
    let added = home.json(&add, KEY);
    assert_eq!((&added["ref"], &added["last_test"]["outcome"]), (&"keystead://gate/work".into(), &"connected".into()));
    let shown = home.json(&["provider", "show", "gate"], "");
    assert_eq!(shown["dialect"], "anthropic", "{shown}");

    let again = home.refused(&add, "another-key-0123456789");
    assert!(again.contains("keeps its dialect"), "{again}");
    home.refused(&["key", "add", "other", "--dialect", "anthropic", "--stdin"], KEY);
    home.refused(&["key", "add", "other", "--base-url", &url, "--dialect", "grpc", "--stdin"], KEY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_saved_is_tested_in_a_further_dialect() {
    let (main, further, home) = (azure().await, anthropic().await, Home::new());
    let base = format!("{}/v1", main.uri());
    let url = format!("anthropic={}", further.uri());
    home.json(&["provider", "add", "--name", "Gate", "--base-url", &base, "--url", &url], "");
    let unsaved = ["test", "--provider", "gate", "--stdin"];
    assert_eq!(home.json(&unsaved, KEY)["outcome"], "invalid_key");
    let told = home.json(&[&unsaved[..], &["--dialect", "anthropic"]].concat(), KEY);
    assert_eq!(told["outcome"], "connected", "{told}");
    let none = home.refused(&[&unsaved[..], &["--dialect", "gemini"]].concat(), KEY);
    assert!(none.contains("no base URL for this dialect"), "{none}");
}
