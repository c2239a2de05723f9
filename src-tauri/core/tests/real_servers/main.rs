//! The probe against servers nobody here wrote: what we think of a dialect is held against what others make of it.
#![cfg(target_os = "linux")]

#[path = "../common/servers.rs"]
mod servers;
#[path = "../probe/support.rs"]
mod support;

mod litellm;
mod moto;
mod prism;

use keystead_core::{
    probe::{Cause, Outcome, TestReport},
    provider::{Catalog, Provider},
};

/// A built-in provider at another base URL, path and all.
fn at(id: &str, base: &str) -> Provider {
    support::builtin(id).at(base.parse().expect("a URL"))
}

/// The same, in the place of its own: who answers any key there stands for who does not.
fn in_place(id: &str, base: &str) -> Provider {
    at(id, base).standing_in()
}

/// Somebody's own endpoint there.
fn custom(base: &str) -> Provider {
    Catalog::builtin().custom("box".parse().expect("an id"), "Box".into(), base.parse().expect("a URL"))
}

fn end(report: &TestReport) -> (Outcome, Option<Cause>, bool) {
    (report.outcome, report.cause, report.key_proven)
}
