//! What a custom provider is, beside its name and base URL: dialects, a configuration, models written down by hand.

use std::collections::{BTreeMap, HashSet};

use super::{
    AddProvider, ConfigurationRow, EventKind, Keystead, ProviderView, SetConfiguration, SetDialect, SetModels, SetUrl,
    history::About,
};
use crate::{
    error::{Code, Error, Field, Result},
    provider::{Catalog, Dialect, ProviderId, header},
    store::{
        event::{Table, Watch},
        provider::{self as rows, ProviderRow},
    },
    value::Value,
};

/// Names and values in a configuration.
const MOST_ROWS: usize = 64;
/// Characters of a name in it.
const LONGEST_NAME: usize = 64;
/// Characters of a value in it.
const LONGEST_VALUE: usize = 2000;
/// Models written down by hand.
const MOST_MODELS: usize = 1000;
/// Characters of a model's name.
const LONGEST_MODEL: usize = 200;

impl Keystead {
    /// Makes a custom provider before it has a key.
    pub fn add_provider(&self, req: &AddProvider) -> Result<ProviderView> {
        let _lock = self.lock()?;
        let mut row = self.new_custom(&req.name, req.dialect, &req.base_url)?;
        for (dialect, text) in &req.urls {
            self.put_url(&mut row, *dialect, text)?;
        }
        let base_url = row.base_url.clone().ok_or_else(|| Error::new(Code::Internal, "it has no base URL"))?;
        let provider = Catalog::builtin().custom_in(req.dialect, row.id.clone(), req.name.clone(), base_url);
        if req.headers.len() > header::MOST_HEADERS {
            return Err(Error::at(Field::HeaderName, Code::TooMany, "a provider has at most 32 headers"));
        }
        for (name, value) in &req.headers {
            let name = header::name(name, &provider)?;
            let value = header::value(value)?;
            header::refuse_secret(&name, value)?;
            if row.headers.insert(name, value.to_owned()).is_some() {
                return Err(Error::at(Field::HeaderName, Code::HeaderTaken, "the same header twice"));
            }
        }
        row.configuration = configuration(&req.configuration)?;
        row.models = models(&req.models)?;
        let about = About::new(EventKind::ProviderEdited, row.name.clone().unwrap_or_default()).of(&row.id);
        self.change(&about, &[Watch::on(Table::Provider, "id", &row.id)], |t| rows::put(t, &row, self.now()))?;
        self.provider(&row.id)
    }

    /// Changes what a custom provider speaks at its base URL. Where it has a base URL for the new dialect already, the
    /// two change places; else the base URL stays, read as one of the new dialect.
    pub fn set_dialect(&self, req: &SetDialect) -> Result<ProviderView> {
        self.change_custom(&req.id, |row| {
            if req.dialect == Dialect::Other {
                return Err(Error::at(Field::BaseUrl, Code::DialectNotFound, "no custom provider speaks this"));
            }
            if row.dialect == req.dialect {
                return Ok(());
            }
            match (row.urls.remove(&req.dialect), row.base_url.take()) {
                (Some(there), Some(before)) => {
                    row.urls.insert(row.dialect, before);
                    row.base_url = Some(there);
                }
                (None, Some(before)) => {
                    let template = Catalog::builtin().template_of(req.dialect);
                    row.base_url = Some(self.examined(before.as_str(), template)?.base_url);
                }
                (there, None) => row.base_url = there,
            }
            row.dialect = req.dialect;
            row.revision += 1;
            Ok(())
        })
    }

    /// Changes where a custom provider speaks a further dialect. Its keys stay bound to the hosts they were entered for.
    pub fn set_url(&self, req: &SetUrl) -> Result<ProviderView> {
        self.change_custom(&req.id, |row| match &req.base_url {
            None => {
                row.urls.remove(&req.dialect);
                Ok(())
            }
            Some(text) => self.put_url(row, req.dialect, text),
        })
    }

    /// Replaces a custom provider's configuration. An error says in which row.
    pub fn set_configuration(&self, req: &SetConfiguration) -> Result<ProviderView> {
        let configuration = configuration(&req.rows)?;
        self.change_custom(&req.id, |row| {
            row.configuration = configuration;
            Ok(())
        })
    }

    /// Replaces a custom provider's models that are written down by hand. An error says in which line.
    pub fn set_models(&self, req: &SetModels) -> Result<ProviderView> {
        let models = models(&req.models)?;
        self.change_custom(&req.id, |row| {
            row.models = models;
            Ok(())
        })
    }

    fn put_url(&self, row: &mut ProviderRow, dialect: Dialect, text: &str) -> Result<()> {
        if dialect == row.dialect {
            return Err(Error::at(Field::BaseUrl, Code::DialectTaken, "this is the dialect of the base URL itself"));
        }
        if dialect == Dialect::Other {
            return Err(Error::at(Field::BaseUrl, Code::DialectNotFound, "no custom provider speaks this"));
        }
        let base_url = self.examined(text, Catalog::builtin().template_of(dialect))?.base_url;
        row.urls.insert(dialect, base_url);
        Ok(())
    }

