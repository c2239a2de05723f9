//! When each stage began and how long it took.

use std::time::Duration;

use tokio::time::Instant;

use super::{Stage, StageReport, StageState, report::STAGES};

/// The six stages of one test.
pub(super) struct Timeline {
    began: Instant,
    lines: Vec<StageReport>,
}

impl Timeline {
    pub(super) fn start() -> Self {
        let line = |stage| StageReport { stage, state: StageState::NotReached, start_ms: None, took_ms: None };
        Self { began: Instant::now(), lines: STAGES.map(line).to_vec() }
    }

    pub(super) fn set(&mut self, stage: Stage, became: StageState) {
        self.lines[stage as usize].state = became;
    }

    /// A stage with its own time.
    pub(super) fn timed(&mut self, stage: Stage, became: StageState, from: Instant, took: Duration) {
        self.set(stage, became);
        self.time(stage, from, took);
    }

    pub(super) fn time(&mut self, stage: Stage, from: Instant, took: Duration) {
        let line = &mut self.lines[stage as usize];
        line.start_ms = Some(ms(from.duration_since(self.began)));
        line.took_ms = Some(ms(took));
    }

    pub(super) fn lines(self) -> Vec<StageReport> {
        self.lines
    }
}

/// Milliseconds with three decimals: what a clock tells beyond that is noise.
fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
