//! The paid test: one token of one model. It proves a key where nothing unbilled does, and it is made only for a user who
//! was told the model, the host and the price. A paid test is a test with another request: all else about it is the same.

use serde::Deserialize;

use super::{Call, Confidence, Dialect, Proves, Provider, Test};
use crate::error::{Code, Error, Field, Result};

/// The request's own tokens, generously: a greeting and what providers put around it.
const PROMPT_TOKENS: f64 = 50.0;
/// What is sent and what a good answer has, where the provider's own dialect is all there is to know: call, body, pointer.
/// `{model}` is the model's name.
const DIALECTS: [(Dialect, &str, &str, &str); 3] = [
    (
        Dialect::Openai,
        "POST {base}/chat/completions",
        r#"{"model":"{model}","messages":[{"role":"user","content":"Hi"}],"max_tokens":1}"#,
        "/choices",
    ),
    (
        Dialect::Anthropic,
        "POST {base}/v1/messages",
        r#"{"model":"{model}","messages":[{"role":"user","content":"Hi"}],"max_tokens":1}"#,
        "/content",
    ),
    (
        Dialect::Gemini,
        "POST {base}/v1beta/models/{model}:generateContent",
        r#"{"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":1}}"#,
        "/candidates",
    ),
];

/// `[paid]` of a catalogue entry: all of it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    /// The cheapest model known to be there for everybody.
    model: Option<String>,
    /// US dollars for a million tokens: sent, answered.
    usd_per_million: Option<[f64; 2]>,
    /// Instead of the dialect's body.
    body: Option<String>,
    /// Where model and price are from, and when.
    source: Option<String>,
}

/// A paid test that can be made.
pub struct PaidTest {
    /// The provider with this test in place of its own.
    pub provider: Provider,
    /// As it is sent.
    pub model: String,
}

impl Paid {
    /// The cheapest model known; none: the user names one.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// No more than this many US dollars with that model, by the price last known.
    pub fn most_usd(&self) -> Option<f64> {
        let [sent, answered] = self.usd_per_million?;
        Some((PROMPT_TOKENS * sent + answered) / 1e6)
    }

    pub(super) fn check(&self) -> std::result::Result<(), String> {
        if self.model.is_some() != self.source.is_some() || (self.usd_per_million.is_some() && self.model.is_none()) {
            return Err("a model that costs money, and its price, are from somewhere".into());
        }
        let priced = self.usd_per_million.iter().flatten().all(|usd| usd.is_finite() && *usd >= 0.0);
        let body = self.body.as_ref().is_none_or(|body| body.contains(r#""{model}""#));
        if priced && body { Ok(()) } else { Err("the paid test has no price, or no place for the model".into()) }
    }
}

impl Provider {
    /// What a paid test needs to be agreed to; none where its dialect has no such request, and on this machine, where
    /// nothing is paid for.
    pub fn paid_terms(&self) -> Option<Paid> {
        let known = DIALECTS.iter().any(|(dialect, ..)| *dialect == self.dialect);
        // Elsewhere neither the model nor the price are known.
        let here = self.paid.clone().filter(|_| self.is_at_home());
        (known && !self.local).then(|| here.unwrap_or_default())
    }

    /// The provider with a request for one token of `model` for its test. Fails with [`Code::ModelInvalid`] or
    /// [`Code::PaidTestNone`].
    pub fn paid(&self, model: &str) -> Result<PaidTest> {
        let none = || Error::new(Code::PaidTestNone, "there is no paid test for this provider");
        let terms = self.paid_terms().ok_or_else(none)?;
        let (_, call, body, expect) = DIALECTS.iter().find(|(d, ..)| *d == self.dialect).ok_or_else(none)?;
        let model = model_name(model)?;
        let body = terms.body.as_deref().unwrap_or(body).replace("{model}", model);
        let call = Call::try_from(call.replace("{model}", model)).map_err(|_| invalid())?;
        let test = Test {
            call,
            body: Some(body),
            proves: Proves::Key,
            expect: vec![(*expect).to_owned()],
            rules: Vec::new(),
            passes: Vec::new(),
            timeout_s: Some(30),
            confidence: Confidence::High,
            source: String::new(),
        };
        let mut provider = Self { test, account: Vec::new(), more: None, ..self.clone() };
        // What an error means only because the path of the usual test is known to be right.
        provider.errors.retain(|rule| !rule.at_home);
        Ok(PaidTest { provider, model: model.to_owned() })
    }
}

/// It becomes part of a URL and of a JSON string: names of models have none of the characters that mean something there.
fn model_name(text: &str) -> Result<&str> {
    let name = text.trim();
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:/@+".contains(c);
    if name.is_empty() || name.len() > 200 || !name.chars().all(fits) || name.contains("..") || name.contains("//") {
        return Err(invalid());
    }
    Ok(name)
}

fn invalid() -> Error {
    Error::at(Field::Model, Code::ModelInvalid, "a model's name has 1 to 200 letters, digits and - _ . : / @ +")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Catalog;

    fn builtin(id: &str) -> &'static Provider {
        Catalog::builtin().get(&id.parse().expect("an id")).expect("there")
    }

    #[test]
    fn asks_for_one_token_in_the_dialect_of_the_provider() {
        for (id, url, piece) in [
            ("openai", "https://api.openai.com/v1/chat/completions", r#""max_tokens":1"#),
            ("anthropic", "https://api.anthropic.com/v1/messages", r#""max_tokens":1"#),
            (
                "google",
                "https://generativelanguage.googleapis.com/v1beta/models/m-1:generateContent",
                r#""maxOutputTokens":1"#,
            ),
        ] {
            let paid = builtin(id).paid(" m-1 ").expect("a paid test").provider;
            assert_eq!((paid.test_method(), paid.test_url().as_str()), ("POST", url));
            let body = paid.test().body.clone().expect("a body");
            assert!(body.contains(piece), "{body}");
            assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok());
            assert_eq!(paid.test_origin(), builtin(id).base_url.origin());
        }
        assert_eq!(builtin("ollama").paid_terms(), None, "nothing is paid for here");
    }

    #[test]
    fn a_name_that_would_change_the_request_is_refused() {
        let too_long = "m".repeat(201);
        for name in ["", " ", "a b", "a\"", "a\\", "a?b", "a#b", "../x", "a//b", "a\nb", "ä", "{model}", &too_long] {
            let error = builtin("google").paid(name).err().expect(name);
            assert_eq!((error.code, error.field), (Code::ModelInvalid, Some(Field::Model)), "{name}");
        }
    }

    #[test]
    fn a_price_is_known_only_at_home() {
        let openai = builtin("openai");
        let terms = openai.paid_terms().expect("there is one");
        assert!(terms.model().is_some() && terms.most_usd().is_some_and(|usd| usd > 0.0 && usd < 0.01));
        let moved = openai.at("https://gateway.example/v1".parse().expect("a URL"));
        assert_eq!(moved.paid_terms(), Some(Paid::default()));
    }

    #[test]
    fn every_price_is_that_of_less_than_a_cent() {
        for provider in Catalog::builtin().iter() {
            let Some(terms) = provider.paid_terms() else { continue };
            assert!(terms.most_usd().is_none_or(|usd| usd < 0.01), "{}", provider.id);
            if let Some(model) = terms.model() {
                assert!(provider.paid(model).is_ok(), "{}", provider.id);
            }
        }
    }
}
