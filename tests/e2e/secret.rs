//! Keys that look like keys and hold what is looked for on disk afterwards.

use std::{env, sync::LazyLock};

static CANARY: LazyLock<String> =
    LazyLock::new(|| env::var("KEYSTEAD_CANARY").unwrap_or_else(|_| "Kc0f1e2d3c4b5a~~~a5b4c3d2e1f0".to_owned()));

/// What no file, log or page may hold.
pub(crate) fn canary() -> &'static str {
    &CANARY
}

/// A key whose last four characters are `tail`.
pub(crate) fn key(tail: &str) -> String {
    assert_eq!(tail.len(), 4, "a hint shows four");
    format!("sk-proj-{}{tail}", canary())
}
