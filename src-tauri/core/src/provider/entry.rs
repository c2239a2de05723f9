//! One provider's facts, as its file in `catalog/` states them. The file is read straight into these types; a field
//! that is not here is refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

use super::{
    BaseUrl, Call, Dialect, ErrorRule, Fact, FormField, KeyNeed, Mode, ModelList, More, Origin, Paid, Proves,
    ProviderId, Test,
};
use crate::secret::Secret;

/// A provider: its facts, and where it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Slug: the file's name.
    #[serde(skip, default = "unnamed")]
    pub id: ProviderId,
    /// For people.
    pub name: String,
    /// The protocol it speaks.
    pub dialect: Dialect,
    /// Where it is.
    pub base_url: BaseUrl,
    /// Shown where it would be before its form is filled in.
    pub host: Option<String>,
    /// The same vendor elsewhere, with keys of its own: another region, another console.
    #[serde(default)]
    pub sibling: Vec<Sibling>,
    /// The currency of amounts told without one, ISO 4217.
    pub(super) currency: Option<String>,
    /// What is to be filled in besides a key; see [`Blueprint`](super::Blueprint).
    #[serde(default)]
    pub field: Vec<FormField>,
    /// Ways to authenticate, where there are several.
    #[serde(default)]
    pub mode: Vec<Mode>,
    /// Whether it wants a key.
    #[serde(default = "required")]
    pub key_need: KeyNeed,
    /// Runs on this machine.
    #[serde(default)]
    pub local: bool,
    /// Where keys are made.
    pub console_url: Option<String>,
    /// Its documentation.
    pub docs_url: Option<String>,
    /// Environment variables its SDKs read, the usual one first.
    #[serde(default)]
    pub env: Vec<String>,
    /// Those of them that other things are kept in as well: never taken for a key of its own unasked.
    #[serde(default)]
    pub(super) shared_env: Vec<String>,
    /// Name of its mark in the icon set.
    pub mark: Option<String>,
    /// Other names people search for.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Shown in the empty key field.
    #[serde(default)]
    pub placeholder: String,
    /// An entry custom providers are made from; not a provider of its own.
    #[serde(default)]
    pub template: bool,
    /// How a key is sent.
    #[serde(default)]
    pub auth: Auth,
    /// Headers every request carries. Never secret.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What its keys look like. Advice, never a gate.
    #[serde(default)]
    pub key: Vec<KeyShape>,
    /// The cheapest unbilled request that tells most about a key, at the provider's own host.
    pub(super) test: Test,
    /// What a request for one token needs here that it does not need everywhere.
    pub(super) paid: Option<Paid>,
    /// What the test's answer tells about the account.
    #[serde(default)]
    pub account: Vec<Fact>,
    /// One more request about the account, made after a test that passed.
    pub more: Option<More>,
    /// Where its models are listed, at its own host.
    pub(super) models: Option<ModelList>,
    /// What this provider's errors mean, where the general order would read them wrongly. The first that fits wins.
    #[serde(default)]
    pub errors: Vec<ErrorRule>,
    /// Response headers that hold the request's id.
    #[serde(default)]
    pub request_id: Vec<String>,
    /// Ends of URLs that people paste and that do not belong to the base.
    #[serde(default)]
    pub pasted: Vec<String>,
    /// Made by the user from a template.
    #[serde(skip)]
    pub custom: bool,
    /// Further dialects a custom one speaks, each at a base URL of its own.
    #[serde(skip)]
    pub urls: BTreeMap<Dialect, BaseUrl>,
    /// Headers the user adds, in lower case. Never secret.
    #[serde(skip)]
    pub own_headers: BTreeMap<String, String>,
    /// Names of headers the user adds whose values are in the vault.
    #[serde(skip)]
    pub secret_headers: Vec<String>,
    /// One more with every change of its requests that its base URL does not tell.
    #[serde(skip)]
    pub revision: u32,
    /// See [`Provider::standing_in`].
    #[serde(skip)]
    pub(crate) taken_for: TakenFor,
    /// What the user puts behind every URL.
    #[serde(skip)]
    pub(crate) query: Vec<(String, String)>,
    /// The one model the user says is there.
    #[serde(skip)]
    pub(crate) wanted_model: Option<String>,
    /// The catalogue's base URL, where `base_url` may be another.
    #[serde(skip)]
    pub(super) home: Option<BaseUrl>,
}

