//! What was changed, and back again.

#![allow(clippy::float_cmp, reason = "weights are kept as they are")]

mod common;

use common::{Bench, CANARY, text};
use keystead_core::{
    Code,
    keystead::{
        Actor, AddProvider, AssignTask, AssignTasks, EditKeys, EditMessenger, EditProvider, EditSettings, EventKind,
        EventView, KeyState, ListActivity, RenameKey, ReplaceKey, SaveWorkspace, Scheme,
    },
    message::QuietHours,
    policy::Tier,
};

fn last(bench: &Bench) -> EventView {
    bench.keystead.activity(&ListActivity { count: Some(1), ..ListActivity::default() }).expect("listed").remove(0)
}

#[test]
fn every_change_is_told_and_can_be_taken_back_and_that_too() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    assert_eq!((last(&bench).kind, last(&bench).undoable), (Some(EventKind::KeyAdded), false));
    let ids = vec![key.id.clone()];
    let edit = EditKeys { ids, weight: Some(3.0), tier: Some(Tier::Fallback), ..EditKeys::default() };
    bench.keystead.edit_keys(&edit).expect("edited");
    let event = last(&bench);
    assert_eq!((event.kind, event.actor, event.subject.as_str()), (Some(EventKind::KeyEdited), Actor::App, "Work"));
    let parts: Vec<_> = event.changes.iter().map(|change| change.part.as_str()).collect();
    assert_eq!(parts, ["tier", "weight"]);
    let weight = |bench: &Bench| bench.keystead.find_key(&key.id).expect("there").policy.weight;
    let back = bench.keystead.undo(event.id).expect("taken back");
    assert_eq!((weight(&bench), back.undoes), (1.0, Some(event.id)));
    assert_eq!(bench.keystead.undo(event.id).expect_err("once").code, Code::UndoNothing);
    bench.keystead.undo(back.id).expect("the taking back, too");
    assert_eq!(weight(&bench), 3.0);
    let bench = bench.restart();
    assert_eq!(weight(&bench), 3.0);
    bench.keystead.undo(event.id).expect("it stands again, and can be taken back again");
    assert_eq!(weight(&bench), 1.0);
}

#[test]
fn what_was_changed_since_is_not_lost() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    let edit = |weight| EditKeys { ids: vec![key.id.clone()], weight: Some(weight), ..EditKeys::default() };
    bench.keystead.edit_keys(&edit(2.0)).expect("edited");
    let event = last(&bench);
    // Another part of the same row stays as it is now.
    bench.keystead.rename_key(&RenameKey { id: key.id.clone(), name: "Main".into() }).expect("renamed");
    bench.keystead.undo(event.id).expect("taken back");
    let now = bench.keystead.find_key(&key.id).expect("there");
    assert_eq!((now.name.as_str(), now.policy.weight), ("Main", 1.0));
    bench.keystead.edit_keys(&edit(5.0)).expect("edited");
    let event = last(&bench);
    bench.keystead.edit_keys(&edit(6.0)).expect("edited again");
    assert_eq!(bench.keystead.undo(event.id).expect_err("changed since").code, Code::UndoConflict);
    assert_eq!(bench.keystead.find_key(&key.id).expect("there").policy.weight, 6.0);
}

#[test]
fn a_removed_key_comes_back_without_its_secret() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    let describe = EditKeys { ids: vec![key.id.clone()], description: Some("mine".into()), ..EditKeys::default() };
    bench.keystead.edit_keys(&describe).expect("edited");
    bench.keystead.remove_key(&key.id).expect("removed");
    let event = last(&bench);
    assert_eq!((event.kind, event.undoable), (Some(EventKind::KeyRemoved), true));
    bench.keystead.undo(event.id).expect("restored");
    let back = bench.keystead.find_key("openai/work").expect("there");
    assert_eq!(
        (back.id.as_str(), back.state, back.policy.description.as_str()),
        (key.id.as_str(), KeyState::Missing, "mine")
    );
    assert_eq!(bench.secret_of(&back).expect_err("gone").code, Code::SecretMissing);
    // Its secret is entered again, and it is the same key.
    let draft = bench.draft(CANARY);
    let req = keystead_core::keystead::ReplaceKey { id: back.id.clone(), draft, tested: None };
    bench.keystead.replace_key(&req).expect("replaced");
    assert_eq!(bench.secret_of(&back).expect("there"), CANARY);
    // A name that is taken meanwhile is nobody's to take.
    bench.keystead.remove_key(&key.id).expect("removed");
    let event = last(&bench);
    bench.add("openai", "work", &text(7));
    assert_eq!(bench.keystead.undo(event.id).expect_err("taken").code, Code::UndoConflict);
}

