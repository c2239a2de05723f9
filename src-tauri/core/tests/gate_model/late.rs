//! R8: a write that was answered with a timeout lands when somebody answers the prompt at last.

use std::sync::Arc;

use keystead_core::{
    Code, Keystead,
    vault::{
        VaultKind,
        fault::{Fault, Memory, Step},
    },
};

use crate::{
    gate::{Gate, size},
    scene::{self, Keys, Rng},
};

/// Longer than any prompt stands open, and than an intent is kept for it.
const PROMPT_MS: i64 = 120_000;
const OVER_MS: i64 = 181_000;

#[derive(Debug, Clone, Copy)]
enum Write {
    FirstAdd,
    Add,
    Replace,
    Move,
    Proof,
}

/// What people do when a save failed.
#[derive(Debug, Clone, Copy)]
enum Then {
    Nothing,
    SameAgain,
    AnotherOne,
    Remove,
    Restart,
}

#[test]
fn a_write_that_lands_late_changes_no_key_and_does_not_stay() {
    let gate = Gate::new("R8", "late writes, fault vault");
    let runs = size(10, 100);
    let failures: Vec<String> = (0..runs as u64)
        .zip([Write::FirstAdd, Write::Add, Write::Replace, Write::Move, Write::Proof].into_iter().cycle())
        .filter_map(|(seed, write)| {
            let mut rng = Rng::new(seed);
            let thens = [Then::Nothing, Then::SameAgain, Then::AnotherOne, Then::Remove, Then::Restart];
            let then = *rng.pick(&thens);
            let told = Run::new(&mut rng, write).go(&mut rng, write, then);
            told.err().map(|why| format!("seed {seed}, {write:?}, then {then:?}: {why}"))
        })
        .collect();
    gate.done(runs, &failures, "late writes");
}

struct Run {
    home: tempfile::TempDir,
    vault: Memory,
    keystead: Keystead,
    keys: Keys,
}

impl Run {
    fn new(rng: &mut Rng, write: Write) -> Self {
        let (home, vault) = (scene::folder(), Memory::new());
        let keystead = scene::open(home.path(), Arc::new(vault.clone())).expect("opens");
        keystead.create_file_vault(&scene::passphrase()).expect("made");
        let mut keys = Keys::new();
        // The keys that are moved come from the file.
        let here = if matches!(write, Write::Move) { VaultKind::File } else { VaultKind::Keychain };
        keystead.use_vault(here).expect("chosen");
        for n in 0..if matches!(write, Write::FirstAdd) { 0 } else { 1 + rng.below(4) } {
            let text = rng.text(60);
            scene::add(&keystead, "openai", &format!("Key {n}"), &text).expect("added");
            keys.insert(format!("openai/Key {n}"), text);
        }
        Self { home, vault, keystead, keys }
    }

    fn go(mut self, rng: &mut Rng, write: Write, then: Then) -> Result<(), String> {
        let text = rng.text(60);
        // An add may make the fingerprint key first: either write may be the late one.
        if matches!(write, Write::FirstAdd) && rng.chance(50) {
            self.skip_a_put();
        }
        self.vault.next(Step::Put, Fault::LandsLate);
        let told = self.write(write, &text);
        if told != Some(Code::VaultUnresponsive) {
            return Err(format!("the write answered {told:?}"));
        }
        self.unchanged("after the timeout")?;
        let lands = rng.below(4);
        let wait = i64::try_from(rng.below(usize::try_from(PROMPT_MS).expect("fits"))).expect("fits");
        self.land(lands == 0);
        self.then(rng, write, then, &text)?;
        self.land(lands == 1);
        scene::pass_ms(wait);
        if rng.chance(20) {
            // The clock is set right: backwards.
            scene::pass_ms(-86_400_000 * 30);
        }
        self.reconcile()?;
        self.unchanged("while it may still land")?;
        self.land(lands >= 2);
        self.unchanged("once it has landed")?;
        self.reconcile()?;
        scene::pass_ms(OVER_MS);
        self.reconcile()?;
        self.unchanged("after its time")?;
        self.nothing_left()
    }