/// The header a key travels in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Lower case.
    pub header: String,
    /// Written before the key, with a space; empty for a bare key.
    #[serde(default)]
    pub scheme: String,
}

impl Default for Auth {
    fn default() -> Self {
        Self { header: "authorization".into(), scheme: "Bearer".into() }
    }
}

/// The same vendor elsewhere. A key of one is unknown to the others, and goes to none of them unless the user says so.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sibling {
    /// What sets it apart: "China".
    pub name: String,
    /// Where it is.
    pub base_url: BaseUrl,
    /// Where its keys are made.
    pub console_url: String,
    /// The currency of amounts told without one, when it is another there.
    currency: Option<String>,
}

/// One shape of a provider's keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyShape {
    /// Published, so it may be shown.
    #[serde(default)]
    pub prefix: String,
    /// Text that must be in the key as well: what tells OpenAI's `sk-` from all others.
    pub contains: Option<String>,
    /// A regular expression the whole key must match to be recognised.
    pub pattern: Option<String>,
    /// Other vendors' keys look like this too: a match is a candidate, and one candidate is no recognition.
    #[serde(default)]
    pub shared: bool,
    /// The usual length. Only puts likelier candidates first.
    pub length: Option<usize>,
    /// An admin or provisioning key: good for managing the account, not for models.
    #[serde(default)]
    pub management: bool,
    /// Another way to send keys of this shape.
    pub auth: Option<Auth>,
}

/// What a place other than the catalogue's is worth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum TakenFor {
    /// What it shows.
    #[default]
    Itself,
    /// What the catalogue's own is.
    Home,
}

impl Provider {
    /// The same provider somewhere else.
    #[must_use]
    pub fn at(&self, base_url: BaseUrl) -> Self {
        let local = if self.custom { base_url.is_loopback() } else { self.local };
        Self { local, home: Some(self.home().clone()), base_url, ..self.clone() }
    }

    /// Taken for the catalogue's own host wherever it is: what tests of Keystead ask in its place.
    #[must_use]
    pub fn standing_in(self) -> Self {
        Self { taken_for: TakenFor::Home, ..self }
    }

    /// The catalogue's base URL; a custom provider's own.
    pub fn home(&self) -> &BaseUrl {
        self.home.as_ref().unwrap_or(&self.base_url)
    }

    /// Whether it is where the catalogue says: at home, or at a sibling.
    pub fn is_at_home(&self) -> bool {
        *self.home() == self.base_url || self.sibling.iter().any(|sibling| sibling.base_url == self.base_url)
    }

    /// The sibling it is at, if it is at one.
    pub fn sibling_here(&self) -> Option<&Sibling> {
        self.sibling.iter().find(|sibling| sibling.base_url.origin() == self.base_url.origin())
    }

    /// Everywhere the vendor is, the catalogue's first place first. A custom provider is where it is.
    pub fn places(&self) -> impl Iterator<Item = &BaseUrl> {
        [self.home()].into_iter().chain(self.sibling.iter().map(|sibling| &sibling.base_url))
    }

    /// The places it is not at now; none where it is at none of them.
    pub fn elsewhere(&self) -> Vec<&BaseUrl> {
        let here = self.base_url.origin();
        if self.places().all(|place| place.origin() != here) {
            return Vec::new();
        }
        self.places().filter(|place| place.origin() != here).collect()
    }

    /// The variables of which nothing else is known than that a key of its own is in them.
    pub fn own_env(&self) -> impl Iterator<Item = &String> {
        self.env.iter().filter(|name| !self.shared_env.contains(name))
    }

    /// Where keys are made for where it is.
    pub fn console_url(&self) -> Option<&str> {
        let told = self.sibling_here().map(|sibling| &sibling.console_url);
        told.or(self.console_url.as_ref()).map(String::as_str)
    }

    /// The currency of amounts told without one.
    pub fn currency(&self) -> Option<&str> {
        let told = self.sibling_here().map_or(&self.currency, |sibling| &sibling.currency);
        told.as_deref()
    }

    /// The test that can be made here: one that goes to another host of the vendor's is no test of somebody else's.
    pub fn test(&self) -> &Test {
        if self.test.call.elsewhere().is_some() && self.field.is_empty() && !self.is_at_its_host() {
            return &super::Catalog::builtin().template().test;
        }
        &self.test
    }

