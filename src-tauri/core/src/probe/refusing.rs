//! Servers that have just refused a wrong key: what one test found out, the others of the same minute need not ask again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use url::Url;

use super::pass::Pass;
use crate::provider::{Catalog, ProviderId};

/// Long enough for a test of many keys, too short for a server to become another.
const A_WHILE: Duration = Duration::from_mins(1);

/// Of this process. That a server takes any key is never remembered.
#[derive(Default)]
pub(super) struct Refusing(Mutex<HashMap<String, Instant>>);

impl Refusing {
    /// Whose key of which shape is asked about, and where; none where what travels is no key of the user's.
    pub(super) fn place(provider: &ProviderId, url: &Url, pass: &Pass<'_>) -> Option<String> {
        let Pass::Key(secret) = pass else { return None };
        Some(format!("{provider} {url} {} {}", Catalog::builtin().public_prefix(secret), secret.len()))
    }

    pub(super) fn knows(&self, place: &str) -> bool {
        let mut all = self.lock();
        all.retain(|_, at| at.elapsed() < A_WHILE);
        all.contains_key(place)
    }

    pub(super) fn note(&self, place: String) {
        self.lock().insert(place, Instant::now());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
