//! Whose turn it is: so many tests at once and no more, whoever asks for them and however many keys there are.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::provider::Provider;

/// Saved keys that are tested at a time.
const AT_ONCE: usize = 16;
/// Of them, those that ask the same host: enough to be quick, few enough to stay polite.
const A_HOST: usize = 4;

/// Who may ask now.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// Held while a key is tested.
pub(super) struct Turn {
    _host: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Default for Turns {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(AT_ONCE)), hosts: Mutex::default() }
    }
}

impl Turns {
    /// Waits for a turn at a host, while at most so many have one. Whoever waits for the host takes no other host's turn.
    pub(super) async fn take(&self, host: &str, at_once: u16) -> Turn {
        let here = self.host(host);
        // Where fewer are wanted, each counts for several.
        let weight = u32::try_from(AT_ONCE).unwrap_or(u32::MAX).div_ceil(u32::from(at_once.max(1)));
        Turn { _host: permit(here, 1).await, _all: permit(self.all.clone(), weight).await }
    }

    fn host(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = hosts.get(host).and_then(Weak::upgrade) {
            return there;
        }
        hosts.retain(|_, turns| turns.strong_count() > 0);
        let turns = Arc::new(Semaphore::new(A_HOST));
        hosts.insert(host.to_owned(), Arc::downgrade(&turns));
        turns
    }
}

async fn permit(of: Arc<Semaphore>, weight: u32) -> OwnedSemaphorePermit {
    of.acquire_many_owned(weight).await.expect("nobody closes it")
}

/// The host whose turn a test waits for.
pub(super) fn host_of(provider: &Provider) -> String {
    provider.test_url().host_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::pin, task::Context};

    use super::*;

    /// Whether a turn is there at once.
    fn at_once(turns: &Turns, host: &str) -> Option<Turn> {
        let mut waiting = pin!(turns.take(host, 16));
        match waiting.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(turn) => Some(turn),
            std::task::Poll::Pending => None,
        }
    }

    #[test]
    fn four_a_host_and_sixteen_in_all() {
        let turns = Turns::default();
        let take = |host: &str| at_once(&turns, host);
        let mut held: Vec<Turn> = (0..A_HOST).map(|_| take("a").expect("free")).collect();
        assert!(take("a").is_none(), "a fifth at one host waits");
        for host in ["b", "c", "d"] {
            held.extend((0..A_HOST).map(|_| take(host).expect("free")));
        }
        assert_eq!(held.len(), AT_ONCE);
        assert!(take("e").is_none(), "a seventeenth waits");
        held.remove(0);
        let last = take("a");
        assert!(last.is_some(), "whoever ends makes room");
        drop((held, last));
        assert!(take("e").is_some());
        assert_eq!(turns.hosts.lock().expect("nobody panicked").len(), 1, "hosts nobody waits for are forgotten");
    }
}
