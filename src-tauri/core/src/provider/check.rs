//! What the types of an entry alone do not say. An entry that breaks one of these is not read.

use super::{Confidence, Fact, KeyShape, Proves, Provider};
use crate::{probe::Outcome, value::EnvName};

/// The outcome a verdict from memory may have.
const FROM_MEMORY: Outcome = Outcome::ReachableUnverified;

impl Provider {
    pub(super) fn check(&self) -> Result<(), String> {
        if [self.base_url.as_str(), self.test_url().as_str()]
            .iter()
            .any(|url| url.contains(['{', '}']) || url.contains("%7B"))
        {
            return Err("a part of its URLs is not filled in".into());
        }
        self.check_test()?;
        self.check_errors()?;
        self.key.iter().try_for_each(KeyShape::check)?;
        self.paid.iter().try_for_each(super::Paid::check)?;
        self.account
            .iter()
            .chain(self.more.iter().flat_map(|more| &more.account))
            .try_for_each(|fact| self.check_fact(fact))?;
        let there = |call: &super::Call| call.elsewhere().map(super::BaseUrl::origin);
        if self.more.as_ref().is_some_and(|more| there(&more.call).is_some_and(|o| Some(o) != there(&self.test.call))) {
            return Err("the account call goes to another host".into());
        }
        if let Some(name) = self.env.iter().chain(&self.shared_env).find(|name| name.parse::<EnvName>().is_err()) {
            return Err(format!("{name} is no variable's name"));
        }
        if let Some(name) = self.shared_env.iter().find(|name| !self.env.contains(name)) {
            return Err(format!("{name} is not among its variables"));
        }
        self.models.iter().try_for_each(|list| list.check(self))?;
        if self.sibling.iter().any(|sibling| sibling.base_url == self.base_url) {
            return Err("a sibling is somewhere else".into());
        }
        if !self.sibling.is_empty() && self.test.call.elsewhere().is_some() {
            return Err("a sibling's key would be tested at the wrong one's host".into());
        }
        Ok(())
    }

    fn check_test(&self) -> Result<(), String> {
        let test = &self.test;
        if test.body.as_ref().is_some_and(|b| serde_json::from_str::<serde_json::Value>(b).is_err()) {
            return Err("the test's body is not JSON".into());
        }
        if test.proves == Proves::Key && test.confidence == Confidence::Low {
            return Err("what is from memory proves no key".into());
        }
        let list = self.test_url().path().ends_with("/models");
        if test.proves == Proves::Key && list && test.confidence != Confidence::High {
            return Err("many lists of models are public: without a specification this one proves no key".into());
        }
        for rule in &test.rules {
            let given = [rule.is.is_some(), rule.is_not.is_some(), rule.at_most.is_some(), rule.past];
            if given.into_iter().filter(|g| *g).count() != 1 {
                return Err(format!("the rule at {} needs exactly one condition", rule.at));
            }
            self.may_lead_to(rule.confidence, rule.outcome)?;
        }
        Ok(())
    }

    fn check_errors(&self) -> Result<(), String> {
        for rule in &self.errors {
            if rule.status.is_none() && rule.code.is_none() && rule.text.is_none() {
                return Err("an error rule without a condition fits every error".into());
            }
            if rule.outcome == Outcome::Connected {
                return Err("a refusal that is good news belongs to the test's passes".into());
            }
            self.may_lead_to(rule.confidence, rule.outcome)?;
        }
        Ok(())
    }

    /// A rule that does not say how sure it is, is as sure as the test.
    fn may_lead_to(&self, confidence: Option<Confidence>, outcome: Outcome) -> Result<(), String> {
        if confidence.unwrap_or(self.test.confidence) == Confidence::Low && outcome != FROM_MEMORY {
            return Err(format!("a rule from memory cannot lead to {outcome:?}"));
        }
        Ok(())
    }

    fn check_fact(&self, fact: &Fact) -> Result<(), String> {
        match fact {
            Fact::Credit { currency: None, currency_at: None, .. } | Fact::Spent { currency: None, .. }
                if self.currency().is_none() =>
            {
                Err("an amount without a currency tells nothing".into())
            }
            Fact::Credit { remaining: None, used, limit, .. } if used.is_none() || limit.is_none() => {
                Err("credit needs what is left, or what is used of how much".into())
            }
            Fact::Quota { remaining: None, used, limit, .. } if used.is_none() || limit.is_none() => {
                Err("a quota needs what is left, or what is used of how much".into())
            }
            _ => Ok(()),
        }
    }
}

impl KeyShape {
    fn check(&self) -> Result<(), String> {
        if self.prefix.is_empty() && self.pattern.is_none() {
            return Err("a key shape needs a prefix or a pattern".into());
        }
        let bad = self.pattern.as_ref().and_then(|p| regex_lite::Regex::new(p).err());
        bad.map_or(Ok(()), |error| Err(error.to_string()))
    }
}
