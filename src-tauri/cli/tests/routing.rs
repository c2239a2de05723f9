//! How keys are used, from the command line: policies, tasks, workspaces, limits, settings, and what takes changes back.
//! Keys are in variables, or none: no keychain is needed.

use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const KEY: &str = "sk-proj-RoutingT3BlbkFJ0123456789wxyz";

struct Home(TempDir);

impl Home {
    /// Three keys of `OpenAI`, A, B and C, and a local server without one.
    fn new() -> Self {
        let home = Self(tempfile::tempdir().expect("a folder"));
        for name in ["A", "B", "C"] {
            let variable = format!("ROUTING_{name}");
            home.done(&["key", "add", "openai", "--name", name, "--env", &variable, "--no-test"]);
        }
        home.done(&["key", "add", "ollama", "--keyless", "--name", "Local", "--no-test"]);
        home
    }

    fn run(&self, words: &[&str]) -> Output {
        let output = Command::new(env!("CARGO_BIN_EXE_keystead"))
            .args(words)
            .env("KEYSTEAD_HOME", self.0.path())
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .env("OPENAI_API_KEY", "")
            .envs(["ROUTING_A", "ROUTING_B", "ROUTING_C"].map(|name| (name, KEY)))
            .output()
            .expect("it runs");
        let said = [output.stdout.as_slice(), &output.stderr].concat();
        assert!(!String::from_utf8_lossy(&said).contains("RoutingT3"), "{words:?} shows a key");
        output
    }

