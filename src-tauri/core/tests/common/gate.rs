//! A gate: a test with a size. Small in the ordinary suite, whole under `cargo xtask torture --full`, and counted in the
//! table that prints.
#![allow(dead_code, reason = "each test crate uses its part")]

use std::{env, fs::OpenOptions, io::Write, time::Instant};

/// The whole size under `KEYSTEAD_TORTURE=full`, else the reduced one.
pub(crate) fn size(reduced: usize, full: usize) -> usize {
    if env::var_os("KEYSTEAD_TORTURE").is_some_and(|how| how == "full") { full } else { reduced }
}

/// A gate under way.
pub(crate) struct Gate {
    name: &'static str,
    what: &'static str,
    start: Instant,
}

impl Gate {
    /// `name` as in the table of gates: "R1"; `what` in a few words.
    pub(crate) fn new(name: &'static str, what: &'static str) -> Self {
        Self { name, what, start: Instant::now() }
    }

    /// Reports the counts, where somebody collects them, and fails when there was a failure.
    pub(crate) fn done(self, runs: usize, failures: &[String], unit: &str) {
        if let Some(path) = env::var_os("KEYSTEAD_TORTURE_REPORT") {
            let line = serde_json::json!({
                "gate": self.name, "what": self.what, "runs": runs, "unit": unit,
                "failures": failures.len(), "seconds": self.start.elapsed().as_secs_f64(),
            });
            let mut file = OpenOptions::new().create(true).append(true).open(path).expect("the report can be written");
            writeln!(file, "{line}").expect("the report can be written");
        }
        let shown = failures.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
        assert!(failures.is_empty(), "{}: {} of {runs} {unit} failed:\n{shown}", self.name, failures.len());
    }
}
