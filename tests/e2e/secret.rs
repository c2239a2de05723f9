//! Keys that look like keys and hold what is looked for on disk afterwards.

use std::{
    env,
    hash::{DefaultHasher, Hash, Hasher},
    sync::LazyLock,
    thread,
};

static CANARY: LazyLock<String> =
    LazyLock::new(|| env::var("KEYSTEAD_CANARY").unwrap_or_else(|_| "Kc0f1e2d3c4b5a~~~a5b4c3d2e1f0".to_owned()));

/// What no file, log or page may hold.
pub(crate) fn canary() -> &'static str {
    &CANARY
}

/// A key whose last four characters are `tail`; another one in each case, because all cases share one keychain.
pub(crate) fn key(tail: &str) -> String {
    assert_eq!(tail.len(), 4, "a hint shows four");
    let mut case = DefaultHasher::new();
    thread::current().name().hash(&mut case);
    format!("sk-proj-{}{:016x}{tail}", canary(), case.finish())
}
