//! The folder of the encrypted file: whole files or none, its owner's alone.

use std::{
    fs::{self, File, TryLockError},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{
    crash, home,
    vault::{EntryId, VaultError},
};

/// Held by whoever writes. Taken for milliseconds, never while a passphrase is worked on.
const LOCK: &str = "lock";
/// How long one writer waits for another.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// Names of files that are not whole yet: `.keystead-<uuid>.tmp`.
const TEMPORARY: (&str, &str) = (".keystead-", ".tmp");
/// What the name of an entry's file ends with.
const ENTRY: &str = ".age";

pub(super) struct Folder(PathBuf);

/// The right to write: nobody else writes meanwhile, in this process or another.
pub(super) struct Held<'a> {
    path: &'a Path,
    _lock: File,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Makes it where it is missing; it is the owner's alone either way.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn make(&self) -> Result<(), VaultError> {
        home::make(&self.0).map_err(|e| why(&e))?;
        #[cfg(unix)]
        {
            let only_mine = std::os::unix::fs::PermissionsExt::from_mode(0o700);
            fs::set_permissions(&self.0, only_mine).map_err(|e| why(&e))?;
        }
        Ok(())
    }

    pub(super) fn holds(&self, name: &str) -> Result<bool, VaultError> {
        self.0.join(name).try_exists().map_err(|e| why(&e))
    }

    /// A whole file; `None` when there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(why(&e)),
        }
    }

    /// Removes a file for good; `false` when there is none.
    pub(super) fn remove(&self, name: &str) -> Result<bool, VaultError> {
        crash::point();
        match fs::remove_file(self.0.join(name)) {
            Ok(()) => {
                crash::point();
                settle(&self.0).map(|()| true).map_err(|e| why(&e))
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
            Err(e) => Err(why(&e)),
        }
    }

    /// The entries that have a file here; other names are not ours to judge.
    pub(super) fn entries(&self) -> Result<Vec<EntryId>, VaultError> {
        let mut entries = Vec::new();
        for file in fs::read_dir(&self.0).map_err(|e| why(&e))? {
            let name = file.map_err(|e| why(&e))?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(ENTRY)?.parse::<EntryId>().ok());
            // Only the one spelling that is written here, not all that can be parsed.
            entries.extend(id.filter(|id| name.to_str() == Some(&file_of(id))));
        }
        Ok(entries)
    }

    /// Waits for other writers, then removes what a writer that died left behind.
    pub(super) fn hold(&self) -> Result<Held<'_>, VaultError> {
        let lock = new_file().create(true).truncate(false).open(self.0.join(LOCK)).map_err(|e| why(&e))?;
        let start = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if start.elapsed() < LOCK_WAIT => {
                    thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => return Err(VaultError::Unresponsive),
                Err(TryLockError::Error(e)) => return Err(why(&e)),
            }
        }
        let held = Held { path: &self.0, _lock: lock };
        held.sweep();
        Ok(held)
    }
}

impl Held<'_> {
    /// The file has the old bytes or all of the new ones, whenever the machine stops; after this returned, the new ones.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let (start, end) = TEMPORARY;
        let temporary = self.path.join(format!("{start}{}{end}", Uuid::new_v4()));
        crash::point();
        let written = write_new(&temporary, bytes)
            .inspect(|()| crash::point())
            .and_then(|()| fs::rename(&temporary, self.path.join(name)))
            .inspect(|()| crash::point())
            .and_then(|()| settle(self.path));
        written.map_err(|e| {
            // It may be gone already, and the next writer tries again.
            let _ = fs::remove_file(&temporary);
            why(&e)
        })
    }

    /// All writers hold the lock, so an unfinished file that is here now belongs to none that lives.
    fn sweep(&self) {
        let (start, end) = TEMPORARY;
        let left = |name: &str| {
            let id = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
            id.is_some_and(|id| id.parse::<Uuid>().is_ok())
        };
        for file in fs::read_dir(self.path).into_iter().flatten().flatten() {
            if file.file_name().to_str().is_some_and(left) {
                // What cannot be removed is tried again at the next write.
                let _ = fs::remove_file(file.path());
            }
        }
    }
}

/// The name of an entry's file.
pub(super) fn file_of(id: &EntryId) -> String {
    format!("{id}{ENTRY}")
}

fn new_file() -> fs::OpenOptions {
    let mut options = File::options();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = new_file().create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a name's appearance or disappearance outlast a power cut. Windows has no call for it.
fn settle(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

fn why(error: &io::Error) -> VaultError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => VaultError::NoCollection,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => VaultError::Denied,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => VaultError::Full,
        _ => VaultError::Failed,
    }
}
