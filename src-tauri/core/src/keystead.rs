//! The facade: every use-case of the app and of the command is one method here. Cheap to clone; all clones share one
//! store, one set of vaults and the drafts.

mod access;
mod belongings;
mod configured;
mod consent;
mod custom;
mod doctor;
mod drafts;
mod environment;
mod fingerprint;
mod headers;
mod history;
mod keys;
mod limits;
mod messages;
mod models;
mod moving;
mod network;
mod policies;
mod protocol;
mod providers;
mod proxy_login;
mod regions;
pub mod request;
mod resolve;
mod settings;
mod storage;
mod tasks;
mod testing;
mod vault;
mod vaults;
pub mod view;
mod workspaces;

use std::{
    fs::File,
    io::{Read, Seek, Write},
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use crate::{
    error::{Code, Error, Field, Result},
    home,
    message::{Zone, system_zone},
    probe::Prober,
    store::Store,
    vault::{Vault, Vaults},
};

pub use doctor::*;
use drafts::Drafts;
use environment::AmbientTests;
pub use environment::Environment;
use moving::MoveFailures;
use providers::views::Listing;
pub use request::*;
use testing::Runs;
pub use view::*;

/// The current time, Unix milliseconds.
pub type Clock = fn() -> i64;

/// How long a second writer waits for the first.
const LOCK_WAIT: Duration = Duration::from_secs(10);

/// The domain's one entrance.
#[derive(Clone)]
pub struct Keystead {
    store: Arc<Store>,
    vaults: Vaults,
    prober: Arc<Prober>,
    drafts: Arc<Drafts>,
    runs: Arc<Runs>,
    proof: Arc<Mutex<Option<VaultProof>>>,
    move_failures: Arc<Mutex<MoveFailures>>,
    environment: Environment,
    ambient_tests: AmbientTests,
    listing: Arc<Listing>,
    lock: Arc<Path>,
    clock: Clock,
    zone: Zone,
    actor: Actor,
}

/// Held while the two stores change together: the app and the command may run side by side, and whoever holds this
/// knows that no operation of a living process is under way.
struct WriteLock(File);

impl WriteLock {
    /// How many switches to a new entry there were, as the file says: no more than the database knows, unless that is
    /// an older one that was put back, or one whose log was cut.
    fn switches(&self) -> u64 {
        let (mut file, mut bytes) = (&self.0, [0; 8]);
        let read = file.rewind().and_then(|()| file.read_exact(&mut bytes));
        read.map_or(0, |()| u64::from_le_bytes(bytes))
    }

    /// Less than the truth does no harm, so it may fail, and need not outlast a power cut.
    fn note_switches(&self, switches: u64) {
        let mut file = &self.0;
        if let Err(e) = file.rewind().and_then(|()| file.write_all(&switches.to_le_bytes())) {
            tracing::warn!("a switch was not noted beside the database: {}", e.kind());
        }
    }
}

impl Keystead {
    /// Opens the database in `folder` (created if need be, for its owner only). Touches no vault and no network.
    pub fn open(folder: &Path, keychain: Arc<dyn Vault>) -> Result<Self> {
        Self::open_with(folder, Vaults::new(keychain, folder), Prober::new(), system_clock)
    }

    /// As [`Keystead::open`], for a process that ends at once: it keeps no keys for a session.
    pub fn open_without_session(folder: &Path, keychain: Arc<dyn Vault>) -> Result<Self> {
        let vaults = Vaults::new(keychain, folder).without_session();
        Ok(Self::open_with(folder, vaults, Prober::new(), system_clock)?.by(Actor::Command))
    }

    /// As [`Keystead::open`], with vaults, a prober and a clock of the caller's.
    pub fn open_with(folder: &Path, vaults: Vaults, prober: Prober, clock: Clock) -> Result<Self> {
        home::make(folder)
            .map_err(|e| Error::new(Code::StoreFailed, format!("the data directory cannot be made: {}", e.kind())))?;
        Ok(Self {
            store: Arc::new(Store::open(folder)?),
            vaults,
            prober: Arc::new(prober),
            drafts: Arc::default(),
            runs: Arc::default(),
            proof: Arc::default(),
            move_failures: Arc::default(),
            environment: environment::of_this_process(),
            ambient_tests: Arc::default(),
            listing: Arc::default(),
            lock: folder.join("lock").into(),
            clock,
            zone: system_zone,
            actor: Actor::App,
        })
    }

    /// In another zone than this machine's.
    #[must_use]
    pub fn in_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    fn now(&self) -> i64 {
        (self.clock)()
    }

    /// Waits up to ten seconds for another process that is writing.
    fn lock(&self) -> Result<WriteLock> {
        let start = Instant::now();
        loop {
            match self.lock_now()? {
                Some(lock) => return Ok(lock),
                None if start.elapsed() < LOCK_WAIT => std::thread::sleep(Duration::from_millis(10)),
                None => return Err(Error::new(Code::StoreBusy, "another Keystead process is writing")),
            }
        }
    }

    /// The lock, if nobody holds it.
    fn lock_now(&self) -> Result<Option<WriteLock>> {
        let failed = |e: &std::io::Error| Error::new(Code::StoreFailed, format!("the write lock failed: {}", e.kind()));
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&*self.lock)
            .map_err(|e| failed(&e))?;
        match file.try_lock() {
            Ok(()) => {
                let lock = WriteLock(file);
                self.notice_an_older_database(&lock)?;
                Ok(Some(lock))
            }
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(e)) => Err(failed(&e)),
        }
    }
}

fn system_clock() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A name of a key or a provider: trimmed, 1 to 80 characters, no control characters.
fn checked_name(text: &str) -> Result<String> {
    let name = text.trim();
    let refuse = |code, message: &str| Err(Error::at(Field::Name, code, message));
    if name.is_empty() {
        return refuse(Code::NameEmpty, "a name is needed");
    }
    if name.chars().count() > 80 {
        return refuse(Code::NameTooLong, "a name has at most 80 characters");
    }
    if name.chars().any(char::is_control) {
        return refuse(Code::NameInvalid, "a name has no control characters");
    }
    crate::policy::refuse_key(name, Field::Name)?;
    Ok(name.to_owned())
}

/// Runs blocking work off the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Error::new(Code::Internal, "a background task ended early")))
}
