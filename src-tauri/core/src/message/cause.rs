//! What is told, and its words. No secret and no mask is among them: a provider, a key by its name, and what happened.

use serde::{Deserialize, Serialize};

use crate::{limit::Breach, probe::Outcome};

/// What a message can be about. Each can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, export_to = "types.ts"))]
pub enum MessageCause {
    /// A test found a key rejected, expired or disabled that was not so before.
    KeyRefused,
    /// A test found a key out of credit that was not so before.
    OutOfCredit,
    /// A limit about credit or money is not kept.
    CreditLow,
    /// A key's last day is near.
    LastDay,
    /// A key that was refused, or out of credit, works again.
    WorksAgain,
    /// Models that were used are in the last list no more.
    ModelsGone,
}

impl MessageCause {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 6] =
        [Self::KeyRefused, Self::OutOfCredit, Self::CreditLow, Self::LastDay, Self::WorksAgain, Self::ModelsGone];

    /// By this name it is kept, and known to the command.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyRefused => "key_refused",
            Self::OutOfCredit => "out_of_credit",
            Self::CreditLow => "credit_low",
            Self::LastDay => "last_day",
            Self::WorksAgain => "works_again",
            Self::ModelsGone => "models_gone",
        }
    }
}

/// Something to tell of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A test ended so.
    Refused(Outcome),
    /// A test ended in *out of credit*.
    OutOfCredit,
    /// It does not keep a limit about money.
    Credit(Breach),
    /// Its last day, and the days until then.
    LastDay {
        /// `YYYY-MM-DD`
        on: String,
        /// 0: today.
        days: i64,
    },
    /// A test ended well.
    WorksAgain,
    /// These models are gone.
    ModelsGone(Vec<String>),
}

impl News {
    /// What a test tells that ended otherwise than the one before it; none: nothing.
    pub fn of_test(was: Outcome, is: Outcome) -> Option<Self> {
        use Outcome::{Connected, Disabled, Expired, InvalidKey, NoCredit};
        match is {
            _ if was == is => None,
            InvalidKey | Expired | Disabled => Some(Self::Refused(is)),
            NoCredit => Some(Self::OutOfCredit),
            Connected => matches!(was, InvalidKey | Expired | Disabled | NoCredit).then_some(Self::WorksAgain),
            _ => None,
        }
    }

    /// Which switch it hangs on.
    pub fn cause(&self) -> MessageCause {
        match self {
            Self::Refused(_) => MessageCause::KeyRefused,
            Self::OutOfCredit => MessageCause::OutOfCredit,
            Self::Credit(_) => MessageCause::CreditLow,
            Self::LastDay { .. } => MessageCause::LastDay,
            Self::WorksAgain => MessageCause::WorksAgain,
            Self::ModelsGone(_) => MessageCause::ModelsGone,
        }
    }

    /// In English, under the names of provider and key.
    pub fn words(&self) -> String {
        match self {
            Self::Refused(Outcome::Expired) => "The key has expired.".into(),
            Self::Refused(Outcome::Disabled) => "The provider has disabled this key or its account.".into(),
            Self::Refused(_) => "The provider rejects this key.".into(),
            Self::OutOfCredit => "Out of credit.".into(),
            Self::Credit(Breach::OverSpent { spent, limit, currency }) => {
                format!("{spent:.2} {currency} spent, your limit allows {limit:.2}.")
            }
            Self::Credit(Breach::LowCredit { left, limit, currency }) => {
                format!("{left:.2} {currency} left, your limit wants {limit:.2}.")
            }
            Self::Credit(_) => "A limit is not kept.".into(),
            Self::LastDay { days: 0, .. } => "Today is the key's last day.".into(),
            Self::LastDay { days: 1, on } => format!("Tomorrow is the key's last day ({on})."),
            Self::LastDay { days, on } => format!("The key's last day is {on}, in {days} days."),
            Self::WorksAgain => "The key works again.".into(),
            Self::ModelsGone(models) => {
                const SHOWN: usize = 5;
                let names = models.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
                let more = models.len().saturating_sub(SHOWN);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("No longer offered: {names}{more}.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_news_only_when_it_ends_otherwise() {
        use Outcome::{Connected, Disabled, InvalidKey, NoCredit, RateLimited, Unreachable};
        for (was, is, news) in [
            (Connected, InvalidKey, Some(News::Refused(InvalidKey))),
            (InvalidKey, InvalidKey, None),
            (InvalidKey, Disabled, Some(News::Refused(Disabled))),
            (Connected, NoCredit, Some(News::OutOfCredit)),
            (NoCredit, Connected, Some(News::WorksAgain)),
            (Unreachable, Connected, None),
            (Connected, Unreachable, None),
            (Connected, RateLimited, None),
        ] {
            assert_eq!(News::of_test(was, is), news, "{was:?} → {is:?}");
        }
    }

    #[test]
    fn every_cause_has_its_name_and_its_words() {
        for cause in MessageCause::ALL {
            assert_eq!(serde_json::json!(cause), cause.name());
        }
        let models = |n: usize| News::ModelsGone((0..n).map(|n| format!("m{n}")).collect()).words();
        assert_eq!(models(2), "No longer offered: m0, m1.");
        assert_eq!(models(7), "No longer offered: m0, m1, m2, m3, m4 and 2 more.");
        assert_eq!(News::LastDay { on: "2030-01-01".into(), days: 0 }.words(), "Today is the key's last day.");
    }
}