    /// What a good answer says about the key.
    ///
    /// The catalogue says it about the provider's own host. Another one, on this machine too, has to refuse a wrong key before
    /// its yes to a right one counts.
    pub fn proves(&self) -> Proves {
        match self.test().proves {
            Proves::Key if !self.is_at_its_host() && self.taken_for != TakenFor::Home => Proves::Unknown,
            proves => proves,
        }
    }

    /// Whether it is at the very host the catalogue says, not at a sibling.
    pub fn is_at_home_host(&self) -> bool {
        !self.custom && self.base_url.origin() == self.home().origin()
    }

    pub(super) fn is_at_its_host(&self) -> bool {
        self.base_url.origin() == self.home().origin() || self.sibling_here().is_some()
    }

    /// GET or POST.
    pub fn test_method(&self) -> &str {
        self.test().call.method()
    }

    /// The final URL a test calls.
    pub fn test_url(&self) -> Url {
        self.url_of(&self.test().call)
    }

    /// The final URL of one of its calls.
    pub(crate) fn url_of(&self, call: &Call) -> Url {
        let mut url = call.url(&self.base_url);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        url
    }

    /// Where a test sends the key: the base URL's origin, or that of another host of the vendor's.
    pub fn test_origin(&self) -> Origin {
        self.test().call.elsewhere().unwrap_or(&self.base_url).origin()
    }

    /// The origins a key entered for this provider is bound to: its own, those of its further dialects, and the
    /// catalogue's other host for tests, which a base URL of the user's making never has.
    pub fn allowed_origins(&self) -> Vec<Origin> {
        let mut origins = vec![self.base_url.origin()];
        for origin in self.urls.values().map(BaseUrl::origin).chain([self.test_origin()]) {
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins
    }

    /// The same custom provider as it is asked in one of its dialects.
    pub fn speaking(&self, dialect: Dialect) -> Option<Self> {
        if dialect == self.dialect {
            return Some(self.clone());
        }
        let base_url = self.urls.get(&dialect)?.clone();
        let there = super::Catalog::builtin().custom_in(dialect, self.id.clone(), self.name.clone(), base_url);
        let (own_headers, secret_headers) = (self.own_headers.clone(), self.secret_headers.clone());
        Some(Self { own_headers, secret_headers, revision: self.revision, ..there })
    }

    /// Whether keys travel in this header.
    pub fn carries_key(&self, header: &str) -> bool {
        let shaped = self.key.iter().filter_map(|shape| shape.auth.as_ref());
        shaped.chain([&self.auth]).any(|auth| auth.header == header)
    }

    /// What every request carries in the clear: the user's headers come before the catalogue's.
    pub fn plain_headers(&self) -> BTreeMap<&str, &str> {
        let all = self.headers.iter().chain(&self.own_headers);
        let mut all: BTreeMap<&str, &str> = all.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.retain(|name, _| !self.secret_headers.iter().any(|secret| secret == name));
        all
    }

    /// The shape that says most about this key.
    pub fn shape_of(&self, secret: &Secret) -> Option<&KeyShape> {
        self.key.iter().filter(|shape| shape.fits(secret)).max_by_key(|shape| shape.weight())
    }

    /// How this key is sent.
    pub(crate) fn auth_for(&self, secret: &Secret) -> &Auth {
        self.shape_of(secret).and_then(|shape| shape.auth.as_ref()).unwrap_or(&self.auth)
    }
}

impl KeyShape {
    pub(super) fn fits(&self, secret: &Secret) -> bool {
        let text = secret.expose();
        text.starts_with(&self.prefix)
            && self.contains.as_ref().is_none_or(|piece| text.contains(piece))
            && self.pattern.as_ref().is_none_or(|p| regex_lite::Regex::new(p).is_ok_and(|r| r.is_match(text)))
    }

    /// Longer prefixes say more; of equal ones, that with a piece that only one vendor's keys have.
    pub(super) fn weight(&self) -> (usize, bool) {
        (self.prefix.len(), self.contains.is_some())
    }
}

fn unnamed() -> ProviderId {
    ProviderId(String::new())
}

fn required() -> KeyNeed {
    KeyNeed::Required
}
