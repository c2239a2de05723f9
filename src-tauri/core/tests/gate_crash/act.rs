//! What is interrupted, and what was there before.

use keystead_core::{Keystead, Result, vault::VaultKind};
use serde::{Deserialize, Serialize};

use crate::{
    ground::Ground,
    scene::{self, Keys, Rng},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    Add,
    Replace,
    Remove,
    Header,
    DropHeader,
    AddLarge,
    ReplaceLarge,
    Move,
    Stop,
    Unlock,
    Reconcile,
    AddForm,
    EditForm,
}

pub(crate) const TARGET: &str = "openai/Target";
const HEADER: &str = "x-target";
/// A key of two secrets.
const PAIR: &str = "amazon-bedrock/Pair";
const PROVIDERS: [&str; 4] = ["openai", "anthropic", "groq", "mistral"];
/// Four parts and their header in a keychain.
const LARGE: usize = 10_000;

/// One operation, as its process is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) act: Act,
    text: String,
    pub(crate) to: VaultKind,
    /// The encrypted file is open when it begins.
    pub(crate) unlocked: bool,
}

/// What was there, and what is to be there once the operation is done.
pub(crate) struct Scene {
    pub(crate) plan: Plan,
    pub(crate) before: Keys,
    pub(crate) after: Keys,
}

impl Plan {
    pub(crate) fn perform(&self, keystead: &Keystead) -> Result<()> {
        let target = || scene::find(keystead, TARGET).expect("it was set up").id;
        match self.act {
            Act::Add | Act::AddLarge => scene::add(keystead, "openai", "New", &self.text).map(drop),
            Act::Replace | Act::ReplaceLarge => scene::replace(keystead, &target(), &self.text).map(drop),
            Act::Remove => keystead.remove_key(&target()),
            Act::Header => scene::header(keystead, "openai", HEADER, &self.text),
            Act::DropHeader => scene::drop_header(keystead, "openai", HEADER),
            Act::Move => move_all(keystead, self.to),
            Act::Stop => keystead.stop_moving().map(drop),
            Act::Unlock => keystead.unlock_file_vault(&scene::passphrase()).map(drop),
            Act::Reconcile => keystead.reconcile(),
            Act::AddForm => scene::add_form(keystead, "New", &self.text).map(drop),
            Act::EditForm => {
                let pair = scene::find(keystead, PAIR).expect("it was set up").id;
                scene::edit_form(keystead, &pair, &self.text).map(drop)
            }
        }
    }
}

pub(crate) fn move_all(keystead: &Keystead, to: VaultKind) -> Result<()> {
    while keystead.move_keys(to)?.left > 0 {}
    Ok(())
}

/// Some keys, of which some were replaced or removed before, by the seed's chance.
pub(crate) fn set_up(ground: &Ground, act: Act, seed: u64) -> Scene {
    let mut rng = Rng::new(seed * 16 + act as u64);
    let keystead = ground.open().expect("opens");
    let here = ground.chosen;
    if here == VaultKind::File || matches!(act, Act::Move | Act::Stop | Act::Reconcile) {
        keystead.create_file_vault(&scene::passphrase()).expect("made");
        keystead.use_vault(here).expect("chosen");
    }
    let others = match act {
        Act::Stop => 6 + rng.below(3),
        Act::Move => rng.below(8),
        _ => rng.below(4),
    };
    let mut names = Vec::new();
    for n in 0..others {
        let (provider, name) = (*rng.pick(&PROVIDERS), format!("Key {n}"));
        let text = rng.text(size(&mut rng_of(seed, n)));
        let key = scene::add(&keystead, provider, &name, &text).expect("added");
        names.push(key.id);
    }
    let alone = matches!(act, Act::Add | Act::AddLarge) && rng.chance(50);
    if !alone {
        scene::add(&keystead, "openai", "Target", &rng.text(60)).expect("added");
    }
    if act == Act::EditForm {
        scene::add_form(&keystead, "Pair", &rng.text(60)).expect("added");
    }
    if let Some(id) = names.first().filter(|_| rng.chance(40)) {
        scene::replace(&keystead, id, &rng.text(60)).expect("replaced");
    }
    if let Some(id) = names.get(1).filter(|_| act != Act::Stop && rng.chance(40)) {
        keystead.remove_key(id).expect("removed");
    }
    if act == Act::DropHeader || rng.chance(50) {
        scene::header(&keystead, "openai", HEADER, &rng.text(60)).expect("set");
    }
    if act == Act::Unlock {
        keystead.lock_file_vault().expect("locked");
        scene::add(&keystead, "openai", "Locked 1", &rng.text(60)).expect("added while locked");
        scene::add(&keystead, "groq", "Locked 2", &rng.text(60)).expect("added while locked");
        keystead.unlock_file_vault(&scene::passphrase()).expect("unlocked");
    }
    let to = if here == VaultKind::File { VaultKind::Keychain } else { VaultKind::File };
    if act == Act::Stop {
        assert!(keystead.move_keys(to).expect("begun").left > 0);
    }
    let before = scene::keys(&keystead).expect("readable");
    if act == Act::Unlock {
        forget_fingerprints(ground);
    }
    let large = matches!(act, Act::AddLarge | Act::ReplaceLarge);
    let plan = Plan { act, text: rng.text(if large { LARGE } else { 60 }), to, unlocked: unlocked(act, here, seed) };
    let mut after = before.clone();
    match act {
        Act::Add | Act::AddLarge => drop(after.insert("openai/New".into(), plan.text.clone())),
        Act::Replace | Act::ReplaceLarge => drop(after.insert(TARGET.into(), plan.text.clone())),
        Act::Remove => drop(after.remove(TARGET)),
        Act::Header => drop(after.insert(format!("openai#{HEADER}"), plan.text.clone())),
        Act::DropHeader => drop(after.remove(&format!("openai#{HEADER}"))),
        Act::AddForm => drop(after.insert("amazon-bedrock/New".into(), plan.text.clone())),
        Act::EditForm => drop(after.insert(PAIR.into(), plan.text.clone())),
        Act::Move | Act::Stop | Act::Unlock | Act::Reconcile => {}
    }
    Scene { plan, before, after }
}

/// Saving and removing work in a locked file: half of the seeds do it there.
fn unlocked(act: Act, here: VaultKind, seed: u64) -> bool {
    match act {
        Act::Move | Act::Stop => true,
        Act::Unlock => false,
        // What is kept has to be read.
        Act::EditForm => here == VaultKind::File,
        _ => here == VaultKind::File && seed.is_multiple_of(2),
    }
}

/// As if the keys had been saved while the file was locked.
fn forget_fingerprints(ground: &Ground) {
    let db = rusqlite::Connection::open(ground.home.path().join("keystead.db")).expect("opens");
    db.execute("UPDATE secret SET fingerprint = NULL", []).expect("written");
}

fn rng_of(seed: u64, n: usize) -> Rng {
    Rng::new(seed * 1000 + n as u64)
}

fn size(rng: &mut Rng) -> usize {
    *rng.pick(&[40, 60, 400, 2300, 5000])
}