    /// What it prints.
    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[words, &["--json"]].concat())).expect("JSON")
    }

    /// The error's exit code, code and field.
    fn refused(&self, words: &[&str]) -> (i32, String, String) {
        let (code, error) = self.error(words);
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (code, text("code"), text("field"))
    }

    fn error(&self, words: &[&str]) -> (i32, Value) {
        let output = self.run(&[words, &["--json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        let error: Value = serde_json::from_str(&said).unwrap_or_else(|e| panic!("{words:?}: {e}: {said}"));
        (output.status.code().expect("it ended"), error["error"].clone())
    }

    #[track_caller]
    fn refuses(&self, words: &[&str], exit: i32, code: &str, field: &str) {
        assert_eq!(self.refused(words), (exit, code.to_owned(), field.to_owned()), "{words:?}");
    }
}

#[test]
fn a_key_s_use_is_changed_shown_and_kept_from_nonsense() {
    let home = Home::new();
    let edit =
        ["key", "edit", "openai/b", "--weight", "3", "--tier", "fallback", "--model", "gpt-*", "--block", "*-mini"];
    let more = ["--alias", "fast=gpt-5", "--expires", "2999-01-01", "--batch", "true", "--description", "Mine"];
    let text = home.done(&[&edit[..], &more].concat());
    for part in ["fallback, weight 3", "gpt-*", "*-mini", "fast=gpt-5", "2999-01-01"] {
        assert!(text.contains(part), "{part}: {text}");
        assert!(home.done(&["key", "show", "openai/b"]).contains(part), "{part}");
    }
    let before = home.json(&["key", "show", "openai/b"]);
    let policy = &before["policy"];
    assert_eq!((&policy["weight"], &policy["tier"], &policy["batch"]), (&json!(3.0), &json!("fallback"), &json!(true)));
    let twice = "a=b";
    let long = "x".repeat(1000);
    for (words, code, field) in [
        (&["--weight", "-1"][..], "weight_invalid", "weight"),
        (&["--weight", "nan"], "weight_invalid", "weight"),
        (&["--weight", "1e300"], "weight_invalid", "weight"),
        (&["--model", &long], "model_invalid", "models"),
        (&["--block", "gpt-5", "--block", "GPT-5"], "model_twice", "blocked"),
        (&["--alias", twice, "--alias", "b=a"], "alias_cycle", "aliases"),
        (&["--alias", "x"], "model_invalid", "aliases"),
        (&["--expires", "2020-01-01"], "date_past", "expiry"),
        (&["--expires", "soon"], "date_invalid", "expiry"),
        (&["--caller", "xyz"], "caller_invalid", "callers"),
        (&["--name", "a"], "name_taken", "name"),
    ] {
        home.refuses(&[&["key", "edit", "openai/b"], words].concat(), 2, code, field);
    }
    home.refuses(&["key", "edit", "openai/b", "--workspace", "nope"], 4, "workspace_not_found", "workspace");
    home.refuses(&["key", "edit", "openai/nope", "--weight", "1"], 4, "key_not_found", "");
    assert_eq!(home.json(&["key", "show", "openai/b"]), before, "what is refused changes nothing");
    home.done(&["key", "edit", "openai/b", "--block", "", "--alias", "", "--expires", "", "--model", "all"]);
    let policy = home.json(&["key", "show", "openai/b"])["policy"].clone();
    let cleared = [&policy["blocked"], &policy["aliases"], &policy["expires_on"], &policy["models"]];
    assert_eq!(cleared, [&json!([]), &json!({}), &Value::Null, &json!("all")]);
    assert_eq!(policy["weight"], 3.0, "what is not named stays");
}

#[test]
fn several_keys_change_together_and_an_old_version_is_refused() {
    let home = Home::new();
    let both = home.json(&["key", "edit", "openai/a", "openai/c", "--weight", "0.5"]);
    assert_eq!((&both[0]["policy"]["weight"], &both[1]["policy"]["weight"]), (&json!(0.5), &json!(0.5)));
    home.refuses(&["key", "edit", "openai/a", "openai/nope", "--weight", "9"], 4, "key_not_found", "");
    let seen = home.json(&["key", "show", "openai/a"])["version"].to_string();
    home.done(&["key", "edit", "openai/a", "--weight", "2", "--version", &seen]);
    home.refuses(&["key", "edit", "openai/a", "--weight", "7", "--version", &seen], 1, "changed_elsewhere", "");
    assert_eq!(home.json(&["key", "show", "openai/a"])["policy"]["weight"], 2.0);
    home.done(&["key", "order", "openai", "openai/c", "openai/a", "--fallback", "openai/b"]);
    let tiers = |name: &str| home.json(&["key", "show", name])["policy"].clone();
    assert_eq!((&tiers("openai/c")["position"], &tiers("openai/a")["position"]), (&json!(0), &json!(1)));
    assert_eq!(tiers("openai/b")["tier"], "fallback");
    home.refuses(&["key", "order", "openai", "openai/c", "openai/c"], 5, "key_ambiguous", "name");
    home.refuses(&["key", "order", "openai", "ollama/local"], 4, "key_not_found", "");
}

#[test]
fn a_task_resolves_to_a_key_and_says_why() {
    let home = Home::new();
    home.done(&["key", "edit", "openai/b", "--enabled", "false"]);
    home.done(&["key", "edit", "openai/c", "--tier", "fallback", "--alias", "gpt-5=mine"]);
    let set = ["task", "set", "chat", "--target", "openai/gpt-5", "--target", "ollama/llama3.3"];
    home.done(&[&set[..], &["--parameters", r#"{"temperature": 0.2}"#]].concat());
    let found = home.json(&["resolve", "--task", "chat", "--session", "s"]);
    let head = [&found["schema"], &found["key_ref"], &found["task"], &found["workspace"]];
    assert_eq!(head, ["keystead.resolve/1", "keystead://openai/a", "chat", "Default"]);
    assert_eq!((&found["used"]["model"], &found["parameters"]), (&json!("gpt-5"), &json!(r#"{"temperature":0.2}"#)));
    let places: Vec<_> = found["targets"][0]["keys"].as_array().expect("a list").iter().map(|k| &k["place"]).collect();
    assert_eq!(places, [&json!({"kind": "used"}), &json!({"kind": "next", "after": 1}), &json!({"kind": "disabled"})]);
    let text = home.done(&["resolve", "--task", "chat", "--explain"]);
    assert!(text.starts_with("openai/gpt-5, key A\n") && text.ends_with("Nothing was sent.\n"), "{text}");
    assert!(text.contains("switched off") && text.contains("next after 1"), "{text}");
    home.done(&["key", "edit", "openai/a", "--block", "gpt-*"]);
    assert_eq!(home.done(&["resolve", "--task", "chat"]), "openai/gpt-5 (there: mine), key C\n");
    assert_eq!(home.run(&["resolve", "--task", "code"]).status.code(), Some(1), "nothing is chosen");
    home.refuses(&["resolve", "--task", "nope"], 4, "task_not_found", "task");
    home.refuses(&["resolve", "--task", "A b"], 2, "slug_invalid", "slug");
    home.refuses(&["resolve", "--task", "chat", "--workspace", "nope"], 4, "workspace_not_found", "workspace");
}

#[test]
fn tasks_are_made_ordered_shared_cleared_and_removed() {
    let home = Home::new();
    home.done(&["task", "set", "chat", "--target", "openai/gpt-5"]);
    home.done(&["task", "set", "write", "--same-as", "chat", "--name", "Writing"]);
    home.done(&["task", "order", "write", "code"]);
    let all = home.json(&["task", "list"]);
    let slugs: Vec<_> = all.as_array().expect("a list").iter().map(|task| task["slug"].clone()).collect();
    assert_eq!(slugs, ["write", "code", "chat", "summaries", "embeddings"]);
    assert_eq!((&all[0]["name"], &all[0]["now"]["targets_of"]), (&json!("Writing"), &json!("chat")));
    home.refuses(&["task", "set", "chat", "--same-as", "write"], 2, "task_cycle", "targets");
    home.refuses(&["task", "rm", "chat"], 1, "task_in_use", "");
    home.refuses(&["task", "set", "chat", "--target", "nobody/x"], 4, "provider_not_found", "targets");
    home.refuses(&["task", "set", "chat", "--target", "openai"], 2, "target_invalid", "targets");
    home.refuses(
        &["task", "set", "chat", "--target", "openai/a", "--target", "openai/a"],
        2,
        "target_twice",
        "targets",
    );
    let (exit, error) = home.error(&["task", "set", "chat", "--parameters", "{\"a\": }"]);
    assert_eq!((exit, &error["field"]), (2, &json!("parameters")));
    assert!(error["message"].as_str().expect("text").contains("line 1, column 7"), "{error}");
    assert_eq!(home.run(&["task", "set", "Bad Slug", "--target", "openai/x"]).status.code(), Some(2));
    home.done(&["task", "clear", "write"]);
    home.done(&["task", "rm", "chat"]);
    home.refuses(&["task", "rm", "chat"], 4, "task_not_found", "task");
    home.refuses(&["task", "clear", "chat"], 4, "task_not_found", "task");
    home.refuses(&["task", "order", "code", "nope"], 4, "task_not_found", "task");
}

#[test]
fn a_workspace_has_keys_and_tasks_of_its_own() {
    let home = Home::new();
    home.done(&["workspace", "add", "Client"]);
    home.refuses(&["workspace", "add", "client"], 2, "name_taken", "name");
    home.refuses(&["workspace", "add", ""], 2, "name_empty", "name");
    home.done(&["workspace", "rename", "client", "Customer"]);
    home.done(&["task", "set", "chat", "--target", "openai/gpt-5"]);
    home.done(&["task", "set", "chat", "--target", "ollama/tiny", "--workspace", "customer"]);
    for name in ["openai/a", "openai/b"] {
        home.done(&["key", "edit", name, "--workspace", "customer"]);
    }
    assert_eq!(home.done(&["resolve", "--task", "chat"]), "openai/gpt-5, key C\n");
    home.done(&["workspace", "use", "customer"]);
    assert_eq!(home.done(&["resolve", "--task", "chat"]), "ollama/tiny, key Local\n");
    home.done(&["task", "clear", "chat", "--workspace", "customer"]);
    assert_eq!(home.json(&["task", "list"])[0]["assignment"]["inherited"], true);
    home.done(&["workspace", "default", "customer"]);
    home.refuses(&["workspace", "rm", "customer"], 1, "workspace_default", "");
    home.done(&["workspace", "default", "default"]);
    let left = home.json(&["workspace", "rm", "customer"]);
    assert_eq!((left.as_array().map(Vec::len), &left[0]["current"]), (Some(1), &json!(true)));
    assert_eq!(home.json(&["key", "show", "openai/a"])["policy"]["workspace"], Value::Null, "its keys are in all");
    home.refuses(&["workspace", "use", "customer"], 4, "workspace_not_found", "workspace");
}

#[test]
fn a_limit_is_looked_at_before_it_is_kept() {
    let home = Home::new();
    home.done(&["task", "set", "chat", "--target", "openai/gpt-5"]);
    let preview = home.json(&["limit", "preview", "denied-models", "--for", "gpt-*"]);
    assert_eq!(preview[0]["breaches"].as_array().map(Vec::len), Some(3));
    assert_eq!(home.json(&["limit", "list"]), json!([]), "a preview keeps nothing");
    home.done(&["limit", "set", "denied-models", "--for", "gpt-*"]);
    let refused = home.run(&["resolve", "--task", "chat", "--explain"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stdout).contains("a limit: the model is denied: gpt-*"));
    home.done(&["limit", "off", "1"]);
    home.done(&["resolve", "--task", "chat"]);
    home.done(&["limit", "on", "1"]);
    assert_eq!(home.run(&["resolve", "--task", "chat"]).status.code(), Some(1));
    home.done(&["limit", "rm", "1"]);
    home.done(&["limit", "set", "tested-within", "--amount", "7", "--warn"]);
    assert!(home.done(&["resolve", "--task", "chat", "--explain"]).contains("warning: never proven by a test"));
    home.refuses(&["limit", "on", "9"], 4, "limit_not_found", "");
    for amount in ["-1", "nan", "1e300", "0.5"] {
        home.refuses(&["limit", "set", "max-age", "--amount", amount], 2, "limit_invalid", "amount");
    }
    home.refuses(&["limit", "set", "min-credit", "--amount", "5"], 2, "limit_invalid", "currency");
    home.refuses(&["limit", "set", "allowed-providers", "--for", "nobody"], 4, "provider_not_found", "patterns");
    let elsewhere = ["limit", "set", "max-age", "--amount", "3", "--workspace", "nope"];
    home.refuses(&elsewhere, 4, "workspace_not_found", "workspace");
}

#[test]
fn in_maintenance_nothing_is_resolved() {
    let home = Home::new();
    home.done(&["task", "set", "chat", "--target", "openai/gpt-5"]);
    home.done(&["setting", "set", "maintenance", "on"]);
    assert_eq!(home.json(&["setting", "list"])["maintenance"], true);
    home.refuses(&["resolve", "--task", "chat"], 1, "maintenance", "");
    home.done(&["setting", "set", "maintenance", "off"]);
    home.done(&["resolve", "--task", "chat"]);
    home.done(&["setting", "set", "retest-h", "24"]);
    assert_eq!(home.json(&["setting", "set", "retest-h", "none"])["retest_h"], Value::Null);
    for [name, value] in [["nope", "1"], ["clipboard_s", "5"], ["scheme", "purple"], ["maintenance", "maybe"]] {
        home.refuses(&["setting", "set", name, value], 2, "setting_invalid", "");
    }
}

#[test]
fn changes_are_listed_and_taken_back_and_a_removed_key_comes_back() {
    let home = Home::new();
    home.done(&["key", "edit", "openai/a", "--weight", "4", "--description", "Kept"]);
    let last = home.json(&["activity", "--key", "openai/a", "--count", "1"]);
    assert_eq!((&last[0]["kind"], &last[0]["actor"]), (&json!("key_edited"), &json!("command")));
    assert!(home.done(&["activity"]).contains("weight: 1 → 4"), "{}", home.done(&["activity"]));
    home.done(&["undo"]);
    assert_eq!(home.json(&["key", "show", "openai/a"])["policy"]["weight"], 1.0);
    home.refuses(&["undo", &last[0]["id"].to_string()], 1, "undo_nothing", "");
    home.refuses(&["undo", "9999"], 4, "event_not_found", "");
    home.done(&["key", "edit", "openai/a", "--weight", "4"]);
    let first = home.json(&["activity", "--count", "1"])[0]["id"].to_string();
    home.done(&["key", "edit", "openai/a", "--weight", "5"]);
    home.refuses(&["undo", &first], 1, "undo_conflict", "");
    home.done(&["key", "rm", "openai/a"]);
    home.refuses(&["key", "show", "openai/a"], 4, "key_not_found", "");
    home.done(&["key", "restore", "openai/a"]);
    assert_eq!(home.json(&["key", "show", "openai/a"])["policy"]["weight"], 5.0);
    home.refuses(&["key", "restore", "openai/a"], 4, "key_not_found", "");
}
