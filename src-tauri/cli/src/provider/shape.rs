//! What a provider is asked with: the flags of `provider add` and `provider edit`.

use std::collections::BTreeMap;

use keystead_core::{
    Keystead, Result,
    keystead::{
        AddProvider, ConfigurationRow, EditProvider, NetworkView, ProviderView, RemoveHeader, SetConfiguration,
        SetDialect, SetHeader, SetModels, SetUrl,
    },
    provider::{Dialect, ProviderId},
};

use crate::{input, network::Choices};

/// One of the names of [`Dialect::SPOKEN`], with hyphens or without.
pub(crate) fn dialect(text: &str) -> Result<Dialect, String> {
    let known = || Dialect::SPOKEN.map(Dialect::name).join(", ");
    Dialect::named(text).ok_or_else(|| format!("one of {}", known()))
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is written NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// `DIALECT=URL`.
fn place(text: &str) -> Result<(Dialect, String), String> {
    let (name, url) = pair(text)?;
    Ok((dialect(&name)?, url))
}

/// What both commands take.
#[derive(clap::Args)]
struct Shape {
    /// A further dialect with its base URL, as DIALECT=URL; edit takes it away with DIALECT=
    #[arg(long = "url", value_name = "DIALECT=URL", value_parser = place)]
    urls: Vec<(Dialect, String)>,
    /// A header that is no secret, as NAME=VALUE
    #[arg(long = "header", value_name = "NAME=VALUE", value_parser = pair)]
    headers: Vec<(String, String)>,
    /// A header whose value is secret: from a hidden prompt, or a line of standard input each
    #[arg(long = "secret-header", value_name = "NAME")]
    secret_headers: Vec<String>,
    /// A name and a value of its configuration; env.NAME stands for an environment variable
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    configuration: Vec<(String, String)>,
    /// A model, for servers that list none
    #[arg(long = "model", value_name = "MODEL")]
    models: Vec<String>,
}

#[derive(clap::Args)]
pub(crate) struct Add {
    /// For people; the id is made from it
    #[arg(long)]
    name: String,
    /// What it speaks: openai, openai-responses, anthropic, gemini, ollama
    #[arg(long, default_value = "openai", value_parser = dialect)]
    dialect: Dialect,
    /// Where it is
    #[arg(long)]
    base_url: String,
    #[command(flatten)]
    shape: Shape,
}

#[derive(clap::Args)]
pub(crate) struct Edit {
    /// Its id
    provider: String,
    /// Another name
    #[arg(long)]
    name: Option<String>,
    /// What it speaks at its base URL
    #[arg(long, value_parser = dialect)]
    dialect: Option<Dialect>,
    /// Another base URL; an empty one is the catalogue's
    #[arg(long)]
    base_url: Option<String>,
    #[command(flatten)]
    shape: Shape,
    #[command(flatten)]
    network: Choices,
    /// Take a header away
    #[arg(long = "rm-header", value_name = "NAME")]
    rm_headers: Vec<String>,
    /// Take a name out of its configuration
    #[arg(long = "unset", value_name = "NAME")]
    unset: Vec<String>,
    /// Take a model away
    #[arg(long = "rm-model", value_name = "MODEL")]
    rm_models: Vec<String>,
}

impl Add {
    pub(super) fn run(&self, keystead: &Keystead) -> Result<ProviderView> {
        let Shape { urls, headers, secret_headers, configuration, models } = &self.shape;
        let drafts = drafts(keystead, secret_headers)?;
        let made = keystead.add_provider(&AddProvider {
            name: self.name.clone(),
            dialect: self.dialect,
            base_url: self.base_url.clone(),
            urls: urls.iter().cloned().collect(),
            headers: headers.clone(),
            configuration: configuration.iter().map(row).collect(),
            models: models.clone(),
        })?;
        match set_secret(keystead, &made.id, drafts) {
            Ok(()) => keystead.provider(&made.id),
            Err(error) => {
                // Whole or not at all: the same command can be given again.
                keystead.remove_provider(&made.id)?;
                Err(error)
            }
        }
    }
}

impl Edit {
    /// How it is reached, where that is what is to be changed, and what it is when nothing else is.
    pub(super) fn network(&self, keystead: &Keystead) -> Result<Option<NetworkView>> {
        if self.network.is_empty() && self.asks_otherwise() {
            return Ok(None);
        }
        let view = keystead.edit_network(&self.network.request(Some(self.provider.parse()?))?)?;
        Ok((!self.asks_otherwise()).then_some(view))
    }

    fn asks_otherwise(&self) -> bool {
        let Shape { urls, headers, secret_headers, configuration, models } = &self.shape;
        let lists = [secret_headers, models, &self.rm_headers, &self.unset, &self.rm_models];
        let pairs = !urls.is_empty() || !headers.is_empty() || !configuration.is_empty();
        let own = self.name.is_some() || self.dialect.is_some() || self.base_url.is_some();
        own || pairs || lists.iter().any(|list| !list.is_empty())
    }

    pub(super) fn run(&self, keystead: &Keystead) -> Result<ProviderView> {
        let id: ProviderId = self.provider.parse()?;
        let before = keystead.provider(&id)?;
        let drafts = drafts(keystead, &self.shape.secret_headers)?;
        if self.name.is_some() || self.base_url.is_some() {
            let base_url = self.base_url.clone().map(|url| (!url.trim().is_empty()).then_some(url));
            keystead.edit_provider(&EditProvider { id: id.clone(), name: self.name.clone(), base_url })?;
        }
        if let Some(dialect) = self.dialect {
            keystead.set_dialect(&SetDialect { id: id.clone(), dialect })?;
        }
        for (dialect, url) in &self.shape.urls {
            let base_url = (!url.is_empty()).then(|| url.clone());
            keystead.set_url(&SetUrl { id: id.clone(), dialect: *dialect, base_url })?;
        }
        if !self.shape.configuration.is_empty() || !self.unset.is_empty() {
            let there = before.configuration.iter().map(|(name, value)| (name.clone(), value.to_string()));
            let mut all: BTreeMap<String, String> = there.collect();
            all.retain(|name, _| !self.unset.contains(name));
            all.extend(self.shape.configuration.iter().cloned());
            let rows = all.iter().map(|(name, value)| ConfigurationRow { name: name.clone(), value: value.clone() });
            keystead.set_configuration(&SetConfiguration { id: id.clone(), rows: rows.collect() })?;
        }
        if !self.shape.models.is_empty() || !self.rm_models.is_empty() {
            let mut models = before.own_models;
            models.retain(|model| !self.rm_models.contains(model));
            models.extend(self.shape.models.iter().cloned());
            keystead.set_models(&SetModels { id: id.clone(), models })?;
        }
        for name in &self.rm_headers {
            keystead.remove_header(&RemoveHeader { id: id.clone(), name: name.clone() })?;
        }
        for (name, value) in &self.shape.headers {
            set(keystead, &id, name, Some(value.clone()), None)?;
        }
        set_secret(keystead, &id, drafts)?;
        keystead.provider(&id)
    }
}

fn row((name, value): &(String, String)) -> ConfigurationRow {
    ConfigurationRow { name: name.clone(), value: value.clone() }
}

/// Asks for the values before anything is changed.
fn drafts(keystead: &Keystead, names: &[String]) -> Result<Vec<(String, String)>> {
    let values = input::secret_lines(names)?;
    names.iter().zip(values).map(|(name, bytes)| Ok((name.clone(), keystead.draft_header(&bytes)?.id))).collect()
}

fn set_secret(keystead: &Keystead, id: &ProviderId, drafts: Vec<(String, String)>) -> Result<()> {
    drafts.into_iter().try_for_each(|(name, draft)| set(keystead, id, &name, None, Some(draft)))
}

/// New, or in place of the one there is.
fn set(keystead: &Keystead, id: &ProviderId, name: &str, value: Option<String>, draft: Option<String>) -> Result<()> {
    let there = keystead.provider(id)?.headers.into_iter().any(|header| header.name == name.to_lowercase());
    let was = there.then(|| name.to_owned());
    keystead.set_header(&SetHeader { id: id.clone(), was, name: name.to_owned(), value, draft }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_people_write_them() {
        assert_eq!(dialect("openai-responses"), Ok(Dialect::OpenaiResponses));
        assert!(dialect("other").is_err() && dialect("grpc").is_err());
        assert_eq!(place("anthropic=https://x.example/a=b"), Ok((Dialect::Anthropic, "https://x.example/a=b".into())));
        assert_eq!(pair("a = b=c "), Ok(("a".into(), "b=c".into())));
        assert!(pair("a").is_err());
    }
}
