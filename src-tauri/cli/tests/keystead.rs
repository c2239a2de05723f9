//! The command as a user runs it: a real GNOME Keyring in a session of its own, a real database, loopback servers.
#![cfg(target_os = "linux")]

#[path = "common/session.rs"]
mod session;

use session::{Session, json, stdout};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

const GOOD: &str = "sk-proj-CommandGoodT3BlbkFJ0123456789wxyz";
const BAD: &str = "sk-proj-CommandBadT3BlbkFJ0123456789abcd";

async fn provider() -> MockServer {
    let server = MockServer::start().await;
    let models = serde_json::json!({ "object": "list", "data": [] });
    Mock::given(method("GET"))
        .and(path("/v1/models"))
        .and(header("authorization", format!("Bearer {GOOD}")))
        .respond_with(ResponseTemplate::new(200).set_body_json(models))
        .with_priority(1)
        .mount(&server)
        .await;
    let error = serde_json::json!({ "error": { "code": "invalid_api_key", "message": "Incorrect API key provided" } });
    Mock::given(path("/v1/models"))
        .respond_with(ResponseTemplate::new(401).set_body_json(error))
        .with_priority(9)
        .mount(&server)
        .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_added_tested_listed_renamed_rotated_and_removed() {
    let server = provider().await;
    let session = Session::new("unlocked");
    let script = format!(
        r#"set -e
        read -r good; read -r bad
        printf %s "$good" | $K key add box --base-url {0}/v1 --name Work --stdin --json
        $K key list --json
        $K test --all --json
        $K key rename box/work Main --json >&2
        set +e; printf %s "$bad" | $K key rotate box/main --stdin --json >&2; echo "rotate $?"
        printf %s "$bad" | $K key rotate box/main --stdin --force >&2; echo "forced $?"
        $K test box --json; echo "test $?"
        secret-tool search --all service dev.keystead.desktop 2>/dev/null | grep -c '^label = Keystead: box'
        $K key rm box/main >&2; echo "rm $?"
        secret-tool search --all service dev.keystead.desktop 2>/dev/null | grep -c '^label = Keystead: box'
        $K key list --json"#,
        server.uri()
    );
    let output = session.run(&script, &format!("{GOOD}\n{BAD}\n"));
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 11, "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let added = json(lines[0]);
    assert_eq!((added["ref"].as_str(), added["hint"]["tail"].as_str()), (Some("keystead://box/work"), Some("wxyz")));
    assert_eq!(json(lines[1])[0]["last_test"]["outcome"], "connected");
    let tested = json(lines[2]);
    assert_eq!((tested["schema"].as_str(), tested["key_proven"].as_bool()), (Some("keystead.test/1"), Some(true)));
    assert_eq!(lines[3..5], ["rotate 1", "forced 0"]);
    let tested = json(lines[5]);
    assert_eq!((tested["outcome"].as_str(), tested["http_status"].as_u64()), (Some("invalid_key"), Some(401)));
    assert_eq!(lines[6..9], ["test 1", "1", "rm 0"]);
    assert_eq!(lines[9..], ["0", "[]"], "nothing is left behind");
    for secret in [GOOD, BAD] {
        assert!(!text.contains(secret) && !String::from_utf8_lossy(&output.stderr).contains(secret));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_with_a_key_is_neither_used_nor_passed_over() {
    let server = provider().await;
    let session = Session::new("unlocked");
    let script = format!(
        r#"read -r good; read -r bad
        printf 'OPENAI_API_KEY=%s\nGROQ_API_KEY=%s\n' "$good" "$bad" | $K key add box --base-url {0}/v1 --stdin; echo "several $?"
        printf 'OPENAI_API_KEY=%s\nOPENAI_BASE_URL=https://llm.example/v1\n' "$good" | $K key add box --base-url {0}/v1 --stdin; echo "elsewhere $?"
        $K key list --json
        printf 'OPENAI_API_KEY=%s\nOPENAI_BASE_URL={0}/v1\n' "$good" | $K key add box --base-url {0}/v1 --stdin >&2; echo "there $?"
        printf 'OPENAI_API_KEY=%s\nOPENAI_BASE_URL=https://llm.example/v1\n' "$bad" | $K key rotate box --stdin --force; echo "rotate $?"
        printf 'OPENAI_API_KEY=%s\nOPENAI_BASE_URL=https://llm.example/v1\n' "$bad" | $K test --provider box --stdin; echo "test $?""#,
        server.uri()
    );
    let output = session.run(&script, &format!("{GOOD}\n{BAD}\n"));
    let (text, told) = (stdout(&output), String::from_utf8_lossy(&output.stderr).into_owned());
    assert_eq!(
        text.lines().collect::<Vec<_>>(),
        ["several 5", "elsewhere 2", "[]", "there 0", "rotate 2", "test 2"],
        "{told}"
    );
    assert!(told.contains("more than one key") && told.contains("llm.example"), "{told}");
    assert!(!told.contains(GOOD) && !told.contains(BAD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_a_variable_needs_no_keychain() {
    let server = provider().await;
    let session = Session::new("none");
    let script = format!(
        r#"read -r good
        $K key add box --base-url {0}/v1 --env BOX_KEY --json
        BOX_KEY="$good" $K test box/environment; echo "test $?"
        $K test box; echo "unset $?"
        BOX_KEY="$good" $K key list
        $K key add box --env 'BOX KEY'; echo "add $?"
        $K key add box --env BOX_KEY; echo "twice $?""#,
        server.uri()
    );
    let output = session.run(&script, &format!("{GOOD}\n"));
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    let added = json(lines[0]);
    assert_eq!(
        (&added["source"], &added["variable"]["set"], &added["hint"]),
        (&"env".into(), &false.into(), &serde_json::Value::Null)
    );
    assert_eq!(added["last_test"]["cause"], "variable_unset");
    assert!(lines[1].contains("Connected") && lines[2] == "test 0", "{text}");
    assert!(lines[3].contains("BOX_KEY is not set") && lines[4] == "unset 1", "{text}");
    assert!(text.contains("$BOX_KEY") && text.ends_with("add 2\ntwice 2\n"), "{text}");
    assert!(!text.contains(GOOD) && !text.contains("wxyz"), "nothing of the value is shown");
}

#[test]
fn a_key_found_in_the_environment_is_listed_and_adopted() {
    let session = Session::new("unlocked");
    let script = r#"read -r good; export OPENAI_API_KEY="$good"
        $K key list --json
        $K key adopt OPENAI_API_KEY --name Work
        $K key adopt OPENAI_API_KEY; echo "twice $?"
        $K key list --json
        unset OPENAI_API_KEY
        $K key adopt OPENAI_API_KEY; echo "unset $?"
        $K key list"#;
    let output = session.run(script, &format!("{GOOD}\n"));
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    let found = json(lines[0]);
    assert_eq!(
        (&found[0]["ref"], &found[0]["ambient"]),
        (&"keystead://openai/env.openai_api_key".into(), &true.into())
    );
    assert_eq!(lines[1..3], ["Saved keystead://openai/work.", "twice 2"], "{text}");
    let after = json(lines[3]);
    assert_eq!(
        (&after[0]["ref"], &after[1]["saved_as"]),
        (&"keystead://openai/work".into(), &"keystead://openai/work".into())
    );
    assert!(lines[4] == "unset 4" && lines[6].contains("sk-proj-…wxyz") && lines.len() == 7, "{text}");
    assert!(!text.contains(GOOD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_test_is_made_only_when_it_was_agreed_to() {
    let server = provider().await;
    let said = serde_json::json!({ "choices": [{ "message": { "content": "Hello" } }] });
    Mock::given(path("/v1/chat/completions"))
        .and(header("authorization", format!("Bearer {GOOD}")))
        .respond_with(ResponseTemplate::new(200).set_body_json(said))
        .with_priority(1)
        .mount(&server)
        .await;
    let refused = ResponseTemplate::new(401);
    Mock::given(path("/v1/chat/completions")).respond_with(refused).with_priority(9).mount(&server).await;
    let session = Session::new("unlocked");
    let script = format!(
        r#"$K key add openai --base-url {0}/v1 --name Work --stdin --no-test >&2
        $K test openai/work --paid --model tiny-1 </dev/null 2>&1; echo "exit $?"
        $K test openai/work --paid --yes </dev/null 2>&1; echo "exit $?"
        $K test openai/work --paid --model tiny-1 --yes --json 2>/dev/null; echo "exit $?"
        $K test --all --paid >/dev/null 2>&1; echo "exit $?""#,
        server.uri()
    );
    let output = session.run(&script, GOOD);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    let host = server.uri().replace("http://", "");
    assert!(lines[0].contains(&format!("one token of tiny-1 at {host}, may cost money")), "{text}");
    assert_eq!(lines[2], "exit 1", "{text}");
    assert!(lines[3].contains("--model") && lines[4] == "exit 2", "elsewhere no model is known: {text}");
    let tested = json(lines[5]);
    assert_eq!((tested["outcome"].as_str(), tested["occasion"].as_str()), (Some("connected"), Some("paid")), "{text}");
    assert_eq!((tested["model"].as_str(), lines[6]), (Some("tiny-1"), "exit 0"));
    assert_eq!(lines[7], "exit 2", "never all at once");
    let asked = server.received_requests().await.expect("recorded");
    assert_eq!(asked.len(), 2, "what was agreed to, and the same with a wrong key, which costs nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsaved_key_is_tested_and_nothing_is_stored() {
    let server = provider().await;
    let session = Session::new("none");
    let script = format!(
        r#"$K test --provider openai --base-url {}/v1 --stdin --json; echo "$?"; $K key list --json"#,
        server.uri()
    );
    let output = session.run(&script, GOOD);
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    let tested = json(lines[0]);
    assert_eq!((tested["outcome"].as_str(), tested["key"].is_null()), (Some("connected"), true));
    assert_eq!(lines[1..], ["0", "[]"]);
}

#[test]
fn every_refusal_has_its_exit_code_and_stores_nothing() {
    let session = Session::new("none");
    let script = r"
        printf 'a b'           | $K key add openai --stdin; echo $?
        printf 'sk-…abcd'      | $K key add openai --stdin; echo $?
        printf ''              | $K key add openai --stdin; echo $?
        printf 'sk-0123456789' | $K key add openai --base-url http://example.com/v1 --stdin; echo $?
        printf 'sk-0123456789' | $K key add nobody --stdin; echo $?
        printf 'sk-0123456789' | $K key add openai --stdin; echo $?
        $K key rm openai/nope; echo $?
        $K key add openai sk-argument; echo $?
        $K key list --json";
    let output = session.run(script, "");
    let text = stdout(&output);
    assert_eq!(text.lines().collect::<Vec<_>>(), ["2", "2", "2", "2", "4", "3", "4", "2", "[]"], "{output:?}");
}

#[test]
fn how_providers_are_reached_is_chosen_for_all_and_for_one() {
    let session = Session::new("none");
    let script = r#"
        cd "$KEYSTEAD_HOME"
        $K network set --proxy proxy.example:3128 --json
        $K provider edit groq --proxy none --timeout 40 --json
        $K network show groq
        $K network show
        $K network set --proxy http://me:hunter2@proxy.example:3128; echo "exit $?"
        echo words > ca.pem
        $K network set --ca-file ca.pem; echo "exit $?"
        $K network set --timeout 0; echo "exit $?"
        $K network set; echo "exit $?"
        $K provider edit nobody --proxy none; echo "exit $?"
        $K network set --proxy inherit --timeout default --ca-file ""
    "#;
    let output = session.run(script, "");
    let said = stdout(&output);
    let lines: Vec<&str> = said.lines().collect();
    let [all, groq] = [json(lines[0]), json(lines[1])];
    assert_eq!((&all["schema"], &all["provider"]), (&"keystead.network/1".into(), &serde_json::Value::Null));
    assert_eq!((&all["proxy"], &all["effective"]["proxy_by"]), (&"http://proxy.example:3128".into(), &"all".into()));
    assert_eq!((&groq["provider"], &groq["proxy"], &groq["timeout_s"]), (&"groq".into(), &"none".into(), &40.into()));
    assert_eq!(lines[2], "Proxy    none (chosen for this provider)");
    assert_eq!(lines[4], "Timeout  40 s (chosen for this provider)");
    assert_eq!(lines[5], "Proxy    proxy.example:3128 (chosen for all providers)");
    assert_eq!(lines[8..13], ["exit 2", "exit 2", "exit 2", "exit 2", "exit 4"], "{said}");
    assert!(lines[13].starts_with("Proxy    "), "{said}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("not part of the address") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_proxy_s_password_comes_by_standard_input_and_stays_in_the_keychain() {
    let session = Session::new("unlocked");
    let script = r#"
        $K network login --stdin </dev/null; echo "exit $?"
        $K network set --proxy http://proxy.example:3128 >/dev/null
        $K network login --stdin --json
        $K network show
        secret-tool search --all service dev.keystead.desktop 2>&1 | grep -c "label = Keystead: Keystead proxy"
        $K network set --proxy http://other.example:3128 | head -1
        $K network logout | head -1
    "#;
    let output = session.run(script, "me\nhunter2 CanaryT3BlbkFJ\n");
    let said = stdout(&output);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "exit 2", "{said}");
    assert_eq!(json(lines[1])["proxy_login"], "saved", "{said}");
    assert_eq!(lines[2], "Proxy    proxy.example:3128 (chosen for all providers), with user name and password");
    assert_eq!(lines[5], "1", "{said}");
    let elsewhere = "; the user name and the password are for another proxy";
    assert_eq!(lines[6], format!("Proxy    other.example:3128 (chosen for all providers){elsewhere}"));
    assert_eq!(lines[7], "Proxy    other.example:3128 (chosen for all providers)");
    assert!(!said.contains("Canary") && !String::from_utf8_lossy(&output.stderr).contains("Canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_listed_compared_applied_and_searched() {
    let server = MockServer::start().await;
    let list = |ids: &[&str]| {
        let data: Vec<_> = ids.iter().map(|id| serde_json::json!({ "id": id, "context_length": 8192 })).collect();
        ResponseTemplate::new(200).set_body_json(serde_json::json!({ "data": data }))
    };
    for answer in [list(&["a-1", "b-1"]), list(&["b-1", "c-1"]), ResponseTemplate::new(503)] {
        Mock::given(path("/v1/models")).respond_with(answer).up_to_n_times(1).mount(&server).await;
    }
    let session = Session::new("unlocked");
    let script = format!(
        r#"read -r good
        printf %s "$good" | $K key add box --base-url {0}/v1 --name Work --stdin --no-test >&2
        $K models box/work; echo "never $?"
        $K models box/work --refresh --json
        $K models box/work --refresh --json
        $K models box/work --take zzz 2>/dev/null; echo "wrong $?"
        $K models box/work --apply --json
        $K models box/work --refresh --json; echo "failed $?"
        $K models box/work --find C- 2>/dev/null | tail -n +2 | tr -s ' '
        $K models nobody/x 2>/dev/null; echo "nobody $?""#,
        server.uri()
    );
    let output = session.run(&script, &format!("{GOOD}\n"));
    let text = stdout(&output);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 10, "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(lines[..2], ["No list yet. Ask for it with: keystead models keystead://box/work --refresh", "never 0"]);
    let states = |line: &str| {
        let told = json(line);
        let models = told["models"].as_array().expect("a list").clone();
        models.iter().map(|m| format!("{} {}", m["id"], m["state"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(states(lines[2]), ["a-1 applied", "b-1 applied"]);
    let second = json(lines[3]);
    assert_eq!(
        (second["schema"].as_str(), second["key"].as_str()),
        (Some("keystead.models/1"), Some("keystead://box/work"))
    );
    assert_eq!(
        (second["new"].as_u64(), second["gone"].as_u64(), &second["failure"]),
        (Some(1), Some(1), &serde_json::Value::Null)
    );
    assert_eq!(states(lines[3]), ["a-1 gone", "b-1 applied", "c-1 new"]);
    assert_eq!(lines[4], "wrong 4");
    assert_eq!(states(lines[5]), ["b-1 applied", "c-1 applied"]);
    let failed = json(lines[6]);
    assert_eq!(
        (failed["failure"]["outcome"].as_str(), failed["failure"]["http_status"].as_u64()),
        (Some("provider_down"), Some(503))
    );
    assert_eq!(failed["listed_at"], json(lines[5])["listed_at"], "the old list has its own time");
    assert_eq!(lines[7..], ["failed 1", " c-1 8192 – – ", "nobody 4"]);
    assert!(!text.contains(GOOD) && !String::from_utf8_lossy(&output.stderr).contains(GOOD));
}
