//! One look at everything that storage depends on, for a terminal, a bug report, or the page.

use std::path::Path;

use serde::Serialize;

use super::{Keystead, StorageCheck, VaultProof, VaultView};
use crate::{
    error::{Code, Error, Result},
    store::Store,
    vault::VaultState,
};

/// What a look at storage found: schema `keystead.doctor/1`. Holds no secret.
#[derive(Debug, Clone, Serialize)]
pub struct Doctor {
    /// `keystead.doctor/1`
    pub schema: &'static str,
    /// Of this program.
    pub version: &'static str,
    /// Which vault, its state, its identity.
    pub vault: VaultView,
    /// Permissions of the encrypted file's folder, octal; Unix only, and none where there is no such file.
    pub file_mode: Option<String>,
    /// A random value written, read back, compared and removed; none unless the vault is ready.
    pub proof: Option<VaultProof>,
    /// What the vault holds against what the list says; none unless the vault is ready.
    pub storage: Option<StorageCheck>,
    /// The database.
    pub database: Database,
    /// What is wrong, if anything is.
    pub problems: Vec<Problem>,
}

/// The database's file.
#[derive(Debug, Clone, Serialize)]
pub struct Database {
    /// Where.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// The schema's number.
    pub schema: u32,
    /// Whether `SQLite` finds it whole.
    pub intact: bool,
    /// Permissions of the file, octal; Unix only.
    pub mode: Option<String>,
    /// Permissions of its folder, octal; Unix only.
    pub folder_mode: Option<String>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// What, as a code.
    pub code: ProblemCode,
    /// In words.
    pub message: String,
}

/// What can be wrong with storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The vault cannot be used now.
    VaultNotReady,
    /// Keys were saved in another keychain than the one that answers.
    OtherKeychain,
    /// The vault did not give back what it was given.
    NotProved,
    /// Secrets of saved keys are not in the vault.
    Missing,
    /// Secrets of saved keys cannot be read, or are other keys'.
    Damaged,
    /// The vault holds entries no key stands for.
    Leftovers,
    /// Operations wait.
    Pending,
    /// Keys were being moved to another vault.
    MoveUnfinished,
    /// The database is damaged.
    DatabaseDamaged,
    /// Others may read the database or its folder.
    Permissions,
}

impl Keystead {
    /// Looks at vault, database and permissions. Never prompts; writes one random value into a ready vault and removes it.
    #[tracing::instrument(skip_all)]
    pub fn doctor(&self) -> Result<Doctor> {
        let vault = self.vault_status()?;
        let database = database(&self.store)?;
        let mut problems = Vec::new();
        let mut problem = |code, message: String| problems.push(Problem { code, message });
        let (mut proof, mut storage) = (None, None);
        if vault.state == VaultState::Ready {
            match self.prove_vault() {
                Ok(view) => proof = view.proof,
                Err(e) => problem(ProblemCode::NotProved, e.message),
            }
            let found = self.check_storage()?;
            let missing = found.missing.len() + found.missing_belongings.len();
            if missing > 0 {
                problem(ProblemCode::Missing, format!("{missing} secrets are not in their vault"));
            }
            if !found.damaged.is_empty() {
                let message = format!("{} secrets are damaged, or are other keys'", found.damaged.len());
                problem(ProblemCode::Damaged, message);
            }
            if !found.leftovers.is_empty() {
                problem(ProblemCode::Leftovers, format!("{} entries belong to no key", found.leftovers.len()));
            }
            storage = Some(found);
        } else {
            problem(ProblemCode::VaultNotReady, words(vault.state).into());
        }
        if let Some(other) = &vault.other {
            problem(ProblemCode::OtherKeychain, format!("some keys were saved in {other}"));
        }
        if vault.pending > 0 {
            problem(ProblemCode::Pending, format!("{} operations wait for their vault", vault.pending));
        }
        if !database.intact {
            problem(ProblemCode::DatabaseDamaged, "the database is damaged".into());
        }
        if is_open(database.mode.as_ref()) && is_open(database.folder_mode.as_ref()) {
            problem(ProblemCode::Permissions, "other users may read the database".into());
        }
        let file_mode = vault.file.exists.then(|| mode(Path::new(&vault.file.path))).flatten();
        if is_open(file_mode.as_ref()) {
            problem(ProblemCode::Permissions, "other users may look into the encrypted file's folder".into());
        }
        if let Some(moving) = &vault.moving {
            let message = format!("a move of keys stopped with {} of {} left", moving.left, moving.total);
            problem(ProblemCode::MoveUnfinished, message);
        }
        let version = env!("CARGO_PKG_VERSION");
        Ok(Doctor { schema: "keystead.doctor/1", version, vault, file_mode, proof, storage, database, problems })
    }
}

impl Keystead {
    /// Whether the database is whole, and whether other users may read it or look into the encrypted file's folder.
    pub(super) fn database_state(&self) -> Result<(bool, bool)> {
        let database = database(&self.store)?;
        let file = self.file_vault();
        let file_mode = file.exists.then(|| mode(Path::new(&file.path))).flatten();
        let exposed =
            is_open(database.mode.as_ref()) && is_open(database.folder_mode.as_ref()) || is_open(file_mode.as_ref());
        Ok((database.intact, exposed))
    }
}

fn is_open(mode: Option<&String>) -> bool {
    mode.is_some_and(|mode| !mode.ends_with("00"))
}

fn database(store: &Store) -> Result<Database> {
    let path = store.path();
    let db = store.read();
    let answer: String = db.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    let schema = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    let data = path.metadata().map_err(|e| Error::new(Code::StoreFailed, format!("no database: {}", e.kind())))?;
    Ok(Database {
        path: path.display().to_string(),
        size: data.len(),
        schema,
        intact: answer == "ok",
        mode: mode(path),
        folder_mode: path.parent().and_then(mode),
    })
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    Some(format!("{:04o}", path.metadata().ok()?.permissions().mode() & 0o7777))
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<String> {
    None
}

fn words(state: VaultState) -> &'static str {
    match state {
        VaultState::Ready => "the keychain is ready",
        VaultState::Locked => "the keychain is locked",
        VaultState::NoCollection => "the keychain has no default collection yet",
        VaultState::NoProvider => "no keychain service is running",
        VaultState::NoBus => "there is no session bus to reach a keychain on",
        VaultState::Unresponsive => "the keychain does not answer",
        VaultState::Denied => "the keychain refuses access",
    }
}
