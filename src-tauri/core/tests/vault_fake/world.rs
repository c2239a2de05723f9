//! What the service holds, and how it is meant to be at the moment.

use std::{
    collections::HashMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    cipher::Cipher,
    trouble::{Operation, Trouble},
};

pub(crate) const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";

/// One entry.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) path: String,
    pub(crate) label: String,
    pub(crate) attributes: HashMap<String, String>,
    pub(crate) secret: Vec<u8>,
}

/// All of it.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) items: Vec<Item>,
    pub(crate) sessions: HashMap<String, Cipher>,
    pub(crate) locked: bool,
    trouble: Option<(Trouble, Operation)>,
    /// Since the trouble began.
    pub(crate) searches: usize,
    pub(crate) created: bool,
    worked: bool,
    numbers: usize,
}

/// Shared between the service's thread and the case.
#[derive(Default)]
pub(crate) struct Shared {
    world: Mutex<World>,
    changed: Condvar,
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it is bad.
    pub(crate) fn begin(&self, trouble: Trouble, operation: Operation) {
        let mut world = self.world();
        match trouble {
            Trouble::NoSession => world.sessions.clear(),
            Trouble::IsLocked => world.locked = true,
            Trouble::Duplicates => {
                let copies: Vec<Item> = world
                    .items
                    .iter()
                    .map(|item| Item { path: format!("{}_copy", item.path), ..item.clone() })
                    .collect();
                world.items.extend(copies);
            }
            _ => {}
        }
        (world.trouble, world.searches, world.worked, world.created) = (Some((trouble, operation)), 0, false, false);
    }

    /// From now on it is good, and open; whoever waits goes on.
    pub(crate) fn heal(&self) {
        let mut world = self.world();
        (world.trouble, world.locked) = (None, false);
        self.changed.notify_all();
    }

    /// Waits until it is good again, for at most so long.
    pub(crate) fn wait(&self, longest: Duration) {
        let world = self.world();
        let bad = |world: &mut World| world.trouble.is_some();
        drop(self.changed.wait_timeout_while(world, longest, bad).unwrap_or_else(PoisonError::into_inner));
    }
}

impl World {
    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.trouble.map(|(trouble, _)| trouble)
    }

    /// What is to go wrong at this call, because it is the one that does what was asked for.
    pub(crate) fn trouble_at(&mut self, call: &str) -> Option<Trouble> {
        let (trouble, operation) = self.trouble?;
        if trouble == Trouble::Hang {
            return Some(trouble);
        }
        let once = self.worked && (trouble.delay().is_some() || trouble == Trouble::Restart);
        if call != operation.work() || once {
            return None;
        }
        self.worked = true;
        Some(trouble)
    }

    /// The search that comes after the product has looked, which it always does.
    pub(crate) fn second_search(&self) -> bool {
        self.searches == 2 && self.trouble.is_some_and(|(_, operation)| operation == Operation::Get)
    }

    /// Whether what is read back is not what was written.
    pub(crate) fn spoils(&self) -> Option<Trouble> {
        let (trouble, operation) = self.trouble?;
        let spoiling = matches!(trouble, Trouble::WrongSecret | Trouble::Truncated);
        (spoiling && (operation != Operation::Add || self.created)).then_some(trouble)
    }

    pub(crate) fn number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers
    }

    pub(crate) fn item(&mut self, path: &str) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.path == path)
    }

    pub(crate) fn matching(&self, wanted: &HashMap<String, String>) -> Vec<String> {
        let fits = |item: &&Item| wanted.iter().all(|(name, value)| item.attributes.get(name) == Some(value));
        self.items.iter().filter(fits).map(|item| item.path.clone()).collect()
    }
}