    fn change_custom(
        &self,
        id: &ProviderId,
        change: impl FnOnce(&mut ProviderRow) -> Result<()>,
    ) -> Result<ProviderView> {
        let builtin = || Error::at(Field::Provider, Code::ProviderBuiltin, "a built-in provider is what it is");
        let name = self.chosen(id)?.provider.name;
        let about = About::new(EventKind::ProviderEdited, name).of(id);
        self.change(&about, &[Watch::on(Table::Provider, "id", &id)], |t| {
            let mut row = rows::get(t, id)?.filter(|row| row.custom).ok_or_else(builtin)?;
            change(&mut row)?;
            rows::put(t, &row, self.now())
        })?;
        self.provider(id)
    }
}

fn configuration(given: &[ConfigurationRow]) -> Result<BTreeMap<String, Value>> {
    let refuse = |at: usize, code, message: &str| Err(Error::at(Field::Configuration, code, message).in_line(at));
    let mut all = BTreeMap::new();
    for (at, row) in given.iter().enumerate() {
        let (name, value) = (row.name.trim(), row.value.trim());
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if at >= MOST_ROWS {
            return refuse(at, Code::TooMany, "a configuration has at most 64 rows");
        }
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(word) {
            return refuse(at, Code::ConfigurationInvalid, "a name is 1 to 64 letters, digits, dots, hyphens");
        }
        if value.chars().count() > LONGEST_VALUE || value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return refuse(at, Code::ConfigurationInvalid, "a value is text of at most 2,000 characters");
        }
        if header::looks_like_key(value) {
            return refuse(at, Code::ConfigurationSecret, "this is a key: keep it as one, or as a secret header");
        }
        let value = value.parse::<Value>().map_err(|e| e.in_field(Field::Configuration).in_line(at))?;
        if all.insert(name.to_owned(), value).is_some() {
            return refuse(at, Code::ConfigurationTwice, "this name is there twice");
        }
    }
    Ok(all)
}

/// Trimmed, in their order.
fn models(given: &[String]) -> Result<Vec<String>> {
    let refuse = |at: usize, code, message: &str| Err(Error::at(Field::Models, code, message).in_line(at));
    let mut seen = HashSet::new();
    let mut all = Vec::new();
    for (at, line) in given.iter().enumerate() {
        let model = line.trim();
        if model.is_empty() {
            continue;
        }
        if all.len() >= MOST_MODELS {
            return refuse(at, Code::TooMany, "at most 1,000 models are written down by hand");
        }
        if model.chars().count() > LONGEST_MODEL || model.chars().any(char::is_control) {
            return refuse(at, Code::ModelInvalid, "a model's name has at most 200 characters, none of them invisible");
        }
        if !seen.insert(model.to_lowercase()) {
            return refuse(at, Code::ModelTwice, "this model is there twice");
        }
        all.push(model.to_owned());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, value: &str) -> ConfigurationRow {
        ConfigurationRow { name: name.into(), value: value.into() }
    }

    #[test]
    fn a_configuration_is_names_with_values_or_variables() {
        let all = configuration(&[row(" location ", " eu "), row("api.version", "env.API_VERSION"), row("empty", "")]);
        let all = all.expect("taken");
        assert_eq!(all["location"], Value::Literal("eu".into()));
        assert!(all["api.version"].variable().is_some());
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn what_is_wrong_in_a_configuration_is_told_at_its_row() {
        for (rows, code, line) in [
            (vec![row("a", "1"), row("", "2")], Code::ConfigurationInvalid, 2),
            (vec![row("a b", "1")], Code::ConfigurationInvalid, 1),
            (vec![row("a", &"v".repeat(2001))], Code::ConfigurationInvalid, 1),
            (vec![row("a", "1"), row("b", "2"), row("a", "3")], Code::ConfigurationTwice, 3),
            (vec![row("token", "sk-proj-0123456789abcdef")], Code::ConfigurationSecret, 1),
            (vec![row("a", "1"), row("region", "env.1A")], Code::VariableInvalid, 2),
            ((0..65).map(|n| row(&format!("n{n}"), "")).collect(), Code::TooMany, 65),
        ] {
            let error = configuration(&rows).expect_err("refused");
            assert_eq!((error.code, error.field, error.line), (code, Some(Field::Configuration), Some(line)));
        }
    }

    #[test]
    fn models_are_trimmed_unique_and_told_at_their_line() {
        let lines = |all: &[&str]| models(&all.iter().map(|m| (*m).to_owned()).collect::<Vec<_>>());
        assert_eq!(lines(&[" llama3.2 ", "", "qwen"]).expect("taken"), ["llama3.2", "qwen"]);
        for (all, code, line) in [
            (vec!["a", "", "A"], Code::ModelTwice, 3),
            (vec!["a", "b\u{7}c"], Code::ModelInvalid, 2),
            (vec![&*"m".repeat(201)], Code::ModelInvalid, 1),
        ] {
            let error = lines(&all).expect_err("refused");
            assert_eq!((error.code, error.field, error.line), (code, Some(Field::Models), Some(line)));
        }
        assert!(lines(&[&"m".repeat(200)]).is_ok());
        let many: Vec<String> = (0..1001).map(|n| format!("m{n}")).collect();
        assert_eq!(models(&many).expect_err("too many").line, Some(1001));
    }
}
