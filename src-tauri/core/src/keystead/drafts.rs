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

use super::{DraftView, KeyName, Keystead, fingerprint::Mark};
use crate::{
    error::{Code, Error, Field, Result},
    intake::{self, Form, Found},
    provider::Catalog,
    secret::{Hint, Secret},
    value::EnvName,
};

const LIFETIME: Duration = Duration::from_mins(10);

/// A key that is not saved.
pub(super) struct Draft {
    pub(super) secret: Arc<Secret>,
    /// What it stood in.
    pub(super) form: Form,
    pub(super) hint: Hint,
    /// Where the vault could be asked for it.
    pub(super) mark: Option<Mark>,
    since: Instant,
}

impl Draft {
    pub(super) fn of(secret: Secret) -> Self {
        let hint = Hint::of(&secret, Catalog::builtin().public_prefix(&secret));
        Self::masked_by(secret, hint)
    }

    /// It, its mask, and the fingerprint it is saved with.
    pub(super) fn text<'a>(&'a self, fingerprint: Option<&'a [u8]>) -> (&'a Secret, &'a Hint, Option<&'a [u8]>) {
        (&self.secret, &self.hint, fingerprint)
    }

    /// People's own words: nothing of them is shown.
    pub(super) fn hidden(secret: Secret) -> Self {
        Self::masked_by(secret, Hint { prefix: String::new(), tail: None })
    }

    /// One whose mask follows rules of its own.
    pub(super) fn masked_by(secret: Secret, hint: Hint) -> Self {
        Self { secret: Arc::new(secret), form: Form::Bare, hint, mark: None, since: Instant::now() }
    }
}

/// What a draft is.
pub(super) enum Held {
    /// A key's text.
    Secret(Arc<Draft>),
    /// The variable that holds it.
    Variable(EnvName),
}

#[derive(Default)]
pub(super) struct Drafts {
    all: Mutex<HashMap<String, Arc<Draft>>>,
    /// Drafts that are references: nothing in them has to be wiped.
    variables: Mutex<HashMap<String, EnvName>>,
    /// There while a thread waits for their end; the thread ends when it is dropped.
    watch: Mutex<Option<Sender<()>>>,
}

impl Drafts {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<Draft>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn variables(&self) -> MutexGuard<'_, HashMap<String, EnvName>> {
        self.variables.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn add(self: &Arc<Self>, draft: Draft) -> String {
        let id = Uuid::new_v4().to_string();
        self.all().insert(id.clone(), Arc::new(draft));
        self.expire_later();
        id
    }

    /// A key's text. Fails where it is a reference to one.
    pub(super) fn get(&self, id: &str) -> Result<Arc<Draft>> {
        match self.held(id)? {
            Held::Secret(draft) => Ok(draft),
            Held::Variable(_) => {
                let message = "the text names a variable, not the key itself";
                Err(Error::at(Field::Secret, Code::SecretReference, message))
            }
        }
    }

    pub(super) fn held(&self, id: &str) -> Result<Held> {
        self.expire();
        if let Some(variable) = self.variables().get(id) {
            return Ok(Held::Variable(variable.clone()));
        }
        let gone = || Error::at(Field::Secret, Code::DraftGone, "the key was not kept: enter it again");
        self.all().get(id).cloned().map(Held::Secret).ok_or_else(gone)
    }

    pub(super) fn discard(&self, id: &str) {
        self.all().remove(id);
        self.variables().remove(id);
    }
}

impl Keystead {
    /// Takes what was typed or pasted: a key, a text with keys in it, or the name of the variable a key is in. The
    /// secrets stay here; the view of the first has its mask and what is known about it, and in `more` those of the
    /// others.
    #[tracing::instrument(skip_all)]
    pub fn draft(&self, bytes: &Zeroizing<Vec<u8>>) -> Result<DraftView> {
        if let Some(variable) = intake::reference(bytes)? {
            return self.keep_reference(variable);
        }
        let found = intake::read(bytes)?;
        let mut views = found.into_iter().map(|found| self.keep(found)).collect::<Result<Vec<_>>>()?;
        let mut first = views.remove(0);
        first.more = views;
        Ok(first)
    }

    fn keep(&self, found: Found) -> Result<DraftView> {
        let Found { secret, cleaned, form, name, base_url, fits, otherwise } = found;
        let (duplicate_of, duplicates_checked, mark) = self.duplicate_of(&secret)?;
        let draft = Draft { form, mark, ..Draft::of(secret) };
        let hint = Some(draft.hint.clone());
        let id = self.drafts.add(draft);
        Ok(DraftView {
            id,
            hint,
            reference: None,
            cleaned,
            form,
            variable: name,
            base_url,
            fits,
            otherwise,
            duplicate_of,
            duplicates_checked,
            more: Vec::new(),
        })
    }

    fn keep_reference(&self, variable: EnvName) -> Result<DraftView> {
        let secret = self.secret_in(&variable).ok();
        let (duplicate_of, duplicates_checked, _) = match &secret {
            Some(secret) => self.duplicate_of(secret)?,
            None => (None, true, None),
        };
        let fits = intake::whose(variable.as_str(), secret.as_ref());
        let view = DraftView {
            id: Uuid::new_v4().to_string(),
            hint: None,
            reference: Some(self.variable_view(&variable)),
            cleaned: Vec::new(),
            form: Form::Bare,
            variable: Some(variable.to_string()),
            base_url: None,
            fits: fits.clone(),
            otherwise: fits,
            duplicate_of,
            duplicates_checked,
            more: Vec::new(),
        };
        self.drafts.variables().insert(view.id.clone(), variable);
        Ok(view)
    }

    /// The saved key with this very text, whether the vault could be asked for it, and the text's mark.
    fn duplicate_of(&self, secret: &Secret) -> Result<(Option<KeyName>, bool, Option<Mark>)> {
        let Ok(mark) = self.mark(secret) else { return Ok((None, false, None)) };
        let same = self.with_mark(mark.as_ref())?;
        Ok((same.first().map(|key| self.named(*key)).transpose()?, true, mark))
    }

    /// A secret that was typed and is no key.
    pub(super) fn keep_draft(&self, secret: Secret) -> DraftView {
        let draft = Draft::of(secret);
        let hint = Some(draft.hint.clone());
        DraftView {
            id: self.drafts.add(draft),
            hint,
            reference: None,
            cleaned: Vec::new(),
            form: Form::Bare,
            variable: None,
            base_url: None,
            fits: Vec::new(),
            otherwise: Vec::new(),
            duplicate_of: None,
            duplicates_checked: false,
            more: Vec::new(),
        }
    }

    /// Wipes a draft. One that is not there is wiped already.
    pub fn discard_draft(&self, id: &str) {
        self.drafts.discard(id);
    }
}
