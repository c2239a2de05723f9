//! Figures of the domain, for `cargo xtask bench`: medians of released code, on real files, loopback servers and, where
//! there is one, the session's keychain. Printed, not asserted: a busy machine fails no test here.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]
#![expect(clippy::unwrap_used, reason = "what goes wrong here ends the measurement")]

#[path = "figures/many.rs"]
mod many;

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use keystead_core::{
    Keystead,
    keystead::{AddKey, ProviderRef},
    vault::{EntryId, Vault, VaultState, fault::Memory, keychain::Keychain},
};
use rusqlite::Connection;
use uuid::Uuid;
use zeroize::Zeroizing;

fn main() {
    let runs = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(9);
    list(runs);
    save(runs);
    many::bench(runs.min(5));
}

/// The middle one, in milliseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// A list of so many keys, each with a last test, over the providers of the catalogue.
fn list(runs: usize) {
    let figure = |keys: usize| {
        let home = tempfile::tempdir().unwrap();
        let keystead = Keystead::open(home.path(), Arc::new(Memory::new())).unwrap();
        fill(&keystead, home.path(), keys);
        let times = (0..=runs).map(|_| {
            timed(|| {
                let listed: usize = keystead.providers().unwrap().iter().map(|p| p.keys.len()).sum();
                assert_eq!(listed, keys + 1);
            })
        });
        // The first fills caches.
        median(times.skip(1).collect())
    };
    let (small, large) = (figure(1_000), figure(10_000));
    println!(
        "list of 10,000 keys, ms     {large:>9.1}  (gate 20)   1,000 keys {small:.1}: × {:.1} (linear × 10)",
        large / small
    );
}

/// One key as it is saved, and many rows like it.
fn fill(keystead: &Keystead, home: &Path, keys: usize) {
    let draft = keystead.draft(&Zeroizing::new(b"sk-proj-0000T3BlbkFJ0123456789abcdef".to_vec())).unwrap().id;
    let provider = ProviderRef::Existing { id: "openai".parse().unwrap(), base_url: None };
    let one = keystead.add_key(&AddKey { provider, name: "One".into(), draft: Some(draft), tested: None }).unwrap();
    let providers: Vec<String> = keystead.providers().unwrap().iter().map(|p| p.id.to_string()).collect();
    let mut db = Connection::open(home.join("keystead.db")).unwrap();
    let t = db.transaction().unwrap();
    for n in 0..keys {
        let (key, secret) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let provider = &providers[n % providers.len()];
        t.execute(
            "INSERT INTO key (id, provider, name, name_folded, source, enabled, created_at, updated_at)
             SELECT ?1, ?2, ?3, ?3, source, 1, created_at, updated_at FROM key WHERE id = ?4",
            (&key, provider, format!("key {n}"), &one.id),
        )
        .unwrap();
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
}

/// Saving a key, against the least that saving it can be: written to the keychain, read back, one commit that survives a
/// power cut. The two take turns.
fn save(runs: usize) {
    let keychain = Keychain::new();
    if keychain.probe().state != VaultState::Ready {
        println!("saving a key                not measured: there is no unlocked keychain here");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let keystead = Keystead::open(home.path(), Arc::new(Keychain::new())).unwrap();
    let db = Connection::open(home.path().join("least.db")).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE one (n TEXT) STRICT;")
        .unwrap();
    let (mut ours, mut least) = (Vec::new(), Vec::new());
    for n in 0..=runs * 3 {
        let text = format!("sk-proj-{n:08}T3BlbkFJ0123456789abcdef");
        let draft = keystead.draft(&Zeroizing::new(text.clone().into_bytes())).unwrap().id;
        let provider = ProviderRef::Existing { id: "openai".parse().unwrap(), base_url: None };
        let req = AddKey { provider, name: format!("Key {n}"), draft: Some(draft), tested: None };
        let saved = timed(|| drop(keystead.add_key(&req).unwrap()));
        let id = EntryId { secret: Uuid::new_v4(), version: 1 };
        let alone = timed(|| {
            keychain.put(&id, "Keystead: bench", text.as_bytes()).unwrap();
            assert_eq!(keychain.get(&id).unwrap().unwrap().as_slice(), text.as_bytes());
            db.execute("INSERT INTO one VALUES (?1)", [&text]).unwrap();
        });
        keychain.delete(&id).unwrap();
        // The first makes the key of fingerprints.
        if n > 0 {
            ours.push(saved);
            least.push(alone);
        }
    }
    for provider in keystead.providers().unwrap() {
        provider.keys.iter().for_each(|key| keystead.remove_key(&key.id).unwrap());
    }
    let (ours, least) = (median(ours), median(least));
    println!(
        "saving a key, ms            {ours:>9.1}  set + get + one commit {least:.1}: × {:.2} (gate × 1.50)",
        ours / least
    );
}
