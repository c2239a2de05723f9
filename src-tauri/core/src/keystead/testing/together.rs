//! Keys that are tested together: a vault that cannot be used is found so once, not once a key.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use crate::error::{Error, Result};

/// What a run of many has found out about vaults: by identity, why none of their keys can be read.
pub(super) type Together = Mutex<HashMap<String, Error>>;

/// The runs of many that are under way.
#[derive(Default)]
pub(super) struct Batches(Mutex<HashMap<String, Weak<Together>>>);

impl Batches {
    /// The run of this name: it lasts as long as one of its tests does.
    pub(super) fn join(&self, name: &str) -> Arc<Together> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = all.get(name).and_then(Weak::upgrade) {
            return there;
        }
        all.retain(|_, run| run.strong_count() > 0);
        let run = Arc::<Together>::default();
        all.insert(name.to_owned(), Arc::downgrade(&run));
        run
    }
}

/// Reads with `read`, unless the vault has been found unusable. One at a time: the first to ask speaks for all.
pub(super) fn ask_once<T>(run: Option<&Together>, vault: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let Some(run) = run else { return read() };
    let mut known = run.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = known.get(vault) {
        return Err(error.clone());
    }
    let answer = read();
    if let Err(error) = &answer
        && error.code.is_of_a_vault()
    {
        known.insert(vault.to_owned(), error.clone());
    }
    answer
}
