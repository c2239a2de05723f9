//! Where a provider lists its models and how the list is read: the part of a catalogue entry that says so.

use serde::Deserialize;

use super::{Call, Confidence, Origin, Provider};

/// Where a provider's models are listed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelList {
    /// What is called for the first page.
    pub call: Call,
    /// JSON pointers to the list, or to its parts: all that lead to one are read (`[]`: the answer itself is the list).
    pub list: Vec<String>,
    /// Where an item tells what to call the model by; the first that leads to text. Without any, items are ids.
    pub id: Vec<String>,
    /// What stands before every id and is no part of it: `models/`.
    #[serde(default)]
    pub strip: String,
    /// A name for people.
    pub name: Option<String>,
    /// How many tokens fit in; the first that leads to a number.
    #[serde(default)]
    pub context: Vec<String>,
    /// What tokens cost.
    pub price: Option<PriceAt>,
    /// How the list goes on; the first that does. Without any, it has one page.
    #[serde(default)]
    pub next: Vec<Next>,
    /// What is called after it, at the same host, where a provider has lists of several kinds. The whole is all of them.
    #[serde(default)]
    pub further: Vec<ModelList>,
    /// Anybody gets it, at the provider's own host: no key is sent, and the list says nothing of one.
    #[serde(default)]
    pub public: bool,
    /// How sure these facts are.
    pub confidence: Confidence,
    /// Where they are from.
    pub source: String,
}

/// Where an item tells what the model costs: numbers, or numbers in text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceAt {
    /// For tokens that are read.
    pub input: String,
    /// For tokens that are written.
    pub output: String,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Where the currency is told, instead.
    pub currency_at: Option<String>,
    /// For how many tokens the number is, in whole units of the currency: 1, 1000000.
    pub per: u64,
}

/// How a list goes on after a page.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Next {
    /// A mark in the answer is sent with the next request.
    Mark {
        /// Where it is: text, or a number. Empty or missing: the last page.
        at: String,
        /// The parameter it is sent as.
        query: String,
        /// Where the answer says whether there is more, where that decides.
        more: Option<String>,
    },
    /// Pages have numbers, from 1 on.
    Number {
        /// The parameter.
        query: String,
        /// Where the answer says how many there are.
        pages: String,
    },
    /// The answer holds the next page's address. It is called at the list's own host, or not at all.
    Address {
        /// Text. Null or missing: the last page.
        at: String,
    },
    /// A `Link` header with `rel="next"` (RFC 8288) does.
    Link,
}

impl Provider {
    /// How its models are listed where it is. `None`: it has no list, or none that is known.
    pub fn models(&self) -> Option<&ModelList> {
        let list = self.models.as_ref()?;
        // An address that was filled in is the user's own, as the base URL is.
        if list.call.elsewhere().is_some() && self.field.is_empty() && !self.is_at_its_host() {
            return super::Catalog::builtin().template_of(self.dialect).models.as_ref();
        }
        Some(list)
    }

    /// Whether anybody gets its list: then it is asked for without a key.
    pub fn lists_publicly(&self) -> bool {
        self.is_at_its_host() && self.models().is_some_and(|list| list.public)
    }

    /// Where a key goes when the models are listed.
    pub fn models_origin(&self) -> Option<Origin> {
        Some(self.models()?.call.elsewhere().unwrap_or(&self.base_url).origin())
    }
}

impl ModelList {
    pub(super) fn check(&self, provider: &Provider) -> Result<(), String> {
        if self.confidence == Confidence::Low {
            return Err("a list of models from memory is none".into());
        }
        if self.call.method() != "GET" {
            return Err("models are listed with GET".into());
        }
        let next = self.next.iter().flat_map(|next| match next {
            Next::Mark { at, more, .. } => vec![Some(at), more.as_ref()],
            Next::Number { pages, .. } => vec![Some(pages)],
            Next::Address { at } => vec![Some(at)],
            Next::Link => Vec::new(),
        });
        let price = self.price.iter().flat_map(|p| [Some(&p.input), Some(&p.output), p.currency_at.as_ref()]);
        let pointers = self.id.iter().chain(&self.context).map(Some).chain([self.name.as_ref()]);
        if let Some(bad) = pointers.chain(price).chain(next).flatten().find(|at| !at.starts_with('/')) {
            return Err(format!("{bad} is no JSON pointer"));
        }
        if self.list.is_empty() || self.list.iter().any(|at| at != "[]" && !at.starts_with('/')) {
            return Err("a list of models is somewhere in its answer".into());
        }
        if self.price.as_ref().is_some_and(|p| p.per == 0 || (p.currency.is_none() && p.currency_at.is_none())) {
            return Err("a price is for some tokens, in a currency".into());
        }
        // A key goes only where its envelope lets it.
        let origin = self.call.elsewhere().map(super::BaseUrl::origin);
        if !self.public && origin.is_some_and(|origin| !provider.allowed_origins().contains(&origin)) {
            return Err("a list elsewhere than where keys go has to be public".into());
        }
        let here = |list: &Self| list.call.url(&provider.base_url).origin();
        if self.further.iter().any(|list| here(list) != here(self) || list.public || !list.further.is_empty()) {
            return Err("a further list is at the same host, and asked for with the key".into());
        }
        self.further.iter().try_for_each(|list| list.check(provider))
    }
}
