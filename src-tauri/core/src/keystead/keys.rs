//! Add, rename, replace, switch, remove, use.

use rusqlite::Transaction;
use uuid::Uuid;

use super::{
    AddKey, EnableKey, EventKind, KeyName, KeySource, KeyView, Keystead, RenameKey, ReplaceKey, WriteLock, access,
    checked_name,
    drafts::{Draft, Held},
    history::About,
    protocol::Write,
    providers::Chosen,
};
use crate::{
    error::{Code, Error, Field, Result},
    provider::KeyNeed,
    secret::{Hint, Secret, unbundle},
    store::{
        event::{Table, Watch},
        key::{self, KeyRow, Reference},
        secret::{self as rows, State},
    },
    value::EnvName,
    vault::Contents,
};

impl Keystead {
    /// Saves a key. Says so only after the vault has read it back. With no draft: a keyless entry, where the provider
    /// can do without. A failure loses nothing, the draft included.
    #[tracing::instrument(skip_all)]
    pub fn add_key(&self, req: &AddKey) -> Result<KeyView> {
        let lock = self.lock()?;
        let chosen = self.choose(&req.provider)?;
        let held = req.draft.as_deref().map(|id| self.drafts.held(id)).transpose()?;
        let (source, variable) = match &held {
            None => (KeySource::None, None),
            Some(Held::Secret(_)) => (KeySource::Vault, None),
            Some(Held::Variable(variable)) => (KeySource::Env, Some(variable)),
        };
        let row = self.new_row(&chosen, &req.name, source, variable)?;
        let also = |t: &Transaction<'_>| {
            chosen.write(t, self.now())?;
            self.insert_new(t, &row)
        };
        match &held {
            None if chosen.provider.key_need == KeyNeed::Required => {
                return Err(Error::at(Field::Secret, Code::KeyRequired, "this provider cannot be used without a key"));
            }
            None => self.store.write(also)?,
            Some(Held::Variable(variable)) => {
                self.refuse_same_variable(variable, &row)?;
                self.store.write(also)?;
            }
            Some(Held::Secret(draft)) => {
                access::refuse_file(draft.form)?;
                let fingerprint = self.refuse_duplicate(&lock, draft, &chosen, None)?;
                self.save_secret(&lock, &chosen, &row, Uuid::new_v4(), draft.text(fingerprint.as_deref()), also)?;
            }
        }
        if let Some(id) = &req.draft {
            self.drafts.discard(id);
        }
        self.keep_report(row.id, req.tested.as_deref(), req.draft.as_deref())?;
        self.key(row.id)
    }

    /// A key that was not there before.
    pub(super) fn insert_new(&self, t: &Transaction<'_>, row: &KeyRow) -> Result<()> {
        key::insert(t, row)?;
        self.note(t, &About::new(EventKind::KeyAdded, &row.name).of(&row.provider).key(row.id))
    }

    /// Notes that a key's text was copied or shown.
    pub fn note_use(&self, id: &str, kind: EventKind) -> Result<()> {
        let row = key::get(&self.store.read(), parse(id)?)?;
        let about = About::new(kind, &row.name).of(&row.provider).key(row.id);
        self.store.write(|t| self.note(t, &about))
    }

    /// The row of a key that is about to be, under a name that is free.
    pub(super) fn new_row(
        &self,
        chosen: &Chosen,
        name: &str,
        source: KeySource,
        variable: Option<&EnvName>,
    ) -> Result<KeyRow> {
        let origins = || chosen.provider.allowed_origins();
        let row = KeyRow {
            id: Uuid::new_v4(),
            provider: chosen.provider.id.clone(),
            name: self.name_or_free(chosen, name, source)?,
            source,
            reference: variable.map(|variable| Reference { variable: variable.clone(), origins: origins() }),
            config: None,
            enabled: true,
            created_at: self.now(),
            rotated_at: None,
            deleted_at: None,
        };
        // Before anything is written anywhere; the switching transaction checks again.
        key::refuse_taken(&self.store.read(), &row.provider, &row.name, None)?;
        Ok(row)
    }

    /// Gives a key another name.
    pub fn rename_key(&self, req: &RenameKey) -> Result<KeyView> {
        let name = checked_name(&req.name)?;
        let id = parse(&req.id)?;
        let was = key::get(&self.store.read(), id)?;
        let about = About::new(EventKind::KeyEdited, &was.name).of(&was.provider).key(id);
        self.change(&about, &[Watch::on(Table::Key, "id", &id)], |t| {
            let row = key::get(t, id)?;
            key::rename(t, &row, &name, self.now())
        })?;
        self.key(id)
    }

    /// Replaces a key's secret. The old one counts until the new one was written, read back and switched to.
    #[tracing::instrument(skip_all)]
    pub fn replace_key(&self, req: &ReplaceKey) -> Result<KeyView> {
        let before = key::get(&self.store.read(), parse(&req.id)?)?;
        if let Some(config) = &before.config {
            return self.replace_configured(&before, config, req);
        }
        let lock = self.lock()?;
        let id = parse(&req.id)?;
        let row = key::get(&self.store.read(), id)?;
        let chosen = self.chosen(&row.provider)?;
        let draft = match (self.drafts.held(&req.draft)?, &row.reference) {
            (Held::Variable(variable), Some(_)) => return self.refer_to(&row, &chosen, variable, req),
            (Held::Variable(_), None) => self.drafts.get(&req.draft)?,
            (Held::Secret(draft), _) => draft,
        };
        access::refuse_file(draft.form)?;
        let fingerprint = self.refuse_duplicate(&lock, &draft, &chosen, Some(id))?;
        let secret = rows::of_key(&self.store.read(), id)?.map_or_else(Uuid::new_v4, |s| s.id);
        self.save_secret(&lock, &chosen, &row, secret, draft.text(fingerprint.as_deref()), |t| {
            key::keep(t, id)?;
            key::rotated(t, id, self.now())?;
            self.note(t, &About::new(EventKind::KeyReplaced, &row.name).of(&row.provider).key(id))
        })?;
        self.drafts.discard(&req.draft);
        self.keep_report(id, req.tested.as_deref(), Some(&req.draft))?;
        self.key(id)
    }

    /// A key that is in a variable is in another one from now on.
    fn refer_to(&self, row: &KeyRow, chosen: &Chosen, variable: EnvName, req: &ReplaceKey) -> Result<KeyView> {
        self.refuse_same_variable(&variable, row)?;
        let reference = Reference { variable, origins: chosen.provider.allowed_origins() };
        self.store.write(|t| {
            key::refer(t, row.id, &reference, self.now())?;
            key::rotated(t, row.id, self.now())?;
            self.note(t, &About::new(EventKind::KeyReplaced, &row.name).of(&row.provider).key(row.id))
        })?;
        self.drafts.discard(&req.draft);
        self.keep_report(row.id, req.tested.as_deref(), Some(&req.draft))?;
        self.key(row.id)
    }

    pub(super) fn save_secret<T>(
        &self,
        lock: &WriteLock,
        chosen: &Chosen,
        row: &KeyRow,
        secret: Uuid,
        (text, hint, fingerprint): (&Secret, &Hint, Option<&[u8]>),
        also: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let write = Write {
            id: secret,
            part: rows::KEY,
            key: Some(row.id),
            provider: None,
            title: &format!("{} {}", chosen.provider.name, row.name),
            contents: Contents {
                provider: row.provider.as_str(),
                label: &row.name,
                part: None,
                origins: &chosen.provider.allowed_origins(),
                custom: chosen.place(),
                config: None,
                secret: text,
            },
            hint: Some(hint),
            fingerprint,
            hold_old: false,
        };
        self.write_secret(lock, &write, also)
    }

    /// The same text twice at one provider is a mistake; at two providers it may be a gateway's key. The answer is the
    /// fingerprint to save it with: the vault is asked once for both.
    pub(super) fn refuse_duplicate(
        &self,
        lock: &WriteLock,
        draft: &Draft,
        chosen: &Chosen,
        except: Option<Uuid>,
    ) -> Result<Option<Vec<u8>>> {
        let fingerprint = self.fingerprint_of_draft(lock, draft)?;
        let known = match &fingerprint {
            Some(mac) => rows::with_fingerprint(&self.store.read(), mac)?,
            None => Vec::new(),
        };
        for id in known {
            let row = key::get(&self.store.read(), id)?;
            if row.provider != chosen.provider.id {
                continue;
            }
            if except == Some(id) && self.is_wanted_again(id, chosen)? {
                continue;
            }
            let message = if except == Some(id) {
                format!("this is the key that is saved as '{}' already", row.name)
            } else {
                format!("this key is saved already: {} / {}", chosen.provider.name, row.name)
            };
            return Err(Error::at(Field::Secret, Code::SecretDuplicate, message));
        }
        Ok(fingerprint)
    }

    /// Whether a key's text is to be entered again as it is: it is gone, or was entered for another host.
    fn is_wanted_again(&self, id: Uuid, chosen: &Chosen) -> Result<bool> {
        let Some(secret) = rows::of_key(&self.store.read(), id)? else { return Ok(true) };
        let here = chosen.provider.base_url.origin().to_string();
        Ok(secret.state == State::Missing || secret.bound_to.is_some_and(|bound| bound != here))
    }

    /// Switches a key on or off.
    pub fn enable_key(&self, req: &EnableKey) -> Result<KeyView> {
        let id = parse(&req.id)?;
        let was = key::get(&self.store.read(), id)?;
        let about = About::new(EventKind::KeyEdited, &was.name).of(&was.provider).key(id);
        self.change(&about, &[Watch::on(Table::Key, "id", &id)], |t| {
            key::get(t, id)?;
            key::enable(t, id, req.enabled, self.now())
        })?;
        self.key(id)
    }

    /// Removes a key: a tombstone first, then the vault entry, then the row. With a locked vault the entry waits.
    #[tracing::instrument(skip_all)]
    pub fn remove_key(&self, id: &str) -> Result<()> {
        let _lock = self.lock()?;
        self.bury(parse(id)?)
    }

    /// See [`Keystead::remove_key`]; the caller holds the lock.
    pub(super) fn bury(&self, id: Uuid) -> Result<()> {
        let was = key::get(&self.store.read(), id)?;
        let about = About::new(EventKind::KeyRemoved, &was.name).of(&was.provider).key(id);
        let gone = self.change(&about, &[Watch::on(Table::Key, "id", &id)], |t| {
            key::get(t, id)?;
            key::bury(t, id, self.now())?;
            rows::of_key(t, id)?.map_or(Ok(None), |secret| self.let_go(t, &secret))
        })?;
        self.carry_out(gone);
        Ok(())
    }

    /// Hands a saved secret to `use_it`: the clipboard, a native dialog, a program. Never to the page.
    #[tracing::instrument(skip_all)]
    pub fn with_secret<R>(&self, id: &str, use_it: impl FnOnce(&str) -> R) -> Result<R> {
        let id = parse(id)?;
        let key = key::get(&self.store.read(), id)?;
        if let Some(reference) = key.reference {
            let message = format!("the key is in the environment variable {} and nowhere else", reference.variable);
            return Err(Error::new(Code::InVariable, message));
        }
        let none = || Error::new(Code::SecretMissing, "this entry has no secret");
        let row = rows::of_key(&self.store.read(), id)?.ok_or_else(none)?;
        let bound = self.read_secret(&row)?;
        let whole = bound.for_its_owner();
        match key.config.map(|config| config.secrets) {
            Some(names) if names.is_empty() => Err(none()),
            Some(names) if names.len() > 1 => {
                let parts = unbundle(whole, &names)?;
                Ok(use_it(parts.values().next().ok_or_else(none)?.expose()))
            }
            _ => Ok(use_it(whole.expose())),
        }
    }

    /// A key by its names.
    pub fn key_name(&self, id: &str) -> Result<KeyName> {
        self.named(parse(id)?)
    }

    pub(super) fn named(&self, id: Uuid) -> Result<KeyName> {
        let row = key::get(&self.store.read(), id)?;
        let provider = self.chosen(&row.provider).map_or_else(|_| row.provider.to_string(), |c| c.provider.name);
        Ok(KeyName { id: id.to_string(), provider, name: row.name })
    }

    fn name_or_free(&self, chosen: &Chosen, typed: &str, source: KeySource) -> Result<String> {
        if !typed.trim().is_empty() {
            return checked_name(typed);
        }
        let first = match (source, chosen.provider.local) {
            (KeySource::Vault, _) => "Default",
            (KeySource::Env, _) => "Environment",
            (KeySource::None, true) => "Local server",
            (KeySource::None, false) => "No key",
        };
        let db = self.store.read();
        let free = |name: &String| key::refuse_taken(&db, &chosen.provider.id, name, None).is_ok();
        let mut names = std::iter::once(first.to_owned()).chain((2..).map(|n| format!("Key {n}")));
        names.find(free).ok_or_else(|| Error::at(Field::Name, Code::NameEmpty, "a name is needed"))
    }
}

pub(super) fn parse(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| Error::new(Code::KeyNotFound, "there is no such key"))
}
