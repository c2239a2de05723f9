//! Which key does what: policies, workspaces, tasks, and the answer with its reasons.

#![allow(clippy::float_cmp, reason = "weights are kept as they are")]

#[path = "../common.rs"]
mod common;
mod names;

use std::collections::HashMap;

use common::{Bench, text};
use keystead_core::{
    Code, Field,
    keystead::{
        AssignTask, AssignTasks, Broken, EditKeys, EditSettings, EnableKey, KeyView, OrderKeys, Place, Resolution,
        Resolve, SaveLimit, SaveTask, SaveWorkspace,
    },
    limit::{Breach, Effect, LimitKind},
    policy::{Models, Tier},
    task::TaskTarget,
};

fn edit(key: &KeyView) -> EditKeys {
    EditKeys { ids: vec![key.id.clone()], ..EditKeys::default() }
}

fn target(text: &str) -> TaskTarget {
    text.parse().expect("a target")
}

fn assign(bench: &Bench, workspace: Option<&str>, task: &str, targets: &[&str]) {
    let targets = targets.iter().map(|text| target(text)).collect();
    let task =
        AssignTask { task: task.parse().expect("a slug"), version: None, targets, same_as: None, parameters: None };
    let req = AssignTasks { workspace: workspace.map(str::to_owned), tasks: vec![task] };
    bench.keystead.assign_tasks(&req).expect("assigned");
}

fn resolve(bench: &Bench, session: &str) -> Resolution {
    let (task, session) = ("chat".to_owned(), Some(session.to_owned()));
    bench.keystead.resolve(&Resolve { task, session, ..Resolve::default() }).expect("an answer")
}

/// The reasons of all keys, by name.
fn reasons(found: &Resolution) -> HashMap<String, Place> {
    let keys = found.targets.iter().flat_map(|target| &target.keys);
    keys.filter_map(|key| Some((key.name.as_ref()?.name.clone(), key.place.clone()))).collect()
}

fn three(bench: &Bench) -> [KeyView; 3] {
    ["Work", "Personal", "Spare"].map(|name| {
        let n = u32::try_from(name.len()).expect("short");
        bench.add("openai", name, &text(n))
    })
}

#[test]
fn an_answer_has_a_reason_for_every_key() {
    let bench = Bench::new();
    let [work, personal, spare] = three(&bench);
    assign(&bench, None, "chat", &["openai/gpt-5"]);
    let keystead = &bench.keystead;
    keystead.enable_key(&EnableKey { id: spare.id.clone(), enabled: false }).expect("off");
    let deny = EditKeys { blocked: Some(vec!["gpt-5*".into()]), ..edit(&personal) };
    keystead.edit_keys(&deny).expect("blocked");
    let found = resolve(&bench, "s");
    let used = found.used.as_ref().expect("one");
    assert_eq!((used.model.as_str(), used.key_ref.as_deref()), ("gpt-5", Some("keystead://openai/work")));
    let places = reasons(&found);
    assert_eq!(places["Work"], Place::Used);
    assert_eq!(places["Personal"], Place::ModelBlocked { pattern: "gpt-5*".into() });
    assert_eq!(places["Spare"], Place::Disabled);
    // An alias is how the provider calls it; what may be used is asked by the name programs use.
    let aliases = Some([("GPT-5".to_owned(), "my-deployment".to_owned())].into());
    keystead.edit_keys(&EditKeys { aliases, ..edit(&work) }).expect("an alias");
    assert_eq!(resolve(&bench, "s").used.expect("one").called, "my-deployment");
    let list = Some(Models::List(vec!["o1".into()]));
    keystead.edit_keys(&EditKeys { models: list, ..edit(&work) }).expect("a list");
    let found = resolve(&bench, "s");
    assert_eq!((found.used.as_ref(), reasons(&found)["Work"].clone()), (None, Place::ModelNotAllowed));
}

