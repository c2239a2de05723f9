//! The vaults an operation is interrupted on, and how the process that does it ends.

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::Command,
    sync::Arc,
};

use keystead_core::{
    Keystead, Result, crash,
    vault::{EntryId, FileVault, Vault, VaultKind, fault::Memory, keychain::Keychain},
};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::{act::Plan, scene};

/// Set for the process that is to abort.
const JOB: &str = "KEYSTEAD_TEST_CRASH";
const SAYS: &str = "crash gate: ";

/// A home and a keychain.
pub(crate) struct Ground {
    pub(crate) home: TempDir,
    pub(crate) keychain: Arc<dyn Vault>,
    /// Where keys are before the operation.
    pub(crate) chosen: VaultKind,
    system: System,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum System {
    /// The fault vault, in this process: it ends by a panic that nothing catches but the test.
    Memory,
    /// A process of its own that aborts; it has no keychain.
    None,
    /// A process of its own that aborts; the keychain is the session's.
    Keyring,
}

/// Everything outside of processes, to be put back.
pub(crate) struct Snapshot {
    files: TempDir,
    entries: Vec<(EntryId, Vec<u8>)>,
}

impl Snapshot {
    /// Nothing at all.
    pub(crate) fn empty() -> Self {
        Self { files: scene::folder(), entries: Vec::new() }
    }
}

/// How an operation that was to be interrupted went.
pub(crate) struct Ran {
    /// It said that it was done.
    pub(crate) done: bool,
    /// It came to its end before the point.
    pub(crate) whole: bool,
    /// How many points it passed, when it came to its end in a process of its own.
    pub(crate) points: usize,
    pub(crate) error: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Job {
    home: String,
    system: System,
    plan: Plan,
    at: usize,
}

impl Ground {
    pub(crate) fn new(system: System, chosen: VaultKind) -> Self {
        let keychain: Arc<dyn Vault> = match system {
            System::Memory | System::None => Arc::new(Memory::new()),
            System::Keyring => Arc::new(Keychain::new()),
        };
        Self { home: scene::folder(), keychain, chosen, system }
    }

    /// A start of the application.
    pub(crate) fn open(&self) -> Result<Keystead> {
        scene::open(self.home.path(), self.keychain.clone())
    }

    pub(crate) fn started(&self) -> Result<Keystead> {
        let keystead = self.open()?;
        keystead.unlock_file_vault(&scene::passphrase())?;
        Ok(keystead)
    }

    pub(crate) fn file(&self) -> FileVault {
        FileVault::at(self.home.path().join("vault"))
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let files = scene::folder();
        copy(self.home.path(), files.path());
        let bytes = |id| (id, self.keychain.get(&id).expect("read").expect("there").to_vec());
        Snapshot { files, entries: self.keychain.list().expect("listed").into_iter().map(bytes).collect() }
    }

    pub(crate) fn all_whole(&self) -> bool {
        let entries = self.keychain.list().expect("listed");
        entries.iter().all(|id| self.keychain.get(id).expect("read").is_some())
    }

    pub(crate) fn restore(&self, snapshot: &Snapshot) {
        for file in fs::read_dir(self.home.path()).expect("read").flatten() {
            let path = file.path();
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.expect("removed");
        }
        copy(snapshot.files.path(), self.home.path());
        let there = self.keychain.list().expect("listed");
        for id in there.iter().filter(|id| !snapshot.entries.iter().any(|(kept, _)| kept == *id)) {
            self.keychain.delete(id).expect("deleted");
        }
        for (id, bytes) in snapshot.entries.iter().filter(|(id, _)| !there.contains(id)) {
            self.keychain.put(id, "Keystead: put back", bytes).expect("put back");
        }
    }

    /// Does the plan in a process that ends at the `at`th point.
    pub(crate) fn run(&self, plan: &Plan, at: usize) -> Ran {
        match self.system {
            System::Memory => self.panic_at(plan, at),
            System::None | System::Keyring => self.abort_at(plan, at),
        }
    }

    fn panic_at(&self, plan: &Plan, at: usize) -> Ran {
        scene::say_nothing_of_ends();
        let keystead = self.open().expect("opens");
        if plan.unlocked {
            keystead.unlock_file_vault(&scene::passphrase()).expect("unlocked");
        }
        crash::panic_at(Some(at));
        let result = catch_unwind(AssertUnwindSafe(|| plan.perform(&keystead)));
        crash::panic_at(None);
        let whole = result.is_ok();
        let error = result.as_ref().ok().and_then(|r| r.as_ref().err()).map(|e| format!("{:?} {e}", e.code));
        Ran { done: matches!(result, Ok(Ok(()))), whole, points: at, error }
    }

    fn abort_at(&self, plan: &Plan, at: usize) -> Ran {
        let home = self.home.path().display().to_string();
        let job = Job { home, system: self.system, plan: plan.clone(), at };
        let output = Command::new(env::current_exe().expect("this test's own path"))
            .args(["--exact", "ground::the_process_that_aborts", "--nocapture"])
            .env(JOB, serde_json::to_string(&job).expect("text"))
            .output()
            .expect("it starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = |word: &str| text.lines().find_map(|l| l.split_once(SAYS)?.1.strip_prefix(word).map(str::to_owned));
        let begun = said("begun").is_some();
        let error = said("failed ").or_else(|| (!begun).then(|| String::from_utf8_lossy(&output.stderr).into_owned()));
        let points = said("points ").and_then(|n| n.parse().ok()).unwrap_or(0);
        Ran { done: said("done").is_some(), whole: output.status.success() || !begun, points, error }
    }
}

/// Nothing unless it was started for it.
#[test]
fn the_process_that_aborts() {
    let Ok(job) = env::var(JOB) else { return };
    let job: Job = serde_json::from_str(&job).expect("a job");
    let keychain: Arc<dyn Vault> = match job.system {
        System::Memory | System::None => Arc::new(Memory::new()),
        System::Keyring => Arc::new(Keychain::new()),
    };
    let keystead = scene::open(Path::new(&job.home), keychain).expect("opens");
    if job.plan.unlocked {
        keystead.unlock_file_vault(&scene::passphrase()).expect("unlocked");
    }
    println!("\n{SAYS}begun");
    let before = crash::count();
    crash::abort_at(job.at);
    match job.plan.perform(&keystead) {
        Ok(()) => println!("{SAYS}done"),
        Err(e) => println!("{SAYS}failed {:?} {e}", e.code),
    }
    println!("{SAYS}points {}", crash::count() - before);
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).expect("read").flatten() {
        let target = to.join(file.file_name());
        if file.path().is_dir() {
            fs::create_dir_all(&target).expect("made");
            copy(&file.path(), &target);
        } else {
            fs::copy(file.path(), target).expect("copied");
        }
    }
}
