//! R5: sequences of everything a user, a keychain and a crash can do, against a map.

use std::collections::BTreeSet;

use keystead_core::{
    Code,
    vault::{
        EntryId, FileVault, Vault, VaultError, VaultKind, VaultState,
        fault::{Fault, Step},
    },
};

use crate::{
    gate::{Gate, size},
    scene::{self, Rng},
    world::{Change, Want, World, identity, said},
};

const OPERATIONS: usize = 40;
const KINDS: [VaultKind; 3] = [VaultKind::Keychain, VaultKind::File, VaultKind::Session];

#[test]
fn everything_that_can_happen_leaves_what_a_map_says() {
    scene::say_nothing_of_ends();
    let gate = Gate::new("R5", "model, sequences of 40 operations");
    let runs = size(60, 10_000);
    let first = std::env::var("KEYSTEAD_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let failures: Vec<String> = (first..first + runs as u64)
        .filter_map(|seed| {
            let mut world = World::new();
            let why = sequence(&mut world, seed).err()?;
            let told = world.told.join(", ");
            Some(format!("seed {seed}, after {} operations: {why}\n  {told}", world.told.len()))
        })
        .collect();
    gate.done(runs, &failures, "sequences");
}

fn sequence(world: &mut World, seed: u64) -> Result<(), String> {
    let mut rng = Rng::new(seed);
    // Half of the sequences have a keychain that works: there nothing may fail.
    let faults = seed % 2 == 1;
    for _ in 0..OPERATIONS {
        step(world, &mut rng, faults)?;
        world.compare()?;
        if let Some(id) = world.pick(&mut rng)
            && rng.chance(50)
        {
            world.read(&id)?;
        }
    }
    end(world)
}

fn step(world: &mut World, rng: &mut Rng, faults: bool) -> Result<(), String> {
    let choice = rng.below(if faults { 100 } else { 74 });
    match choice {
        0..42 => {
            let change = change(world, rng);
            let crash = rng.chance(12).then(|| rng.below(30));
            world.told.push(format!(
                "{}{}",
                name_of(&change),
                crash.map_or_else(String::new, |at| format!(" ends at {at}"))
            ));
            match crash {
                None => world.change(&change),
                Some(at) => world.crash(&change, at),
            }
        }
        42..60 => vaults(world, rng),
        60..64 => {
            world.told.push("restart".into());
            world.restart()
        }
        64..74 => looks(world, rng),
        74..88 => {
            fault(world, rng);
            Ok(())
        }
        88..92 => {
            let other = rng.below(2);
            world.told.push(format!("keychain {other} answers"));
            world.vault.set_identity(identity(other));
            world.other_answered = true;
            Ok(())
        }
        92..95 => lose(world, rng),
        _ => {
            world.told.push("all is well again".into());
            world.vault.heal();
            world.vault.set_identity(identity(0));
            world.disturbed = false;
            Ok(())
        }
    }
}

fn change(world: &mut World, rng: &mut Rng) -> Change {
    let bytes = *rng.pick(&[40, 50, 60, 70, 80, 400]);
    let text = rng.text(bytes);
    let (kind, name) = (rng.below(10), world.fresh_name());
    let Some(id) = world.pick(rng).filter(|_| kind > 3) else {
        return Change::Add(Want { name, enabled: true, texts: vec![text], lost: false });
    };
    match kind {
        4..7 => Change::Replace(id, text),
        7 => Change::Rename(id, name),
        8 => Change::Enable(id, rng.chance(50)),
        _ => Change::Remove(id),
    }
}

fn name_of(change: &Change) -> String {
    let text = format!("{change:?}");
    text.split(['(', '{']).next().unwrap_or_default().to_owned()
}

/// Choosing, moving, locking and unlocking. What was refused must have had a reason.
fn vaults(world: &mut World, rng: &mut Rng) -> Result<(), String> {
    let (choice, kind) = (rng.below(8), *rng.pick(&KINDS));
    let moving = world.keystead.vault_status().map_err(said)?.moving;
    world.told.push(format!("vaults {choice} {kind:?}"));
    let excuse = world.disturbed || world.other_answered || !world.unlocked;
    let done = match choice {
        0 | 1 => match world.keystead.use_vault(kind) {
            Err(e) if e.code == Code::MoveUnfinished && moving.is_some() => Ok(()),
            other => other.map(drop),
        },
        2 | 3 => match world.keystead.move_keys(kind) {
            Err(e) if e.code == Code::MoveUnfinished && moving.is_some() => Ok(()),
            other => other.map(drop),
        },
        4 => world.keystead.stop_moving().map(drop),
        5 => {
            world.unlocked = false;
            world.keystead.lock_file_vault().map(drop)
        }
        _ => {
            let unlocked = world.keystead.unlock_file_vault(&scene::passphrase());
            world.unlocked = unlocked.is_ok();
            unlocked.map(drop)
        }
    };
    done.map_or_else(|e| World::excused(&e, excuse), Ok)
}

fn looks(world: &mut World, rng: &mut Rng) -> Result<(), String> {
    let choice = rng.below(6);
    world.told.push(format!("looks {choice}"));
    let done = match choice {
        0 | 1 => world.keystead.reconcile(),
        2 => world.keystead.vault_status().map(drop),
        3 => world.keystead.check_storage().map(drop),
        4 => world.keystead.prove_vault().map(drop),
        _ => {
            // No prompt stands open longer than an intent is kept for it.
            world.vault.land_late_puts();
            scene::pass_ms(181_000);
            Ok(())
        }
    };
    done.map_or_else(|e| World::excused(&e, world.disturbed || !world.unlocked), Ok)
}

fn fault(world: &mut World, rng: &mut Rng) {
    let error = *rng.pick(&[
        VaultError::Locked,
        VaultError::Denied,
        VaultError::Unresponsive,
        VaultError::NoProvider,
        VaultError::Failed,
    ]);
    let (step, fault) = match rng.below(8) {
        0 => (Step::Put, Fault::LandsLate),
        1 => (*rng.pick(&[Step::Put, Step::Delete]), Fault::LandsUnanswered),
        2 => (Step::Get, Fault::Missing),
        3 => (Step::Get, Fault::OtherBytes(b"{\"f\":1}")),
        4 => {
            let states = [VaultState::Locked, VaultState::Unresponsive, VaultState::NoProvider, VaultState::Denied];
            let state = *rng.pick(&states);
            world.told.push(format!("{state:?}"));
            world.vault.set_state(state);
            world.disturbed = true;
            return;
        }
        _ => (*rng.pick(&[Step::Put, Step::Get, Step::Delete, Step::List]), Fault::Fail(error)),
    };
    world.told.push(format!("{step:?} {fault:?}"));
    world.vault.next(step, fault);
    world.disturbed = true;
}

/// The user deletes an entry in their keychain application.
fn lose(world: &mut World, rng: &mut Rng) -> Result<(), String> {
    let mut entries = world.vault.entries();
    entries.sort_by_key(|entry| world.vault.label(entry).map(|label| label.split('[').next().map(ToOwned::to_owned)));
    if entries.is_empty() {
        return Ok(());
    }
    let entry = *rng.pick(&entries);
    world.told.push("lose".to_owned());
    world.vault.lose(&entry);
    let db = rusqlite::Connection::open(world.home.path().join("keystead.db")).map_err(|e| e.to_string())?;
    let sql = "SELECT key FROM secret WHERE id = ?1 AND key IS NOT NULL";
    if let Ok(key) = db.query_row(sql, [entry.secret.to_string()], |r| r.get::<_, String>(0))
        && let Some(want) = world.wants.get_mut(&key)
    {
        want.lost = true;
    }
    Ok(())
}

/// Everything works again: what was acknowledged is there, and nothing else is.
fn end(world: &mut World) -> Result<(), String> {
    world.told.push("end".into());
    world.vault.heal();
    world.vault.land_late_puts();
    scene::pass_ms(181_000);
    world.vault.set_identity(identity(0));
    world.keystead.unlock_file_vault(&scene::passphrase()).map_err(said)?;
    world.unlocked = true;
    world.keystead.stop_moving().map_err(|e| format!("the move cannot be stopped: {}", said(e)))?;
    // Twice: what one keychain holds back may wait for the other.
    for number in [1, 0, 1, 0] {
        world.vault.set_identity(identity(number));
        for _ in 0..3 {
            world.keystead.reconcile().map_err(said)?;
        }
        readable(world, number)?;
    }
    let view = world.keystead.vault_status().map_err(said)?;
    if view.pending > 0 || view.moving.is_some() {
        return Err(format!("{} pending, {:?}", view.pending, scene::rows(world.home.path())));
    }
    world.compare()?;
    nothing_else(world)
}

/// Every key that this keychain, or no keychain, holds.
fn readable(world: &mut World, number: usize) -> Result<(), String> {
    let db = rusqlite::Connection::open(world.home.path().join("keystead.db")).map_err(|e| e.to_string())?;
    let mut statement = db.prepare("SELECT key, vault FROM secret WHERE key IS NOT NULL").map_err(|e| e.to_string())?;
    let rows = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)));
    let rows: Vec<_> = rows.map_err(|e| e.to_string())?.flatten().collect();
    (world.disturbed, world.other_answered) = (false, false);
    for (key, vault) in rows {
        if VaultKind::of(&vault) != VaultKind::Keychain || vault == identity(number).id {
            world.read(&key)?;
        }
    }
    Ok(())
}

/// As many entries as something in the database stands for.
fn nothing_else(world: &World) -> Result<(), String> {
    let check = world.keystead.check_storage().map_err(said)?;
    let lost = world.wants.values().filter(|want| want.lost).count();
    if !check.leftovers.is_empty() || check.missing.len() > lost {
        return Err(format!("{check:?}"));
    }
    let file = FileVault::at(world.home.path().join("vault"));
    let there: BTreeSet<EntryId> =
        world.vault.entries().into_iter().chain(file.list().map_err(|e| e.to_string())?).collect();
    let db = rusqlite::Connection::open(world.home.path().join("keystead.db")).map_err(|e| e.to_string())?;
    let sql = "SELECT id || '.v' || current_version FROM secret WHERE current_version IS NOT NULL";
    let mut statement = db.prepare(sql).map_err(|e| e.to_string())?;
    let rows = statement.query_map([], |r| r.get::<_, String>(0)).map_err(|e| e.to_string())?;
    let known: BTreeSet<EntryId> = rows.flatten().filter_map(|text| text.parse().ok()).collect();
    let strays: Vec<_> = there.difference(&known).collect();
    if strays.is_empty() { Ok(()) } else { Err(format!("nothing stands for {strays:?}")) }
}
