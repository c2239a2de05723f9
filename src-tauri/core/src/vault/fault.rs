//! A vault for tests: entries in memory, faults by script. Not compiled into releases (cargo feature `fault`).
//!
//! ```
//! use keystead_core::vault::{EntryId, Vault, VaultError, fault::{Fault, Memory, Step}};
//!
//! let vault = Memory::new();
//! let id = EntryId { secret: uuid::Uuid::new_v4(), version: 1 };
//! vault.next(Step::Put, Fault::LandsUnanswered);
//! assert_eq!(vault.put(&id, "Keystead: OpenAI", b"{}"), Err(VaultError::Unresponsive));
//! assert_eq!(vault.entries(), [id]);
//! ```

mod plan;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use zeroize::Zeroizing;

use super::{EntryId, Vault, VaultError, VaultIdentity, VaultState, VaultStatus};
use crate::crash;

pub use plan::{Call, Fault, Moment, Step};

/// Entries in memory. A clone is the same vault: a test "restarts" the application by giving a clone to a new facade.
#[derive(Clone)]
pub struct Memory(Arc<Mutex<Inner>>);

/// Called around every step; a test that wants the process to die at this point panics in it.
type Hook = Arc<dyn Fn(&Call, Moment) + Send + Sync>;

struct Inner {
    entries: BTreeMap<EntryId, Stored>,
    /// Puts that were answered with a timeout and have not landed yet.
    late: Vec<(EntryId, Stored)>,
    state: VaultState,
    identity: VaultIdentity,
    plan: HashMap<Step, VecDeque<Fault>>,
    calls: Vec<Call>,
    hook: Option<Hook>,
}

#[derive(Clone)]
struct Stored {
    label: String,
    bytes: Zeroizing<Vec<u8>>,
}

impl Default for Memory {
    fn default() -> Self {
        let identity = VaultIdentity { id: "memory".into(), name: "Memory".into(), collection: Some("Login".into()) };
        Self(Arc::new(Mutex::new(Inner {
            entries: BTreeMap::new(),
            late: Vec::new(),
            state: VaultState::Ready,
            identity,
            plan: HashMap::new(),
            calls: Vec::new(),
            hook: None,
        })))
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Memory").field(&self.entries()).finish()
    }
}

impl Memory {
    /// An empty vault that works.
    pub fn new() -> Self {
        Self::default()
    }

    /// Plans what happens at the next call of `step` that has no plan yet.
    pub fn next(&self, step: Step, fault: Fault) {
        self.inner().plan.entry(step).or_default().push_back(fault);
    }

    /// Plans the same failure for the next `times` calls of `step`.
    pub fn fail_next(&self, step: Step, times: usize, error: VaultError) {
        self.inner().plan.entry(step).or_default().extend(std::iter::repeat_n(Fault::Fail(error), times));
    }

    /// Forgets every plan and the hook, as a restart of the machine would.
    pub fn heal(&self) {
        let mut inner = self.inner();
        inner.plan.clear();
        inner.hook = None;
        inner.state = VaultState::Ready;
    }

    /// From now on the vault is in this state: calls other than a probe fail unless it is ready.
    pub fn set_state(&self, state: VaultState) {
        self.inner().state = state;
    }

    /// From now on another vault seems to answer. The entries stay.
    pub fn set_identity(&self, identity: VaultIdentity) {
        self.inner().identity = identity;
    }

    /// The kill switch: calls `hook` before and after every step, outside of this vault's lock, so that it may panic
    /// or call the vault.
    pub fn on_step(&self, hook: impl Fn(&Call, Moment) + Send + Sync + 'static) {
        self.inner().hook = Some(Arc::new(hook));
    }

    /// Lets the puts of [`Fault::LandsLate`] land now.
    pub fn land_late_puts(&self) {
        let mut inner = self.inner();
        let late = std::mem::take(&mut inner.late);
        inner.entries.extend(late);
    }

    /// What is stored, in order; looks past every fault.
    pub fn entries(&self) -> Vec<EntryId> {
        self.inner().entries.keys().copied().collect()
    }

    /// The label an entry was put with.
    pub fn label(&self, id: &EntryId) -> Option<String> {
        self.inner().entries.get(id).map(|stored| stored.label.clone())
    }

    /// The bytes of an entry; looks past every fault.
    pub fn bytes(&self, id: &EntryId) -> Option<Zeroizing<Vec<u8>>> {
        self.inner().entries.get(id).map(|stored| stored.bytes.clone())
    }

    /// Loses an entry, as a user does who deletes it in their keychain application.
    pub fn lose(&self, id: &EntryId) {
        self.inner().entries.remove(id);
    }

