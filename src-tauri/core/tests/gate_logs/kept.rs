//! Everything that was logged, twice: as it came, and as it is written.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use keystead_core::{
    log::{MASK, Redacting},
    secret,
};
use tracing_subscriber::{filter::LevelFilter, fmt::format::FmtSpan, layer::SubscriberExt, util::SubscriberInitExt};

use crate::CANARY;

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("no panic")).into_owned()
    }
}

/// Both.
pub(crate) struct Kept {
    came: Buffer,
    written: Buffer,
}

impl Kept {
    /// From now on everything that can log does, at the finest level there is.
    pub(crate) fn start() -> Self {
        let kept = Self { came: Buffer::default(), written: Buffer::default() };
        let (came, written) = (kept.came.clone(), kept.written.clone());
        tracing_subscriber::registry()
            .with(LevelFilter::TRACE)
            .with(
                tracing_subscriber::fmt::layer()
                    .with_ansi(false)
                    .with_span_events(FmtSpan::FULL)
                    .with_writer(move || came.clone()),
            )
            .with(
                tracing_subscriber::fmt::layer()
                    .with_ansi(false)
                    .with_span_events(FmtSpan::FULL)
                    .with_writer(move || Redacting::new(written.clone())),
            )
            .init();
        let both = Other { came: kept.came.clone(), written: kept.written.clone() };
        log::set_boxed_logger(Box::new(both)).expect("the only one");
        log::set_max_level(log::LevelFilter::Trace);
        kept
    }

    pub(crate) fn len(&self) -> (usize, usize) {
        (self.came.text().len(), self.written.text().len())
    }

    /// What should not have been written since then; and what our own code should not even have tried to.
    pub(crate) fn wrong_since(&self, (came, written): (usize, usize)) -> impl Iterator<Item = String> {
        let (came, written) = (self.came.text().split_off(came), self.written.text().split_off(written));
        let ours = came.lines().filter(|line| line.contains("keystead")).filter_map(|line| held(line).map(|_| line));
        let ours: Vec<String> = ours.map(|line| format!("Keystead logs {line}")).collect();
        let out: Vec<String> = written.lines().filter(|l| held(l).is_some()).map(|l| format!("written: {l}")).collect();
        ours.into_iter().chain(out)
    }

    /// Without this the gate could not fail: the log is on, and a line that does hold a key comes out without it only
    /// because it was taken out.
    pub(crate) fn control(&self) {
        let before = self.len();
        let _live = secret::clean(&CANARY.as_bytes().to_vec().into()).expect("a key");
        tracing::error!(target: "careless", "the key is {CANARY}, {:?} and {}", CANARY, &CANARY[9..20]);
        log::error!(target: "careless", "the key is {CANARY}");
        let (came, written) = (self.came.text().split_off(before.0), self.written.text().split_off(before.1));
        assert_eq!((came.matches(CANARY).count(), came.contains(MASK)), (3, false));
        assert_eq!((held(&written), written.matches(MASK).count()), (None, 4), "{written}");
        for crates in ["hyper", "reqwest", "keystead_core"] {
            assert!(self.came.text().contains(crates), "{crates} has logged nothing");
        }
    }
}

/// The first piece of the canary in a text, whatever its case.
pub(crate) fn held(text: &str) -> Option<String> {
    let (text, canary) = (text.to_lowercase(), CANARY.to_lowercase());
    let mut pieces = canary.as_bytes().windows(8).map(|piece| std::str::from_utf8(piece).expect("ASCII"));
    pieces.find(|piece| text.contains(piece)).map(str::to_owned)
}

/// Libraries that log in the older way.
struct Other {
    came: Buffer,
    written: Buffer,
}

impl log::Log for Other {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        let _ = self.came.clone().write_all(line.as_bytes());
        let _ = Redacting::new(self.written.clone()).write_all(line.as_bytes());
    }

    fn flush(&self) {}
}
