//! A database that is gone, that is an older one, that somebody else holds, or whose clock is wrong.

use std::{
    fs::{self, File},
    sync::{Arc, Mutex},
    thread,
};

use keystead_core::{
    Code,
    keystead::AddKey,
    vault::fault::{Moment, Step},
};
use rusqlite::Connection;

use crate::{
    bench::{Bench, Way, names, remove_database, said},
    gate::{Gate, size},
    scene::{self, Rng},
};

#[test]
fn a_deleted_database_is_rebuilt_with_every_key_under_its_name() {
    let gate = Gate::new("R7", "deleted databases");
    let runs = size(2, 10);
    let failures = collect(runs, |rng| {
        let bench = Bench::new(rng);
        remove_database(bench.home.path());
        bench.recovered(&mut Way::default())?;
        let found = scene::keys(&bench.started().map_err(said)?)?;
        let same = found == bench.keys;
        if same { Ok(()) } else { Err(format!("{:?} instead of {:?}", names(&found), names(&bench.keys))) }
    });
    gate.done(runs, &failures, "databases");
}

#[test]
fn an_older_database_loses_and_swaps_no_key() {
    let gate = Gate::new("R7", "older databases put back");
    let runs = size(4, 30);
    let failures = collect(runs, |rng| {
        let mut bench = Bench::new(rng);
        let keystead = bench.started().map_err(said)?;
        // In the middle of a change, or between two.
        let old = Arc::new(Mutex::new(None));
        let mut old_keys = bench.keys.clone();
        if rng.chance(50) {
            let (old, path, home) = (old.clone(), bench.database(), bench.home.path().to_owned());
            bench.vault.on_step(move |call, moment| {
                if call.step == Step::Get && moment == Moment::After && writing(&home) {
                    old.lock().expect("no panic").get_or_insert_with(|| backup(&path));
                }
            });
        } else {
            old.lock().expect("no panic").get_or_insert_with(|| backup(&bench.database()));
        }
        for n in 0..=rng.below(5) {
            match rng.below(3) {
                0 => bench.add(&keystead, rng, 20 + n).map_err(said)?,
                1 => bench.replace(&keystead, rng, n % 3).map_err(said)?,
                _ => {
                    let name = bench.keys.keys().next_back().expect("there").clone();
                    keystead.remove_key(&scene::find(&keystead, &name).expect("there").id).map_err(said)?;
                    bench.keys.remove(&name);
                    old_keys.remove(&name);
                }
            }
        }
        bench.vault.heal();
        drop(keystead);
        let Some(old) = old.lock().expect("no panic").take() else { return Ok(()) };
        remove_database(bench.home.path());
        fs::write(bench.database(), old).expect("put back");
        let mut way = Way::default();
        bench.recovered(&mut way)?;
        if way == Way::SetAside { Err("it was not enough to adopt".into()) } else { Ok(()) }
    });
    gate.done(runs, &failures, "databases");
}

/// Whether a put is under way.
fn writing(home: &std::path::Path) -> bool {
    let db = Connection::open(home.join("keystead.db")).expect("opens");
    let sql = "SELECT 1 FROM vault_op WHERE kind = 'put'";
    db.prepare(sql).expect("a query").exists([]).expect("looked")
}

fn backup(path: &std::path::Path) -> Vec<u8> {
    let copy = tempfile::NamedTempFile::new().expect("a file");
    let db = Connection::open(path).expect("opens");
    fs::remove_file(copy.path()).expect("SQLite makes it itself");
    db.execute("VACUUM INTO ?1", [copy.path().display().to_string()]).expect("copied");
    fs::read(copy.path()).expect("read")
}

#[test]
fn a_database_or_lock_that_another_holds_is_busy_and_nothing_else() {
    let gate = Gate::new("R7", "held by another process");
    let runs = size(2, 10);
    let one = |seed: usize| -> Result<(), String> {
        let bench = Bench::new(&mut Rng::new(seed as u64 + 500));
        let keystead = bench.started().map_err(said)?;
        let key = scene::views(&keystead).map_err(said)?.remove(0);
        let draft = scene::draft(&keystead, &Rng::new(9).text(60)).map_err(said)?;
        // Only opening them matters: whoever has them open holds them.
        let (mut held_file, mut held_db) = (None, None);
        if seed.is_multiple_of(2) {
            let file = File::options().write(true).open(bench.home.path().join("lock")).expect("there");
            file.lock().expect("held");
            held_file = Some(file);
        } else {
            let db = Connection::open(bench.database()).expect("opens");
            db.execute_batch("BEGIN IMMEDIATE").expect("held");
            held_db = Some(db);
        }
        let provider = scene::provider("openai");
        let add = AddKey { provider, name: "New".into(), draft: Some(draft), tested: None };
        let (told, removed) = thread::scope(|s| {
            let removed = s.spawn(|| keystead.remove_key(&key.id));
            (keystead.add_key(&add), removed.join().expect("no panic"))
        });
        let read = scene::keys(&keystead)?;
        drop((held_file, held_db));
        let codes = (told.map(drop).map_err(|e| e.code), removed.map_err(|e| e.code));
        if codes != (Err(Code::StoreBusy), Err(Code::StoreBusy)) || read != bench.keys {
            return Err(format!("{codes:?}"));
        }
        let added = keystead.add_key(&add).map_err(said)?;
        keystead.remove_key(&added.id).map_err(said)?;
        bench.whole(&keystead)
    };
    let results: Vec<_> = thread::scope(|s| {
        let runs: Vec<_> = (0..runs).map(|seed| s.spawn(move || one(seed))).collect();
        runs.into_iter().map(|run| run.join().expect("no panic")).collect()
    });
    let failures: Vec<String> = results.into_iter().filter_map(Result::err).collect();
    gate.done(runs, &failures, "holders");
}

#[test]
fn a_clock_that_jumps_back_and_forth_changes_nothing() {
    let gate = Gate::new("R7", "clocks set back");
    let runs = size(1, 10);
    let failures = collect(runs, |rng| {
        let mut bench = Bench::new(rng);
        let mut keystead = bench.started().map_err(said)?;
        for n in 0..12 {
            scene::pass_ms([-31_536_000_000, -60_000, 60_000, 31_536_000_000][rng.below(4)]);
            match rng.below(4) {
                0 => bench.add(&keystead, rng, 40 + n).map_err(said)?,
                1 => bench.replace(&keystead, rng, n % 3).map_err(said)?,
                2 => drop(keystead.prove_vault().map_err(said)?),
                _ => keystead = bench.started().map_err(said)?,
            }
            bench.whole(&keystead)?;
        }
        Ok(())
    });
    gate.done(runs, &failures, "clocks");
}

/// The failures of so many runs, each with its own chance.
pub(crate) fn collect(runs: usize, mut one: impl FnMut(&mut Rng) -> Result<(), String>) -> Vec<String> {
    let run = |seed: u64| one(&mut Rng::new(seed + 900)).err().map(|why| format!("seed {seed}: {why}"));
    (0..runs as u64).filter_map(run).collect()
}
