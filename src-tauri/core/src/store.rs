//! `SQLite`: the truth about what exists. One file a table below; each function takes a connection or a transaction, so
//! that a use-case decides what belongs together.

pub mod consent;
pub mod event;
pub mod key;
pub mod limit;
pub mod message;
pub mod model;
pub mod network;
pub mod op;
pub mod policy;
pub mod provider;
pub mod secret;
pub mod setting;
pub mod task;
pub mod test_result;
pub mod workspace;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::{
    crash,
    error::{Code, Error, Result},
};

const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("../migrations/0001_init.sql")),
    M::up(include_str!("../migrations/0002_held.sql")),
    M::up(include_str!("../migrations/0003_provider_secrets.sql")),
    M::up(include_str!("../migrations/0004_env.sql")),
    M::up(include_str!("../migrations/0005_network.sql")),
    M::up(include_str!("../migrations/0006_consent.sql")),
    M::up(include_str!("../migrations/0007_custom.sql")),
    M::up(include_str!("../migrations/0008_models.sql")),
    M::up(include_str!("../migrations/0009_config.sql")),
    M::up(include_str!("../migrations/0010_routing.sql")),
    M::up(include_str!("../migrations/0011_message.sql")),
    M::up(include_str!("../migrations/0012_stamp.sql")),
];

/// The database's file name inside the data directory.
pub const FILE: &str = "keystead.db";

/// The open database.
pub struct Store {
    connection: Mutex<Connection>,
    path: PathBuf,
    tests: test_result::Known,
}

impl Store {
    /// Opens or creates the database in `home` and brings it to this version's schema.
    ///
    /// Fails with [`Code::StoreNewer`] when a newer Keystead wrote it, with [`Code::StoreDamaged`] when it is not whole,
    /// else with [`Code::StoreFailed`].
    pub fn open(home: &Path) -> Result<Self> {
        let path = home.join(FILE);
        let mut connection = Connection::open(&path)?;
        only_for_its_owner(&path);
        connection.busy_timeout(Duration::from_secs(5))?;
        // FULL: what is acknowledged survives a power cut. secure_delete: names and hints do not linger in free pages.
        // The cache, in KiB, is taken as it is needed: with ten thousand keys the usual 2 MiB are read anew for every list.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
             PRAGMA cache_size = -32768;",
        )?;
        whole(&connection)?;
        Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), path, tests: test_result::Known::default() })
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last tests as they were read before.
    pub fn tests(&self) -> &test_result::Known {
        &self.tests
    }

    /// For reading.
    pub fn read(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one transaction that holds the write lock from its first statement on.
    pub fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.read();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction)?;
        crash::point();
        transaction.commit()?;
        crash::point();
        Ok(done)
    }
}

/// A state of the database: another one after every change, by whomever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// What SQLite counts of other connections' commits.
    others: i64,
    /// Rows this connection has ever changed, those that were rolled back among them.
    own: u64,
}

impl Stamp {
    /// Now.
    pub fn of(db: &Connection) -> Result<Self> {
        let others = db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        Ok(Self { others, own: db.total_changes() })
    }
}

/// Damage is better known before anything is written on top of it. What the indexes say against the rows, and rows that
/// belong to none, betray a changed bit inside a row, which the pages alone do not.
fn whole(connection: &Connection) -> Result<()> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
    let strayed = connection.prepare("PRAGMA foreign_key_check")?.exists([])?;
    if found == "ok" && !strayed { Ok(()) } else { Err(damaged()) }
}

fn damaged() -> Error {
    let message = "the database is damaged: `keystead doctor --set-aside --adopt` rebuilds it from the vaults";
    Error::new(Code::StoreDamaged, message)
}

/// Puts a damaged database aside, beside itself, so that a new one can be made and filled from the vaults. Nothing is
/// deleted: the new name of the old database is the answer, `None` when there was none.
pub fn set_aside(home: &Path) -> Result<Option<PathBuf>> {
    let failed = |e: &std::io::Error| Error::new(Code::StoreFailed, format!("it cannot be put aside: {}", e.kind()));
    let stamp = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    let new_name = |end: &str| home.join(format!("{FILE}.damaged-{stamp}{end}"));
    let mut aside = None;
    // The log first: a database without its log is an older database, a log without its database is nothing.
    for end in ["-wal", "-shm", ""] {
        match std::fs::rename(home.join(format!("{FILE}{end}")), new_name(end)) {
            Ok(()) if end.is_empty() => aside = Some(new_name(end)),
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(failed(&e)),
        }
    }
    Ok(aside)
}

#[cfg(unix)]
fn only_for_its_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // The directory is 0700 already; this is for files copied out of it.
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn only_for_its_owner(_path: &Path) {}

/// A file beside the database cannot be made as long as it has to be.
const NO_ROOM: [i32; 3] =
    [rusqlite::ffi::SQLITE_IOERR_SHMSIZE, rusqlite::ffi::SQLITE_IOERR_SHMMAP, rusqlite::ffi::SQLITE_IOERR_WRITE];

