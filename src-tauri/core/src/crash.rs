//! Where a test may end the process: before and after every step of which something remains. Nothing in a release.

/// A place between two steps.
#[cfg(not(any(test, feature = "fault")))]
#[inline]
pub(crate) fn point() {}

#[cfg(any(test, feature = "fault"))]
pub(crate) use armed::point;
#[cfg(feature = "fault")]
pub use armed::{abort_at, count, panic_at};

#[cfg(any(test, feature = "fault"))]
mod armed {
    use std::{
        cell::Cell,
        sync::atomic::{AtomicUsize, Ordering},
    };

    /// The number of the point at which this process aborts, of all its threads' points together.
    static ABORT_AT: AtomicUsize = AtomicUsize::new(usize::MAX);
    static PASSED: AtomicUsize = AtomicUsize::new(0);

    thread_local! {
        static PANIC_AT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// A place between two steps.
    pub(crate) fn point() {
        let passed = PASSED.fetch_add(1, Ordering::SeqCst);
        if ABORT_AT.load(Ordering::SeqCst) == passed {
            std::process::abort();
        }
        PANIC_AT.with(|at| match at.get() {
            Some(0) => {
                at.set(None);
                panic!("the process ends here");
            }
            Some(left) => at.set(Some(left - 1)),
            None => {}
        });
    }

    /// This process aborts at the point after `points` more, on whichever of its threads that is.
    #[cfg(feature = "fault")]
    pub fn abort_at(points: usize) {
        ABORT_AT.store(PASSED.load(Ordering::SeqCst).saturating_add(points), Ordering::SeqCst);
    }

    /// This thread panics at the point after `points` more, as if the process ended there; `None`: at none.
    #[cfg(feature = "fault")]
    pub fn panic_at(points: Option<usize>) {
        PANIC_AT.set(points);
    }

    /// How many points this process has passed.
    #[cfg(feature = "fault")]
    pub fn count() -> usize {
        PASSED.load(Ordering::SeqCst)
    }
}
