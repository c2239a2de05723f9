//! Limits: rules about the use of keys, looked at whenever one is about to be used. Each warns, or refuses.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Code, Error, Field, Result},
    policy::{checked_models, first_match},
    probe::{AccountFact, TestReport},
    provider::ProviderId,
};

/// What a limit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum LimitKind {
    /// A key's text is at most so many days old.
    MaxAge,
    /// A key was tested, and proven, within so many days.
    TestedWithin,
    /// Models that match a pattern are not used.
    DeniedModels,
    /// Only these providers are used.
    AllowedProviders,
    /// At least so much credit is left, where the provider tells it.
    MinCredit,
    /// At most so much was spent, where the provider tells it.
    SpendCeiling,
}

/// What happens when a limit is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Effect {
    /// It is said, and the key is used.
    Warn,
    /// The key is not used.
    Refuse,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub struct Limit {
    /// UUID.
    pub id: String,
    /// What it is about.
    pub kind: LimitKind,
    /// What it does.
    pub effect: Effect,
    /// On.
    pub enabled: bool,
    /// UUID of the only workspace it is for; none: for all.
    pub workspace: Option<String>,
    /// The only provider it is for; none: for all.
    pub provider: Option<ProviderId>,
    /// Days, or money; none for a list of patterns.
    pub amount: Option<f64>,
    /// ISO 4217, with money.
    pub currency: Option<String>,
    /// Patterns of models, or slugs of providers.
    pub patterns: Vec<String>,
    /// As an edit has to name it: one more with every change.
    pub version: i64,
}

/// Why a limit is not kept. The words are the page's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum Breach {
    /// The key's text is older.
    TooOld {
        /// Its age in days.
        days: i64,
        /// What is allowed.
        limit: f64,
    },
    /// It was not tested since, or the test did not prove it.
    NotTested {
        /// Days since the last test that proved it; none: there was none.
        days: Option<i64>,
        /// What is allowed.
        limit: f64,
    },
    /// The model matches this pattern.
    DeniedModel {
        /// The pattern.
        pattern: String,
    },
    /// The provider is not among the allowed ones.
    ProviderNotAllowed,
    /// Less is left.
    LowCredit {
        /// What is left.
        left: f64,
        /// What is wanted.
        limit: f64,
        /// ISO 4217.
        currency: String,
    },
    /// More was spent.
    OverSpent {
        /// What was spent.
        spent: f64,
        /// What is allowed.
        limit: f64,
        /// ISO 4217.
        currency: String,
    },
}

