//! Several secrets of one credential, kept as one: they are written, moved and removed together or not at all. One alone
//! is kept as it is, so that it can be copied and shown.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use super::Secret;
use crate::error::{Code, Error, Result};

/// The secrets of one credential, by the names of their fields.
pub(crate) type Parts = BTreeMap<String, Arc<Secret>>;

/// One secret of all of them, and their names in the order that [`unbundle`] wants. `None`: there is none.
pub(crate) fn bundle(parts: &Parts) -> Option<(Secret, Vec<String>)> {
    let names: Vec<String> = parts.keys().cloned().collect();
    let only = parts.values().next()?;
    if parts.len() == 1 {
        return Some((Secret::new(only.expose().to_owned()), names));
    }
    let mut text = Zeroizing::new(String::from("{"));
    for (n, (name, secret)) in parts.iter().enumerate() {
        let quoted = Zeroizing::new(Value::String(secret.expose().to_owned()).to_string());
        if n > 0 {
            text.push(',');
        }
        text.push_str(&Value::String(name.clone()).to_string());
        text.push(':');
        text.push_str(&quoted);
    }
    text.push('}');
    Some((Secret::new(std::mem::take(&mut *text)), names))
}

/// The secrets that were put together under these names.
pub(crate) fn unbundle(secret: &Secret, names: &[String]) -> Result<Parts> {
    let broken = || Error::new(Code::VaultMismatch, "the entry holds other secrets than the list says");
    match names {
        [] => Ok(Parts::new()),
        [only] => Ok(Parts::from([(only.clone(), Arc::new(Secret::new(secret.expose().to_owned())))])),
        _ => {
            let mut found: BTreeMap<String, String> = serde_json::from_str(secret.expose()).map_err(|_| broken())?;
            let taken = names.iter().map(|name| Some((name.clone(), Arc::new(Secret::new(found.remove(name)?)))));
            let parts: Option<Parts> = taken.collect();
            found.values_mut().for_each(Zeroize::zeroize);
            parts.ok_or_else(broken)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(all: &[(&str, &str)]) -> Parts {
        all.iter().map(|(name, text)| ((*name).to_owned(), Arc::new(Secret::new((*text).into())))).collect()
    }

    #[test]
    fn what_is_put_together_comes_apart_again() {
        for all in [
            vec![("key", "sk-1")],
            vec![("secret_key", "wJalr\"XUtn/\\"), ("session_token", "{\"a\":1}")],
            vec![("a", "1"), ("b", "2"), ("c", "{}")],
        ] {
            let (whole, names) = bundle(&parts(&all)).expect("one");
            let back = unbundle(&whole, &names).expect("whole");
            let texts: Vec<_> = back.iter().map(|(name, secret)| (name.as_str(), secret.expose())).collect();
            assert_eq!(texts, all);
        }
        assert!(bundle(&Parts::new()).is_none());
        let (whole, _) = bundle(&parts(&[("a", "1"), ("b", "2")])).expect("one");
        let error = unbundle(&whole, &["a".into(), "x".into()]).err().expect("another");
        assert_eq!(error.code, Code::VaultMismatch);
        assert!(unbundle(&Secret::new("sk-1".into()), &["a".into(), "b".into()]).is_err());
    }
}
