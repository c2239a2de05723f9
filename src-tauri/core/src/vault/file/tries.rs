//! Wrong passphrases cost time. Counted in this process's memory alone: against somebody at the keyboard. Whoever has
//! the files tries elsewhere, and meets only the cost of scrypt.

use std::time::{Duration, Instant};

use crate::error::{Code, Error, Field, Result};

/// So many may be wrong before the next has to wait.
const FREE: u32 = 5;
/// The longest wait.
const LONGEST: Duration = Duration::from_mins(1);

#[derive(Default)]
pub(super) struct Tries {
    wrong: u32,
    last: Option<Instant>,
}

impl Tries {
    /// Lets a try begin. It counts as wrong until [`Tries::end`] says otherwise, so that trying many at once gains nothing.
    pub(super) fn begin(&mut self) -> Result<()> {
        if let Some(wait) = self.wait() {
            let seconds = wait.as_secs() + 1;
            let message = format!("too many wrong passphrases: try again in {seconds} s");
            return Err(Error::at(Field::Passphrase, Code::PassphraseWait, message));
        }
        self.count();
        Ok(())
    }

    /// How a try ended: the right passphrase forgives the wrong ones, a failure of another kind was no try.
    pub(super) fn end<T>(&mut self, result: &Result<T>) {
        match result {
            Ok(_) => *self = Self::default(),
            Err(e) if e.code == Code::PassphraseWrong => self.last = Some(Instant::now()),
            Err(_) => self.wrong = self.wrong.saturating_sub(1),
        }
    }

    /// How long the next try has to wait still.
    pub(super) fn wait(&self) -> Option<Duration> {
        let left = delay(self.wrong).checked_sub(self.last?.elapsed())?;
        (!left.is_zero()).then_some(left)
    }

    fn count(&mut self) {
        self.wrong = self.wrong.saturating_add(1);
        self.last = Some(Instant::now());
    }
}

/// 1, 2, 4 … 60 seconds from the fifth wrong one on.
fn delay(wrong: u32) -> Duration {
    match wrong.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(more) => Duration::from_secs(1 << more.min(6)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_one_costs_a_second_and_each_more_twice_as_much() {
        let seconds: Vec<_> = (0..14).map(|wrong| delay(wrong).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(delay(u32::MAX), LONGEST);
    }

    #[test]
    fn tries_that_run_at_once_are_counted_before_they_end() {
        let mut tries = Tries::default();
        let begun = (0..50).filter(|_| tries.begin().is_ok()).count();
        assert_eq!(begun, 5);
    }

    #[test]
    fn the_right_one_forgives_and_a_broken_file_is_no_try() {
        let mut tries = Tries::default();
        let broken: Result<()> = Err(Error::new(Code::VaultDamaged, "garbled"));
        for _ in 0..20 {
            tries.begin().expect("no try was wrong");
            tries.end(&broken);
        }
        for _ in 0..4 {
            tries.begin().expect("free");
            tries.end::<()>(&Err(Error::new(Code::PassphraseWrong, "wrong")));
        }
        tries.begin().expect("the fifth");
        tries.end(&Ok(()));
        assert_eq!((tries.wrong, tries.wait()), (0, None));
    }
}
