//! R2: how long a start is busy with what many keys left.

use std::{fs, time::Instant};

use keystead_core::vault::VaultKind;

use crate::{
    gate::{Gate, size},
    ground::{Ground, System},
    points::settled,
    scene::{self, Rng},
};

/// Two seconds is the pass mark for 200 keys, on a machine that does nothing else.
const LIMIT_S: f64 = 10.0;

#[test]
fn a_reconcile_after_many_keys_were_removed_is_quick_in_the_encrypted_file() {
    let away = |ground: &Ground| ground.home.path().join("elsewhere");
    let vault = |ground: &Ground| ground.home.path().join("vault");
    reconcile_many(
        "reconcile of 200 keys, encrypted file",
        &Ground::new(System::None, VaultKind::File),
        |ground| fs::rename(vault(ground), away(ground)).expect("put away"),
        |ground| fs::rename(away(ground), vault(ground)).expect("put back"),
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_reconcile_after_many_keys_were_removed_is_quick_in_a_keyring() {
    crate::session::within("unlocked", || {
        let ground = Ground::new(System::Keyring, VaultKind::Keychain);
        let what = "reconcile of 200 keys, GNOME Keyring";
        reconcile_many(what, &ground, |_| crate::keyring::lock(), |_| crate::keyring::unlock());
    });
}

fn reconcile_many(what: &'static str, ground: &Ground, away: impl Fn(&Ground), back: impl Fn(&Ground)) {
    let gate = Gate::new("R2", what);
    let keys = size(10, 200);
    let keystead = ground.open().expect("opens");
    if ground.chosen == VaultKind::File {
        keystead.create_file_vault(&scene::passphrase()).expect("made");
    }
    let mut rng = Rng::new(2);
    let mut added = |n| {
        let text = rng.text(60);
        scene::add(&keystead, "openai", &format!("Key {n}"), &text).expect("added").id
    };
    let ids: Vec<String> = (0..keys).map(&mut added).collect();
    away(ground);
    for id in &ids {
        keystead.remove_key(id).expect("removed");
    }
    assert_eq!(pending(ground), keys, "all of them wait");
    back(ground);
    let (start, mut rounds) = (Instant::now(), 0);
    while pending(ground) > 0 && rounds < 20 {
        keystead.reconcile().expect("reconciled");
        rounds += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}: {keys} keys in {seconds:.2} s, {rounds} rounds");
    let mut failures: Vec<String> = settled(ground, &keystead, 0).err().into_iter().collect();
    if seconds > LIMIT_S {
        failures.push(format!("{seconds:.1} s"));
    }
    gate.done(keys, &failures, "keys");
}

/// From the database: a look would carry out what waits.
fn pending(ground: &Ground) -> usize {
    let db = rusqlite::Connection::open(ground.home.path().join("keystead.db")).expect("opens");
    let count: u32 = db.query_row("SELECT count(*) FROM vault_op", [], |r| r.get(0)).expect("a number");
    count as usize
}
