//! The process ends without warning, at any moment of a save or of a change of the passphrase.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use keystead_core::vault::{EntryId, Vault};

use crate::bench::{Bench, OTHER, RIGHT, at, new_id, pass, read};

/// Set for the process that is killed; its value is the vault's folder.
const WORKER: &str = "KEYSTEAD_TEST_WORKER";
/// What the worker says before a thing it is told.
const SAYS: &str = "worker: ";
const KILLS: u64 = 25;

/// Starts `worker` of this module, waits until it has done a few things, kills it at some moment of the next ones; what
/// it said until then.
fn killed(worker: &str, folder: &Path, kill: u64) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("crash::{worker}"), "--nocapture"])
        .env(WORKER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut lines = Vec::new();
    let enough = 1 + kill % 4;
    let mut words = 0;
    while words < enough {
        let line = said.next().expect("it does not end by itself").unwrap();
        words += u64::from(line.contains(SAYS));
        lines.push(line);
    }
    thread::sleep(Duration::from_micros(kill * 700));
    child.kill().unwrap();
    child.wait().unwrap();
    lines.extend(said.map_while(Result::ok));
    lines.iter().filter_map(|line| line.split_once(SAYS)).map(|(_, word)| word.to_owned()).collect()
}

#[test]
fn a_process_killed_while_saving_loses_nothing_it_acknowledged() {
    let bench = Bench::created();
    let mut acknowledged = 0;
    for kill in 0..KILLS {
        let said = killed("saving", &bench.path, kill);
        for word in &said {
            let id: EntryId = word.parse().unwrap();
            assert_eq!(read(&bench.vault, &id).as_deref(), Some(word.as_bytes()), "after {kill} kills");
        }
        acknowledged += said.len();
        for id in bench.vault.list().unwrap() {
            assert_eq!(read(&bench.vault, &id), Some(id.to_string().into_bytes()), "what is there is whole");
            bench.vault.delete(&id).unwrap();
        }
    }
    assert!(acknowledged > 50, "only {acknowledged} saves were made");
    bench.put(b"the next one sweeps");
    assert!(bench.names().iter().all(|name| !name.starts_with(".keystead-")));
}

#[test]
fn saving() {
    let Some(folder) = env::var_os(WORKER) else { return };
    let vault = at(Path::new(&folder));
    loop {
        let id = new_id();
        vault.put(&id, "", id.to_string().as_bytes()).unwrap();
        println!("{SAYS}{id}");
    }
}

#[test]
fn a_process_killed_while_changing_the_passphrase_leaves_one_that_opens() {
    let bench = Bench::created();
    let id = bench.put(b"kept");
    let mut changes = 0;
    for kill in 0..KILLS {
        changes += killed("changing", &bench.path, kill).len();
        let vault = bench.restarted();
        let opens = [RIGHT, OTHER].map(|text| vault.unlock_with(&pass(text)));
        assert_eq!(opens.iter().filter(|result| result.is_ok()).count(), 1, "{opens:?}");
        let code = opens.iter().find_map(|result| result.as_ref().err()).map(|e| e.code);
        assert_eq!(code, Some(keystead_core::Code::PassphraseWrong), "a crash is not damage");
        assert_eq!(read(&vault, &id).as_deref(), Some(&b"kept"[..]));
    }
    assert!(changes > 25, "only {changes} changes were made");
}

#[test]
fn changing() {
    let Some(folder) = env::var_os(WORKER) else { return };
    let vault = at(Path::new(&folder));
    let (mut old, mut new) = (RIGHT, OTHER);
    if vault.unlock_with(&pass(old)).is_err() {
        (old, new) = (new, old);
    }
    loop {
        vault.change_passphrase(&pass(old), &pass(new)).unwrap();
        println!("{SAYS}{new}");
        (old, new) = (new, old);
    }
}