/// A key as limits look at it.
pub struct Looked<'a> {
    /// Whose it is.
    pub provider: &'a ProviderId,
    /// Where it is about to be used.
    pub workspace: &'a str,
    /// For which model, as it is asked for; none: for none in particular.
    pub model: Option<&'a str>,
    /// When its text was saved or last replaced, Unix milliseconds; none: it has no text of its own.
    pub since: Option<i64>,
    /// Its last test, if that still says something.
    pub tested: Option<&'a TestReport>,
    /// Unix milliseconds.
    pub now: i64,
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Limit {
    /// Why this limit is not kept by a key; none: it is, or it is about something else, or nobody tells.
    pub fn breach(&self, key: &Looked<'_>) -> Option<Breach> {
        let elsewhere = self.workspace.as_ref().is_some_and(|workspace| workspace != key.workspace)
            || self.provider.as_ref().is_some_and(|provider| provider != key.provider);
        if !self.enabled || elsewhere {
            return None;
        }
        let limit = self.amount.unwrap_or_default();
        match self.kind {
            LimitKind::MaxAge => {
                let days = days(key.now, key.since?);
                over(days, limit).then_some(Breach::TooOld { days, limit })
            }
            LimitKind::TestedWithin => {
                let days = key.tested.filter(|report| report.key_proven).map(|report| days(key.now, report.at));
                days.is_none_or(|days| over(days, limit)).then_some(Breach::NotTested { days, limit })
            }
            LimitKind::DeniedModels => {
                let pattern = first_match(&self.patterns, key.model?)?.to_owned();
                Some(Breach::DeniedModel { pattern })
            }
            LimitKind::AllowedProviders => {
                let among = self.patterns.iter().any(|slug| slug == key.provider.as_str());
                (!among).then_some(Breach::ProviderNotAllowed)
            }
            LimitKind::MinCredit => facts(key).find_map(|fact| match fact {
                AccountFact::Credit { remaining, currency, .. } if self.is_in(currency) && *remaining < limit => {
                    Some(Breach::LowCredit { left: *remaining, limit, currency: currency.clone() })
                }
                _ => None,
            }),
            LimitKind::SpendCeiling => facts(key).find_map(|fact| match fact {
                AccountFact::Spent { amount, currency } if self.is_in(currency) && *amount > limit => {
                    Some(Breach::OverSpent { spent: *amount, limit, currency: currency.clone() })
                }
                _ => None,
            }),
        }
    }

    fn is_in(&self, currency: &str) -> bool {
        self.currency.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(currency))
    }

    /// The limit with its parts put in order: what its kind has no use for is gone.
    ///
    /// Fails at the field with [`Code::LimitInvalid`] where a part is missing or out of range, and as [`checked_models`].
    pub fn checked(mut self) -> Result<Self> {
        let refuse = |field, message: &str| Err(Error::at(field, Code::LimitInvalid, message));
        match self.kind {
            LimitKind::MaxAge | LimitKind::TestedWithin => {
                if !self.amount.is_some_and(|days| (1.0..=3650.0).contains(&days) && days.fract() == 0.0) {
                    return refuse(Field::Amount, "1 to 3,650 whole days");
                }
                (self.currency, self.patterns) = (None, Vec::new());
            }
            LimitKind::MinCredit | LimitKind::SpendCeiling => {
                if !self.amount.is_some_and(|money| (0.0..=1e9).contains(&money)) {
                    return refuse(Field::Amount, "an amount from 0 to 1,000,000,000");
                }
                let currency = self.currency.take().unwrap_or_default().trim().to_ascii_uppercase();
                if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
                    return refuse(Field::Currency, "a currency has three letters: USD");
                }
                (self.currency, self.patterns) = (Some(currency), Vec::new());
            }
            LimitKind::DeniedModels => {
                self.patterns = checked_models(&self.patterns, Field::Patterns)?;
                (self.amount, self.currency) = (None, None);
            }
            LimitKind::AllowedProviders => {
                let slugs = self.patterns.iter().map(|slug| slug.trim().parse::<ProviderId>());
                let slugs = slugs.collect::<Result<Vec<_>>>().map_err(|e| e.in_field(Field::Patterns))?;
                self.patterns = slugs.into_iter().map(|slug| slug.to_string()).collect();
                (self.amount, self.currency, self.provider) = (None, None, None);
            }
        }
        if matches!(self.kind, LimitKind::DeniedModels | LimitKind::AllowedProviders) && self.patterns.is_empty() {
            return refuse(Field::Patterns, "name at least one");
        }
        Ok(self)
    }
}

fn facts<'a>(key: &Looked<'a>) -> impl Iterator<Item = &'a AccountFact> {
    key.tested.into_iter().flat_map(|report| &report.account)
}

fn days(now: i64, since: i64) -> i64 {
    (now - since).max(0) / DAY_MS
}

