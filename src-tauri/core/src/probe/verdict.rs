//! From an answer to an outcome. The order matters: 401 is not always a bad key, 429 not always a rate limit, and 200
//! not always good.

use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    Cause, Outcome,
    account::number,
    answer::{Answer, Said},
    signs::{CREDIT, DISABLED, EXPIRED, EXPIRED_OR_INVALID, INVALID, REGION, SCOPE, Signs},
};
use crate::provider::{BodyRule, Confidence, ErrorRule, Fact, Proves, Provider, Scalar};

/// What an answer means.
pub(super) struct Verdict {
    pub(super) outcome: Outcome,
    pub(super) cause: Option<Cause>,
    /// The answer is the one a good key gets; what that proves is another question.
    pub(super) passed: bool,
    pub(super) said: Said,
    pub(super) json: Option<Value>,
}

/// An outcome, what is behind it, and whether it is what a good key gets.
type Judged = (Outcome, Option<Cause>, bool);

/// Reads an answer. `proves` is what a good one says about the key.
pub(super) fn judge(answer: &Answer, provider: &Provider, proves: Proves, now_ms: i64) -> Verdict {
    let json = answer.json();
    let good = (200..300).contains(&answer.status);
    let said = if good { Said::default() } else { answer.said(json.as_ref()) };
    let (outcome, cause, passed) = match answer.status {
        200..300 => good_answer(answer, json.as_ref(), provider, proves, now_ms),
        300..400 => (Outcome::WrongBaseUrl, Some(Cause::Redirect), false),
        status => refusal(status, &said, answer.is_html(), provider, proves),
    };
    let said = if good && !matches!(outcome, Outcome::Connected | Outcome::ReachableUnverified) {
        // Bad news in a good answer: its words are worth showing, if there are any.
        answer.said(json.as_ref())
    } else {
        said
    };
    Verdict { outcome, cause, passed, said, json }
}

fn good_answer(answer: &Answer, json: Option<&Value>, provider: &Provider, proves: Proves, now_ms: i64) -> Judged {
    let Some(json) = json else {
        return (Outcome::WrongBaseUrl, Some(unreadable(answer)), false);
    };
    let test = provider.test();
    if let Some(rule) = test.rules.iter().find(|rule| holds(rule, json, now_ms)) {
        return (rule.outcome, rule.cause, false);
    }
    let expected = test.expect.is_empty() || test.expect.iter().any(|at| is_there(provider, json, at));
    if !expected || is_error(json) {
        // Some refuse a key, or have no money for it, with 200: their words say so.
        let bad = error_answer(400, &answer.said(Some(json)), false, provider, proves);
        return match bad.0 {
            Outcome::ReachableUnverified | Outcome::ModelUnavailable if expected => (bad.0, bad.1, false),
            Outcome::ReachableUnverified | Outcome::ModelUnavailable | Outcome::WrongBaseUrl => {
                (Outcome::WrongBaseUrl, Some(Cause::Shape), false)
            }
            _ => (bad.0, bad.1, false),
        };
    }
    if lacks_the_model(provider, json) {
        return (Outcome::ModelUnavailable, None, false);
    }
    passed(proves)
}

/// Whether a good answer has what it is known by; where that is a list, no less than a list.
fn is_there(provider: &Provider, json: &Value, at: &str) -> bool {
    if at == "[]" {
        return json.is_array();
    }
    let listed = provider.account.iter().any(|fact| matches!(fact, Fact::Models { at: list } if list == at));
    json.pointer(at).is_some_and(|value| if listed { value.is_array() } else { !value.is_null() })
}

/// Whether an answer says of itself that it is an error, whatever its status.
fn is_error(json: &Value) -> bool {
    match json.get("error") {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(Value::Bool(is)) => *is,
        _ => false,
    }
}

/// The one model the user says is there is not in the list of models.
fn lacks_the_model(provider: &Provider, json: &Value) -> bool {
    let at = provider.account.iter().find_map(|fact| if let Fact::Models { at } = fact { Some(at) } else { None });
    let list = at.and_then(|at| json.pointer(at)?.as_array());
    let (Some(model), Some(list)) = (&provider.wanted_model, list) else { return false };
    !list.iter().any(|one| ["id", "name"].iter().any(|name| one.get(name).and_then(Value::as_str) == Some(model)))
}

