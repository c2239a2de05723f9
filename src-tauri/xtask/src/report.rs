//! What ran, how long it took, how it ended, and how many tests that were.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    Result,
    process::{interrupted, run_lines},
};

/// The steps so far.
pub(crate) struct Report {
    begun: Instant,
    steps: Vec<(String, Duration, Result<String>)>,
    tests: Tests,
}

/// Counted over all runners.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tests {
    /// Held.
    pub(crate) passed: u64,
    /// Did not.
    pub(crate) failed: u64,
    /// Could not be made here, and said so.
    pub(crate) skipped: u64,
}

impl Report {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), steps: Vec::new(), tests: Tests::default() }
    }

    /// Does one step and notes it; what it answers is shown beside it in the summary. True when it held.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce(&mut Tests) -> Result<String>) -> bool {
        if interrupted() {
            return false;
        }
        println!("\n── {name} {}", "─".repeat(76_usize.saturating_sub(name.chars().count())));
        let (begun, mut tests) = (Instant::now(), Tests::default());
        let result = work(&mut tests);
        if result.is_err() && tests.failed == 0 {
            // A check that is no test suite, or a suite that did not get to its tests.
            tests.failed = 1;
        }
        self.tests.passed += tests.passed;
        self.tests.failed += tests.failed;
        self.tests.skipped += tests.skipped;
        let took = begun.elapsed();
        match &result {
            Ok(note) => println!("   ok, {:.1} s  {note}", took.as_secs_f32()),
            Err(message) => println!("   FAILED after {:.1} s: {message}", took.as_secs_f32()),
        }
        let held = result.is_ok();
        self.steps.push((name.to_owned(), took, result));
        held
    }

    /// Prints the summary; its very last line is the number of tests.
    pub(crate) fn finish(self) -> Result {
        println!("\n── Summary {}", "─".repeat(69));
        for (name, took, result) in &self.steps {
            let (mark, note) = match result {
                Ok(note) => ("✓", note.as_str()),
                Err(message) => ("✕", message.lines().next().unwrap_or_default()),
            };
            println!("{mark} {name:<28} {:>7.1} s  {note}", took.as_secs_f32());
        }
        println!("  {:<28} {:>7.1} s", "all", self.begun.elapsed().as_secs_f32());
        let Tests { passed, failed, skipped } = self.tests;
        let skipped = if skipped > 0 { format!(", {skipped} skipped") } else { String::new() };
        println!("tests: {passed} passed, {failed} failed{skipped}");
        if interrupted() || self.tests.failed > 0 { Err(String::new()) } else { Ok(()) }
    }
}

impl Tests {
    /// Runs a test runner, shows what it prints, and counts from it.
    pub(crate) fn count(&mut self, command: &mut Command) -> Result<String> {
        let mut counted = Self::default();
        let result = run_lines(command.env("NO_COLOR", "1"), |line| {
            println!("{line}");
            let found = Self::in_line(line);
            counted.passed += found.passed;
            counted.failed += found.failed;
        });
        self.passed += counted.passed;
        self.failed += counted.failed;
        result.map(|()| format!("{} tests", counted.passed))
    }

    /// As [`Tests::count`], for a runner whose tests note in a file that they were skipped, one line each: Cargo takes what
    /// returns early for passed.
    pub(crate) fn count_skipped(&mut self, command: &mut Command) -> Result<String> {
        let notes = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
        let counted = self.count(command.env("KEYSTEAD_SKIPPED", notes.path()));
        let said = fs::read_to_string(notes.path()).map_err(|error| error.to_string())?;
        let skipped = said.lines().count() as u64;
        for line in said.lines() {
            println!("   skipped: {line}");
        }
        self.passed = self.passed.saturating_sub(skipped);
        self.skipped += skipped;
        let note = counted?;
        Ok(if skipped > 0 { format!("{note}, {skipped} of them skipped (see above)") } else { note })
    }

    /// The counts in a summary line of cargo ("test result: ok. 3 passed; 0 failed; …") or vitest ("Tests  3 passed (3)").
    fn in_line(line: &str) -> Self {
        let line = line.trim();
        if !line.starts_with("test result: ") && !line.starts_with("Tests  ") {
            return Self::default();
        }
        let words: Vec<&str> = line.split([' ', ';', '|', '.']).filter(|word| !word.is_empty()).collect();
        let before =
            |what| words.windows(2).find(|pair| pair[1] == what).and_then(|pair| pair[0].parse().ok()).unwrap_or(0);
        Self { passed: before("passed"), failed: before("failed"), skipped: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Tests;

    #[test]
    fn counts_what_cargo_and_vitest_print() {
        let cargo =
            "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s";
        assert_eq!(Tests::in_line(cargo), Tests { passed: 12, failed: 2, skipped: 0 });
        assert_eq!(
            Tests::in_line("      Tests  1 failed | 41 passed (42)"),
            Tests { passed: 41, failed: 1, skipped: 0 }
        );
        assert_eq!(Tests::in_line(" Test Files  7 passed (7)"), Tests::default());
        assert_eq!(Tests::in_line("test probe::a_good_key ... ok"), Tests::default());
    }
}
