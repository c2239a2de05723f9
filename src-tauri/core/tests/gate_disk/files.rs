//! Files of the encrypted file that are cut short, or stand in each other's place.

use std::{collections::BTreeMap, fs, path::PathBuf};

use keystead_core::Code;

use crate::{
    bench::{Bench, said},
    database::collect,
    gate::{Gate, size},
    scene::{self, Rng},
};

type Files = BTreeMap<PathBuf, Vec<u8>>;

#[test]
fn a_file_cut_short_is_named_and_takes_no_other_with_it() {
    let gate = Gate::new("R7", "truncated age files");
    let runs = size(3, 40);
    let failures = collect(runs, |rng| {
        let bench = Bench::new(rng);
        let before = contents(&bench);
        let victim = rng.pick(&bench.vault_files(".age")).clone();
        let bytes = fs::read(&victim).expect("read");
        let left = if rng.chance(20) { 0 } else { rng.below(bytes.len()) };
        fs::write(&victim, &bytes[..left]).expect("cut");
        broken(&bench, rng, &[Code::VaultDamaged, Code::VaultFailed, Code::VaultMismatch, Code::PassphraseWrong])?;
        fs::write(&victim, &bytes).expect("put back");
        unchanged(&bench, &before)?;
        bench.whole(&bench.started().map_err(said)?)
    });
    gate.done(runs, &failures, "files");
}

#[test]
fn files_in_each_others_place_are_seen_and_never_taken_for_the_other() {
    let gate = Gate::new("R7", "swapped age files");
    let runs = size(3, 40);
    let failures = collect(runs, |rng| {
        let bench = Bench::new(rng);
        let before = contents(&bench);
        let entries = bench.vault_files(".age");
        let (one, other) = (rng.pick(&entries), rng.pick(&entries));
        swap(one, other);
        broken(&bench, rng, &[Code::VaultDamaged, Code::VaultFailed, Code::VaultMismatch])?;
        swap(one, other);
        unchanged(&bench, &before)?;
        bench.whole(&bench.started().map_err(said)?)
    });
    gate.done(runs, &failures, "files");
}

/// What the app does with such a folder: every failure has one of these names, every other key reads as it should.
fn broken(bench: &Bench, rng: &mut Rng, codes: &[Code]) -> Result<(), String> {
    let right = |code: Code, why: String| if codes.contains(&code) { Ok(()) } else { Err(why) };
    let keystead = bench.open().map_err(said)?;
    keystead.vault_status().map_err(said)?;
    if let Err(e) = keystead.unlock_file_vault(&scene::passphrase()) {
        return right(e.code, said(e));
    }
    if rng.chance(30) {
        keystead.reconcile().map_err(said)?;
    }
    let mut unread = 0;
    for key in scene::views(&keystead).map_err(said)? {
        let name = format!("{}/{}", key.provider, key.name);
        match keystead.with_secret(&key.id, ToOwned::to_owned) {
            Ok(text) if text == bench.keys[&name] => {}
            Ok(_) => return Err(format!("{name} is another key's text")),
            Err(e) => {
                unread += 1;
                right(e.code, said(e))?;
            }
        }
    }
    if unread > 2 {
        return Err(format!("{unread} keys cannot be read"));
    }
    let check = keystead.check_storage().map_err(said)?;
    let told = check.damaged.len() == unread && check.missing.is_empty() && check.leftovers.is_empty();
    if told { Ok(()) } else { Err(format!("{unread} cannot be read: {check:?}")) }
}

fn swap(one: &PathBuf, other: &PathBuf) {
    let (bytes, others) = (fs::read(one).expect("read"), fs::read(other).expect("read"));
    fs::write(one, others).expect("written");
    fs::write(other, bytes).expect("written");
}

fn contents(bench: &Bench) -> Files {
    bench.vault_files("").into_iter().map(|path| (path.clone(), fs::read(&path).expect("read"))).collect()
}

fn unchanged(bench: &Bench, before: &Files) -> Result<(), String> {
    let now = contents(bench);
    if now == *before { Ok(()) } else { Err("the looks changed the folder".into()) }
}
