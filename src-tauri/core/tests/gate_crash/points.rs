//! R1: the process ends at every point of every operation.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use keystead_core::{
    Keystead,
    vault::{EntryId, Vault, VaultKind},
};

use crate::{
    act::{Act, Scene, move_all, set_up},
    gate::{Gate, size},
    ground::{Ground, Ran, Snapshot, System},
    scene::{self, Keys, Rng},
};

/// What the runs of one gate found.
#[derive(Default)]
struct Found {
    runs: usize,
    failures: Vec<String>,
    /// The most points each operation had.
    points: BTreeMap<String, usize>,
}

#[test]
fn a_crash_at_every_point_on_the_fault_vault() {
    use Act::{
        Add, AddForm, AddLarge, DropHeader, EditForm, Header, Move, Reconcile, Remove, Replace, ReplaceLarge, Stop,
    };
    let acts =
        [Add, Replace, Remove, Header, DropHeader, AddLarge, ReplaceLarge, Move, Stop, Reconcile, AddForm, EditForm];
    let gate = Gate::new("R1", "crash points, fault vault");
    let mut found = Found::default();
    for seed in 0..size(1, 20) as u64 {
        let chosen = if seed % 4 == 3 { VaultKind::File } else { VaultKind::Keychain };
        for act in acts {
            found.every_point(System::Memory, chosen, act, seed, usize::MAX);
        }
    }
    found.report(gate);
}

#[test]
fn a_crash_at_every_point_on_the_encrypted_file() {
    use Act::{Add, AddForm, AddLarge, DropHeader, EditForm, Header, Reconcile, Remove, Replace, ReplaceLarge, Unlock};
    let acts = [Add, Replace, Remove, Header, DropHeader, AddLarge, ReplaceLarge, Unlock, Reconcile, AddForm, EditForm];
    let gate = Gate::new("R1", "crash points, encrypted file");
    let mut found = Found::default();
    for seed in 0..size(1, 20) as u64 {
        for act in acts {
            found.every_point(System::None, VaultKind::File, act, seed, size(4, usize::MAX));
        }
    }
    found.report(gate);
}

#[cfg(target_os = "linux")]
#[test]
fn a_crash_at_every_point_on_a_keyring() {
    use Act::{Add, AddForm, AddLarge, EditForm, Move, Reconcile, Remove, Replace, ReplaceLarge, Stop};
    crate::session::within("unlocked", || {
        let gate = Gate::new("R1", "crash points, GNOME Keyring");
        let mut found = Found::default();
        for seed in 0..size(1, 20) as u64 {
            for act in [Add, Replace, Remove, AddLarge, ReplaceLarge, Move, Stop, Reconcile, AddForm, EditForm] {
                found.every_point(System::Keyring, VaultKind::Keychain, act, seed, size(3, usize::MAX));
            }
            for act in [Move, Stop] {
                found.every_point(System::Keyring, VaultKind::File, act, seed, size(2, usize::MAX));
            }
        }
        found.report(gate);
    });
}

impl Found {
    /// At most `most` of the points, spread.
    fn every_point(&mut self, system: System, chosen: VaultKind, act: Act, seed: u64, most: usize) {
        let ground = Ground::new(system, chosen);
        let mut scene = set_up(&ground, act, seed);
        if act == Act::Reconcile {
            scene = leave_something(&ground, seed);
        }
        let snapshot = ground.snapshot();
        let points = if system == System::Memory {
            let mut at = 0;
            while !self.once(&ground, &scene, &snapshot, act, seed, at).whole {
                at += size(2, 1);
            }
            at
        } else {
            let all = self.once(&ground, &scene, &snapshot, act, seed, 1_000_000).points;
            let step = all.div_ceil(most.min(all.max(1))).max(1);
            let first = usize::try_from(seed).expect("small") % step;
            for at in (first..all).step_by(step) {
                self.once(&ground, &scene, &snapshot, act, seed, at);
            }
            all
        };
        let noted = self.points.entry(format!("{act:?} from {chosen:?}")).or_default();
        *noted = points.max(*noted);
        ground.restore(&Snapshot::empty());
    }

    fn once(&mut self, ground: &Ground, scene: &Scene, snapshot: &Snapshot, act: Act, seed: u64, at: usize) -> Ran {
        ground.restore(snapshot);
        let ran = ground.run(&scene.plan, at);
        self.runs += 1;
        let mut wrong = ran.error.clone().map_or(Ok(()), Err);
        if wrong.is_ok() && ran.whole != ran.done {
            wrong = Err("it ended and said nothing".into());
        }
        if let Err(why) = wrong.and_then(|()| examine(ground, scene, ran.done, at as u64 + seed)) {
            self.failures
                .push(format!("{act:?} on {:?}, seed {seed}, point {at}, done {}: {why}", ground.chosen, ran.done));
        }
        ran
    }

    fn report(self, gate: Gate) {
        let mut table = String::new();
        for (act, points) in &self.points {
            writeln!(table, "{act}: {points}").expect("a string takes it");
        }
        println!("crash points, at most, of\n{table}");
        gate.done(self.runs, &self.failures, "crashes");
    }
}

