//! Tests of keys with a form: before they are saved, and after.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Ready;
use crate::{
    error::{Code, Error, Result},
    keystead::{Keystead, TestConfigured, access::Access, blocking, keys::parse, providers::basis_of},
    probe::{Cause, Outcome, Stage, TestReport},
    provider::{Config, Provider},
    store::{
        key::{self, KeyRow},
        secret as rows, test_result,
    },
    value::Value,
};

/// A saved key with a form, before its provider is asked.
pub(in crate::keystead) struct Prepared {
    /// As the user has it, its form not filled in.
    provider: Provider,
    /// What a test of it is a test of.
    basis: String,
    /// With what it is asked, or why it cannot be.
    pub(in crate::keystead) ready: Result<(Ready, Access), TestReport>,
}

impl Keystead {
    /// Tests a form with what was typed for it; where a saved key is named, with its secrets for the rest. Stores nothing
    /// but the report in memory, to be kept if the form is saved.
    #[tracing::instrument(skip_all)]
    pub async fn test_configured(&self, req: TestConfigured) -> Result<TestReport> {
        let this = self.clone();
        let sent = req.clone();
        let (ready, access) = blocking(move || {
            let provider = this.chosen(&sent.provider)?.provider;
            let ready = this.ready_form(&provider, &sent.config, &sent.parts)?;
            let row = sent.saved.as_deref().map(|id| key::get(&this.store.read(), parse(id)?)).transpose()?;
            let access = this.access_with(&ready, row.as_ref());
            Ok((ready, access))
        })
        .await?;
        let report = self.ask_configured(&self.runs.begin(&req.run).cancel, &ready, access).await?;
        let what = signature(&ready.config, &req.parts);
        self.note_report(req.run, Some(what), &ready.filled.provider, &report);
        Ok(report)
    }

    /// The test of a key with a form, and what it is a test of; `None`: it has none.
    pub(in crate::keystead) async fn test_saved_configured(
        &self,
        id: Uuid,
        cancel: &CancellationToken,
    ) -> Result<Option<(Provider, String, TestReport)>> {
        let this = self.clone();
        let prepared = blocking(move || this.prepare_configured(id)).await?;
        let Some(Prepared { provider, basis, ready }) = prepared else { return Ok(None) };
        let report = match ready {
            Err(report) => report,
            Ok((ready, access)) => self.ask_configured(cancel, &ready, Ok(access)).await?,
        };
        Ok(Some((provider, basis, report)))
    }

    /// A saved key's form with its secrets; `None`: it has no form.
    pub(in crate::keystead) fn prepare_configured(&self, id: Uuid) -> Result<Option<Prepared>> {
        let row = key::get(&self.store.read(), id)?;
        let Some(config) = row.config.clone() else { return Ok(None) };
        let provider = self.chosen(&row.provider)?.provider;
        let secret = rows::of_key(&self.store.read(), row.id)?;
        let basis = basis_of(&provider, &row, secret.as_ref());
        let ready = match self.ready_form(&provider, &config, &BTreeMap::new()) {
            Err(e) => Err(self.unusable(&provider, &config, &e)?),
            Ok(ready) => match self.access_with(&ready, Some(&row)) {
                Err(e) => Err(self.unusable(&ready.filled.provider, &ready.config, &e)?),
                Ok(access) => Ok((ready, access)),
            },
        };
        Ok(Some(Prepared { provider, basis, ready }))
    }

    fn access_with(&self, ready: &Ready, row: Option<&KeyRow>) -> Result<Access> {
        let secret = match row {
            Some(row) => rows::of_key(&self.store.read(), row.id)?,
            None => None,
        };
        let saved = row.and_then(|row| row.config.as_ref()).zip(secret.as_ref());
        self.access_of(ready, saved)
    }

    async fn ask_configured(
        &self,
        cancel: &CancellationToken,
        ready: &Ready,
        access: Result<Access>,
    ) -> Result<TestReport> {
        let provider = &ready.filled.provider;
        match access {
            Ok(access) => {
                let with = (access.secret.as_deref(), access.login.as_ref());
                let headers = match self.secret_headers(provider) {
                    Ok(headers) => headers,
                    Err(unsent) => return self.unsent(provider, unsent),
                };
                self.sign_in_and_probe(cancel, provider, with, &headers).await
            }
            Err(e) => self.unusable(provider, &ready.config, &e),
        }
    }

    /// Why nothing could be asked is a test's outcome.
    fn unusable(&self, provider: &Provider, config: &Config, error: &Error) -> Result<TestReport> {
        if matches!(error.code, Code::VariableUnset | Code::VariableUnusable) {
            let input = error.input.as_ref().and_then(|name| config.values.get(name));
            let variable = input.and_then(|setting| setting.texts().into_iter().find_map(Value::variable));
            return self.unread(provider, variable, error);
        }
        let of_form = matches!(
            error.code,
            Code::CredentialsBroken | Code::CredentialsElsewhere | Code::ConfigMissing | Code::ConfigInvalid
        );
        if error.code == Code::KeyRequired {
            let (outcome, cause) = (Outcome::NotConfigured, Some(Cause::NoKey));
            return Ok(TestReport::without_request(provider, outcome, Stage::Key, cause, self.now()));
        }
        if !of_form {
            return self.unread(provider, None, error);
        }
        let (outcome, cause) = (Outcome::NotConfigured, Some(Cause::Credentials));
        let report = TestReport::without_request(provider, outcome, Stage::Key, cause, self.now());
        Ok(TestReport { detail: Some(error.message.clone()), ..report })
    }

    fn put_configured_report(&self, row: &KeyRow, report: &TestReport) -> Result<()> {
        let provider = self.chosen(&row.provider)?.provider;
        let secret = rows::of_key(&self.store.read(), row.id)?;
        let basis = basis_of(&provider, row, secret.as_ref());
        self.store.write(|t| test_result::put(t, row.id, &basis, report))
    }

    /// Makes the report of a form's test the saved key's last one, if it was of this very form.
    pub(super) fn keep_configured_report(
        &self,
        id: Uuid,
        config: &Config,
        parts: &BTreeMap<String, String>,
        run: Option<&str>,
    ) -> Result<()> {
        let Some(report) = run.and_then(|run| self.take_report(run, &signature(config, parts))) else {
            return Ok(());
        };
        let row = key::get(&self.store.read(), id)?;
        self.put_configured_report(&row, &report)
    }
}

/// What a test of a form is a test of.
fn signature(config: &Config, parts: &BTreeMap<String, String>) -> String {
    let config = Config { secrets: Vec::new(), ..config.clone() };
    serde_json::json!([config, parts]).to_string()
}
