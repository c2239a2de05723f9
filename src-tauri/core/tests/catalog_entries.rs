//! The catalogue as it ships: every file reads, and what it says holds together.

use keystead_core::{
    Secret,
    provider::{BaseUrl, Catalog, KeyNeed, Proves, Provider, ProviderId},
    secret,
};

fn key(text: &str) -> Secret {
    secret::clean(&text.as_bytes().to_vec().into()).expect("a key").0
}

fn get(id: &str) -> &'static Provider {
    Catalog::builtin().get(&id.parse().expect("an id")).unwrap_or_else(|| panic!("no {id}"))
}

fn fits(text: &str) -> Vec<String> {
    Catalog::builtin().fits(&key(text)).iter().map(ToString::to_string).collect()
}

#[test]
fn lists_the_built_in_providers_by_name_without_the_template() {
    let names: Vec<_> = Catalog::builtin().iter().map(|p| p.name.as_str()).collect();
    let mut sorted = names.clone();
    sorted.sort_by_key(|n| n.to_lowercase());
    assert_eq!(names, sorted);
    for id in ["openai", "anthropic", "google", "openrouter", "mistral", "groq", "deepseek", "ollama"] {
        assert_eq!(get(id).id.as_str(), id);
    }
    assert!(Catalog::builtin().iter().all(|p| !p.template && !p.custom));
    assert!(Catalog::builtin().get(&"openai-compatible".parse().expect("an id")).is_none());
}

#[test]
fn every_entry_is_complete_enough_for_its_card_and_its_test() {
    for p in Catalog::builtin().iter() {
        assert!(!p.name.is_empty() && !p.placeholder.is_empty() && !p.test().source.is_empty(), "{}", p.id);
        assert!(p.base_url.as_str().starts_with("https://") || p.local, "{}", p.id);
        assert!(p.key_need == KeyNeed::Optional || p.console_url.is_some(), "{}: where are keys made?", p.id);
        for link in [&p.console_url, &p.docs_url].into_iter().flatten() {
            assert!(link.starts_with("https://"), "{}: {link}", p.id);
        }
        for name in &p.env {
            assert!(name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'), "{name}");
        }
        assert!(p.pasted.iter().all(|end| end.starts_with('/') && !end.ends_with('/')), "{}", p.id);
        assert!(!p.test_url().as_str().contains("//v1") && p.test_url().host().is_some(), "{}", p.id);
    }
}

#[test]
fn calls_what_the_providers_document() {
    for (id, url) in [
        ("openai", "https://api.openai.com/v1/models"),
        ("anthropic", "https://api.anthropic.com/v1/models?limit=1"),
        ("google", "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1"),
        ("openrouter", "https://openrouter.ai/api/v1/key"),
        ("mistral", "https://api.mistral.ai/v1/models"),
        ("groq", "https://api.groq.com/openai/v1/models"),
        ("deepseek", "https://api.deepseek.com/user/balance"),
        ("ollama", "http://localhost:11434/api/version"),
    ] {
        assert_eq!(get(id).test_url().as_str(), url);
        assert_eq!(get(id).test_method(), "GET");
    }
}

#[test]
fn recognises_keys_by_their_longest_prefix() {
    let body = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789";
    for (text, ids) in [
        (format!("sk-ant-api03-{body}"), vec!["anthropic"]),
        (format!("sk-ant-new99-{body}"), vec!["anthropic"]),
        (format!("sk-or-v1-{body}"), vec!["openrouter"]),
        (format!("sk-proj-{body}"), vec!["openai"]),
        (format!("sk-{}T3BlbkFJ{}", &body[..20], &body[..20]), vec!["openai"]),
        (format!("gsk_{body}"), vec!["groq"]),
        (format!("AIza{body}"), vec!["google"]),
        (format!("AQ.{body}"), vec!["google"]),
        // `sk-` and 32 letters and digits is how DeepSeek writes them, and not only DeepSeek.
        ("sk-0123456789abcdef0123456789abcdef".into(), vec!["deepseek", "openai"]),
        (format!("sk-{}", "0123456789abcdef".repeat(3)), vec!["openai", "deepseek"]),
        ("0123456789abcdef0123456789abcdef".into(), vec![]),
        (format!("sk-kimi-{body}"), vec![]),
        (format!("xai-{body}"), vec![]),
    ] {
        assert_eq!(fits(&text), ids, "{text}");
    }
}

#[test]
fn shows_only_prefixes_that_are_published() {
    let prefix = |text: &str| Catalog::builtin().public_prefix(&key(text)).to_owned();
    assert_eq!(prefix("sk-ant-api03-0123456789abcdef0123"), "sk-ant-api03-");
    assert_eq!(prefix("sk-ant-zzz03-0123456789abcdef0123"), "sk-ant-");
    assert_eq!(prefix("sk-0123456789abcdef0123456789abcdef"), "sk-");
    assert_eq!(prefix("0123456789abcdef0123456789abcdef"), "");
}

#[test]
fn knows_management_keys() {
    let management = |id: &str, text: &str| get(id).shape_of(&key(text)).is_some_and(|shape| shape.management);
    assert!(management("openai", "sk-admin-0123456789abcdefT3BlbkFJ0123456789"));
    assert!(management("anthropic", "sk-ant-admin01-0123456789abcdef0123456789"));
    assert!(!management("openai", "sk-proj-0123456789abcdefT3BlbkFJ0123456789"));
    assert!(!management("anthropic", "sk-ant-api03-0123456789abcdef0123456789"));
}

#[test]
fn a_custom_provider_is_the_template_at_the_users_own_url() {
    let base: BaseUrl = "https://llm.example/v1".parse().expect("a URL");
    let id: ProviderId = "my-box".parse().expect("an id");
    let custom = Catalog::builtin().custom(id, "My box".into(), base);
    assert_eq!(custom.test_url().as_str(), "https://llm.example/v1/models");
    assert_eq!((custom.custom, custom.template, custom.local), (true, false, false));
    assert_eq!(custom.proves(), Proves::Unknown);
    assert_eq!(custom.allowed_origins().len(), 1);
    let moved = custom.at("http://localhost:9/v1".parse().expect("a URL"));
    assert!(moved.local);
}

#[test]
fn a_claim_about_the_providers_own_host_is_not_made_about_another() {
    let gateway = get("openai").at("https://gateway.example/v1".parse().expect("a URL"));
    assert_eq!(gateway.proves(), Proves::Unknown);
    assert_eq!(gateway.allowed_origins(), [gateway.base_url.origin()]);
    assert!(!gateway.is_at_home());
    let back = gateway.at("https://api.openai.com/v1".parse().expect("a URL"));
    assert!(back.is_at_home());
    assert_eq!(back.proves(), Proves::Key);
}