    /// The code of its failure.
    fn write(&self, write: Write, text: &str) -> Option<Code> {
        match write {
            Write::FirstAdd | Write::Add => scene::add(&self.keystead, "openai", "Late", text).err().map(|e| e.code),
            Write::Replace => {
                let id = scene::find(&self.keystead, "openai/Key 0").expect("there").id;
                scene::replace(&self.keystead, &id, text).err().map(|e| e.code)
            }
            // Called until nothing is left: what failed is named then.
            Write::Move => loop {
                match self.keystead.move_keys(VaultKind::Keychain) {
                    Ok(step) if step.left > 0 => {}
                    Ok(_) => return self.moving_failed(),
                    Err(e) => return Some(e.code),
                }
            },
            Write::Proof => self.keystead.prove_vault().err().map(|e| e.code),
        }
    }

    /// The fingerprint key has no name, so its failure is not among those told.
    fn moving_failed(&self) -> Option<Code> {
        self.keystead.vault_status().expect("status").moving.map(|_| Code::VaultUnresponsive)
    }

    fn then(&mut self, rng: &mut Rng, write: Write, then: Then, text: &str) -> Result<(), String> {
        let said = |what: &str, e: keystead_core::Error| format!("{what}: {:?} {e}", e.code);
        match (then, write) {
            (Then::Nothing, _) | (_, Write::Proof) => {}
            (Then::Restart, _) => {
                self.keystead = scene::open(self.home.path(), Arc::new(self.vault.clone())).expect("opens");
                self.keystead.unlock_file_vault(&scene::passphrase()).map_err(|e| said("unlock", e))?;
            }
            (Then::Remove, _) => {
                if let Some(key) = scene::find(&self.keystead, "openai/Key 0") {
                    self.keystead.remove_key(&key.id).map_err(|e| said("remove", e))?;
                    self.keys.remove("openai/Key 0");
                }
            }
            (_, Write::Move) => {
                if self.write(write, text).is_some() {
                    return Err("the move does not go on".into());
                }
            }
            (Then::SameAgain | Then::AnotherOne, _) => {
                let text = if matches!(then, Then::SameAgain) { text.to_owned() } else { rng.text(60) };
                if let Some(code) = self.write(write, &text) {
                    return Err(format!("the second try failed: {code:?}"));
                }
                let name = if matches!(write, Write::Replace) { "openai/Key 0" } else { "openai/Late" };
                self.keys.insert(name.into(), text);
            }
        }
        self.unchanged("after what came next")
    }

    fn skip_a_put(&self) {
        // A fault that has no meaning for a put: it works.
        self.vault.next(Step::Put, Fault::Missing);
    }

    fn land(&self, now: bool) {
        if now {
            self.vault.land_late_puts();
        }
    }

    fn unchanged(&self, when: &str) -> Result<(), String> {
        let found = scene::keys(&self.keystead).map_err(|e| format!("{when}: {e}"))?;
        if found == self.keys { Ok(()) } else { Err(format!("{when}: other keys or texts: {:?}", found.keys())) }
    }

    fn reconcile(&self) -> Result<(), String> {
        self.keystead.reconcile().map_err(|e| format!("{:?} {e}", e.code))
    }

    fn nothing_left(&self) -> Result<(), String> {
        if let Some(moving) = self.keystead.vault_status().map_err(|e| e.to_string())?.moving {
            while self.keystead.move_keys(moving.to).map_err(|e| e.to_string())?.left > 0 {}
        }
        let view = self.keystead.vault_status().map_err(|e| e.to_string())?;
        let check = self.keystead.check_storage().map_err(|e| e.to_string())?;
        if view.pending > 0 || !check.leftovers.is_empty() || !check.missing.is_empty() {
            return Err(format!("{} pending, {check:?}", view.pending));
        }
        self.unchanged("at the end")
    }
}
