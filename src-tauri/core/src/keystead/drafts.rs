//! Keys that were typed or pasted and are not saved. They live in this process alone and ten minutes at most.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{DraftView, Keystead};
use crate::{
    error::{Code, Error, Field, Result},
    intake::{self, Form, Found},
    provider::Catalog,
    secret::{Hint, Secret},
};

const LIFETIME: Duration = Duration::from_mins(10);

/// A key that is not saved.
pub(super) struct Draft {
    pub(super) secret: Secret,
    pub(super) hint: Hint,
    since: Instant,
}

#[derive(Default)]
pub(super) struct Drafts {
    all: Mutex<HashMap<String, Arc<Draft>>>,
    /// There while a thread waits for their end; the thread ends when it is dropped.
    watch: Mutex<Option<Sender<()>>>,
}

impl Drafts {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Draft>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) -> MutexGuard<'_, Option<Sender<()>>> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long until the next one ends, of those that are left.
    fn expire(&self) -> Option<Duration> {
        let mut all = self.all();
        all.retain(|_, draft| draft.since.elapsed() < LIFETIME);
        all.values().map(|draft| LIFETIME.saturating_sub(draft.since.elapsed())).min()
    }

    /// A forgotten draft does not outlive its time even if nobody asks again. One thread waits for all of them.
    fn expire_later(self: &Arc<Self>) {
        let mut watch = self.watch();
        if watch.is_some() {
            return;
        }
        let (alive, ended) = mpsc::channel();
        let drafts = Arc::downgrade(self);
        let wait = move || {
            let mut left = LIFETIME;
            // Nothing is ever sent: it waits its time, or until the drafts are gone.
            while ended.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                let Some(drafts) = drafts.upgrade() else { return };
                let mut watch = drafts.watch();
                match drafts.expire() {
                    Some(next) => left = next,
                    None => return *watch = None,
                }
            }
        };
        // Without the thread they end when somebody asks for one.
        *watch = thread::Builder::new().name("drafts".into()).spawn(wait).is_ok().then_some(alive);
    }

    pub(super) fn get(&self, id: &str) -> Result<Arc<Draft>> {
        self.expire();
        let gone = || Error::at(Field::Secret, Code::DraftGone, "the key was not kept: enter it again");
        self.all().get(id).cloned().ok_or_else(gone)
    }

    pub(super) fn discard(&self, id: &str) {
        self.all().remove(id);
    }
}

impl Keystead {
    /// Takes what was typed or pasted: a key, or a text with keys in it. The secrets stay here; the view of the first has
    /// its mask and what is known about it, and in `more` those of the others.
    #[tracing::instrument(skip_all)]
    pub fn draft(&self, bytes: &Zeroizing<Vec<u8>>) -> Result<DraftView> {
        let found = intake::read(bytes)?;
        if found.iter().any(|found| found.form == Form::ServiceAccount) {
            // No provider of the catalogue takes one: as a header it would be refused everywhere.
            let message = "a service account's key file is no API key";
            return Err(Error::at(Field::Secret, Code::SecretServiceAccount, message));
        }
        let mut views = found.into_iter().map(|found| self.keep(found)).collect::<Result<Vec<_>>>()?;
        let mut first = views.remove(0);
        first.more = views;
        Ok(first)
    }

    fn keep(&self, found: Found) -> Result<DraftView> {
        let Found { secret, cleaned, form, name, base_url, fits } = found;
        let hint = Hint::of(&secret, Catalog::builtin().public_prefix(&secret));
        let duplicates = self.duplicates(&secret);
        let id = Uuid::new_v4().to_string();
        let draft = Draft { secret, hint: hint.clone(), since: Instant::now() };
        self.drafts.all().insert(id.clone(), Arc::new(draft));
        self.drafts.expire_later();
        let duplicate_of = match &duplicates {
            Ok(keys) => keys.first().map(|key| self.named(*key)).transpose()?,
            Err(_) => None,
        };
        let duplicates_checked = duplicates.is_ok();
        let variable = name;
        let more = Vec::new();
        Ok(DraftView { id, hint, cleaned, form, variable, base_url, fits, duplicate_of, duplicates_checked, more })
    }

    /// Wipes a draft. One that is not there is wiped already.
    pub fn discard_draft(&self, id: &str) {
        self.drafts.discard(id);
    }
}
