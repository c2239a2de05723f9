//! How long long lists of models take: `cargo run -p keystead-core --example models`. Medians of runs on a real database
//! file, against a server on this machine.
#![expect(clippy::print_stdout, reason = "it is for looking at")]

#[path = "../tests/common.rs"]
mod common;

use std::time::{Duration, Instant};

use common::Bench;
use keystead_core::keystead::{AddKey, FetchModels, KeyView, ProviderRef};
use serde_json::json;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

const RUNS: usize = 15;

#[tokio::main]
async fn main() {
    let (bench, server) = (Bench::new(), MockServer::start().await);
    let page = |sent: &Request| {
        let number = |name: &str| sent.url.query_pairs().find(|(n, _)| n == name).and_then(|(_, v)| v.parse().ok());
        let (page, size, pages) = match sent.url.path() {
            "/long/models" => (0, 10_000, 1),
            _ => (number("after").unwrap_or(0), 100, 50),
        };
        let model =
            |i: u32| json!({ "id": format!("organisation-{}/model-{page}-{i}", i % 40), "context_length": 131_072 });
        let next = (page + 1 < pages).then(|| (page + 1).to_string());
        let body =
            json!({ "data": (0..size).map(model).collect::<Vec<_>>(), "has_more": next.is_some(), "last_id": next });
        ResponseTemplate::new(200).set_body_json(body)
    };
    Mock::given(any()).respond_with(page).mount(&server).await;
    let keyless = |name: &str, path: &str| {
        let provider =
            ProviderRef::Custom { name: name.into(), base_url: format!("{}/{path}", server.uri()), dialect: None };
        bench.keystead.add_key(&AddKey { provider, name: String::new(), draft: None, tested: None }).expect("saved")
    };
    let (long, paged) = (keyless("Long", "long"), keyless("Paged", "paged"));

    fetch(&bench, &long).await;
    let list = median(|| drop(bench.keystead.models(&long.id).expect("read")));
    let view = bench.keystead.models(&long.id).expect("read");
    let search = median(|| {
        let mut found = view.clone();
        found.find("Model-0 999");
        assert!(!found.models.is_empty());
    });
    let copy = median(|| drop(view.clone()));
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        assert_eq!(fetch(&bench, &paged).await, 5_000);
        times.push(began.elapsed());
    }
    println!("list 10,000 models: {:.1} ms", ms(list));
    println!("search 10,000 models: {:.1} ms", ms(search.saturating_sub(copy)));
    println!("fetch 5,000 models in 50 pages, compare and store them: {:.1} ms", ms(middle(times)));
}

async fn fetch(bench: &Bench, key: &KeyView) -> usize {
    let request = FetchModels { id: key.id.clone(), run: "bench".into() };
    let view = bench.keystead.fetch_models(request, |_| {}).await.expect("asked");
    assert_eq!(view.last_try.and_then(|report| report.failure), None);
    view.models.len()
}

fn median(mut work: impl FnMut()) -> Duration {
    let time = |()| {
        let began = Instant::now();
        work();
        began.elapsed()
    };
    middle([(); RUNS].map(time).to_vec())
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
