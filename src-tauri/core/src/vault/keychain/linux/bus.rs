//! Looking at the Secret Service without touching a secret: nothing here can prompt, and every call has a time limit.

use std::{collections::HashMap, fs, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use zbus::{
    blocking::{Connection, connection},
    zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type},
};

use super::trouble::Trouble;
use crate::vault::{VaultError, VaultIdentity, VaultState};

pub(super) const NAME: &str = "org.freedesktop.secrets";
const ROOT: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// A daemon that is started by the first call needs less than half a second.
const REPLY: Duration = Duration::from_secs(3);

/// A connection to the session bus. Blocks: only for threads that no async runtime owns.
#[derive(Clone)]
pub(super) struct Bus(Connection);

/// What one look found.
pub(super) struct Look {
    /// The unique bus name of the service; another one after it was restarted.
    pub(super) owner: String,
    /// The default collection, if there is one, and whether it is locked.
    pub(super) collection: Option<(OwnedObjectPath, bool)>,
}

impl Look {
    pub(super) fn state(&self) -> VaultState {
        match &self.collection {
            None => VaultState::NoCollection,
            Some((_, true)) => VaultState::Locked,
            Some((_, false)) => VaultState::Ready,
        }
    }
}

/// Items, by whether their collection is open.
#[derive(serde::Deserialize, Type)]
pub(super) struct Found {
    pub(super) unlocked: Vec<OwnedObjectPath>,
    pub(super) locked: Vec<OwnedObjectPath>,
}

impl Bus {
    pub(super) fn connect() -> Result<Self, Trouble> {
        // Whatever the reason is, there is no bus for us.
        let connected = connection::Builder::session().and_then(|builder| builder.method_timeout(REPLY).build());
        connected.map(Self).map_err(|_| VaultError::NoBus.into())
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.0
    }

    /// Ends the connection also for those who still wait on it.
    pub(super) fn close(self) {
        // Closed already is closed.
        let _ = self.0.close();
    }

    /// Who answers, and how the default collection is. Starts a service that the bus can start.
    pub(super) fn look(&self) -> Result<Look, Trouble> {
        let reply = self.0.call_method(Some(NAME), ROOT, Some(SERVICE), "ReadAlias", &"default")?;
        // The bus writes the sender into every message, which saves asking who has the name.
        let owner = reply.header().sender().map(ToString::to_string).ok_or(VaultError::Failed)?;
        let path: OwnedObjectPath = reply.body().deserialize()?;
        if path.as_str() == "/" {
            return Ok(Look { owner, collection: None });
        }
        let locked = self.property(&path, COLLECTION, "Locked")?;
        Ok(Look { owner, collection: Some((path, locked)) })
    }

    /// Who it is, for people and for comparing. What cannot be found out is left out.
    pub(super) fn identity(&self, look: &Look) -> VaultIdentity {
        let pid = self.bus::<u32>("GetConnectionUnixProcessID", &look.owner).ok();
        let comm = pid.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/comm")).ok()).unwrap_or_default();
        let (stable, name) = provider(comm.trim());
        let path = look.collection.as_ref().map(|(path, _)| path);
        let collection = path.and_then(|path| self.property::<String>(path, COLLECTION, "Label").ok());
        VaultIdentity {
            id: format!("secret-service:{stable}:{}", path.map_or("", |path| path.as_str())),
            name: name.to_owned(),
            collection: collection.filter(|label| !label.is_empty()),
        }
    }

    /// Items with these attributes in any collection.
    pub(super) fn search(&self, attributes: &HashMap<&str, &str>) -> Result<Found, Trouble> {
        self.service("SearchItems", attributes)
    }

    /// The attribute of an open item that holds an entry's name.
    pub(super) fn username(&self, item: &OwnedObjectPath) -> Result<Option<String>, Trouble> {
        let mut attributes: HashMap<String, String> = self.property(item, ITEM, "Attributes")?;
        Ok(attributes.remove("username"))
    }

    /// The unique name of the service that is running now.
    pub(super) fn owner(&self) -> Result<String, Trouble> {
        self.bus("GetNameOwner", &NAME)
    }

    /// Calls the Secret Service.
    pub(super) fn service<R>(&self, method: &str, body: &(impl Serialize + DynamicType)) -> Result<R, Trouble>
    where
        R: DeserializeOwned + Type,
    {
        self.call(NAME, ROOT, SERVICE, method, body)
    }

    /// Calls any object of the Secret Service.
    pub(super) fn call<R>(
        &self,
        destination: &str,
        path: &str,
        interface: &str,
        method: &str,
        body: &(impl Serialize + DynamicType),
    ) -> Result<R, Trouble>
    where
        R: DeserializeOwned + Type,
    {
        let reply = self.0.call_method(Some(destination), path, Some(interface), method, body)?;
        Ok(reply.body().deserialize()?)
    }

    fn bus<R>(&self, method: &str, body: &(impl Serialize + DynamicType)) -> Result<R, Trouble>
    where
        R: DeserializeOwned + Type,
    {
        self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method, body)
    }

    fn property<T>(&self, path: &OwnedObjectPath, interface: &str, name: &str) -> Result<T, Trouble>
    where
        T: TryFrom<OwnedValue>,
    {
        let value: OwnedValue = self.call(NAME, path.as_str(), PROPERTIES, "Get", &(interface, name))?;
        T::try_from(value).map_err(|_| VaultError::Failed.into())
    }
}

/// The name that stays the same over versions of a provider, and the one people know. The kernel cuts process names
/// after 15 characters.
fn provider(comm: &str) -> (&str, &str) {
    match comm {
        "gnome-keyring-d" | "gnome-keyring-daemon" => ("gnome-keyring-daemon", "GNOME Keyring"),
        "kwalletd5" | "kwalletd6" | "ksecretd" => ("kwallet", "KWallet"),
        "keepassxc" => ("keepassxc", "KeePassXC"),
        // In a sandbox the processes outside cannot be seen.
        "" => ("unknown", "Secret Service"),
        other => (other, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_keeps_its_identity_over_its_versions() {
        assert_eq!(provider("gnome-keyring-d"), ("gnome-keyring-daemon", "GNOME Keyring"));
        assert_eq!(provider("kwalletd5"), provider("ksecretd"));
        assert_eq!(provider("pass_secret_ser").1, "pass_secret_ser");
        assert_eq!(provider("").1, "Secret Service");
    }
}
