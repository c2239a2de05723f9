//! The two calls that prompt, and only for a click. The prompt belongs to the service; we open it, wait, and take it off
//! the screen when nobody answers.

use std::{
    collections::HashMap,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use zbus::{
    MatchRule, Message,
    blocking::MessageIterator,
    message::Type,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

use super::{
    bus::{self, Bus},
    trouble::Trouble,
};
use crate::vault::{self, VaultError, VaultState};

const PROMPT: &str = "org.freedesktop.Secret.Prompt";

/// How often to see whether the service that shows the prompt is still there.
const GLANCE: Duration = Duration::from_secs(1);

/// Unlocks the default collection, and every other one that holds entries of ours.
pub(in crate::vault::keychain) fn unlock(deadline: Duration) -> Result<(), VaultError> {
    with_bus(|bus| {
        let look = bus.look()?;
        let Some((default, _)) = look.collection else { return Err(VaultError::NoCollection.into()) };
        let locked = bus.search(&HashMap::from([("service", vault::SERVICE)]))?.locked;
        let mut collections = vec![default];
        for other in locked.iter().filter_map(collection_of) {
            if !collections.contains(&other) {
                collections.push(other);
            }
        }
        let (_, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = bus.service("Unlock", &collections)?;
        answered(bus, &look.owner, &prompt, deadline)?;
        // The service may have been content with less than was asked.
        if bus.look()?.state() == VaultState::Ready { Ok(()) } else { Err(VaultError::Denied.into()) }
    })
}

/// Creates the default collection; the service asks for its password.
pub(in crate::vault::keychain) fn create(deadline: Duration) -> Result<(), VaultError> {
    with_bus(|bus| {
        let look = bus.look()?;
        if look.collection.is_none() {
            let label = HashMap::from([("org.freedesktop.Secret.Collection.Label", Value::from("Default keyring"))]);
            let (_, prompt): (OwnedObjectPath, OwnedObjectPath) =
                bus.service("CreateCollection", &(label, "default"))?;
            answered(bus, &look.owner, &prompt, deadline)?;
        }
        match bus.look()?.state() {
            VaultState::Ready => Ok(()),
            VaultState::Locked => Err(VaultError::Locked.into()),
            _ => Err(VaultError::NoCollection.into()),
        }
    })
}

/// On a connection of its own, closed afterwards: that also ends a prompt that is still open. Nothing is repeated, or
/// the person would be asked twice.
fn with_bus(work: impl FnOnce(&Bus) -> Result<(), Trouble>) -> Result<(), VaultError> {
    let settle = |trouble| match trouble {
        Trouble::Known(error) => error,
        Trouble::Stale => VaultError::Failed,
    };
    let bus = Bus::connect().map_err(settle)?;
    let done = work(&bus).map_err(settle);
    bus.close();
    done
}

/// Items lie directly under their collection.
fn collection_of(item: &OwnedObjectPath) -> Option<OwnedObjectPath> {
    item.as_str().rsplit_once('/').and_then(|(parent, _)| OwnedObjectPath::try_from(parent).ok())
}

/// Opens the prompt and waits for the answer. Dismissed by the person, or by us at the deadline, is denied.
fn answered(bus: &Bus, owner: &str, prompt: &OwnedObjectPath, deadline: Duration) -> Result<(), Trouble> {
    if prompt.as_str() == "/" {
        return Ok(());
    }
    let end = Instant::now() + deadline;
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(owner)?
        .path(prompt.as_str())?
        .interface(PROMPT)?
        .member("Completed")?
        .build();
    let mut signals = MessageIterator::for_match_rule(rule, bus.connection(), None)?;
    let (seen, completed) = mpsc::sync_channel(1);
    // The iterator cannot be waited for with a limit. Its thread ends with the signal or with the connection.
    thread::Builder::new()
        .name("keychain-signal".into())
        .spawn(move || {
            let _ = seen.send(signals.next());
        })
        .map_err(|_| VaultError::Failed)?;
    bus.call::<()>(bus::NAME, prompt.as_str(), PROMPT, "Prompt", &"")?;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match completed.recv_timeout(left.min(GLANCE)) {
            Ok(Some(Ok(signal))) => return agreed(&signal),
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return Err(Trouble::Stale),
            Err(RecvTimeoutError::Timeout) if left.is_zero() => break,
            Err(RecvTimeoutError::Timeout) if bus.owner()? != owner => return Err(Trouble::Stale),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    // What cannot be dismissed goes with our connection.
    let _ = bus.call::<()>(bus::NAME, prompt.as_str(), PROMPT, "Dismiss", &());
    Err(VaultError::Denied.into())
}

fn agreed(completed: &Message) -> Result<(), Trouble> {
    let (dismissed, _): (bool, OwnedValue) = completed.body().deserialize()?;
    if dismissed { Err(VaultError::Denied.into()) } else { Ok(()) }
}