#[test]
fn tiers_standby_and_targets_come_in_order() {
    let bench = Bench::new();
    let [work, personal, spare] = three(&bench);
    let groq = bench.add("groq", "Fast", &format!("gsk_{}", "a1B2c3D4".repeat(6)));
    assign(&bench, None, "chat", &["openai/gpt-5", "groq/llama"]);
    let keystead = &bench.keystead;
    keystead.edit_keys(&EditKeys { tier: Some(Tier::Fallback), ..edit(&personal) }).expect("fallback");
    keystead.edit_keys(&EditKeys { weight: Some(0.0), ..edit(&spare) }).expect("standby");
    let order = |session: &str| -> Vec<String> {
        let keys = resolve(&bench, session).targets.into_iter().flat_map(|target| target.keys);
        keys.filter_map(|key| Some(key.name?.name)).collect()
    };
    for session in ["a", "b", "c"] {
        assert_eq!(order(session), ["Work", "Personal", "Spare", "Fast"]);
    }
    let id = |key: &KeyView| key.id.clone();
    let provider = "openai".parse().expect("a slug");
    let (prioritized, fallback) = (vec![id(&spare), id(&personal)], vec![id(&work)]);
    keystead.order_keys(&OrderKeys { provider, prioritized, fallback }).expect("ordered");
    assert_eq!(order("a"), ["Personal", "Work", "Spare", "Fast"]);
    let last =
        EditKeys { ids: vec![id(&work), id(&personal), id(&spare)], enabled: Some(false), ..EditKeys::default() };
    keystead.edit_keys(&last).expect("all off at once");
    assert_eq!(resolve(&bench, "a").used.expect("the next target").name.expect("a key").id, groq.id);
}

#[test]
fn many_sessions_get_the_shares_and_one_session_the_same_key() {
    let bench = Bench::new();
    let [work, personal, spare] = three(&bench);
    assign(&bench, None, "chat", &["openai/gpt-5"]);
    bench.keystead.edit_keys(&EditKeys { weight: Some(3.0), ..edit(&work) }).expect("heavy");
    bench.keystead.edit_keys(&EditKeys { weight: Some(0.0), ..edit(&spare) }).expect("standby");
    let mut counts: HashMap<String, u32> = HashMap::new();
    for n in 0..100 {
        let session = format!("session {n}");
        let first = resolve(&bench, &session).used.expect("one").name.expect("a key").id;
        assert_eq!(resolve(&bench, &session).used.expect("one").name.expect("a key").id, first);
        *counts.entry(first).or_default() += 1;
    }
    assert!(counts[&work.id] > counts[&personal.id] && !counts.contains_key(&spare.id), "{counts:?}");
    let shares: Vec<f64> = resolve(&bench, "x").targets[0].keys.iter().map(|key| key.share).collect();
    assert_eq!(shares.iter().sum::<f64>(), 1.0, "{shares:?}");
}

#[test]
fn a_workspace_has_its_own_keys_and_tasks_and_inherits_the_rest() {
    let bench = Bench::new();
    let [work, personal, _] = three(&bench);
    assign(&bench, None, "chat", &["openai/gpt-5"]);
    let keystead = &bench.keystead;
    let make = SaveWorkspace { name: Some("Client".into()), ..SaveWorkspace::default() };
    let all = keystead.save_workspace(&make).expect("made");
    let client = all.iter().find(|one| one.name == "Client").expect("there").clone();
    keystead.edit_keys(&EditKeys { workspace: Some(Some(client.id.clone())), ..edit(&work) }).expect("moved");
    assert_eq!(reasons(&resolve(&bench, "s"))["Work"], Place::OtherWorkspace);
    let there = |task: &str| {
        let req = Resolve { task: task.into(), workspace: Some("client".into()), ..Resolve::default() };
        keystead.resolve(&req).expect("an answer")
    };
    let found = there("chat");
    assert_eq!(found.workspace, "Client");
    assert!(matches!(reasons(&found)["Work"], Place::Used | Place::Next { .. }));
    let inherited = |task: &str| {
        let tasks = keystead.tasks(Some("client")).expect("listed");
        tasks.into_iter().find(|one| one.slug.as_str() == task).and_then(|one| one.assignment).map(|one| one.inherited)
    };
    assert_eq!((inherited("chat"), inherited("code")), (Some(true), None));
    assign(&bench, Some(&client.id), "chat", &["openai/o3"]);
    assert_eq!((inherited("chat"), there("chat").used.expect("one").model), (Some(false), "o3".into()));
    assert_eq!(resolve(&bench, "s").used.expect("one").model, "gpt-5");
    // A name may be there twice, in two workspaces, and not twice in one.
    let twin = EditKeys { name: Some("Work".into()), ..edit(&personal) };
    keystead.edit_keys(&twin).expect("another workspace's name is free");
    let back = EditKeys { workspace: Some(None), ..edit(&work) };
    assert_eq!(keystead.edit_keys(&back).expect_err("taken").code, Code::NameTaken);
    assert_eq!(keystead.remove_workspace(&client.id).expect_err("its key's name is taken").code, Code::NameTaken);
    keystead.edit_keys(&EditKeys { name: Some("Old".into()), ..edit(&work) }).expect("renamed");
    let left = keystead.remove_workspace(&client.id).expect("removed");
    assert_eq!(left.len(), 1);
    assert_eq!(keystead.find_key("openai/old").expect("in all").policy.workspace, None);
    assert_eq!(keystead.remove_workspace(&left[0].id).expect_err("the default one").code, Code::WorkspaceDefault);
}

