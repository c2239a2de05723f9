//! Linux: the Secret Service of the session. Every access is preceded by a look, because a store that meets something
//! locked prompts, and a store that outlives its service fails for ever.

mod bus;
mod prompt;
mod trouble;

use std::{collections::HashMap, sync::Arc};

use keyring::{Entry, api::CredentialStoreApi};
use zbus_secret_service_keyring_store::Store;
use zeroize::Zeroizing;

use super::parts::Items;
use crate::vault::{SERVICE, VaultError, VaultState, VaultStatus};
use bus::{Bus, Look};
use trouble::Trouble;

pub(super) use prompt::{create, unlock};

/// `KWallet` refuses 1 connection in 256: the store sends a key that is a byte short.
const CONNECTS: usize = 3;

/// The connections of one thread, made when first needed.
#[derive(Default)]
pub(super) struct Link {
    /// For looking; its calls have a time limit, the store's have none.
    bus: Option<Bus>,
    /// With the unique name of the service it was opened on.
    store: Option<(String, Arc<Store>)>,
}

impl Link {
    pub(super) fn probe(&mut self) -> VaultStatus {
        let looked = self.twice(|link| {
            let bus = link.bus()?;
            let look = bus.look()?;
            Ok((look.state(), bus.identity(&look)))
        });
        match looked {
            Ok((state, identity)) => VaultStatus { state, identity: Some(identity) },
            Err(error) => VaultStatus { state: trouble::state_of(error), identity: None },
        }
    }

    /// Works on one entry, a new one if it comes with a label; `None` when there is none.
    fn entry<T>(
        &mut self,
        user: &str,
        label: Option<&str>,
        work: impl Fn(&Entry) -> keyring::Result<T>,
    ) -> Result<Option<T>, VaultError> {
        self.twice(|link| {
            let look = link.ready()?;
            let bus = link.bus()?;
            // The default collection is open, but an old entry may lie in another one that is not.
            if label.is_none()
                && !bus.search(&HashMap::from([("service", SERVICE), ("username", user)]))?.locked.is_empty()
            {
                return Err(VaultError::Locked.into());
            }
            let store = link.store(&look)?;
            let modifiers = label.map(|label| HashMap::from([("label", label)]));
            let entry = store.build(SERVICE, user, modifiers.as_ref()).map_err(|error| Trouble::from(&error))?;
            match work(&entry) {
                Ok(value) => Ok(Some(value)),
                // Some services find nothing in what is locked: absence counts only where it is still open.
                Err(keyring::Error::NoEntry) => link.ready().map(|_| None),
                Err(error) => Err(Trouble::from(&error)),
            }
        })
    }

    /// A look that must find the default collection open.
    fn ready(&mut self) -> Result<Look, Trouble> {
        let look = self.bus()?.look()?;
        match look.state() {
            VaultState::Ready => Ok(look),
            VaultState::Locked => Err(VaultError::Locked.into()),
            _ => Err(VaultError::NoCollection.into()),
        }
    }

    fn bus(&mut self) -> Result<Bus, Trouble> {
        if let Some(bus) = &self.bus {
            return Ok(bus.clone());
        }
        Ok(self.bus.insert(Bus::connect()?).clone())
    }

    /// The store, opened anew when another service answers than the one it was opened on.
    fn store(&mut self, look: &Look) -> Result<Arc<Store>, Trouble> {
        if let Some((owner, store)) = &self.store
            && *owner == look.owner
        {
            return Ok(Arc::clone(store));
        }
        let mut tries = 1;
        let store = loop {
            match Store::new() {
                Ok(store) => break store,
                Err(_) if tries < CONNECTS => tries += 1,
                Err(error) => return Err(Trouble::from(&error)),
            }
        };
        self.store = Some((look.owner.clone(), Arc::clone(&store)));
        Ok(store)
    }

    /// Once more with new connections when the old ones belong to a service that has gone. Entries are written once
    /// and under their own name, so doing any of it twice is doing it once.
    fn twice<T>(&mut self, work: impl Fn(&mut Self) -> Result<T, Trouble>) -> Result<T, VaultError> {
        for _ in 0..2 {
            match work(self) {
                Ok(value) => return Ok(value),
                Err(Trouble::Known(error)) => return Err(error),
                Err(Trouble::Stale) => *self = Self::default(),
            }
        }
        Err(VaultError::Failed)
    }
}

impl Items for Link {
    fn put(&mut self, user: &str, label: &str, bytes: &[u8]) -> Result<(), VaultError> {
        self.entry(user, Some(label), |entry| entry.set_secret(bytes))?.ok_or(VaultError::Failed)
    }

    fn get(&mut self, user: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        self.entry(user, None, |entry| match entry.get_secret().map(Zeroizing::new) {
            Err(keyring::Error::Ambiguous(copies)) => alike(&copies),
            other => other,
        })
    }

    fn delete(&mut self, user: &str) -> Result<(), VaultError> {
        let done = self.entry(user, None, |entry| match entry.delete_credential() {
            Err(keyring::Error::Ambiguous(copies)) => copies.iter().try_for_each(Entry::delete_credential),
            other => other,
        });
        done.map(|_| ())
    }

    /// By our own connection: the store's search prompts when a match is locked.
    fn users(&mut self) -> Result<Vec<String>, VaultError> {
        self.twice(|link| {
            link.ready()?;
            let bus = link.bus()?;
            let found = bus.search(&HashMap::from([("service", SERVICE)]))?;
            if !found.locked.is_empty() {
                return Err(VaultError::Locked.into());
            }
            let names = found.unlocked.iter().map(|item| bus.username(item)).filter_map(Result::transpose);
            let mut names = names.collect::<Result<Vec<String>, Trouble>>()?;
            names.sort_unstable();
            names.dedup();
            // What was locked in the meantime may have kept entries back.
            link.ready()?;
            Ok(names)
        })
    }
}

/// What the copies of one entry hold: some services have two of one name after a restore or a race. Entries are never
/// changed, so copies are alike; where they are not, none of them is believed.
fn alike(copies: &[Entry]) -> keyring::Result<Zeroizing<Vec<u8>>> {
    let mut read = copies.iter().map(|copy| copy.get_secret().map(Zeroizing::new));
    let first = read.next().unwrap_or(Err(keyring::Error::NoEntry))?;
    for other in read {
        if *other? != *first {
            return Err(keyring::Error::Ambiguous(Vec::new()));
        }
    }
    Ok(first)
}
