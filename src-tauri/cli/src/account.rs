//! What a provider told about the account, in words.

use keystead_core::probe::{AccountFact, Counted};

/// "4.20 USD left of 10.00 USD, expires 2099-01-01T00:00:00Z"; nothing told: empty.
pub(crate) fn line(facts: &[AccountFact]) -> String {
    facts.iter().map(fact).collect::<Vec<_>>().join(", ")
}

fn fact(fact: &AccountFact) -> String {
    match fact {
        AccountFact::Credit { remaining, limit: Some(limit), currency } => {
            format!("{remaining:.2} {currency} left of {limit:.2} {currency}")
        }
        AccountFact::Credit { remaining, limit: None, currency } => format!("{remaining:.2} {currency} left"),
        AccountFact::Spent { amount, currency } => format!("{amount:.2} {currency} used"),
        AccountFact::Resets { every } => format!("resets {every}"),
        AccountFact::Expires { at } => format!("expires {at}"),
        AccountFact::Models { count } => format!("{count} models"),
        AccountFact::Version { version } => format!("version {version}"),
        AccountFact::FreeTier => "free tier".into(),
        AccountFact::Quota { remaining, limit, of } => {
            let of = match of {
                Counted::Characters => "characters",
                Counted::Points => "points",
                Counted::Requests => "requests",
                Counted::Tokens => "tokens",
            };
            match limit {
                Some(limit) => format!("{remaining:.0} of {limit:.0} {of} left"),
                None => format!("{remaining:.0} {of} left"),
            }
        }
        AccountFact::Plan { name } => format!("plan {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amount_is_in_its_currency_and_every_quota_in_its_unit() {
        let facts = [
            AccountFact::Credit { remaining: 4.2, limit: Some(10.0), currency: "USD".into() },
            AccountFact::Spent { amount: 3.0, currency: "CNY".into() },
            AccountFact::Quota { remaining: 500.0, limit: Some(1000.0), of: Counted::Characters },
        ];
        assert_eq!(line(&facts), "4.20 USD left of 10.00 USD, 3.00 CNY used, 500 of 1000 characters left");
        assert_eq!(line(&[]), "");
    }
}
