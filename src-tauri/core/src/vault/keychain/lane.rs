//! One thread that owns what may hang, and a deadline for everyone who waits for it.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

use zeroize::Zeroize;

use crate::vault::VaultError;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// A thread with a state of its own. After a missed deadline the thread is left to itself and the next call gets a new
/// one with a new state; nothing ever joins it, so a hung keychain cannot hold up the exit.
pub(super) struct Lane<S> {
    current: Mutex<Current<S>>,
}

struct Current<S> {
    number: u64,
    jobs: Option<Sender<Job<S>>>,
}

impl<S: Default + 'static> Lane<S> {
    pub(super) fn new() -> Self {
        Self { current: Mutex::new(Current { number: 0, jobs: None }) }
    }

    /// Does the work on the thread. When its turn comes after the deadline it is not started at all.
    pub(super) fn call<T: Send + 'static>(
        &self,
        deadline: Duration,
        work: impl FnOnce(&mut S) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (answer, answered) = mpsc::sync_channel(1);
        let wanted = Arc::new(AtomicBool::new(true));
        let still_wanted = Arc::clone(&wanted);
        let number = self.submit(Box::new(move |state| {
            if still_wanted.load(Ordering::Relaxed) {
                // Dropped unheard when the caller has given up in the meantime.
                let _ = answer.send(work(state));
            }
        }))?;
        match answered.recv_timeout(deadline) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => {
                wanted.store(false, Ordering::Relaxed);
                self.abandon(number);
                Err(VaultError::Unresponsive)
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.abandon(number);
                Err(VaultError::Failed)
            }
        }
    }

    /// Queues the job and says on which thread.
    fn submit(&self, job: Job<S>) -> Result<u64, VaultError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let unsent = match &current.jobs {
            None => job,
            Some(jobs) => match jobs.send(job) {
                Ok(()) => return Ok(current.number),
                // Its thread has ended by a panic.
                Err(mpsc::SendError(job)) => job,
            },
        };
        let (jobs, queue) = mpsc::channel::<Job<S>>();
        thread::Builder::new()
            .name("keychain".into())
            .spawn(move || {
                let mut state = S::default();
                while let Ok(job) = queue.recv() {
                    job(&mut state);
                    wipe_stack();
                }
            })
            .map_err(|_| VaultError::Failed)?;
        jobs.send(unsent).map_err(|_| VaultError::Failed)?;
        current.number += 1;
        current.jobs = Some(jobs);
        Ok(current.number)
    }

    /// Lets go of a thread, unless another caller has done so already.
    fn abandon(&self, number: u64) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.number == number {
            current.jobs = None;
        }
    }
}

/// Overwrites what calls that have returned left on this thread's stack: ciphers work there, a block at a time, and the
/// thread may wait long for its next job.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "the stack is what it is about; a thread has 2 MiB of it")]
fn wipe_stack() {
    let mut left = [0_u64; 1 << 15];
    left.zeroize();
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const SOON: Duration = Duration::from_millis(50);
    const LONG: Duration = Duration::from_secs(20);

    #[expect(clippy::unnecessary_wraps, reason = "work for a lane")]
    fn count(state: &mut u32) -> Result<u32, VaultError> {
        *state += 1;
        Ok(*state)
    }

    #[test]
    fn calls_share_one_state() {
        let lane = Lane::<u32>::new();
        assert_eq!((lane.call(LONG, count), lane.call(LONG, count)), (Ok(1), Ok(2)));
    }

    #[test]
    fn a_hung_call_ends_at_its_deadline_and_the_next_has_a_new_thread() {
        let lane = Lane::<u32>::new();
        assert_eq!(lane.call(LONG, count), Ok(1));
        let (_hold, held) = mpsc::channel::<()>();
        let start = Instant::now();
        let hung = lane.call(SOON, move |_| held.recv().map_err(|_| VaultError::Failed));
        assert_eq!(hung, Err(VaultError::Unresponsive));
        assert_eq!(lane.call(LONG, count), Ok(1));
        assert!(start.elapsed() < LONG / 2);
    }

    #[test]
    fn what_waited_too_long_is_never_started() {
        let lane = Arc::new(Lane::<u32>::new());
        let (release, held) = mpsc::channel::<()>();
        let (begun, started) = mpsc::channel();
        let blocker = thread::spawn({
            let lane = Arc::clone(&lane);
            move || lane.call(LONG, move |_| begun.send(()).map(|()| held.recv()).map_err(|_| VaultError::Failed))
        });
        started.recv().expect("the first call runs");
        let (ran, heard) = mpsc::channel();
        assert_eq!(
            lane.call(SOON, move |_| ran.send(()).map_err(|_| VaultError::Failed)),
            Err(VaultError::Unresponsive)
        );
        release.send(()).expect("the first call is held");
        assert!(blocker.join().expect("no panic").is_ok());
        assert!(heard.recv_timeout(LONG).is_err(), "a call ran after its caller had been told it failed");
    }

    #[test]
    fn a_panic_is_an_error_and_the_next_call_works() {
        let lane = Lane::<u32>::new();
        assert_eq!(lane.call::<()>(LONG, |_| panic!("on purpose")), Err(VaultError::Failed));
        assert_eq!(lane.call(LONG, count), Ok(1));
    }
}
