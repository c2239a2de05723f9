//! The list of keys with how each is used, and the tasks with the key that each would use, from 10 keys to 10,000.

use std::{path::Path, sync::Arc, time::Duration};

use keystead_core::{
    Keystead,
    keystead::{AddKey, AssignTask, AssignTasks, KeyView, ProviderRef},
    probe::{Outcome, Stage, StageReport, StageState, TestReport},
    provider::Catalog,
    store::test_result,
    task::TaskTarget,
    vault::fault::Memory,
};
use rusqlite::Connection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{median, timed};

const SIZES: [usize; 3] = [10, 1_000, 10_000];

pub(crate) fn bench(runs: usize) {
    let [small, middle, large] = SIZES.map(|keys| figures(keys, runs));
    let line = |what: &str, at: usize, gate: &str| {
        let times = (large[at], middle[at], large[at] / middle[at], small[at]);
        println!(
            "{what:<28}{:>9.2}  {gate:<10} 1,000 keys {:.2}: × {:.1} (linear × 10)   10 keys {:.2}",
            times.0, times.1, times.2, times.3
        );
    };
    line("list of 10,000 keys, ms", 0, "(gate 20)");
    line("  after a change, ms", 1, "(gate 20)");
    line("tasks with 10,000 keys, ms", 2, "");
}

/// What the list takes, as it was and after a change, and what the tasks take, with so many keys, each with a last test and
/// half with a policy of their own, over the providers of the catalogue.
fn figures(keys: usize, runs: usize) -> [f64; 3] {
    let home = tempfile::tempdir().unwrap();
    let keystead = Keystead::open(home.path(), Arc::new(Memory::new())).unwrap();
    fill(&keystead, home.path(), keys);
    let db = Connection::open(home.path().join("keystead.db")).unwrap();
    let list = || {
        timed(|| {
            let tested = |key: &&Arc<KeyView>| key.last_test.is_some();
            let all = keystead.providers().unwrap();
            assert_eq!(all.iter().flat_map(|one| &one.keys).filter(tested).count(), keys);
        })
    };
    let changed = || {
        db.execute("UPDATE key SET description = description || '.' WHERE name = 'One'", []).unwrap();
        list()
    };
    let tasks = || {
        timed(|| {
            let used = keystead.tasks(None).unwrap().iter().filter(|task| task.now.used.is_some()).count();
            assert_eq!(used, 4);
        })
    };
    // The first fills caches.
    let middle = |one: &dyn Fn() -> Duration| median((0..=runs).map(|_| one()).skip(1).collect());
    [middle(&list), middle(&changed), middle(&tasks)]
}

/// One key as it is saved, many rows like it, and what every task uses.
fn fill(keystead: &Keystead, home: &Path, keys: usize) {
    let draft = keystead.draft(&Zeroizing::new(b"sk-proj-0000T3BlbkFJ0123456789abcdef".to_vec())).unwrap().id;
    let provider = ProviderRef::Existing { id: "openai".parse().unwrap(), base_url: None };
    let one = keystead.add_key(&AddKey { provider, name: "One".into(), draft: Some(draft), tested: None }).unwrap();
    let providers: Vec<String> = keystead.providers().unwrap().iter().map(|p| p.id.to_string()).collect();
    let mut db = Connection::open(home.join("keystead.db")).unwrap();
    let t = db.transaction().unwrap();
    let passed = [Stage::Name, Stage::Connection, Stage::Tls, Stage::Route, Stage::Key, Stage::Account];
    let stages: Vec<_> = passed
        .map(|stage| StageReport { stage, state: StageState::Ok, start_ms: Some(1.5), took_ms: Some(12.25) })
        .into();
    for n in 0..keys {
        let (key, secret) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let provider = &providers[n % providers.len()];
        t.execute(
            "INSERT INTO key (id, provider, name, name_folded, source, enabled, created_at, updated_at)
             SELECT ?1, ?2, ?3, ?3, source, 1, created_at, updated_at FROM key WHERE id = ?4",
            (&key, provider, format!("key {n}"), &one.id),
        )
        .unwrap();
        if n % 2 == 0 {
            t.execute(POLICY, [&key]).unwrap();
        }
        let at = Catalog::builtin().get(&provider.parse().unwrap()).unwrap();
        let report = TestReport::without_request(at, Outcome::Connected, Stage::Account, None, 1);
        let report = TestReport { key_proven: true, stages: stages.clone(), ..report };
        test_result::put(&t, key.parse().unwrap(), &format!("{} v1", at.base_url), &report).unwrap();
        t.execute(
            "INSERT INTO secret (id, key, part, state, current_version, next_version, vault, vault_name, hint_prefix,
                                 hint_tail, fingerprint, bound_to)
             SELECT ?1, ?2, part, state, current_version, next_version, vault, vault_name, hint_prefix, hint_tail,
                    randomblob(32), bound_to FROM secret WHERE key = ?3",
            (&secret, &key, &one.id),
        )
        .unwrap();
    }
    t.commit().unwrap();
    let target = |provider: &str, model: &str| TaskTarget { provider: provider.parse().unwrap(), model: model.into() };
    let tasks = ["chat", "code", "summaries", "embeddings"].map(|slug| AssignTask {
        task: slug.parse().unwrap(),
        version: None,
        targets: vec![target("openai", "gpt-5"), target("groq", "llama-3.3-70b-versatile")],
        same_as: None,
        parameters: None,
    });
    keystead.assign_tasks(&AssignTasks { workspace: None, tasks: tasks.into() }).unwrap();
}

const POLICY: &str = r#"UPDATE key SET weight = 0.5, tier = 'fallback', position = 3, description = 'For the team',
    models = '{"list":["gpt-*","llama-*","text-embedding-3-?"]}', blocked = '["*-preview"]',
    aliases = '{"fast":"gpt-5-mini"}', expires_on = '2999-12-31' WHERE id = ?1"#;
