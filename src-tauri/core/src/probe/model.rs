//! One model as its provider's list tells it. What a list says is taken for no more than it is: names with control
//! characters, endless ones, and those that repeat the key are left out.

use serde_json::Value;

use super::{account::number, mask::repeats};
use crate::{
    provider::{ModelList, PriceAt},
    secret::{Secret, is_invisible},
};

/// Characters of an id, and of a name.
const LONGEST: usize = 300;
/// More tokens than fit into any model.
const MOST_TOKENS: u64 = 1_000_000_000;

/// A model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What requests call it by.
    pub id: String,
    /// For people, where that is another.
    pub name: Option<String>,
    /// Tokens that fit in.
    pub context: Option<u32>,
    /// What tokens cost.
    pub price: Option<Price>,
}

/// What a million tokens cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// Read.
    pub input: f64,
    /// Written.
    pub output: f64,
    /// ISO 4217.
    pub currency: String,
}

impl Model {
    /// Reads an item. `None`: it has no id that could be one.
    pub(super) fn read(list: &ModelList, item: &Value, secrets: &[&Secret]) -> Option<Self> {
        let clean = |text: &str| {
            let text = text.trim();
            let fits = !text.is_empty() && text.chars().nth(LONGEST).is_none();
            let plain = !text.chars().any(|c| c.is_control() || is_invisible(c));
            (fits && plain && !secrets.iter().any(|secret| repeats(text, secret))).then(|| text.to_owned())
        };
        let told = if list.id.is_empty() { item.as_str() } else { None };
        let told = told.or_else(|| list.id.iter().find_map(|at| item.pointer(at)?.as_str()))?;
        let id = clean(told.trim().strip_prefix(&list.strip).unwrap_or(told))?;
        let name = list.name.as_ref().and_then(|at| clean(item.pointer(at)?.as_str()?)).filter(|name| *name != id);
        let context = list.context.iter().find_map(|at| tokens(item.pointer(at)?));
        let price = list.price.as_ref().and_then(|at| Price::read(at, item));
        Some(Self { id, name, context, price })
    }

    /// The same model told again: what the first did not say, the second may.
    pub(super) fn merge(&mut self, again: Self) {
        let Self { name, context, price, .. } = again;
        self.name = self.name.take().or(name);
        self.context = self.context.or(context);
        self.price = self.price.take().or(price);
    }
}

impl Price {
    fn read(at: &PriceAt, item: &Value) -> Option<Self> {
        let currency = match &at.currency_at {
            Some(there) => item.pointer(there)?.as_str().filter(|c| super::account::is_currency(c)),
            None => at.currency.as_deref(),
        };
        let million = |at_: &String| {
            #[expect(clippy::cast_precision_loss, reason = "the catalogue's numbers are powers of ten")]
            let amount = amount(item.pointer(at_)?)? * 1e6 / at.per as f64;
            // What the division leaves behind the ninth decimal is nobody's price.
            Some((amount * 1e9).round() / 1e9)
        };
        Some(Self { input: million(&at.input)?, output: million(&at.output)?, currency: currency?.to_owned() })
    }
}

/// A number that is a price: "$0.15" too, but not the -1 of "it depends".
fn amount(value: &Value) -> Option<f64> {
    let text = value.as_str().and_then(|text| text.trim().strip_prefix('$'));
    let told = text.map_or_else(|| number(value), |text| text.parse().ok().filter(|n: &f64| n.is_finite()));
    told.filter(|n| *n >= 0.0)
}

fn tokens(value: &Value) -> Option<u32> {
    let told = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    told.filter(|n| (1..=MOST_TOKENS).contains(n)).and_then(|n| n.try_into().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::provider::Catalog;

    fn read(item: &Value) -> Option<Model> {
        let list = Catalog::builtin().get(&"openrouter".parse().expect("an id")).and_then(|p| p.models());
        let secret = Secret::new("sk-or-v1-0123456789abcdef0123456789abcdef".into());
        Model::read(list.expect("a list"), item, &[&secret])
    }

    #[test]
    fn takes_what_is_a_name_and_nothing_else() {
        let id = |id: &str| read(&json!({ "id": id })).map(|model| model.id);
        assert_eq!(id(" openai/gpt-5 "), Some("openai/gpt-5".into()));
        assert_eq!(id(&"ü".repeat(300)), Some("ü".repeat(300)));
        for bad in ["", "  ", "a\nb", "a\u{202e}b", "a\u{0}", &"x".repeat(301)] {
            assert_eq!(id(bad), None, "{bad:?}");
        }
        assert_eq!(id("you sent SK-OR-V1-0123456789"), None, "a name that repeats the key");
        assert_eq!(id("sk-or-v1"), Some("sk-or-v1".into()), "no piece that would be of use");
        for none in [json!({}), json!({ "id": 7 }), json!("text"), json!(null)] {
            assert_eq!(read(&none), None, "{none}");
        }
    }

    #[test]
    fn tells_prices_for_a_million_tokens() {
        let price = |pricing: Value| read(&json!({ "id": "m", "pricing": pricing })).and_then(|model| model.price);
        let told = price(json!({ "prompt": "0.00000015", "completion": 6e-7 })).expect("a price");
        assert_eq!((told.input, told.output, told.currency.as_str()), (0.15, 0.6, "USD"));
        let dollars = price(json!({ "prompt": "$0.0000011", "completion": "0" })).expect("a price");
        assert_eq!((dollars.input, dollars.output), (1.1, 0.0));
        for none in [json!({ "prompt": "-1", "completion": "-1" }), json!({ "prompt": "1" }), json!(null)] {
            assert_eq!(price(none.clone()), None, "{none}");
        }
        assert_eq!(price(json!({ "prompt": "NaN", "completion": "inf" })), None);
    }

    #[test]
    fn a_context_is_a_number_of_tokens() {
        let context = |n: Value| read(&json!({ "id": "m", "context_length": n })).and_then(|model| model.context);
        assert_eq!(context(json!(131_072)), Some(131_072));
        assert_eq!(context(json!("8192")), Some(8192));
        for none in [json!(0), json!(-1), json!(1.5), json!("many"), json!(1e12), json!(null)] {
            assert_eq!(context(none.clone()), None, "{none}");
        }
    }
}