#[test]
fn tasks_are_made_ordered_copied_and_removed() {
    let bench = Bench::new();
    let keystead = &bench.keystead;
    let slugs = || -> Vec<String> {
        keystead.tasks(None).expect("listed").into_iter().map(|task| task.slug.to_string()).collect()
    };
    assert_eq!(slugs(), ["chat", "code", "summaries", "embeddings"]);
    let titles =
        SaveTask { name: Some("Titles".into()), purpose: Some("Names for chats".into()), ..SaveTask::default() };
    keystead.save_task(&titles).expect("made");
    let twice = keystead.save_task(&titles).expect_err("there already");
    assert_eq!((twice.code, twice.field), (Code::SlugTaken, Some(Field::Slug)));
    let ordered = keystead.order_tasks(&["titles".parse().expect("a slug")]).expect("ordered");
    assert_eq!(ordered[0].slug.as_str(), "titles");
    let like = |task: &str, other: &str| {
        let task = AssignTask {
            task: task.parse().expect("a slug"),
            version: None,
            targets: Vec::new(),
            same_as: Some(other.parse().expect("a slug")),
            parameters: None,
        };
        keystead.assign_tasks(&AssignTasks { workspace: None, tasks: vec![task] })
    };
    bench.add("openai", "Work", &text(1));
    assign(&bench, None, "chat", &["openai/gpt-5"]);
    like("titles", "chat").expect("as chat does");
    let found = keystead.resolve(&Resolve { task: "titles".into(), ..Resolve::default() }).expect("an answer");
    assert_eq!(found.targets_of.expect("chat's").as_str(), "chat");
    assert_eq!(like("chat", "titles").expect_err("in a circle").code, Code::TaskCycle);
    assert_eq!(keystead.remove_task(&"chat".parse().expect("a slug")).expect_err("in use").code, Code::TaskInUse);
    assert_eq!(resolve(&bench, "s").used.expect("still").model, "gpt-5", "what was refused changed nothing");
    keystead.remove_task(&"titles".parse().expect("a slug")).expect("removed");
    keystead.remove_task(&"chat".parse().expect("a slug")).expect("removed");
    assert_eq!(slugs(), ["code", "summaries", "embeddings"]);
    let none = keystead.resolve(&Resolve { task: "code".into(), ..Resolve::default() }).expect("an answer");
    assert_eq!((none.used, none.broken), (None, Some(Broken::Unassigned)));
    assert_eq!(
        keystead.resolve(&Resolve { task: "chat".into(), ..Resolve::default() }).expect_err("gone").code,
        Code::TaskNotFound
    );
}

#[test]
fn a_bulk_of_assignments_is_all_or_nothing() {
    let bench = Bench::new();
    let one = |task: &str, targets: Vec<TaskTarget>| AssignTask {
        task: task.parse().expect("a slug"),
        version: None,
        targets,
        same_as: None,
        parameters: None,
    };
    let tasks = vec![one("chat", vec![target("openai/gpt-5")]), one("nothing", vec![target("openai/gpt-5")])];
    let refused = bench.keystead.assign_tasks(&AssignTasks { workspace: None, tasks }).expect_err("no such task");
    assert_eq!(refused.code, Code::TaskNotFound);
    let twice = vec![one("chat", vec![target("openai/a"), target("openai/a")])];
    let refused = bench.keystead.assign_tasks(&AssignTasks { workspace: None, tasks: twice }).expect_err("twice");
    assert_eq!((refused.code, refused.field), (Code::TargetTwice, Some(Field::Targets)));
    let nobody = vec![one("chat", vec![target("nobody/a")])];
    let refused = bench.keystead.assign_tasks(&AssignTasks { workspace: None, tasks: nobody }).expect_err("unknown");
    assert_eq!((refused.code, refused.field), (Code::ProviderNotFound, Some(Field::Targets)));
    let tasks = bench.keystead.tasks(None).expect("listed");
    assert!(tasks.iter().all(|task| task.assignment.is_none()));
    let bad = AssignTask { parameters: Some("{\"temperature\": 9}".into()), ..one("chat", vec![target("openai/a")]) };
    let req = AssignTasks { workspace: None, tasks: vec![bad] };
    assert_eq!(bench.keystead.assign_tasks(&req).expect_err("too hot").field, Some(Field::Parameters));
}