/// Two rows of one name, or one that refers to nothing: what a person can put right.
fn is_of_names(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    let names = [SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_FOREIGNKEY];
    code.is_some_and(|code| names.contains(&code))
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            ConstraintViolation, DatabaseBusy, DatabaseCorrupt, DatabaseLocked, DiskFull, NotADatabase, ReadOnly,
        };
        let extended = error.sqlite_error().map(|error| error.extended_code);
        if extended.is_some_and(|code| NO_ROOM.contains(&code)) {
            return Self::new(Code::StoreFull, "the disk is full: nothing was saved");
        }
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::new(Code::StoreBusy, "another process holds the database"),
            Some(DatabaseCorrupt | NotADatabase) => damaged(),
            Some(DiskFull) => Self::new(Code::StoreFull, "the disk is full: nothing was saved"),
            Some(ReadOnly) => {
                Self::new(Code::StoreReadOnly, "the database's folder or file may not be written to: see who owns them")
            }
            Some(ConstraintViolation) if is_of_names(&error) => {
                Self::new(Code::StoreConstraint, format!("a rule of the database: {error}"))
            }
            // SQLite's messages name tables and columns, never values.
            _ => Self::new(Code::StoreFailed, format!("the database failed: {error}")),
        }
    }
}

impl From<rusqlite_migration::Error> for Error {
    fn from(error: rusqlite_migration::Error) -> Self {
        use rusqlite_migration::{Error as Migration, MigrationDefinitionError::DatabaseTooFarAhead};
        match error {
            Migration::MigrationDefinition(DatabaseTooFarAhead) => {
                Self::new(Code::StoreNewer, "the database was written by a newer version of Keystead")
            }
            Migration::RusqliteError { err, .. } => {
                use rusqlite::ErrorCode::{CannotOpen, SystemIoFailure};
                let of_disk = matches!(err.sqlite_error_code(), Some(SystemIoFailure | CannotOpen));
                let error = Self::from(err);
                // A step that does not fit what is there: the number of the last one is not what it was.
                if error.code == Code::StoreFailed && !of_disk { damaged() } else { error }
            }
            other => Self::new(Code::StoreFailed, format!("the database could not be prepared: {other}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_valid_and_opening_twice_changes_nothing() {
        Migrations::from_slice(MIGRATIONS).validate().expect("valid");
        let home = tempfile::tempdir().expect("a folder");
        drop(Store::open(home.path()).expect("new"));
        drop(Store::open(home.path()).expect("again"));
    }

    #[test]
    fn a_newer_database_is_refused_and_not_touched() {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::open(home.path()).expect("new");
        store.read().pragma_update(None, "user_version", 4096).expect("set");
        drop(store);
        assert_eq!(Store::open(home.path()).err().expect("refused").code, Code::StoreNewer);
    }

    #[test]
    fn a_database_whose_number_is_wrong_is_a_damaged_one() {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::open(home.path()).expect("new");
        store.read().pragma_update(None, "user_version", 4).expect("set");
        drop(store);
        assert_eq!(Store::open(home.path()).err().expect("refused").code, Code::StoreDamaged);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::open(home.path()).expect("new");
        store.read().pragma_update(None, "query_only", true).expect("set");
        let failed = store.write(|t| setting::set(t, "scheme", &"dark"));
        assert_eq!(failed.expect_err("refused").code, Code::StoreReadOnly);
    }

    #[test]
    fn what_is_not_a_database_is_an_error_with_a_code() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join(FILE), "not a database, but long enough to have a header ".repeat(20))
            .expect("written");
        assert_eq!(Store::open(home.path()).err().expect("refused").code, Code::StoreDamaged);
        let aside = set_aside(home.path()).expect("renamed").expect("there was one");
        assert!(aside.metadata().is_ok_and(|data| data.len() > 100), "kept");
        drop(Store::open(home.path()).expect("a new one"));
    }

    #[test]
    fn a_database_broken_inside_is_known_at_the_start() {
        let home = tempfile::tempdir().expect("a folder");
        drop(Store::open(home.path()).expect("new"));
        let path = home.path().join(FILE);
        let mut bytes = std::fs::read(&path).expect("read");
        let second_page = bytes.get_mut(4096..4196).expect("more than one page");
        second_page.fill(0x5a);
        std::fs::write(&path, bytes).expect("written");
        assert_eq!(Store::open(home.path()).err().expect("refused").code, Code::StoreDamaged);
    }

    #[test]
    fn a_failed_transaction_leaves_nothing() {
        let home = tempfile::tempdir().expect("a folder");
        let store = Store::open(home.path()).expect("new");
        let failed: Result<()> = store.write(|t| {
            setting::set(t, "scheme", &"dark")?;
            Err(Error::new(Code::Internal, "on purpose"))
        });
        assert!(failed.is_err());
        assert_eq!(setting::get::<String>(&store.read(), "scheme").expect("read"), None);
    }
}