fn passed(proves: Proves) -> Judged {
    match proves {
        Proves::Key | Proves::Keyless => (Outcome::Connected, None, true),
        Proves::Nothing | Proves::Unknown => (Outcome::ReachableUnverified, None, true),
    }
}

/// What the provider itself is known to mean comes first; then what is meant everywhere; then whether a refusal that says
/// nothing of the key is the one that the test was out for.
fn refusal(status: u16, said: &Said, html: bool, provider: &Provider, proves: Proves) -> Judged {
    if let Some(rule) = documented(status, said, provider) {
        return (rule.outcome, rule.cause, false);
    }
    let (outcome, cause) = error_answer(status, said, html, provider, proves);
    let good = provider.test().passes.iter().any(|pass| {
        pass.status == status && pass.text.as_ref().is_none_or(|text| said.words().contains(&text.to_lowercase()))
    });
    match outcome {
        Outcome::ReachableUnverified | Outcome::ModelUnavailable if good && !html => passed(proves),
        _ => (outcome, cause, false),
    }
}

/// Why a list of models did not come. What would be good news in a test is none here.
pub(super) fn no_list(answer: &Answer, said: &Said, provider: &Provider, proves: Proves) -> (Outcome, Option<Cause>) {
    if (300..400).contains(&answer.status) {
        return (Outcome::WrongBaseUrl, Some(Cause::Redirect));
    }
    match documented(answer.status, said, provider) {
        Some(rule) => (rule.outcome, rule.cause),
        None => error_answer(answer.status, said, answer.is_html(), provider, proves),
    }
}

/// Why a good answer cannot be read.
pub(super) fn unreadable(answer: &Answer) -> Cause {
    match answer {
        a if a.cut => Cause::TooLarge,
        a if a.is_garbled() => Cause::Broken,
        a if a.is_html() => Cause::Html,
        _ => Cause::Shape,
    }
}

fn documented<'a>(status: u16, said: &Said, provider: &'a Provider) -> Option<&'a ErrorRule> {
    provider.errors.iter().find(|rule| fits(rule, status, said, provider.is_at_home()))
}

fn holds(rule: &BodyRule, json: &Value, now_ms: i64) -> bool {
    let Some(value) = json.pointer(&rule.at) else { return false };
    if let Some(wanted) = &rule.is {
        return equal(value, wanted);
    }
    if let Some(unwanted) = &rule.is_not {
        return !value.is_null() && !equal(value, unwanted);
    }
    if let Some(most) = rule.at_most {
        return number(value).is_some_and(|n| n <= most);
    }
    rule.past && unix_seconds(value).is_some_and(|at| at <= now_ms / 1000)
}

fn equal(value: &Value, wanted: &Scalar) -> bool {
    match wanted {
        Scalar::Bool(b) => value.as_bool() == Some(*b),
        Scalar::Int(n) => value.as_i64() == Some(*n),
        Scalar::Text(t) => value.as_str() == Some(t),
    }
}

fn unix_seconds(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp),
        other => other.as_i64(),
    }
}

fn fits(rule: &ErrorRule, status: u16, said: &Said, at_home: bool) -> bool {
    rule.status.is_none_or(|s| s == status)
        && rule.code.as_ref().is_none_or(|code| said.has_code(code))
        && rule.text.as_ref().is_none_or(|text| said.words().contains(&text.to_lowercase()))
        && (at_home || !rule.at_home)
}