#[test]
fn what_a_key_cannot_be_is_refused_where_it_was_typed_and_changes_nothing() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    let long = "x".repeat(1000);
    let many = |n: usize| -> Vec<String> { (0..n).map(|n| format!("m{n}")).collect() };
    let circle = [("a", "b"), ("b", "A")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let bad = [
        (EditKeys { weight: Some(-1.0), ..edit(&key) }, Field::Weight),
        (EditKeys { weight: Some(f64::NAN), ..edit(&key) }, Field::Weight),
        (EditKeys { weight: Some(1e300), ..edit(&key) }, Field::Weight),
        (EditKeys { weight: Some(f64::INFINITY), ..edit(&key) }, Field::Weight),
        (EditKeys { models: Some(Models::List(vec![long.clone()])), ..edit(&key) }, Field::Models),
        (EditKeys { models: Some(Models::List(many(101))), ..edit(&key) }, Field::Models),
        (EditKeys { blocked: Some(vec!["a".into(), "A".into()]), ..edit(&key) }, Field::Blocked),
        (EditKeys { blocked: Some(vec!["a\u{0}".into()]), ..edit(&key) }, Field::Blocked),
        (EditKeys { aliases: Some(circle.into()), ..edit(&key) }, Field::Aliases),
        (EditKeys { aliases: Some([(String::new(), "a".to_owned())].into()), ..edit(&key) }, Field::Aliases),
        (EditKeys { expires_on: Some(Some("2001-02-03".into())), ..edit(&key) }, Field::Expiry),
        (EditKeys { expires_on: Some(Some("31.12.2099".into())), ..edit(&key) }, Field::Expiry),
        (EditKeys { expires_on: Some(Some("2099-02-30".into())), ..edit(&key) }, Field::Expiry),
        (EditKeys { callers: Some(vec!["abc".into()]), ..edit(&key) }, Field::Callers),
        (EditKeys { description: Some(long.repeat(2)), ..edit(&key) }, Field::Description),
        (EditKeys { workspace: Some(Some("nowhere".into())), ..edit(&key) }, Field::Workspace),
        (EditKeys { name: Some(String::new()), ..edit(&key) }, Field::Name),
    ];
    for (req, field) in bad {
        let with_more = EditKeys { batch: Some(true), ..req.clone() };
        assert_eq!(bench.keystead.edit_keys(&with_more).expect_err("refused").field, Some(field), "{req:?}");
    }
    let now = bench.keystead.find_key("openai/work").expect("there");
    assert_eq!((now.policy.clone(), now.version), (key.policy, key.version));
    // Two edits of one row: the later one is told, and nothing of it is written.
    let seen = EditKeys { versions: vec![now.version], weight: Some(2.0), ..edit(&now) };
    bench.keystead.edit_keys(&seen).expect("the first");
    let late = EditKeys { versions: vec![now.version], weight: Some(5.0), ..edit(&now) };
    assert_eq!(bench.keystead.edit_keys(&late).expect_err("the second").code, Code::ChangedElsewhere);
    assert_eq!(bench.keystead.find_key("openai/work").expect("there").policy.weight, 2.0);
}

