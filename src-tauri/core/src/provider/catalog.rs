//! The built-in providers: every file of `catalog/`, read once.

use std::{collections::HashMap, sync::LazyLock};

use super::{BaseUrl, Blueprint, Dialect, FieldKind, KeyShape, Provider, ProviderId};
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
    /// The forms of those that have one.
    forms: HashMap<ProviderId, Blueprint>,
    /// One for each dialect; that of `OpenAI`'s chat completions is the first.
    templates: Vec<Provider>,
}

impl Catalog {
    /// The one inside this program.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Reads entries: `(id, TOML)`. Among them is a template, and at most one of each dialect.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, String> {
        let mut providers = Vec::new();
        let mut forms = HashMap::new();
        for (id, text) in files {
            match Blueprint::read(id, text)? {
                Some(form) => {
                    providers.push(form.unfilled().clone());
                    forms.insert(form.example().id.clone(), form);
                }
                None => providers.push(Provider::read(id, text)?),
            }
        }
        let (mut templates, mut providers): (Vec<_>, Vec<_>) =
            providers.into_iter().partition(|p: &Provider| p.template);
        templates.sort_by_key(|p| p.dialect);
        if let Some([_, second]) = templates.array_windows().find(|[a, b]| a.dialect == b.dialect) {
            return Err(format!("{} is a second template of its dialect", second.id));
        }
        if templates.is_empty() {
            return Err("no entry is the template of custom providers".into());
        }
        providers.sort_by_key(|p| p.name.to_lowercase());
        Ok(Self { providers, forms, templates })
    }

    /// The built-in provider of this name.
    pub fn get(&self, id: &ProviderId) -> Option<&Provider> {
        self.providers.iter().find(|p| p.id == *id)
    }

    /// Whether this slug names an entry of any kind.
    pub fn has(&self, id: &ProviderId) -> bool {
        self.iter().chain(&self.templates).any(|p| p.id == *id)
    }

    /// The form of a provider that has one. Until it is filled in, such a provider may have no place of its own.
    pub fn form(&self, id: &ProviderId) -> Option<&Blueprint> {
        self.forms.get(id)
    }

    /// Those whose form takes a key file.
    pub fn takers_of_files(&self) -> Vec<ProviderId> {
        let takes = |p: &&Provider| p.field.iter().any(|field| field.kind == FieldKind::File);
        self.iter().filter(takes).map(|p| p.id.clone()).collect()
    }

    /// All built-in providers, by name; without the templates.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.providers.iter()
    }

    /// A custom provider: any server that speaks the OpenAI dialect.
    pub fn custom(&self, id: ProviderId, name: String, base_url: BaseUrl) -> Provider {
        self.custom_in(Dialect::Openai, id, name, base_url)
    }

    /// A custom provider of one of the dialects. One without a template is asked as `OpenAI`'s is.
    pub fn custom_in(&self, dialect: Dialect, id: ProviderId, name: String, base_url: BaseUrl) -> Provider {
        let local = base_url.is_loopback();
        Provider { id, name, local, base_url, custom: true, template: false, ..self.template_of(dialect).clone() }
    }

    /// What custom providers are made from, unless they speak another dialect.
    pub fn template(&self) -> &Provider {
        &self.templates[0]
    }

    /// What custom providers of a dialect are made from.
    pub fn template_of(&self, dialect: Dialect) -> &Provider {
        self.templates.iter().find(|p| p.dialect == dialect).unwrap_or(self.template())
    }

    /// All of them.
    pub fn templates(&self) -> &[Provider] {
        &self.templates
    }

    /// The providers this key could belong to, best first. One: recognised by a shape that is its own. Several: the
    /// shape is used by many. None: no known shape, or one that others have too and that says nothing else.
    pub fn fits(&self, secret: &Secret) -> Vec<ProviderId> {
        let mut found: Vec<(&Provider, &KeyShape)> =
            self.iter().filter_map(|p| p.shape_of(secret).map(|shape| (p, shape))).collect();
        let Some(best) = found.iter().map(|(_, shape)| shape.weight()).max() else { return Vec::new() };
        found.retain(|(_, shape)| shape.weight() == best);
        if let [(_, KeyShape { shared: true, .. })] = found[..] {
            return Vec::new();
        }
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
}
