//! The catalogue grows; what users made before it did stays theirs.

mod common;

use common::{Bench, CANARY};
use keystead_core::{
    keystead::{AddKey, ProviderRef},
    provider::Catalog,
};

#[test]
fn a_provider_of_the_user_s_own_is_not_replaced_by_a_new_entry_of_its_name() {
    let bench = Bench::new();
    let own = ProviderRef::Custom {
        name: "Our gateway".into(),
        base_url: "https://gateway.example/v1".into(),
        dialect: None,
    };
    let draft = Some(bench.draft(CANARY));
    bench.keystead.add_key(&AddKey { provider: own, name: "Work".into(), draft, tested: None }).expect("saved");
    let db = bench.home.path().join("keystead.db");
    let rename = "UPDATE provider SET id = 'xai', name = 'xAI'; UPDATE key SET provider = 'xai';";
    rusqlite::Connection::open(db).expect("the database").execute_batch(rename).expect("as an older one had it");

    let bench = bench.restart();
    let all = bench.keystead.providers().expect("listed");
    let found: Vec<_> = all.iter().filter(|p| p.id.as_str() == "xai").collect();
    assert_eq!(found.len(), 1);
    assert!(found[0].custom && found[0].base_url == "https://gateway.example/v1" && found[0].keys.len() == 1);
    let one = bench.keystead.provider(&"xai".parse().expect("a slug")).expect("there");
    assert!(one.custom && one.default_base_url.is_none() && one.test_url == "https://gateway.example/v1/models");
}

#[test]
fn a_new_provider_of_the_user_s_own_takes_no_id_of_an_entry() {
    let bench = Bench::new();
    for (name, id) in [("Azure", "azure-2"), ("OpenAI compatible", "openai-compatible-2"), ("Groq!", "groq-2")] {
        let provider =
            ProviderRef::Custom { name: name.into(), base_url: "http://localhost:9/v1".into(), dialect: None };
        let key = bench.keystead.add_key(&AddKey { provider, name: "a".into(), draft: None, tested: None });
        assert_eq!(key.expect("saved").provider.as_str(), id);
    }
    assert!(Catalog::builtin().has(&"azure".parse().expect("a slug")));
}
