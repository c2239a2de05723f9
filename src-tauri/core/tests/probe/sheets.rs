//! What each provider is sent and answers, one sheet a provider in `answers/`: bodies as documented or recorded.

use std::{collections::BTreeMap, fs, path::Path};

use keystead_core::{
    probe::{Cause, Outcome},
    provider::{Catalog, Proves, Provider},
};
use serde::Deserialize;

/// One provider's sheet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sheet {
    /// The test at the provider's own address: `GET https://…`.
    pub(crate) request: String,
    /// `name: value`, with `{key}` where the key goes.
    pub(crate) headers: Vec<String>,
    pub(crate) body: Option<String>,
    pub(crate) answer: Vec<Answer>,
}

/// One answer, and what it means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    /// For people.
    pub(crate) case: String,
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) outcome: Outcome,
    pub(crate) cause: Option<Cause>,
    /// The report's `provider_code`, where it matters.
    pub(crate) code: Option<String>,
    /// What the same request with a wrong key gets.
    pub(crate) control: Option<Control>,
    /// Asked without a key.
    #[serde(default)]
    pub(crate) keyless: bool,
    /// What the account's own call gets, where it gets something else.
    pub(crate) more: Option<String>,
    /// The report's account facts as JSON, where they matter.
    pub(crate) account: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Control {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    /// Whether it shows that the provider accepted this key.
    pub(crate) fn proves_key(&self, provider: &Provider) -> bool {
        let decided = provider.proves() == Proves::Key || self.control.is_some();
        self.outcome.proves_key() && decided && !self.keyless
    }
}

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// All sheets, by the provider's id.
pub(crate) fn sheets() -> BTreeMap<String, Sheet> {
    let files = fs::read_dir(folder("tests/probe/answers")).expect("the sheets");
    let read = |path: std::path::PathBuf| {
        let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a sheet");
        let sheet = toml::from_str(&text).unwrap_or_else(|e| panic!("{id}: {e}"));
        (id, sheet)
    };
    files.map(|file| read(file.expect("an entry").path())).collect()
}

/// Every entry of the catalogue: providers (those with a form as their examples make them), and templates.
pub(crate) fn entries() -> Vec<&'static Provider> {
    let catalog = Catalog::builtin();
    let filled = |p: &'static Provider| catalog.form(&p.id).map_or(p, keystead_core::provider::Blueprint::example);
    let mut all: Vec<_> = catalog.iter().map(filled).chain(catalog.templates()).collect();
    all.sort_by_key(|p| p.name.to_lowercase());
    all
}

/// The entry as if the vendor's hosts were the test's: still at home, so that all it says holds.
pub(crate) fn at_home(entry: &Provider, server: &str) -> Provider {
    let path = folder("catalog").join(format!("{}.toml", entry.id));
    let mut text = match Catalog::builtin().form(&entry.id) {
        Some(form) => form.example_text(),
        None => fs::read_to_string(path).expect("an entry"),
    };
    for origin in entry.allowed_origins() {
        text = text.replace(&origin.to_string(), server);
    }
    let moved = Provider::read(entry.id.as_str(), &text).unwrap_or_else(|e| panic!("{e}"));
    assert!(moved.is_at_home() && moved.test_url().as_str().starts_with(server), "{}", entry.id);
    moved
}
