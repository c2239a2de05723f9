//! What went wrong, in our words. A keyring error can hold the secret: it is looked at here and goes no further.

use secret_service::Error as ServiceError;

use crate::vault::{VaultError, VaultState};

/// Why a step failed.
pub(super) enum Trouble {
    /// The connection or session is of a service or bus that has gone, or the entry vanished under the call.
    Stale,
    /// Anything that a second try would not change.
    Known(VaultError),
}

impl From<VaultError> for Trouble {
    fn from(error: VaultError) -> Self {
        Self::Known(error)
    }
}

impl From<&keyring::Error> for Trouble {
    fn from(error: &keyring::Error) -> Self {
        match error {
            keyring::Error::PlatformFailure(cause) | keyring::Error::NoStorageAccess(cause) => {
                cause.downcast_ref::<ServiceError>().map_or(Self::Known(VaultError::Failed), of_service)
            }
            _ => Self::Known(VaultError::Failed),
        }
    }
}

impl From<zbus::Error> for Trouble {
    fn from(error: zbus::Error) -> Self {
        of_bus(&error)
    }
}

fn of_service(error: &ServiceError) -> Trouble {
    Trouble::Known(match error {
        ServiceError::Zbus(error) => return of_bus(error),
        ServiceError::ZbusFdo(error) => return of_name(zbus::DBusError::name(error).as_str()),
        // Encrypted with a session key that the service does not have (any more).
        ServiceError::Crypto(_) => return Trouble::Stale,
        // We look before we call, so it was locked in between.
        ServiceError::Locked => VaultError::Locked,
        // Some services ask their user about each program that wants in; this one said no.
        ServiceError::Prompt => VaultError::Denied,
        ServiceError::NoResult => VaultError::NoCollection,
        ServiceError::PromptDisconnected => VaultError::Unresponsive,
        ServiceError::Unavailable => VaultError::NoBus,
        _ => VaultError::Failed,
    })
}

fn of_bus(error: &zbus::Error) -> Trouble {
    match error {
        zbus::Error::MethodError(name, ..) => of_name(name.as_str()),
        zbus::Error::FDO(error) => of_name(zbus::DBusError::name(&**error).as_str()),
        zbus::Error::InputOutput(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            Trouble::Known(VaultError::Unresponsive)
        }
        // The connection to the bus itself is broken.
        zbus::Error::InputOutput(_) => Trouble::Stale,
        zbus::Error::Connection(..) | zbus::Error::Address(_) | zbus::Error::Handshake(_) => {
            Trouble::Known(VaultError::NoBus)
        }
        _ => Trouble::Known(VaultError::Failed),
    }
}

/// By the names of the D-Bus and the Secret Service specification.
fn of_name(name: &str) -> Trouble {
    if let Some(name) = name.strip_prefix("org.freedesktop.Secret.Error.") {
        return match name {
            "IsLocked" => Trouble::Known(VaultError::Locked),
            "NoSession" | "NoSuchObject" => Trouble::Stale,
            _ => Trouble::Known(VaultError::Failed),
        };
    }
    match name.strip_prefix("org.freedesktop.DBus.Error.").unwrap_or_default() {
        "ServiceUnknown" | "NameHasNoOwner" => Trouble::Known(VaultError::NoProvider),
        name if name.starts_with("Spawn.") => Trouble::Known(VaultError::NoProvider),
        // The bus says NoReply for a service that ended during the call.
        "NoReply" | "Disconnected" | "UnknownMethod" | "UnknownObject" | "UnknownInterface" => Trouble::Stale,
        "Timeout" | "TimedOut" => Trouble::Known(VaultError::Unresponsive),
        "AccessDenied" | "AuthFailed" => Trouble::Known(VaultError::Denied),
        _ => Trouble::Known(VaultError::Failed),
    }
}

/// The state that a failed look means.
pub(super) fn state_of(error: VaultError) -> VaultState {
    match error {
        VaultError::Locked => VaultState::Locked,
        VaultError::NoCollection => VaultState::NoCollection,
        VaultError::NoProvider => VaultState::NoProvider,
        VaultError::NoBus => VaultState::NoBus,
        VaultError::Denied => VaultState::Denied,
        // A service that answers nonsense can be used as little as one that does not answer.
        VaultError::Unresponsive | VaultError::Full | VaultError::Damaged | VaultError::Failed => {
            VaultState::Unresponsive
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<VaultError> {
        match of_name(name) {
            Trouble::Known(error) => Some(error),
            Trouble::Stale => None,
        }
    }

    #[test]
    fn knows_the_errors_services_were_seen_to_give() {
        for (name, error) in [
            ("org.freedesktop.DBus.Error.ServiceUnknown", Some(VaultError::NoProvider)),
            ("org.freedesktop.DBus.Error.Spawn.ExecFailed", Some(VaultError::NoProvider)),
            ("org.freedesktop.DBus.Error.AccessDenied", Some(VaultError::Denied)),
            ("org.freedesktop.Secret.Error.IsLocked", Some(VaultError::Locked)),
            ("org.freedesktop.Secret.Error.NoSession", None),
            ("org.freedesktop.DBus.Error.UnknownMethod", None),
            ("org.freedesktop.DBus.Error.NoReply", None),
            ("com.example.Error", Some(VaultError::Failed)),
        ] {
            assert_eq!(known(name), error, "{name}");
        }
    }

    #[test]
    fn a_keyring_error_that_holds_the_secret_is_only_a_failure() {
        let error = keyring::Error::BadEncoding(b"sk-canary".to_vec());
        let Trouble::Known(error) = Trouble::from(&error) else { panic!("not stale") };
        assert_eq!(error, VaultError::Failed);
    }
}
