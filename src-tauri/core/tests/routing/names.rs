//! Keys, models and tasks under more than one name, or under one name twice.

use keystead_core::{
    Code,
    keystead::{AssignTask, AssignTasks, EditKeys, Place, SaveLimit, SaveWorkspace},
    limit::{Effect, LimitKind},
};

use crate::{
    assign,
    common::{Bench, text},
    edit, reasons, resolve, target,
};

#[test]
fn what_is_denied_is_denied_by_its_other_name_and_without_a_key() {
    let bench = Bench::new();
    let work = bench.add("openai", "Work", &text(1));
    let keystead = &bench.keystead;
    let aliases = Some([("fast".to_owned(), "gpt-5".to_owned())].into());
    keystead.edit_keys(&EditKeys { aliases, ..edit(&work) }).expect("an alias");
    assign(&bench, None, "chat", &["openai/fast"]);
    assert_eq!(resolve(&bench, "s").used.expect("one").called, "gpt-5");
    let blocked =
        |list: &[&str]| EditKeys { blocked: Some(list.iter().map(|one| (*one).into()).collect()), ..edit(&work) };
    keystead.edit_keys(&blocked(&["gpt-5*"])).expect("blocked");
    assert_eq!(reasons(&resolve(&bench, "s"))["Work"], Place::ModelBlocked { pattern: "gpt-5*".into() });
    keystead.edit_keys(&blocked(&[])).expect("allowed");
    let deny = |patterns: &[&str]| SaveLimit {
        id: None,
        version: None,
        kind: LimitKind::DeniedModels,
        effect: Effect::Refuse,
        enabled: true,
        workspace: None,
        provider: None,
        amount: None,
        currency: None,
        patterns: patterns.iter().map(|one| (*one).into()).collect(),
    };
    keystead.save_limit(&deny(&["gpt-5*", "llama*"])).expect("saved");
    assert!(matches!(reasons(&resolve(&bench, "s"))["Work"], Place::Limited { .. }));
    assign(&bench, None, "chat", &["ollama/llama3"]);
    let found = resolve(&bench, "s");
    assert!(found.used.is_none() && matches!(found.targets[0].keys[0].place, Place::Limited { .. }), "{found:?}");
}

#[test]
fn other_targets_in_a_workspace_keep_the_parameters_they_inherit() {
    let bench = Bench::new();
    let keystead = &bench.keystead;
    let make = SaveWorkspace { name: Some("Client".into()), ..SaveWorkspace::default() };
    keystead.save_workspace(&make).expect("made");
    let warm = AssignTask {
        task: "chat".parse().expect("a slug"),
        version: None,
        targets: vec![target("openai/gpt-5")],
        same_as: None,
        parameters: Some("{\"temperature\":0.7}".into()),
    };
    keystead.assign_tasks(&AssignTasks { workspace: None, tasks: vec![warm] }).expect("assigned");
    assign(&bench, Some("Client"), "chat", &["openai/o3"]);
    let tasks = keystead.tasks(Some("Client")).expect("listed");
    let chat = tasks.iter().find(|task| task.slug.as_str() == "chat").expect("there");
    assert_eq!(chat.assignment.as_ref().expect("its own").parameters, "{\"temperature\":0.7}");
}

#[test]
fn a_reference_finds_the_one_key_where_two_have_its_name() {
    let bench = Bench::new();
    let keystead = &bench.keystead;
    let make = SaveWorkspace { name: Some("Client".into()), ..SaveWorkspace::default() };
    let client = keystead.save_workspace(&make).expect("made").into_iter().find(|one| !one.is_default).expect("there");
    let theirs = bench.add("openai", "Work", &text(1));
    keystead.edit_keys(&EditKeys { workspace: Some(Some(client.id)), ..edit(&theirs) }).expect("moved");
    let ours = bench.add("openai", "Work", &text(2));
    assign(&bench, None, "chat", &["openai/gpt-5"]);
    let reference = resolve(&bench, "s").used.expect("one").key_ref.expect("a reference");
    assert_eq!(keystead.find_key(&reference).expect("found").id, ours.id);
    let error = keystead.find_key("openai/work").expect_err("two");
    assert!(error.code == Code::KeyAmbiguous && error.message.contains(&theirs.id), "{}", error.message);
}