#[test]
fn limits_warn_or_refuse_and_can_be_seen_before_they_are_saved() {
    let bench = Bench::new();
    let [..] = three(&bench);
    assign(&bench, None, "chat", &["openai/gpt-5"]);
    let keystead = &bench.keystead;
    let rule = |kind, effect, amount, patterns: &[&str]| SaveLimit {
        id: None,
        version: None,
        kind,
        effect,
        enabled: true,
        workspace: None,
        provider: None,
        amount,
        currency: None,
        patterns: patterns.iter().map(ToString::to_string).collect(),
    };
    let denied = rule(LimitKind::DeniedModels, Effect::Refuse, None, &["GPT-*"]);
    let seen = keystead.preview_limit(&denied).expect("seen");
    assert_eq!(seen.breaches.len(), 3, "each key, for the model that chat asks for");
    assert!(keystead.limits().expect("listed").is_empty() && resolve(&bench, "s").used.is_some());
    let saved = keystead.save_limit(&denied).expect("saved");
    let found = resolve(&bench, "s");
    assert_eq!(found.used, None);
    let breach = Breach::DeniedModel { pattern: "GPT-*".into() };
    assert_eq!(reasons(&found)["Work"], Place::Limited { limit: saved[0].limit.id.clone(), breach });
    let change = |effect, enabled| SaveLimit { id: Some(saved[0].limit.id.clone()), effect, enabled, ..denied.clone() };
    keystead.save_limit(&change(Effect::Warn, true)).expect("warns");
    let found = resolve(&bench, "s");
    assert!(found.used.is_some() && found.targets[0].keys.iter().all(|key| key.warnings.len() == 1));
    keystead.save_limit(&change(Effect::Refuse, false)).expect("off");
    assert!(resolve(&bench, "s").targets[0].keys.iter().all(|key| key.warnings.is_empty()));
    let late = SaveLimit { version: Some(0), ..change(Effect::Refuse, true) };
    assert_eq!(keystead.save_limit(&late).expect_err("changed meanwhile").code, Code::ChangedElsewhere);
    let wrong = rule(LimitKind::AllowedProviders, Effect::Refuse, None, &["nobody"]);
    assert_eq!(keystead.save_limit(&wrong).expect_err("no such provider").field, Some(Field::Patterns));
    let tested = rule(LimitKind::TestedWithin, Effect::Refuse, Some(7.0), &[]);
    keystead.save_limit(&tested).expect("saved");
    assert!(matches!(reasons(&resolve(&bench, "s"))["Work"], Place::Limited { .. }), "never tested");
    let all = keystead.limits().expect("listed");
    assert_eq!(all.len(), 2);
    keystead.remove_limit(&all[1].limit.id).expect("removed");
    assert!(resolve(&bench, "s").used.is_some());
}

#[test]
fn in_maintenance_programs_are_refused_and_people_may_look() {
    let bench = Bench::new();
    bench.add("openai", "Work", &text(1));
    assign(&bench, None, "chat", &["openai/gpt-5"]);
    let on = |on| EditSettings { maintenance: Some(on), ..EditSettings::default() };
    bench.keystead.edit_settings(&on(true)).expect("on");
    let req = Resolve { task: "chat".into(), ..Resolve::default() };
    assert_eq!(bench.keystead.resolve(&req).expect_err("refused").code, Code::Maintenance);
    assert!(bench.keystead.dry_run(&req).expect("seen").used.is_some());
    bench.keystead.edit_settings(&on(false)).expect("off");
    assert!(bench.keystead.resolve(&req).expect("served").used.is_some());
}

#[test]
fn callers_batch_and_expiry_decide_too() {
    let bench = Bench::new();
    let key = bench.add("openai", "Work", &text(1));
    assign(&bench, None, "chat", &["openai/gpt-5"]);
    let ask = |caller: Option<&str>, batch: bool| {
        let caller = caller.map(str::to_owned);
        let req = Resolve { task: "chat".into(), caller, batch: Some(batch), ..Resolve::default() };
        bench.keystead.resolve(&req).map(|found| reasons(&found)["Work"].clone())
    };
    assert_eq!(ask(None, true).expect("an answer"), Place::NotForBatch);
    let hash = "ab".repeat(32);
    let callers = EditKeys { callers: Some(vec![hash.to_uppercase()]), batch: Some(true), ..edit(&key) };
    bench.keystead.edit_keys(&callers).expect("saved");
    assert_eq!(ask(None, false).expect("an answer"), Place::CallerNotAllowed);
    assert_eq!(ask(Some(&hash), true).expect("an answer"), Place::Used);
    assert_eq!(ask(Some("short"), false).expect_err("no hash").field, Some(Field::Callers));
    let far = EditKeys { expires_on: Some(Some("2099-12-31".into())), ..edit(&key) };
    let days = bench.keystead.edit_keys(&far).expect("saved")[0].policy.days_left(4_102_358_400_000);
    assert_eq!(days, Some(0), "on its last day it still works");
}