#[test]
fn workspaces_tasks_providers_and_settings_come_back_whole() {
    let bench = Bench::new();
    let keystead = &bench.keystead;
    let key = bench.add("openai", "Work", &text(1));
    let make = SaveWorkspace { name: Some("Client".into()), ..SaveWorkspace::default() };
    let client = keystead.save_workspace(&make).expect("made").into_iter().find(|one| !one.is_default).expect("there");
    let ids = vec![key.id.clone()];
    keystead.edit_keys(&EditKeys { ids, workspace: Some(Some(client.id.clone())), ..EditKeys::default() }).expect("in");
    let task = AssignTask {
        task: "chat".parse().expect("a slug"),
        version: None,
        targets: vec!["openai/gpt-5".parse().expect("a target")],
        same_as: None,
        parameters: Some("{\"temperature\": 0.2}".into()),
    };
    let req = AssignTasks { workspace: Some(client.id.clone()), tasks: vec![task] };
    keystead.assign_tasks(&req).expect("assigned");
    keystead.remove_workspace(&client.id).expect("removed");
    keystead.undo(last(&bench).id).expect("restored");
    let back = keystead.workspaces().expect("listed").into_iter().find(|one| one.id == client.id).expect("there");
    assert_eq!((back.name.as_str(), back.own_keys, back.own_tasks), ("Client", 1, 1));
    keystead.remove_task(&"chat".parse().expect("a slug")).expect("removed");
    keystead.undo(last(&bench).id).expect("restored");
    let tasks = keystead.tasks(Some("client")).expect("listed");
    assert_eq!(tasks[0].assignment.as_ref().expect("its own").parameters, "{\"temperature\":0.2}");
    let there = Some(Some("http://127.0.0.1:1/v1".to_owned()));
    keystead
        .edit_provider(&EditProvider { id: "openai".parse().expect("a slug"), name: None, base_url: there })
        .expect("moved");
    keystead.undo(last(&bench).id).expect("moved back");
    assert_eq!(keystead.provider(&"openai".parse().expect("a slug")).expect("there").host, "api.openai.com");
    let dark = EditSettings { scheme: Some(Scheme::Dark), ..EditSettings::default() };
    keystead.edit_settings(&dark).expect("dark");
    let first = last(&bench).changes.remove(0);
    assert_eq!((first.part.as_str(), first.from, first.to.as_deref()), ("value", None, Some("\"dark\"")));
    keystead.undo(last(&bench).id).expect("back");
    assert_eq!(keystead.settings().expect("read").scheme, Scheme::System);
}

#[test]
fn events_can_be_filtered_and_hold_no_secret() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", CANARY);
    bench.add("groq", "Fast", &format!("gsk_{}", "a1B2c3D4".repeat(6)));
    bench.keystead.remove_key(&key.id).expect("removed");
    let list = |req: ListActivity| bench.keystead.activity(&req).expect("listed");
    assert_eq!(list(ListActivity::default()).len(), 3);
    let openai = list(ListActivity { provider: Some("openai".parse().expect("a slug")), ..ListActivity::default() });
    assert!(openai.len() == 2 && openai.iter().all(|event| event.key_id.as_deref() == Some(&key.id)));
    let older = list(ListActivity { before: Some(openai[0].id), ..ListActivity::default() });
    assert_eq!(older.len(), 2);
    let said = serde_json::to_string(&list(ListActivity::default())).expect("JSON");
    let db = std::fs::read(bench.home.path().join("keystead.db")).expect("read");
    for piece in CANARY.as_bytes().windows(12) {
        assert!(!common::contains(said.as_bytes(), piece) && !common::contains(&db, piece));
    }
}

#[test]
fn nothing_changed_is_no_event() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    let same = EditKeys { ids: vec![key.id], weight: Some(1.0), ..EditKeys::default() };
    bench.keystead.edit_keys(&same).expect("the same");
    assert_eq!(last(&bench).kind, Some(EventKind::KeyAdded));
}

#[test]
fn what_would_take_a_key_with_it_is_not_taken_back() {
    let bench = Bench::new();
    let keystead = &bench.keystead;
    let gate = AddProvider {
        name: "Gate".into(),
        dialect: keystead_core::provider::Dialect::default(),
        base_url: "http://127.0.0.1:9/v1".into(),
        urls: std::collections::BTreeMap::new(),
        headers: Vec::new(),
        configuration: Vec::new(),
        models: Vec::new(),
    };
    keystead.add_provider(&gate).expect("made");
    let made = last(&bench);
    let key = bench.add("gate", "Work", CANARY);
    assert_eq!(keystead.undo(made.id).expect_err("there is a key").code, Code::UndoConflict);
    assert_eq!(bench.secret_of(&key).expect("there"), CANARY);

    keystead.remove_key(&key.id).expect("removed");
    let back = keystead.undo(last(&bench).id).expect("restored");
    let req = ReplaceKey { id: key.id.clone(), draft: bench.draft(CANARY), tested: None };
    keystead.replace_key(&req).expect("entered again");
    assert_eq!(keystead.undo(back.id).expect_err("it has a secret again").code, Code::UndoConflict);
    assert_eq!(bench.secret_of(&key).expect("there"), CANARY);
    keystead.remove_key(&key.id).expect("removed");
    bench.add("gate", "Again", CANARY);
}

#[test]
fn rules_about_several_parts_or_rows_are_no_obstacle() {
    let bench = Bench::new();
    let keystead = &bench.keystead;
    let quiet = EditMessenger { quiet: Some(Some(QuietHours { from: 22, to: 7 })), ..EditMessenger::default() };
    keystead.edit_messenger(&quiet).expect("saved");
    keystead.undo(last(&bench).id).expect("taken back");
    assert_eq!(keystead.messenger().expect("a view").quiet, None);

    let default = || keystead.workspaces().expect("listed").into_iter().find(|one| one.is_default).expect("one").name;
    let first = default();
    let make = SaveWorkspace { name: Some("Client".into()), make_default: Some(true), ..SaveWorkspace::default() };
    let client =
        keystead.save_workspace(&make).expect("made").into_iter().find(|one| one.name == "Client").expect("there");
    let again = SaveWorkspace { id: Some(client.id), make_default: Some(true), ..SaveWorkspace::default() };
    keystead.save_workspace(&again).expect("the default");
    assert_eq!(default(), "Client");
    keystead.undo(last(&bench).id).expect("taken back");
    assert_eq!(default(), first);
}
