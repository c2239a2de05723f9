//! `keystead message …`: what is chosen without a keychain, and in a keychain session a token and a test message to a server
//! that behaves like the Bot API.

#[path = "common/session.rs"]
mod session;

use std::process::{Command, Output};

use serde_json::Value;
use session::{Session, json, stdout};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_partial_json, method, path},
};

const TOKEN: &str = "7318264059:Wm9vqRtQ-uVxYzKlMnPq_Lk7Hs1Ng5Pv0Xe2";

fn run(home: &tempfile::TempDir, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keystead"))
        .args(words)
        .env("KEYSTEAD_HOME", home.path())
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .output()
        .expect("it runs")
}

#[test]
fn what_is_told_and_to_whom_is_chosen_and_nonsense_refused_at_its_field() {
    let home = tempfile::tempdir().expect("a folder");
    let words =
        ["message", "set", "--chat", "-1001234567890", "--hush", "works-again", "--quiet", "22-7", "--desktop", "on"];
    let view = json(&stdout(&run(&home, &[&words[..], &["--json"]].concat())));
    assert_eq!(
        (&view["chat_id"], &view["desktop"], &view["bot"]),
        (&"-1001234567890".into(), &true.into(), &"none".into())
    );
    assert_eq!((&view["quiet"]["from"], &view["quiet"]["to"]), (&22.into(), &7.into()));
    assert!(!view["events"].to_string().contains("works_again") && view["events"].to_string().contains("last_day"));
    let shown = stdout(&run(&home, &["message", "show"]));
    for part in ["22:00 to 7:00", "no token", "-1001234567890", "https://api.telegram.org"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    for (words, exit, code, field) in [
        (&["message", "set", "--chat", "everybody"][..], 2, "chat_id_invalid", "chat_id"),
        (&["message", "set", "--quiet", "7-7"], 2, "quiet_invalid", "quiet"),
        (&["message", "set", "--server", "http://192.168.1.5"], 2, "url_plain_http", "server"),
        (&["message", "set"], 2, "setting_invalid", "chat_id"),
    ] {
        let output = run(&home, &[words, &["--json"]].concat());
        let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
        let told = (output.status.code(), &error["error"]["code"], &error["error"]["field"]);
        assert_eq!(told, (Some(exit), &code.into(), &field.into()), "{words:?}");
    }
    assert_eq!(run(&home, &["message", "set", "--tell", "everything"]).status.code(), Some(2));
    assert_eq!(json(&stdout(&run(&home, &["message", "show", "--json"])))["chat_id"], "-1001234567890");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_comes_by_standard_input_and_a_test_message_tells_the_truth() {
    let server = MockServer::start().await;
    let sent = serde_json::json!({ "ok": true, "result": { "message_id": 1 } });
    Mock::given(method("POST"))
        .and(path(format!("/bot{TOKEN}/sendMessage")))
        .and(body_partial_json(serde_json::json!({ "chat_id": "42" })))
        .respond_with(ResponseTemplate::new(200).set_body_json(sent))
        .with_priority(1)
        .mount(&server)
        .await;
    let refused = serde_json::json!({ "ok": false, "error_code": 400, "description": "Bad Request: chat not found" });
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(400).set_body_json(refused))
        .with_priority(9)
        .mount(&server)
        .await;
    let script = format!(
        "$K message set --server {} --chat 41 >&2; $K message token --stdin --json | tee /dev/stderr; \
         $K message test; echo \"exit $?\"; $K message set --chat 42 >&2; $K message test; echo \"exit $?\"; \
         $K message test --json; $K message forget --json",
        server.uri()
    );
    let output = tokio::task::spawn_blocking(move || Session::new("unlocked").run(&script, TOKEN)).await.expect("ran");
    let (said, errors) = (stdout(&output), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(!said.contains("Wm9vqR") && !errors.contains("Wm9vqR"), "{said}\n{errors}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(json(lines[0])["hint"]["prefix"], "7318264059:", "{said}\n{errors}");
    assert!(lines[1].starts_with("The bot knows no such chat") && lines[2] == "exit 1", "{said}");
    assert_eq!(lines[3..5], ["Sent.", "exit 0"], "{said}");
    assert_eq!(json(lines[5])["outcome"], "sent");
    assert_eq!((&json(lines[6])["bot"], &json(lines[6])["chat_id"]), (&"none".into(), &Value::Null));
}
