//! The operating system's keychain, behind deadlines: a call that hangs costs its caller five seconds, never the app.

mod label;
mod lane;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod parts;
#[cfg(windows)]
mod windows;

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::{EntryId, Vault, VaultError, VaultState, VaultStatus};
use lane::Lane;
#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;

/// What one call may take, the connection included.
const CALL: Duration = Duration::from_secs(5);
/// What a call may take after another one has missed its time: enough for a keychain that is back. What is made of
/// several calls costs its caller the deadline once, not once a call.
const AGAIN: Duration = Duration::from_millis(500);
/// How long after a miss calls are given less.
const WARY: Duration = Duration::from_secs(10);
/// What the first look of a window may take. Somebody waits to be told how things are; what comes later is told later.
const GLANCE: Duration = Duration::from_secs(1);
/// What a person may take to answer a prompt they asked for.
const PROMPT: Duration = Duration::from_mins(2);

/// The keychain of this user. Making one connects to nothing.
pub struct Keychain {
    lane: Lane<system::Link>,
    call: Duration,
    prompt: Duration,
    /// Since when it has not answered in time.
    missed: Mutex<Option<Instant>>,
    /// The first look is still to come, and is to be a short one.
    glance: AtomicBool,
}

impl Default for Keychain {
    fn default() -> Self {
        Self::new()
    }
}

impl Keychain {
    /// The keychain, with the deadlines people get: 5 s for a call, 120 s for a prompt.
    pub fn new() -> Self {
        Self { lane: Lane::new(), call: CALL, prompt: PROMPT, missed: Mutex::default(), glance: AtomicBool::new(false) }
    }

    /// The same for a window: its first look takes a second at most, and may be wrong about a keychain that is slow.
    #[must_use]
    pub fn with_glance(self) -> Self {
        Self { glance: AtomicBool::new(true), ..self }
    }

    /// The same with another deadline for calls.
    #[must_use]
    pub fn with_deadline(self, call: Duration) -> Self {
        Self { call, ..self }
    }

    /// The same with another deadline for prompts.
    #[must_use]
    pub fn with_prompt_deadline(self, prompt: Duration) -> Self {
        Self { prompt, ..self }
    }

    fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut system::Link) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let result = self.lane.call(self.patience(), work);
        self.observe(matches!(result, Err(VaultError::Unresponsive)));
        result
    }

    fn patience(&self) -> Duration {
        let missed = *self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        if missed.is_some_and(|since| since.elapsed() < WARY) { self.call.min(AGAIN) } else { self.call }
    }

    /// One answer in time, and all is forgiven.
    fn observe(&self, missed: bool) {
        let mut since = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        *since = match *since {
            // After a while it gets its whole time again, however often it was asked meanwhile.
            Some(before) if missed && before.elapsed() < WARY => Some(before),
            _ => missed.then(Instant::now),
        };
    }

    /// Prompts wait for a person, so each has a thread of its own and other calls go on meanwhile. The work keeps to
    /// its deadline itself, in order to take the prompt off the screen; what is added here covers the way there.
    fn prompt(&self, work: fn(Duration) -> Result<(), VaultError>) -> Result<(), VaultError> {
        let (answer, answered) = mpsc::sync_channel(1);
        let deadline = self.prompt;
        thread::Builder::new()
            .name("keychain-prompt".into())
            .spawn(move || {
                // A caller that has given up is not listening any more: nothing to tell it.
                let _ = answer.send(work(deadline));
            })
            .map_err(|_| VaultError::Failed)?;
        match answered.recv_timeout(self.prompt + self.call) {
            Ok(result) => result,
            Err(mpsc::RecvTimeoutError::Timeout) => Err(VaultError::Unresponsive),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(VaultError::Failed),
        }
    }
}

impl Vault for Keychain {
    fn probe(&self) -> VaultStatus {
        let longest = if self.glance.swap(false, Ordering::Relaxed) { GLANCE } else { CALL };
        let looked = self.lane.call(self.patience().min(longest), |link| Ok(link.probe()));
        let status = looked.unwrap_or(VaultStatus { state: VaultState::Unresponsive, identity: None });
        self.observe(status.state == VaultState::Unresponsive);
        status
    }

    #[tracing::instrument(skip_all)]
    fn put(&self, id: &EntryId, label: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let (id, label, bytes) = (*id, label.to_owned(), Zeroizing::new(bytes.to_vec()));
        self.call(move |link| parts::put(link, &id, &label, &bytes))
    }

    #[tracing::instrument(skip_all)]
    fn get(&self, id: &EntryId) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let id = *id;
        self.call(move |link| parts::get(link, &id))
    }

    fn delete(&self, id: &EntryId) -> Result<(), VaultError> {
        let id = *id;
        self.call(move |link| parts::delete(link, &id))
    }

    fn list(&self) -> Result<Vec<EntryId>, VaultError> {
        self.call(parts::list)
    }

    fn unlock(&self) -> Result<(), VaultError> {
        self.prompt(system::unlock)
    }

    fn create(&self) -> Result<(), VaultError> {
        self.prompt(system::create)
    }
}
