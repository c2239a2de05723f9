//! Every list of models in the catalogue against an answer as its provider documents it, or as it was recorded. Adding a
//! list is `[models]` in the provider's file and one file in `tests/probe/lists/`.

#[path = "probe/sheets.rs"]
#[allow(dead_code, reason = "the sheets of tests")]
mod sheets;
#[path = "probe/support.rs"]
mod support;

use std::{collections::BTreeMap, fs, path::Path};

use keystead_core::{
    probe::{Listing, Model, Prober, Target},
    provider::{Blueprint, Catalog, Confidence, Provider},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sheets::{at_home, entries};
use support::{KEY, NOW_MS, key};
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    /// What is read, each as JSON.
    models: Vec<String>,
    page: Vec<Page>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    /// The query that asks for it; the first page's is the catalogue's.
    query: Option<String>,
    body: String,
}

fn lists() -> BTreeMap<String, Sheet> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/probe/lists");
    let read = |path: std::path::PathBuf| {
        let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).expect("a sheet");
        let sheet = toml::from_str(&text).unwrap_or_else(|e| panic!("{id}: {e}"));
        (id, sheet)
    };
    fs::read_dir(folder).expect("the lists").map(|file| read(file.expect("an entry").path())).collect()
}

fn as_json(model: &Model) -> Value {
    let mut value = json!({ "id": model.id });
    if let Some(name) = &model.name {
        value["name"] = json!(name);
    }
    if let Some(context) = model.context {
        value["context"] = json!(context);
    }
    if let Some(price) = &model.price {
        value["price"] = json!({ "input": price.input, "output": price.output, "currency": price.currency });
    }
    value
}

/// Numbers alone may be written in two ways: 3 and 3.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

async fn list(provider: &Provider) -> Listing {
    let secret = key(KEY);
    let secret = (!provider.lists_publicly()).then_some(&secret);
    let target = Target { provider, secret, login: None, headers: &[], now_ms: NOW_MS };
    Prober::new().list(target, &|_| {}, &CancellationToken::new()).await.expect("nobody cancelled")
}

#[test]
fn every_list_has_an_answer_and_every_answer_a_list() {
    let lists = lists();
    for provider in entries() {
        let id = provider.id.as_str();
        assert_eq!(lists.contains_key(id), provider.models().is_some(), "{id}");
        assert!(provider.models().is_none_or(|list| list.confidence != Confidence::Low && !list.source.is_empty()));
    }
    assert!(lists.keys().all(|id| entries().iter().any(|p| p.id.as_str() == id)), "an answer of nobody");
    assert!(lists.len() > 55, "{} lists", lists.len());
}

#[tokio::test]
async fn every_list_is_read_as_its_answer_says() {
    let mut paged = 0;
    for (id, sheet) in lists() {
        let server = MockServer::start().await;
        let entry = entries().into_iter().find(|p| p.id.as_str() == id).expect("an entry");
        let provider = at_home(entry, &server.uri());
        let first = provider.models().expect("a list").call.url(&provider.base_url);
        let bodies: Vec<(Option<String>, String)> = sheet
            .page
            .iter()
            .map(|page| (page.query.clone().or_else(|| first.query().map(str::to_owned)), page.body.clone()))
            .collect();
        Mock::given(any())
            .respond_with(move |sent: &wiremock::Request| {
                let page = bodies.iter().find(|(query, _)| query.as_deref() == sent.url.query());
                page.map_or(ResponseTemplate::new(404), |(_, body)| {
                    ResponseTemplate::new(200).set_body_raw(body.clone(), "application/json")
                })
            })
            .mount(&server)
            .await;
        let Listing { report, models } = list(&provider).await;
        assert_eq!(report.failure, None, "{id}");
        assert_eq!((report.pages as usize, report.refused), (sheet.page.len(), 0), "{id}");
        let wanted: Vec<Value> = sheet.models.iter().map(|m| serde_json::from_str(m).expect("JSON")).collect();
        let told: Vec<Value> = models.iter().map(as_json).collect();
        assert!(
            told.len() == wanted.len() && told.iter().zip(&wanted).all(|(a, b)| same(a, b)),
            "{id}: {told:?} is not {wanted:?}"
        );
        let sent = server.received_requests().await.expect("recorded");
        assert_eq!(sent.len(), sheet.page.len(), "{id}");
        let further = &provider.models().expect("a list").further;
        let paths = [first.path().to_owned()].into_iter();
        let paths: Vec<_> = paths.chain(further.iter().map(|l| l.call.url(&provider.base_url).path().into())).collect();
        for request in &sent {
            assert_eq!(request.method.as_str(), "GET", "{id}");
            assert!(paths.iter().any(|path| path == request.url.path()), "{id}: {}", request.url);
            assert!(!request.url.as_str().contains(['{', '}']) && !request.url.as_str().contains("%7B"), "{id}");
            let carries = request.headers.values().any(|v| v.to_str().is_ok_and(|v| v.contains(KEY)));
            assert_eq!(carries, !provider.lists_publicly(), "{id}: the key");
            assert!(!request.url.as_str().contains(&KEY[..8]), "{id}");
        }
        paged += usize::from(sheet.page.len() > 1);
    }
    assert!(paged >= 7, "{paged} lists with more than one page");
}

/// At an address of the user's making a list is nobody's public list, and no other host of the vendor's is called.
#[test]
fn elsewhere_a_list_is_asked_for_with_the_key() {
    // What is where its form says is nowhere else.
    let placed = |p: &Provider| Catalog::builtin().form(&p.id).is_some_and(Blueprint::is_placed_by_user);
    for entry in entries().into_iter().filter(|p| !placed(p)) {
        let there = entry.at("https://gateway.example/v1".parse().expect("a URL"));
        assert!(!there.lists_publicly(), "{}", entry.id);
        if let Some(list) = there.models() {
            assert_eq!(list.call.url(&there.base_url).host_str(), Some("gateway.example"), "{}", entry.id);
        }
    }
}
