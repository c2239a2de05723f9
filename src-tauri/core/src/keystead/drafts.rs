//! Keys that were typed or pasted and are not saved. They live in this process alone and ten minutes at most.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{DraftView, Keystead};
use crate::{
    error::{Code, Error, Field, Result},
    provider::Catalog,
    secret::{self, Hint, Secret},
};

const LIFETIME: Duration = Duration::from_mins(10);

/// A key that is not saved.
pub(super) struct Draft {
    pub(super) secret: Secret,
    pub(super) hint: Hint,
    since: Instant,
}

#[derive(Default)]
pub(super) struct Drafts(Mutex<HashMap<String, Arc<Draft>>>);

impl Drafts {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Draft>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn expire(&self) {
        self.all().retain(|_, draft| draft.since.elapsed() < LIFETIME);
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
    /// Takes what was typed or pasted. The text stays here; the view has its mask and what its shape says.
    #[tracing::instrument(skip_all)]
    pub fn draft(&self, bytes: &Zeroizing<Vec<u8>>) -> Result<DraftView> {
        let (secret, cleaned) = secret::clean(bytes)?;
        let catalog = Catalog::builtin();
        let hint = Hint::of(&secret, catalog.public_prefix(&secret));
        let fits = catalog.fits(&secret);
        let duplicates = self.duplicates(&secret);
        let id = Uuid::new_v4().to_string();
        let draft = Draft { secret, hint: hint.clone(), since: Instant::now() };
        self.drafts.all().insert(id.clone(), Arc::new(draft));
        self.expire_later();
        let duplicate_of = match &duplicates {
            Ok(keys) => keys.first().map(|key| self.named(*key)).transpose()?,
            Err(_) => None,
        };
        Ok(DraftView { id, hint, cleaned, fits, duplicate_of, duplicates_checked: duplicates.is_ok() })
    }

    /// Wipes a draft. One that is not there is wiped already.
    pub fn discard_draft(&self, id: &str) {
        self.drafts.discard(id);
    }

    /// A forgotten draft does not outlive its time even if nobody asks again.
    fn expire_later(&self) {
        let drafts = Arc::downgrade(&self.drafts);
        std::thread::spawn(move || {
            std::thread::sleep(LIFETIME);
            if let Some(drafts) = drafts.upgrade() {
                drafts.expire();
            }
        });
    }
}
