//! Forms that sign in, tested as a user tests them, against token servers on this machine that verify what they are sent
//! and refuse what is wrong.

mod aws;
#[path = "../common.rs"]
mod common;
mod entra;
mod google;
mod header;
mod listing;
mod moto;
mod no_token;
#[path = "../common/servers.rs"]
mod servers;

use std::collections::BTreeMap;

use common::Bench;
use keystead_core::{
    keystead::{AddConfigured, FetchModels, KeyView, ModelsView, TestConfigured, TestKey},
    probe::{StageState, TestReport},
    provider::{Config, Setting},
};

/// A form, as it is filled in.
pub(crate) struct Form {
    pub(crate) provider: &'static str,
    pub(crate) mode: &'static str,
    pub(crate) values: Vec<(&'static str, String)>,
    /// Secret fields with their texts.
    pub(crate) secrets: Vec<(&'static str, String)>,
}

impl Form {
    pub(crate) fn config(&self) -> Config {
        let setting = |text: &String| Setting::Text(text.parse().expect("a value"));
        let values = self.values.iter().map(|(name, text)| ((*name).to_owned(), setting(text))).collect();
        Config { mode: (!self.mode.is_empty()).then(|| self.mode.into()), values, ..Config::default() }
    }

    pub(crate) fn parts(&self, bench: &Bench) -> BTreeMap<String, String> {
        self.secrets.iter().map(|(name, text)| ((*name).to_owned(), bench.draft(text))).collect()
    }

    pub(crate) fn with(mut self, name: &'static str, text: &str) -> Self {
        self.values.retain(|(other, _)| *other != name);
        self.values.push((name, text.into()));
        self
    }

    pub(crate) fn with_secret(mut self, name: &'static str, text: &str) -> Self {
        self.secrets.retain(|(other, _)| *other != name);
        self.secrets.push((name, text.into()));
        self
    }

    pub(crate) async fn test(&self, bench: &Bench) -> TestReport {
        let provider = self.provider.parse().expect("a slug");
        let (config, parts) = (self.config(), self.parts(bench));
        let req = TestConfigured { provider, config, parts, saved: None, run: "run".into() };
        let report = bench.keystead.test_configured(req).await.expect("tested");
        self.shows_nothing(&report);
        report
    }

    pub(crate) fn add(&self, bench: &Bench, name: &str) -> keystead_core::Result<KeyView> {
        let provider = self.provider.parse().expect("a slug");
        let (config, parts) = (self.config(), self.parts(bench));
        bench.keystead.add_configured(&AddConfigured { provider, name: name.into(), config, parts, tested: None })
    }

    /// No piece of a secret is in what is shown, stored and copied.
    pub(crate) fn shows_nothing(&self, report: &TestReport) {
        let shown = serde_json::to_string(report).expect("JSON");
        for (name, text) in &self.secrets {
            // Of a key file, its key.
            let text = text.split("-----").nth(2).unwrap_or(text).replace("\\n", "");
            let pieces = text.as_bytes().windows(8.min(text.len()));
            for piece in pieces.map(|piece| std::str::from_utf8(piece).expect("ASCII")) {
                assert!(!shown.contains(piece), "a piece of {name} in {shown}");
            }
        }
    }
}

pub(crate) async fn test_saved(bench: &Bench, key: &KeyView) -> TestReport {
    bench
        .keystead
        .test_key(TestKey { id: key.id.clone(), run: "saved".into(), ..TestKey::default() })
        .await
        .expect("tested")
}

/// The states of all six stages.
pub(crate) fn states(report: &TestReport) -> Vec<StageState> {
    report.stages.iter().map(|stage| stage.state).collect()
}

/// `application/x-www-form-urlencoded`, read.
pub(crate) fn fields(body: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(body).into_owned().collect()
}

/// Lists a saved key's models.
pub(crate) async fn list(bench: &Bench, key: &KeyView) -> ModelsView {
    let req = FetchModels { id: key.id.clone(), run: "list".into() };
    bench.keystead.fetch_models(req, |_| {}).await.expect("asked")
}
