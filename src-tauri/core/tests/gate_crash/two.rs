//! R6: two processes of eight threads, all on one key.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use keystead_core::{
    Code, Keystead,
    vault::{VaultKind, fault::Memory},
};
use serde::{Deserialize, Serialize};

use crate::{
    gate::{Gate, size},
    scene::{self, Rng},
};

/// Set for the other process; its value is the home.
const HOME: &str = "KEYSTEAD_TEST_TWO";
const SAYS: &str = "two: ";
const THREADS: usize = 8;
const KEY: &str = "openai/Shared";
const FIRST: &str = "sk-proj-0000000000000000T3BlbkFJ-the-first-text";

/// One call and its time, in nanoseconds of the clock on the wall.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Call {
    write: bool,
    text: String,
    from: u128,
    to: u128,
    /// The code.
    failed: Option<String>,
}

#[test]
fn eight_threads_and_another_process_on_one_key_have_one_history() {
    let operations = size(15, 500);
    let gate = Gate::new("R6", "two processes of 8 threads on one key");
    let home = scene::folder();
    let keystead = scene::open(home.path(), Arc::new(Memory::new())).expect("opens");
    keystead.create_file_vault(&scene::passphrase()).expect("made");
    let key = scene::add(&keystead, "openai", "Shared", FIRST).expect("added");
    let other = Command::new(env::current_exe().expect("this test's own path"))
        .args(["--exact", "two::the_other_process", "--nocapture"])
        .env(HOME, home.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut calls = work(&keystead, &key.id, operations, 1);
    let output = other.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let theirs = said.lines().filter_map(|line| line.split_once(SAYS)).map(|(_, call)| call);
    calls.extend(theirs.map(|call| serde_json::from_str::<Call>(call).expect("a call")));

    let mut failures = Vec::new();
    if !output.status.success() || calls.len() != 2 * THREADS * operations {
        failures.push(format!("{} calls were made; {said}", calls.len()));
    }
    let start = now();
    let text = keystead.with_secret(&key.id, ToOwned::to_owned).expect("readable");
    calls.push(Call { write: false, text, from: start, to: now(), failed: None });
    check(&calls, &mut failures);
    keystead.reconcile().expect("reconciled");
    let view = keystead.vault_status().expect("status");
    let found = keystead.check_storage().expect("checked");
    if view.pending > 0 || (found.present, found.missing.len(), found.leftovers.len()) != (1, 0, 0) {
        failures.push(format!("{} pending, {found:?}", view.pending));
    }
    let busy = calls.iter().filter(|call| call.failed.is_some()).count();
    let longest = calls.iter().map(|call| call.to - call.from).max().unwrap_or_default() / 1_000_000;
    println!("{} calls, {busy} told that another is writing, the longest {longest} ms", calls.len());
    gate.done(calls.len(), &failures, "calls");
}

/// Nothing unless it was started for it.
#[test]
fn the_other_process() {
    let Ok(home) = env::var(HOME) else { return };
    let keystead = scene::open(Path::new(&home), Arc::new(Memory::new())).expect("opens");
    assert_eq!(keystead.vault_status().expect("status").kind, VaultKind::File);
    keystead.unlock_file_vault(&scene::passphrase()).expect("unlocked");
    let id = scene::find(&keystead, KEY).expect("there").id;
    for call in work(&keystead, &id, size(15, 500), 2) {
        println!("\n{SAYS}{}", serde_json::to_string(&call).expect("text"));
    }
}

fn work(keystead: &Keystead, id: &str, operations: usize, process: u64) -> Vec<Call> {
    thread::scope(|s| {
        let threads: Vec<_> = (0..THREADS as u64)
            .map(|number| {
                s.spawn(move || {
                    let mut rng = Rng::new(process * 100 + number);
                    (0..operations).map(|_| call(keystead, id, &mut rng)).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

fn call(keystead: &Keystead, id: &str, rng: &mut Rng) -> Call {
    let (write, text) = (rng.chance(60), rng.text(60));
    let from = now();
    let done = if write {
        scene::replace(keystead, id, &text).map(|_| text.clone())
    } else {
        if rng.chance(20) {
            keystead.vault_status().expect("status");
        }
        keystead.with_secret(id, ToOwned::to_owned)
    };
    let to = now();
    match done {
        Ok(text) => Call { write, text, from, to, failed: None },
        Err(e) => Call { write, text, from, to, failed: Some(format!("{:?}", e.code)) },
    }
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos()
}

/// Whether all calls could have been made one after the other, each at some moment of its own time.
fn check(calls: &[Call], failures: &mut Vec<String>) {
    let first = Call { write: true, text: FIRST.into(), from: 0, to: 0, failed: None };
    let writes: Vec<&Call> = calls.iter().filter(|call| call.write).chain([&first]).collect();
    let reads: Vec<&Call> = calls.iter().filter(|call| !call.write).collect();
    let busy = format!("{:?}", Code::StoreBusy);
    for call in calls.iter().filter(|call| call.failed.as_ref().is_some_and(|code| !call.write || *code != busy)) {
        failures.push(format!("a {} failed with {:?}", if call.write { "write" } else { "read" }, call.failed));
    }
    let written = |text: &str| writes.iter().find(|write| write.text == text && write.failed.is_none());
    let origins: Vec<_> = reads.iter().map(|read| (read, written(&read.text))).collect();
    for (read, write) in &origins {
        let Some(write) = write else {
            failures.push(format!("read a text that nobody wrote: {:?}", read.failed));
            continue;
        };
        let overtaken =
            writes.iter().any(|other| other.failed.is_none() && other.from > write.to && other.to < read.from);
        // What a later reader saw is never older than what an earlier one saw.
        let backwards = origins
            .iter()
            .any(|(earlier, theirs)| earlier.to < read.from && theirs.is_some_and(|theirs| write.to < theirs.from));
        if write.from > read.to || overtaken || backwards {
            failures.push(format!("read what was not the text then: {read:?}"));
        }
    }
}