    /// Changes an entry's bytes behind the application's back.
    pub fn tamper(&self, id: &EntryId, bytes: &[u8]) {
        if let Some(stored) = self.inner().entries.get_mut(id) {
            stored.bytes = Zeroizing::new(bytes.to_vec());
        }
    }

    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.inner().calls.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one step between the two moments of the hook.
    fn step<T>(&self, call: Call, work: impl FnOnce(&mut Inner, Option<Fault>) -> T) -> T {
        let hook = self.inner().hook.clone();
        if let Some(hook) = &hook {
            hook(&call, Moment::Before);
        }
        crash::point();
        let result = {
            let mut inner = self.inner();
            inner.calls.push(call);
            let fault = inner.plan.get_mut(&call.step).and_then(VecDeque::pop_front);
            work(&mut inner, fault)
        };
        crash::point();
        if let Some(hook) = &hook {
            hook(&call, Moment::After);
        }
        result
    }
}

impl Inner {
    /// A vault that is not ready refuses before anything is looked at.
    fn ready(&self) -> Result<(), VaultError> {
        match self.state {
            VaultState::Ready => Ok(()),
            VaultState::Locked => Err(VaultError::Locked),
            VaultState::NoCollection => Err(VaultError::NoCollection),
            VaultState::NoProvider => Err(VaultError::NoProvider),
            VaultState::NoBus => Err(VaultError::NoBus),
            VaultState::Unresponsive => Err(VaultError::Unresponsive),
            VaultState::Denied => Err(VaultError::Denied),
        }
    }

    /// What the service's own prompt does when the user agrees.
    fn prompted(&mut self, from: VaultState, fault: Option<Fault>) -> Result<(), VaultError> {
        if let Some(Fault::Fail(error)) = fault {
            return Err(error);
        }
        if self.state == from {
            self.state = VaultState::Ready;
        }
        self.ready()
    }
}

impl Vault for Memory {
    fn probe(&self) -> VaultStatus {
        self.step(Call::of(Step::Probe), |inner, _| {
            let silent = [VaultState::NoProvider, VaultState::NoBus, VaultState::Unresponsive].contains(&inner.state);
            VaultStatus { state: inner.state, identity: (!silent).then(|| inner.identity.clone()) }
        })
    }

    fn put(&self, id: &EntryId, label: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let stored = Stored { label: label.to_owned(), bytes: Zeroizing::new(bytes.to_vec()) };
        self.step(Call::on(Step::Put, id), |inner, fault| {
            inner.ready()?;
            match fault {
                Some(Fault::Fail(error)) => return Err(error),
                Some(Fault::LandsLate) => {
                    inner.late.push((*id, stored));
                    return Err(VaultError::Unresponsive);
                }
                _ => inner.entries.insert(*id, stored),
            };
            fault.map_or(Ok(()), Fault::answer)
        })
    }

    /// Takes no step of a plan: only what was put where its name was taken depends on it.
    fn has(&self, id: &EntryId) -> Result<bool, VaultError> {
        let inner = self.inner();
        inner.ready()?;
        Ok(inner.entries.contains_key(id))
    }

    fn get(&self, id: &EntryId) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        self.step(Call::on(Step::Get, id), |inner, fault| {
            inner.ready()?;
            match fault {
                Some(Fault::Missing) => Ok(None),
                Some(Fault::OtherBytes(bytes)) => Ok(Some(Zeroizing::new(bytes.to_vec()))),
                other => {
                    other.map_or(Ok(()), Fault::answer)?;
                    Ok(inner.entries.get(id).map(|stored| stored.bytes.clone()))
                }
            }
        })
    }

    fn delete(&self, id: &EntryId) -> Result<(), VaultError> {
        self.step(Call::on(Step::Delete, id), |inner, fault| {
            inner.ready()?;
            if let Some(Fault::Fail(error)) = fault {
                return Err(error);
            }
            inner.entries.remove(id);
            fault.map_or(Ok(()), Fault::answer)
        })
    }

    fn list(&self) -> Result<Vec<EntryId>, VaultError> {
        self.step(Call::of(Step::List), |inner, fault| {
            inner.ready()?;
            fault.map_or(Ok(()), Fault::answer)?;
            Ok(inner.entries.keys().copied().collect())
        })
    }

    fn unlock(&self) -> Result<(), VaultError> {
        self.step(Call::of(Step::Unlock), |inner, fault| inner.prompted(VaultState::Locked, fault))
    }

    fn create(&self) -> Result<(), VaultError> {
        self.step(Call::of(Step::Create), |inner, fault| inner.prompted(VaultState::NoCollection, fault))
    }
}
