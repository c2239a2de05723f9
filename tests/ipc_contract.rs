//! What may cross between the page and Rust: the page's table of commands is the list the app is built from, the main
//! window is granted that list and nothing else, and no answer can hold a secret.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

include!("../src-tauri/app/commands/list.rs");

macro_rules! names {
    ($($module:ident::$name:ident),* $(,)?) => { [$(stringify!($name)),*] };
}

/// Last words of field names that would hold a secret.
const SECRET_WORDS: [&str; 8] =
    ["secret", "key", "token", "password", "passphrase", "credential", "value", "plaintext"];

#[test]
fn the_page_calls_exactly_the_commands_there_are() {
    let called: Vec<String> = calls().into_iter().map(|call| call.command).collect();
    let unique: BTreeSet<&str> = called.iter().map(String::as_str).collect();
    assert_eq!(unique.len(), called.len(), "a command has two lines in ipc.ts");
    assert_eq!(unique, BTreeSet::from(commands!(names)));
}

#[test]
fn the_main_window_is_granted_the_list_and_nothing_of_tauris_own() {
    let config: Value = serde_json::from_str(&text("tauri.conf.json")).unwrap();
    let security = &config["app"]["security"];
    let capabilities = security["capabilities"].as_array().unwrap();
    assert_eq!(capabilities.len(), 1);
    assert_eq!(capabilities[0]["windows"], serde_json::json!(["main"]));
    assert_eq!(capabilities[0]["permissions"], serde_json::json!(["all-commands"]));
    assert!(capabilities[0].get("remote").is_none());

    // What this very build embeds.
    let embedded = fs::read_to_string(Path::new(env!("OUT_DIR")).join("acl-manifests.json")).unwrap();
    let embedded: Value = serde_json::from_str(&embedded).unwrap();
    let app = &embedded["__app-acl__"];
    let permissions = app["permissions"].as_object().unwrap();
    assert_eq!(permissions.keys().collect::<Vec<_>>(), ["all-commands"], "a permission no one declared");
    let granted: BTreeSet<&str> =
        permissions["all-commands"]["commands"]["allow"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(granted, BTreeSet::from(commands!(names)));
}

#[test]
fn no_answer_has_a_field_named_like_a_secret() {
    let types = declared_types();
    let mut open: Vec<String> = calls().into_iter().map(|call| call.answer).collect();
    open.push("Error".into());
    let mut seen = BTreeSet::new();
    while let Some(words) = open.pop() {
        for (name, body) in types.iter().filter(|(name, _)| mentions(&words, name)) {
            if !seen.insert(name.clone()) {
                continue;
            }
            for field in fields(body) {
                let last = field.rsplit('_').next().unwrap_or(&field);
                assert!(!SECRET_WORDS.contains(&last), "{name}.{field} is named like a secret");
            }
            open.push(body.clone());
        }
    }
    for expected in ["KeyView", "DraftView", "TestReport", "VaultView", "Hint", "Error"] {
        assert!(
            seen.contains(expected),
            "{expected} was not looked at: types.ts has another shape than this test reads"
        );
    }
}

#[test]
fn what_is_typed_in_secret_travels_as_bytes_and_nothing_else_does() {
    let raw: Vec<String> = calls().into_iter().filter(|call| call.raw).map(|call| call.command).collect();
    let bytes = [
        "draft_key",
        "draft_header",
        "create_file_vault",
        "unlock_file_vault",
        "change_passphrase",
        "keep_proxy_login",
        "keep_bot_token",
    ];
    assert_eq!(raw, bytes);
}

/// One line of the page's table: `invoke<Answer>('command', argument)`.
struct Call {
    command: String,
    answer: String,
    /// Its argument is not an object literal.
    raw: bool,
}

fn calls() -> Vec<Call> {
    let table = text("ui/src/ipc/ipc.ts") + &text("ui/src/ipc/routing.ts");
    let code: String = table.lines().filter(|line| !line.trim_start().starts_with("import")).collect();
    let calls = code.split("invoke<").skip(1).map(|rest| {
        let (answer, rest) = rest.split_once(">('").expect("invoke<Answer>('command'");
        let (command, rest) = rest.split_once('\'').expect("a command's name in quotes");
        let argument = rest.strip_prefix(',').map(str::trim_start);
        Call {
            command: command.to_owned(),
            answer: answer.to_owned(),
            raw: argument.is_some_and(|argument| !argument.starts_with('{')),
        }
    });
    calls.collect()
}

/// Name and body of each `export type` of the generated file, without its comments.
fn declared_types() -> BTreeMap<String, String> {
    let mut code = text("ui/src/ipc/types.ts");
    while let Some(start) = code.find("/**") {
        let end = code[start..].find("*/").expect("comments end") + start + 2;
        code.replace_range(start..end, "");
    }
    let types = code.split("export type ").skip(1).filter_map(|rest| rest.split_once(" = "));
    types.map(|(name, body)| (name.trim().to_owned(), body.to_owned())).collect()
}

/// The names before a colon: `id: string`, `name?: string`, `"kind": "existing"`.
fn fields(body: &str) -> impl Iterator<Item = String> + '_ {
    let before = body.split(':').map(|part| part.trim_end().trim_end_matches('?').trim_end_matches('"'));
    let word =
        |part: &str| part.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
    let count = body.matches(':').count();
    before.take(count).map(word)
}

/// Whether `words` has `name` as a whole word.
fn mentions(words: &str, name: &str) -> bool {
    words.split(|c: char| !c.is_alphanumeric()).any(|word| word == name)
}

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
