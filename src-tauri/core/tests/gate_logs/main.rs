//! S3: whatever goes wrong, nothing that is written holds a key: no line of the log though everything logs all it can, no
//! error, no answer.

mod answers;
#[path = "../common.rs"]
mod common;
mod faults;
#[path = "../common/gate.rs"]
mod gate;
mod inputs;
mod kept;
mod process;

use gate::{Gate, size};
use kept::Kept;

/// It begins like no key there is, so that only its being in use gives it away; all of its pieces are its own.
pub(crate) const CANARY: &str = "Wm9vqRtQ-uVxYzKlMnPq-Lk7Hs1Ng5Pv0Xe2";

/// One way to fail: what it is called, and what it answers.
pub(crate) type Path = (String, Box<dyn FnOnce() -> String>);

#[test]
fn no_error_path_writes_a_key() {
    let kept = Kept::start();
    let gate = Gate::new("S3", "error paths under the most talkative log");
    let paths: Vec<Path> = inputs::paths().chain(faults::paths()).chain(answers::paths()).collect();
    let all = paths.len();
    assert!(all >= 200, "{all} paths");
    // The reduced set takes some of every kind.
    let every = all / size(60, all);
    let (mut runs, mut failures) = (0, Vec::new());
    for (name, fail) in paths.into_iter().step_by(every) {
        runs += 1;
        let before = kept.len();
        let answer = fail();
        failures.extend(kept::held(&answer).map(|piece| format!("{name}: the answer holds {piece}")));
        failures.extend(kept.wrong_since(before).map(|line| format!("{name}: {line}")));
    }
    kept.control();
    gate.done(runs, &failures, "paths");
}

#[test]
fn the_app_s_own_log_and_panics_write_no_key() {
    let gate = Gate::new("S3", "the real log and panics of a process");
    let (runs, failures) = process::check();
    gate.done(runs, &failures, "paths");
}