#[expect(clippy::cast_precision_loss, reason = "days are few")]
fn over(days: i64, limit: f64) -> bool {
    days as f64 > limit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{Outcome, Stage};

    fn limit(kind: LimitKind, amount: Option<f64>, patterns: &[&str]) -> Limit {
        let patterns = patterns.iter().map(ToString::to_string).collect();
        let currency = amount.map(|_| "usd".to_owned());
        let (effect, enabled) = (Effect::Refuse, true);
        let id = String::new();
        Limit { id, kind, effect, enabled, workspace: None, provider: None, amount, currency, patterns, version: 0 }
    }

    fn report(proven: bool, at: i64, account: Vec<AccountFact>) -> TestReport {
        TestReport {
            outcome: Outcome::Connected,
            key_proven: proven,
            stage: Stage::Key,
            cause: None,
            stages: Vec::new(),
            http_status: Some(200),
            provider_code: None,
            detail: None,
            request_id: None,
            retry_after_s: None,
            latency_ms: None,
            method: "GET".into(),
            url: "https://api.openai.com/v1/models".into(),
            proxy: None,
            curl: String::new(),
            account,
            occasion: crate::probe::Occasion::Click,
            model: None,
            at,
        }
    }

    #[test]
    fn each_kind_finds_what_it_is_about() {
        let provider: ProviderId = "openai".parse().expect("a slug");
        let now = 100 * DAY_MS;
        let usd = || "USD".to_owned();
        let facts = vec![
            AccountFact::Credit { remaining: 4.2, limit: None, currency: usd() },
            AccountFact::Spent { amount: 12.5, currency: usd() },
        ];
        let tested = report(true, now - 8 * DAY_MS, facts);
        let model = Some("gpt-4-32K");
        let since = Some(now - 91 * DAY_MS);
        let key = Looked { provider: &provider, workspace: "default", model, since, tested: Some(&tested), now };
        let breach =
            |kind, amount, patterns: &[&str]| limit(kind, amount, patterns).checked().expect("whole").breach(&key);
        assert_eq!(breach(LimitKind::MaxAge, Some(90.0), &[]), Some(Breach::TooOld { days: 91, limit: 90.0 }));
        assert_eq!(breach(LimitKind::MaxAge, Some(91.0), &[]), None);
        let late = Breach::NotTested { days: Some(8), limit: 7.0 };
        assert_eq!(breach(LimitKind::TestedWithin, Some(7.0), &[]), Some(late));
        assert_eq!(breach(LimitKind::TestedWithin, Some(8.0), &[]), None);
        let denied = Breach::DeniedModel { pattern: "GPT-4*".into() };
        assert_eq!(breach(LimitKind::DeniedModels, None, &["o1", "GPT-4*"]), Some(denied));
        assert_eq!(breach(LimitKind::AllowedProviders, None, &["groq"]), Some(Breach::ProviderNotAllowed));
        assert_eq!(breach(LimitKind::AllowedProviders, None, &["groq", "openai"]), None);
        let low = Breach::LowCredit { left: 4.2, limit: 5.0, currency: usd() };
        assert_eq!(breach(LimitKind::MinCredit, Some(5.0), &[]), Some(low));
        let over = Breach::OverSpent { spent: 12.5, limit: 12.0, currency: usd() };
        assert_eq!(breach(LimitKind::SpendCeiling, Some(12.0), &[]), Some(over));
        let never = Looked { tested: None, ..key };
        let rule = limit(LimitKind::TestedWithin, Some(7.0), &[]);
        assert_eq!(rule.breach(&never), Some(Breach::NotTested { days: None, limit: 7.0 }));
        let told = limit(LimitKind::MinCredit, Some(5.0), &[]).breach(&never);
        assert_eq!(told, None, "where nobody tells, there is nothing to refuse");
        let elsewhere = Limit { workspace: Some("other".into()), ..rule.clone() };
        assert_eq!(elsewhere.breach(&never), None);
        assert_eq!(Limit { enabled: false, ..rule }.breach(&never), None);
    }

    #[test]
    fn parts_that_are_missing_or_out_of_range_are_refused_where_they_are() {
        let field =
            |kind, amount, patterns: &[&str]| limit(kind, amount, patterns).checked().err().and_then(|e| e.field);
        for days in [None, Some(0.0), Some(-1.0), Some(f64::NAN), Some(1.5), Some(1e9)] {
            assert_eq!(field(LimitKind::MaxAge, days, &[]), Some(Field::Amount), "{days:?}");
        }
        for money in [None, Some(-0.01), Some(f64::INFINITY), Some(f64::NAN)] {
            assert_eq!(field(LimitKind::MinCredit, money, &[]), Some(Field::Amount), "{money:?}");
        }
        let nameless = Limit { currency: Some("dollars".into()), ..limit(LimitKind::MinCredit, Some(1.0), &[]) };
        assert_eq!(nameless.checked().err().and_then(|e| e.field), Some(Field::Currency));
        let long = "x".repeat(1000);
        for patterns in [vec![], vec![""], vec!["a", "A"], vec![long.as_str()]] {
            assert_eq!(field(LimitKind::DeniedModels, None, &patterns), Some(Field::Patterns), "{patterns:?}");
        }
        assert_eq!(field(LimitKind::AllowedProviders, None, &["Not a slug!"]), Some(Field::Patterns));
    }

    #[test]
    fn a_pattern_made_to_take_long_does_not() {
        let bomb = "*a".repeat(100);
        let rule = limit(LimitKind::DeniedModels, None, &[&bomb]).checked().expect("200 characters");
        let model = "a".repeat(199) + "b";
        let provider: ProviderId = "openai".parse().expect("a slug");
        for _ in 0..1000 {
            let model = Some(model.as_str());
            let key = Looked { provider: &provider, workspace: "default", model, since: None, tested: None, now: 0 };
            assert_eq!(rule.breach(&key), None);
        }
    }
}
