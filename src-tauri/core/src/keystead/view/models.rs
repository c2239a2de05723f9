use serde::Serialize;

use crate::probe::ListReport;

/// A key's models: the last list that came whole, and what the user has decided about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ModelsView {
    /// The key's UUID.
    pub key_id: String,
    /// Whether the provider lists models, as far as is known.
    pub listable: bool,
    /// The list is the same for everybody: it is asked for without a key and says nothing of this one.
    pub public: bool,
    /// When the list came, Unix milliseconds; none: no list came yet.
    pub listed_at: Option<i64>,
    /// The host the list is from, when the provider is somewhere else by now.
    pub from_host: Option<String>,
    /// When the user last decided what is applied, Unix milliseconds.
    pub decided_at: Option<i64>,
    /// The last try. When it failed, the list is older than it.
    pub last_try: Option<ListReport>,
    /// By id.
    pub models: Vec<ModelView>,
}

impl ModelsView {
    /// The models that are so.
    pub fn that_are(&self, state: ModelState) -> impl Iterator<Item = &ModelView> {
        self.models.iter().filter(move |model| model.state == state)
    }

    /// Only the models whose id or name has every one of these words in it, whatever the case.
    pub fn find(&mut self, words: &str) {
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        self.models.retain(|model| {
            let id = model.id.to_lowercase();
            let name = model.name.as_deref().map(str::to_lowercase).unwrap_or_default();
            words.iter().all(|word| id.contains(word) || name.contains(word))
        });
    }
}

/// One model of a key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct ModelView {
    /// What requests call it by.
    pub id: String,
    /// For people, where that is another.
    pub name: Option<String>,
    /// Tokens that fit in, where the provider tells.
    pub context: Option<u32>,
    /// What tokens cost, where the provider tells.
    pub price: Option<PriceView>,
    /// Whether it is the user's.
    pub state: ModelState,
    /// Unix milliseconds.
    pub first_seen: i64,
    /// Unix milliseconds; none: it is in the list.
    pub gone_since: Option<i64>,
}

/// What a million tokens cost.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct PriceView {
    /// Read.
    pub input: f64,
    /// Written.
    pub output: f64,
    /// ISO 4217.
    pub currency: String,
}

/// How a model stands between the provider's list and the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum ModelState {
    /// In both.
    Applied,
    /// In the provider's; the user has not decided yet.
    New,
    /// In the provider's, left out by the user.
    Left,
    /// In the user's, not in the provider's any more; the user has not decided yet.
    Gone,
    /// As `gone`, kept by the user.
    Kept,
}
