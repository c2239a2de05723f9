//! The built-in providers: every file of `catalog/`, read once.

use std::sync::LazyLock;

use super::{BaseUrl, KeyShape, Provider, ProviderId};
use crate::secret::Secret;

/// `(file name without its end, its text)`, made by the build script.
static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/catalog_files.rs"));

static BUILTIN: LazyLock<Catalog> = LazyLock::new(|| {
    Catalog::read(FILES).expect("the catalogue is part of this program, and a test reads every file of it")
});

/// The providers Keystead knows.
pub struct Catalog {
    /// By name.
    providers: Vec<Provider>,
    template: Provider,
}

impl Catalog {
    /// The one inside this program.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Reads entries: `(id, TOML)`. One of them is the template.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, String> {
        let mut providers = files.iter().map(|(id, text)| Provider::read(id, text)).collect::<Result<Vec<_>, _>>()?;
        let at = providers.iter().position(|p| p.template).ok_or("no entry is the template of custom providers")?;
        let template = providers.swap_remove(at);
        if let Some(second) = providers.iter().find(|p| p.template) {
            return Err(format!("{} is a second template", second.id));
        }
        providers.sort_by_key(|p| p.name.to_lowercase());
        Ok(Self { providers, template })
    }

    /// The built-in provider of this name.
    pub fn get(&self, id: &ProviderId) -> Option<&Provider> {
        self.providers.iter().find(|p| p.id == *id)
    }

    /// All built-in providers, by name; without the template.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.providers.iter()
    }

    /// A custom provider: any server that speaks the OpenAI dialect.
    pub fn custom(&self, id: ProviderId, name: String, base_url: BaseUrl) -> Provider {
        let local = base_url.is_loopback();
        Provider { id, name, local, base_url, custom: true, template: false, ..self.template.clone() }
    }

    /// What custom providers are made from.
    pub fn template(&self) -> &Provider {
        &self.template
    }

    /// The providers this key could belong to, best first. One: recognised by a prefix that is its own. Several: the
    /// prefix is used by many. None: no known prefix.
    pub fn fits(&self, secret: &Secret) -> Vec<ProviderId> {
        let mut found: Vec<(&Provider, &KeyShape)> =
            self.iter().filter_map(|p| p.shape_of(secret).map(|shape| (p, shape))).collect();
        let Some(best) = found.iter().map(|(_, shape)| shape.weight()).max() else { return Vec::new() };
        found.retain(|(_, shape)| shape.weight() == best);
        found.sort_by_key(|(_, shape)| shape.length != Some(secret.len()));
        found.into_iter().map(|(p, _)| p.id.clone()).collect()
    }

    /// The longest prefix of this key that some provider publishes; empty when there is none.
    pub fn public_prefix(&self, secret: &Secret) -> &str {
        let shapes = self.iter().flat_map(|p| &p.key);
        shapes.filter(|s| s.fits(secret)).map(|s| s.prefix.as_str()).max_by_key(|p| p.len()).unwrap_or_default()
    }
}

impl Provider {
    /// Reads one entry.
    pub fn read(id: &str, text: &str) -> Result<Self, String> {
        let mut provider: Self = toml::from_str(text).map_err(|e| format!("{id}: {e}"))?;
        provider.id = id.parse().map_err(|e| format!("{id}: {e}"))?;
        provider.check().map_err(|e| format!("{id}: {e}"))?;
        Ok(provider)
    }

    /// What types alone do not say.
    fn check(&self) -> Result<(), String> {
        for rule in &self.test.rules {
            let given = [rule.is.is_some(), rule.is_not.is_some(), rule.at_most.is_some(), rule.past];
            if given.into_iter().filter(|g| *g).count() != 1 {
                return Err(format!("the rule at {} needs exactly one condition", rule.at));
            }
        }
        if self.errors.iter().any(|e| e.status.is_none() && e.code.is_none() && e.text.is_none()) {
            return Err("an error rule without a condition fits every error".into());
        }
        for shape in &self.key {
            if shape.prefix.is_empty() && shape.pattern.is_none() {
                return Err("a key shape needs a prefix or a pattern".into());
            }
            if let Some(pattern) = &shape.pattern {
                regex_lite::Regex::new(pattern).map_err(|e| format!("{pattern}: {e}"))?;
            }
        }
        if self.test.body.as_ref().is_some_and(|b| serde_json::from_str::<serde_json::Value>(b).is_err()) {
            return Err("the test's body is not JSON".into());
        }
        if self.more.as_ref().is_some_and(|more| more.call.elsewhere().is_some()) {
            return Err("the account call goes to another host".into());
        }
        Ok(())
    }
}