/// A process that ended in the middle of something, so that a reconcile has work.
fn leave_something(ground: &Ground, seed: u64) -> Scene {
    let mut rng = Rng::new(seed + 7000);
    let clean = ground.snapshot();
    loop {
        ground.restore(&clean);
        let moves = ground.chosen == VaultKind::Keychain && rng.chance(40);
        let acts = [Act::Replace, Act::Remove, Act::AddLarge, Act::ReplaceLarge];
        let act = if moves { Act::Move } else { *rng.pick(&acts) };
        let mut scene = set_up_again(ground, act, seed);
        ground.run(&scene.plan, 3 + rng.below(25));
        let pending = scene::rows(ground.home.path()).iter().any(|row| row.ends_with(" 0"));
        // Half an entry cannot be put back as it was; what becomes of one is seen after each crash anyway.
        if pending && ground.all_whole() {
            // An unlock would do the work before it can be interrupted.
            (scene.plan.act, scene.plan.unlocked) = (Act::Reconcile, false);
            let left = ground.snapshot();
            scene.before = after_a_start(ground);
            scene.after = scene.before.clone();
            ground.restore(&left);
            return scene;
        }
    }
}

fn after_a_start(ground: &Ground) -> Keys {
    let keystead = ground.open().expect("opens");
    if ground.file().exists() {
        keystead.unlock_file_vault(&scene::passphrase()).expect("unlocked");
    }
    scene::keys(&keystead).expect("readable")
}

/// The same keys with another operation.
fn set_up_again(ground: &Ground, act: Act, seed: u64) -> Scene {
    ground.restore(&Snapshot::empty());
    set_up(ground, act, seed)
}

/// The next start, and what must hold after it.
fn examine(ground: &Ground, scene: &Scene, done: bool, way: u64) -> Result<(), String> {
    let keystead = ground.open().map_err(|e| format!("it does not open: {e}"))?;
    let text = |e: keystead_core::Error| format!("{:?} {e}", e.code);
    keystead.vault_status().map_err(text)?;
    if ground.file().exists() {
        keystead.unlock_file_vault(&scene::passphrase()).map_err(text)?;
    }
    if let Some(moving) = keystead.vault_status().map_err(text)?.moving {
        // Both ways out work: each point takes either, from seed to seed.
        let ended =
            if way.is_multiple_of(2) { move_all(&keystead, moving.to) } else { keystead.stop_moving().map(drop) };
        ended.map_err(text)?;
    }
    keystead.reconcile().map_err(text)?;
    let keys = scene::keys(&keystead)?;
    let right = keys == scene.after || (!done && keys == scene.before);
    if !right {
        return Err(format!("keys are {:?}", keys.keys().collect::<Vec<_>>()));
    }
    settled(ground, &keystead, keys.len())?;
    if keystead.vault_status().map_err(text)?.moving.is_some() {
        return Err("the move goes on for ever".into());
    }
    let (rows, entries) = (scene::rows(ground.home.path()), entries(ground)?);
    keystead.reconcile().map_err(text)?;
    if (rows, entries) != (scene::rows(ground.home.path()), self::entries(ground)?) {
        return Err("a second reconcile changed something".into());
    }
    Ok(())
}

/// Nothing pending, nothing left, nothing missing.
pub(crate) fn settled(ground: &Ground, keystead: &Keystead, keys: usize) -> Result<(), String> {
    let view = keystead.vault_status().map_err(|e| e.to_string())?;
    if view.pending > 0 {
        return Err(format!("{} pending, moving {:?}", view.pending, view.moving));
    }
    let check = keystead.check_storage().map_err(|e| e.to_string())?;
    if !check.missing.is_empty() || !check.leftovers.is_empty() || check.present as usize != keys {
        return Err(format!("storage: {check:?}"));
    }
    let db = rusqlite::Connection::open(ground.home.path().join("keystead.db")).map_err(|e| e.to_string())?;
    let mut statement =
        db.prepare("SELECT id || '.v' || ifnull(current_version, 0) FROM secret").map_err(|e| e.to_string())?;
    let rows = statement.query_map([], |r| r.get::<_, String>(0)).map_err(|e| e.to_string())?;
    let mut known: BTreeSet<EntryId> = rows.map(|r| r.expect("text").parse().expect("an entry")).collect();
    let there = entries(ground)?;
    if view.moving.is_some() {
        // What a move under way holds back.
        let mut held = db.prepare("SELECT secret || '.v' || version FROM vault_op").map_err(|e| e.to_string())?;
        let rows = held.query_map([], |r| r.get::<_, String>(0)).map_err(|e| e.to_string())?;
        known.extend(rows.map(|r| r.expect("text").parse::<EntryId>().expect("an entry")));
    }
    if known != there {
        return Err(format!("{} entries for {} rows", there.len(), known.len()));
    }
    Ok(())
}

fn entries(ground: &Ground) -> Result<BTreeSet<EntryId>, String> {
    let mut all: BTreeSet<EntryId> = ground.keychain.list().map_err(|e| e.to_string())?.into_iter().collect();
    if ground.file().exists() {
        all.extend(ground.file().list().map_err(|e| e.to_string())?);
    }
    Ok(all)
}
