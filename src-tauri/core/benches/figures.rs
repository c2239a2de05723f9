//! Figures of the domain, for `cargo xtask bench`: medians of released code, on real files, loopback servers and, where
//! there is one, the session's keychain. Printed, not asserted: a busy machine fails no test here.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]
#![expect(clippy::unwrap_used, reason = "what goes wrong here ends the measurement")]

#[path = "figures/list.rs"]
mod list;
#[path = "figures/many.rs"]
mod many;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use keystead_core::{
    Keystead,
    keystead::{AddKey, ProviderRef},
    vault::{EntryId, Vault, VaultState, keychain::Keychain},
};
use rusqlite::Connection;
use uuid::Uuid;
use zeroize::Zeroizing;

fn main() {
    let runs = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(9);
    list::bench(runs);
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
