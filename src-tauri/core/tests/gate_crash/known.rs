//! What was acknowledged, by name.

use std::collections::BTreeMap;

use keystead_core::Keystead;

use crate::{kill::Operation, scene};

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Known(BTreeMap<String, (String, bool)>);

impl Known {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Add { name, text } => drop(self.0.insert(name.clone(), (text.clone(), true))),
            Operation::Replace { name, text } => self.0.entry(name.clone()).or_default().0.clone_from(text),
            Operation::Enable { name, on } => self.0.entry(name.clone()).or_default().1 = *on,
            Operation::Remove { name } => drop(self.0.remove(name)),
            Operation::Rename { name, to } => {
                let key = self.0.remove(name).unwrap_or_default();
                self.0.insert(to.clone(), key);
            }
            Operation::Use { .. } | Operation::Move { .. } | Operation::Stop => {}
        }
    }

    /// In words, without a text.
    pub(crate) fn differs(&self, other: &Self) -> String {
        let only = |one: &Self, other: &Self| -> Vec<String> {
            one.0.iter().filter(|(name, key)| other.0.get(*name) != Some(key)).map(|(name, _)| name.clone()).collect()
        };
        format!("found {:?}, known {:?}", only(self, other), only(other, self))
    }
}

/// What there is.
pub(crate) fn seen(keystead: &Keystead) -> Result<Known, String> {
    let mut known = Known::default();
    for key in scene::views(keystead).map_err(|e| e.to_string())? {
        let text =
            keystead.with_secret(&key.id, ToOwned::to_owned).map_err(|e| format!("{}: {:?} {e}", key.name, e.code))?;
        known.0.insert(key.name, (text, key.enabled));
    }
    Ok(known)
}
