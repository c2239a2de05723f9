//! `SQLite`: the truth about what exists. One file a table below; each function takes a connection or a transaction, so
//! that a use-case decides what belongs together.

pub mod key;
pub mod op;
pub mod provider;
pub mod secret;
pub mod setting;
pub mod test_result;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::{
    crash,
    error::{Code, Error, Result},
};

const MIGRATIONS: &[M<'static>] =
    &[M::up(include_str!("../migrations/0001_init.sql")), M::up(include_str!("../migrations/0002_held.sql"))];

/// The database's file name inside the data directory.
pub const FILE: &str = "keystead.db";

/// The open database.
pub struct Store {
    connection: Mutex<Connection>,
    path: PathBuf,
}

impl Store {
    /// Opens or creates the database in `home` and brings it to this version's schema.
    ///
    /// Fails with [`Code::StoreNewer`] when a newer Keystead wrote it, else with [`Code::StoreFailed`].
    pub fn open(home: &Path) -> Result<Self> {
        let path = home.join(FILE);
        let mut connection = Connection::open(&path)?;
        only_for_its_owner(&path);
        connection.busy_timeout(Duration::from_secs(5))?;
        // FULL: what is acknowledged survives a power cut. secure_delete: names and hints do not linger in free pages.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
        )?;
        Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), path })
    }

    /// Where the database is.
    pub fn path(&self) -> &Path {
        &self.path
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

#[cfg(unix)]
fn only_for_its_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // The directory is 0700 already; this is for files copied out of it.
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn only_for_its_owner(_path: &Path) {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::new(Code::StoreBusy, "another process holds the database"),
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
    fn what_is_not_a_database_is_an_error_with_a_code() {
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join(FILE), "not a database, but long enough to have a header ".repeat(20))
            .expect("written");
        assert_eq!(Store::open(home.path()).err().expect("refused").code, Code::StoreFailed);
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
