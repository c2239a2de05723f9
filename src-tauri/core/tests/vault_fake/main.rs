//! The keychain against a Secret Service of our own that behaves badly in every way one was seen or feared to. Each case
//! has a bus of its own: the service runs here, the product in a process of its own, so that its exit counts too.
#![cfg(target_os = "linux")]

#[path = "../common/gate.rs"]
mod gate;

mod bus;
mod case;
mod cipher;
mod client;
mod expected;
mod keyring;
mod trouble;
mod world;

use std::{collections::VecDeque, sync::Mutex, thread};

use case::Case;
use gate::Gate;
use trouble::{OPERATIONS, TROUBLES};

/// As many at a time: nearly all of a case is waiting.
const AT_ONCE: usize = 8;

#[test]
fn no_trouble_of_the_service_hangs_leaks_or_loses_a_key() {
    if let Some(case) = Case::of_this_process() {
        return client::run(&case);
    }
    let all = TROUBLES.iter().flat_map(|trouble| OPERATIONS.map(|operation| Case { trouble: *trouble, operation }));
    // Reduced: each trouble once, each operation three times.
    let every = gate::size(OPERATIONS.len() + 1, 1);
    let cases: VecDeque<Case> = all.step_by(every).collect();
    let (gate, runs) = (Gate::new("R3", "fake Secret Service"), cases.len());
    let waiting = Mutex::new(cases);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some(case) = waiting.lock().expect("no panic").pop_front() else { return };
                    if let Err(why) = case.run() {
                        failures.lock().expect("no panic").push(format!("{case}: {why}"));
                    }
                }
            });
        }
    });
    gate.done(runs, &failures.into_inner().expect("no panic"), "cases");
}
