//! How keys are used: who gets which share of the work, for which models, where, and until when.

use std::collections::HashSet;

use rusqlite::Transaction;
use uuid::Uuid;

use super::{EditKeys, EventKind, KeyView, Keystead, OrderKeys, checked_name, history::About, keys::parse};
use crate::{
    error::{Code, Error, Field, Result},
    policy::{self, Models, Policy, Tier, checked_models},
    store::{
        event::{Table, Watch},
        key::{self, KeyRow},
        policy::{self as rows, PolicyRow},
        workspace,
    },
};

impl Keystead {
    /// Changes one key, or several at once: all of them, or none. What is not said stays as it is.
    ///
    /// Fails with [`Code::ChangedElsewhere`] where one of them is not what the caller had read.
    pub fn edit_keys(&self, req: &EditKeys) -> Result<Vec<KeyView>> {
        let ids = req.ids.iter().map(|id| parse(id)).collect::<Result<Vec<Uuid>>>()?;
        if !req.versions.is_empty() && req.versions.len() != ids.len() {
            return Err(Error::new(Code::Internal, "as many versions as keys"));
        }
        if req.name.is_some() && ids.len() != 1 {
            return Err(Error::at(Field::Name, Code::NameTaken, "several keys cannot have one name"));
        }
        let edit = Edit::checked(req, self.now())?;
        let about = self.about_keys(&ids)?;
        let watches: Vec<_> = ids.iter().map(|id| Watch::on(Table::Key, "id", &id)).collect();
        self.change(&about, &watches, |t| {
            if let Some(Some(id)) = &req.workspace {
                workspace::get(t, id)?;
            }
            for (n, id) in ids.iter().enumerate() {
                let row = key::get(t, *id)?;
                let PolicyRow { policy, version } = rows::get(t, *id)?;
                if req.versions.get(n).is_some_and(|seen| *seen != version) {
                    return Err(changed_elsewhere(&row.name));
                }
                self.write_edit(t, &row, &policy, &edit)?;
            }
            Ok(())
        })?;
        ids.into_iter().map(|id| self.key(id)).collect()
    }

    fn write_edit(&self, t: &Transaction<'_>, row: &KeyRow, was: &Policy, edit: &Edit) -> Result<()> {
        let now = self.now();
        let mut policy = edit.on(was.clone());
        if policy.tier != was.tier {
            policy.position = after_the_last(t, row, policy.tier)?;
        }
        if policy != *was {
            if policy.workspace != was.workspace {
                key::refuse_taken_in(t, &row.provider, &row.name, Some(row.id), policy.workspace.as_deref())?;
            }
            rows::put(t, row.id, &policy, now)?;
        }
        if let Some(name) = edit.name.as_ref().filter(|name| **name != row.name) {
            key::rename(t, row, name, now)?;
        }
        match edit.enabled {
            Some(enabled) if enabled != row.enabled => key::enable(t, row.id, enabled, now),
            _ => Ok(()),
        }
    }

    fn about_keys(&self, ids: &[Uuid]) -> Result<About> {
        let db = self.store.read();
        let rows = ids.iter().map(|id| key::get(&db, *id)).collect::<Result<Vec<_>>>()?;
        let Some(first) = rows.first() else {
            return Err(Error::new(Code::KeyNotFound, "no key was named"));
        };
        if rows.len() == 1 {
            return Ok(About::new(EventKind::KeyEdited, &first.name).of(&first.provider).key(first.id));
        }
        let names: Vec<_> = rows.iter().take(3).map(|row| row.name.as_str()).collect();
        let about = About::new(EventKind::KeysEdited, names.join(", ")).with("count", &rows.len());
        let same = rows.iter().all(|row| row.provider == first.provider);
        Ok(if same { about.of(&first.provider) } else { about })
    }