fn error_answer(status: u16, said: &Said, html: bool, provider: &Provider, proves: Proves) -> (Outcome, Option<Cause>) {
    let sure = provider.test().confidence;
    let words = said.words();
    let has = |signs: &Signs| signs.in_(said, &words);
    let page = html.then_some(Cause::Html);
    if status == 402 || has(&CREDIT) {
        return (Outcome::NoCredit, None);
    }
    if status == 408 || status >= 500 {
        return (Outcome::ProviderDown, page);
    }
    if matches!(status, 400 | 401 | 403) {
        if has(&EXPIRED_OR_INVALID) {
            return (Outcome::InvalidKey, None);
        }
        if has(&EXPIRED) {
            return (Outcome::Expired, None);
        }
        if has(&DISABLED) {
            return (Outcome::Disabled, None);
        }
        if has(&INVALID) {
            return (Outcome::InvalidKey, None);
        }
    }
    if has(&SCOPE) || said.has_code("permission_denied") {
        return (Outcome::Restricted, None);
    }
    if status == 451 || has(&REGION) {
        return (Outcome::RegionBlocked, None);
    }
    match status {
        // A page instead of words: a firewall, not the service.
        403 if html => (Outcome::RegionBlocked, page),
        403 if proves == Proves::Key && sure == Confidence::High && is_of_the_service(&words) => {
            (Outcome::Restricted, None)
        }
        // Without a word about the key, and without a source that says what it means.
        401 if sure == Confidence::Low => (Outcome::ReachableUnverified, Some(Cause::Undocumented)),
        403 if !provider.custom => (Outcome::ReachableUnverified, Some(Cause::Undocumented)),
        401 | 403 => (Outcome::InvalidKey, None),
        407 => (Outcome::Unreachable, Some(Cause::Proxy)),
        429 => (Outcome::RateLimited, None),
        _ if !html && names_a_model(said, &words) => (Outcome::ModelUnavailable, None),
        404 | 405 | 410 => (Outcome::WrongBaseUrl, page),
        _ if html => (Outcome::WrongBaseUrl, page),
        _ => (Outcome::ReachableUnverified, None),
    }
}

/// Whether a refusal says something that only who has looked at the key can say: what stands before a service refuses too,
/// in fewer words or in words about the network.
fn is_of_the_service(words: &str) -> bool {
    let before = ["network", "cloudflare", "error code: 10", "firewall", "user-agent", "user agent"];
    let bare = ["", "forbidden", "access denied", "403", "403 forbidden", "forbidden \n 403"];
    !before.iter().any(|word| words.contains(word)) && !bare.contains(&words.trim_end_matches(['.', '\n', ' ']))
}

/// "The model `x` does not exist", "Function '…': Not found"; not "Unknown request URL: GET /v1/models".
fn names_a_model(said: &Said, words: &str) -> bool {
    let named =
        words.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| matches!(w, "model" | "function" | "deployment"));
    said.has_code("model_not_found") || said.has_code("DeploymentNotFound") || (named && !words.contains("url"))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::provider::Catalog;

    #[test]
    fn at_the_provider_s_own_address_a_path_cannot_be_wrong() {
        let body = br#"{"type":"error","error":{"type":"not_found_error","message":"Not Found"}}"#;
        let answer = Answer { status: 404, headers: HeaderMap::new(), body: body.to_vec(), cut: false };
        let home = Catalog::builtin().get(&"anthropic".parse().expect("an id")).expect("a provider");
        assert_eq!(judge(&answer, home, Proves::Key, 0).outcome, Outcome::Disabled);
        let moved = home.at("https://api.anthropic.com/v2".parse().expect("a URL"));
        assert_eq!(judge(&answer, &moved, Proves::Key, 0).outcome, Outcome::WrongBaseUrl);
    }

    #[test]
    fn what_may_be_expired_or_wrong_is_called_wrong() {
        let provider = Catalog::builtin().template();
        for (message, outcome) in [
            ("token expired or incorrect", Outcome::InvalidKey),
            ("Invalid or expired token", Outcome::InvalidKey),
            ("Your API key has expired", Outcome::Expired),
            ("token expired", Outcome::Expired),
        ] {
            let said = Said { message: Some(message.into()), codes: vec![] };
            assert_eq!(error_answer(401, &said, false, provider, Proves::Key).0, outcome, "{message}");
        }
    }

    #[test]
    fn only_a_model_s_name_is_a_model_s_fault() {
        let names = |message: &str| {
            let said = Said { message: Some(message.into()), codes: vec![] };
            names_a_model(&said, &said.words())
        };
        assert!(names("The model `gpt-9` does not exist"));
        assert!(names("Function 'a': Not found for account 'b'"));
        for path in ["Unknown request URL: GET /v1/models", "Invalid URL (GET /models)", "Not Found", "remodel"] {
            assert!(!names(path), "{path}");
        }
    }
}
