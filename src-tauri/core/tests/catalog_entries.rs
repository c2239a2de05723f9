//! The catalogue as it ships: every file reads, and what it says holds together.

use keystead_core::provider::{BaseUrl, Catalog, KeyNeed, Proves, Provider, ProviderId};

fn get(id: &str) -> &'static Provider {
    Catalog::builtin().get(&id.parse().expect("an id")).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn lists_the_built_in_providers_by_name_without_the_template() {
    let names: Vec<_> = Catalog::builtin().iter().map(|p| p.name.as_str()).collect();
    let mut sorted = names.clone();
    sorted.sort_by_key(|n| n.to_lowercase());
    assert_eq!(names, sorted);
    let placed = Catalog::builtin()
        .iter()
        .filter(|p| Catalog::builtin().form(&p.id).is_some_and(keystead_core::provider::Blueprint::is_placed_by_user));
    assert_eq!((names.len(), placed.count()), (64, 5));
    assert!(Catalog::builtin().iter().all(|p| !p.template && !p.custom));
    assert!(Catalog::builtin().get(&"openai-compatible".parse().expect("an id")).is_none());
}

#[test]
fn every_entry_is_complete_enough_for_its_card_and_its_test() {
    for p in Catalog::builtin().iter() {
        assert!(!p.name.is_empty() && !p.placeholder.is_empty() && !p.test().source.is_empty(), "{}", p.id);
        assert!((p.local || !p.env.is_empty()) && p.docs_url.is_some(), "{}", p.id);
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
fn an_environment_variable_names_one_provider() {
    let mut owners = std::collections::BTreeMap::new();
    for p in Catalog::builtin().iter() {
        for name in &p.env {
            let before = owners.insert(name, &p.id);
            assert_eq!(before, None, "{name} is {}'s too", p.id);
        }
    }
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

#[test]
fn general_names_are_nobodys_unasked() {
    let own = |id: &str| get(id).own_env().cloned().collect::<Vec<_>>();
    assert_eq!(own("github-models"), [""; 0]);
    assert_eq!(own("google"), ["GEMINI_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"]);
    for p in Catalog::builtin().iter() {
        for name in p.own_env() {
            let general = ["API_KEY", "TOKEN", "GITHUB_TOKEN", "GOOGLE_API_KEY", "AWS_SECRET_ACCESS_KEY"];
            assert!(!general.contains(&name.as_str()), "{}: {name}", p.id);
        }
    }
}