    /// Puts a provider's keys in order. Those that are not named stay where they are, after the others.
    pub fn order_keys(&self, req: &OrderKeys) -> Result<()> {
        let tiers = [(Tier::Prioritized, &req.prioritized), (Tier::Fallback, &req.fallback)];
        let mut seen = HashSet::new();
        let mut places = Vec::new();
        for (tier, ids) in tiers {
            for (position, id) in (0_i64..).zip(ids) {
                let id = parse(id)?;
                if !seen.insert(id) {
                    return Err(Error::new(Code::Internal, "each key once"));
                }
                places.push((id, tier, position));
            }
        }
        let name = self.chosen(&req.provider)?.provider.name;
        let about = About::new(EventKind::KeysOrdered, name).of(&req.provider);
        self.change(&about, &[Watch::on(Table::Key, "provider", &req.provider)], |t| {
            for (id, tier, position) in places {
                if key::get(t, id)?.provider != req.provider {
                    return Err(Error::new(Code::KeyNotFound, "this key is another provider's"));
                }
                rows::place(t, id, tier, position, self.now())?;
            }
            Ok(())
        })
    }
}

fn after_the_last(t: &Transaction<'_>, row: &KeyRow, tier: Tier) -> Result<i64> {
    let all = rows::all(t)?;
    let keys = key::visible(t)?;
    let mine = keys.iter().filter(|key| key.provider == row.provider && key.id != row.id);
    let places = mine.filter_map(|key| all.get(&key.id)).filter(|other| other.policy.tier == tier);
    Ok(places.map(|other| other.policy.position + 1).max().unwrap_or(0))
}

pub(super) fn changed_elsewhere(name: &str) -> Error {
    let message = format!("'{name}' was changed meanwhile, elsewhere: look at it again");
    Error::new(Code::ChangedElsewhere, message)
}

/// One part of a policy, as it is to be.
type Change = Box<dyn Fn(&mut Policy)>;

/// What of a request is to be written, looked at before anything is.
struct Edit {
    name: Option<String>,
    enabled: Option<bool>,
    change: Vec<Change>,
}

impl Edit {
    fn checked(req: &EditKeys, now: i64) -> Result<Self> {
        let mut change: Vec<Change> = Vec::new();
        // Each part that is named is checked now and written later.
        macro_rules! part {
            ($field:ident) => {
                part!($field, Clone::clone)
            };
            ($field:ident, $checked:expr) => {
                if let Some(wanted) = &req.$field {
                    let checked = $checked(wanted);
                    change.push(Box::new(move |policy| policy.$field = checked.clone()));
                }
            };
        }
        macro_rules! checked {
            ($field:ident, $checked:expr) => {
                if let Some(wanted) = &req.$field {
                    let checked = $checked(wanted)?;
                    change.push(Box::new(move |policy| policy.$field = checked.clone()));
                }
            };
        }
        part!(workspace);
        checked!(description, |text: &String| policy::checked_description(text));
        checked!(weight, |weight: &f64| policy::checked_weight(*weight));
        part!(tier);
        part!(batch);
        checked!(models, |models: &Models| match models {
            Models::List(list) => checked_models(list, Field::Models).map(Models::List),
            other => Ok(other.clone()),
        });
        checked!(blocked, |list: &Vec<String>| checked_models(list, Field::Blocked));
        checked!(aliases, policy::checked_aliases);
        checked!(expires_on, |day: &Option<String>| {
            day.as_deref().map(|day| policy::checked_expiry(day, now)).transpose()
        });
        part!(required);
        part!(byok_only);
        part!(zdr);
        checked!(callers, |list: &Vec<String>| policy::checked_callers(list));
        checked!(users, |list: &Vec<String>| policy::checked_users(list));
        let name = req.name.as_deref().map(checked_name).transpose()?;
        Ok(Self { name, enabled: req.enabled, change })
    }

    fn on(&self, mut policy: Policy) -> Policy {
        for change in &self.change {
            change(&mut policy);
        }
        policy
    }
}
