//! What an answer tells about the account.

use serde_json::Value;

use super::{AccountFact, mask::masked};
use crate::{
    provider::{Fact, Provider},
    secret::Secret,
};

/// Every fact that is there. What the catalogue points at and the answer lacks is nothing.
pub(super) fn facts(provider: &Provider, rules: &[Fact], json: &Value, secrets: &[&Secret]) -> Vec<AccountFact> {
    let count = |at: &Option<String>| at.as_ref().and_then(|at| number(json.pointer(at)?));
    let text = |at: &str| {
        let value = json.pointer(at)?.as_str()?;
        Some(masked(value, secrets).chars().take(60).collect::<String>())
    };
    let mut told = Vec::new();
    for rule in rules {
        match rule {
            Fact::Credit { each, remaining, used, unbilled, limit, currency, currency_at, unit } => {
                let items = match each {
                    Some(list) => json.pointer(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice),
                    None => std::slice::from_ref(json),
                };
                told.extend(items.iter().filter_map(|item| {
                    let amount = |at: &Option<String>| Some(number(item.pointer(at.as_ref()?)?)? * unit.unwrap_or(1.0));
                    let at = |at: &String| item.pointer(at)?.as_str().filter(|c| is_currency(c)).map(str::to_owned);
                    let left = amount(remaining).or_else(|| Some(amount(limit)? - amount(used)?))?;
                    let left = match unbilled {
                        Some(at) => Some(left - item.pointer(at).and_then(number)?).filter(|left| *left >= 0.0)?,
                        None => left,
                    };
                    Some(AccountFact::Credit {
                        remaining: left,
                        limit: amount(limit),
                        currency: match currency_at {
                            Some(there) => at(there)?,
                            None => currency.as_deref().or(provider.currency())?.to_owned(),
                        },
                    })
                }));
            }
            Fact::Spent { at, currency } => {
                let amount = json.pointer(at).and_then(number);
                let currency = currency.as_deref().or(provider.currency());
                told.extend(
                    amount
                        .zip(currency)
                        .map(|(amount, currency)| AccountFact::Spent { amount, currency: currency.to_owned() }),
                );
            }
            Fact::Resets { at } => told.extend(text(at).map(|every| AccountFact::Resets { every })),
            Fact::Expires { at } => told.extend(text(at).map(|at| AccountFact::Expires { at })),
            Fact::Version { at } => told.extend(text(at).map(|version| AccountFact::Version { version })),
            Fact::Models { at } => {
                let list = json.pointer(at).and_then(Value::as_array);
                told.extend(list.and_then(|l| u32::try_from(l.len()).ok()).map(|count| AccountFact::Models { count }));
            }
            Fact::Quota { remaining, used, limit, of } => {
                let limit = count(limit);
                // A limit of nothing is none.
                let left = count(remaining).or_else(|| Some(limit.filter(|most| *most > 0.0)? - count(used)?));
                told.extend(left.map(|remaining| AccountFact::Quota { remaining, limit, of: *of }));
            }
            Fact::Plan { at } => told.extend(text(at).map(|name| AccountFact::Plan { name })),
            Fact::FreeTier { at } => {
                told.extend((json.pointer(at) == Some(&Value::Bool(true))).then_some(AccountFact::FreeTier));
            }
        }
    }
    told
}

/// Three letters, as in ISO 4217.
pub(super) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_alphabetic())
}

/// A finite number, or one in text.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|n| n.is_finite())
}
