//! Every provider of the catalogue against its sheet: the request that is sent, and what its answers mean. Adding a
//! provider is one file in `catalog/` and one in `tests/probe/answers/`.

#[path = "probe/sheets.rs"]
mod sheets;
#[path = "probe/support.rs"]
mod support;

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use keystead_core::{
    probe::{AccountFact, Cause, Outcome, StageState},
    provider::{Catalog, Confidence, KeyNeed, Proves, Provider},
};
use sheets::{Answer, Sheet, at_home, entries, sheets};
use support::{KEY, probe, states};
use wiremock::{
    Mock, MockServer, Request, ResponseTemplate,
    matchers::{any, header, path},
};

fn template(status: u16, body: &str) -> ResponseTemplate {
    let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
    ResponseTemplate::new(status).set_body_raw(body, kind)
}

/// The header that carries the key, and its value.
fn credential(sheet: &Sheet) -> (String, String) {
    let line = sheet.headers.iter().find(|line| line.contains("{key}")).expect("a header with the key");
    let (name, value) = line.split_once(": ").expect("a header");
    (name.to_owned(), value.replace("{key}", KEY))
}

/// A server that answers the right key, or none, as the sheet says, and a wrong key as its control says.
async fn server(entry: &Provider, sheet: &Sheet, answer: &Answer) -> MockServer {
    let server = MockServer::start().await;
    if let (Some(more), Some(body)) = (&entry.more, &answer.more) {
        let asked = Mock::given(path(more.call.url(&entry.base_url).path()));
        asked.respond_with(template(200, body)).with_priority(1).mount(&server).await;
    }
    if let Some(control) = &answer.control {
        let (name, value) = credential(sheet);
        let right = Mock::given(header(name.as_str(), value.as_str()));
        right.respond_with(template(answer.status, &answer.body)).mount(&server).await;
        Mock::given(any()).respond_with(template(control.status, &control.body)).with_priority(9).mount(&server).await;
    } else {
        Mock::given(any()).respond_with(template(answer.status, &answer.body)).mount(&server).await;
    }
    server
}

#[test]
fn every_entry_has_a_sheet_and_every_sheet_an_entry() {
    let of = |ids: Vec<String>| ids.into_iter().collect::<BTreeSet<_>>();
    let entries = of(entries().iter().map(|p| p.id.to_string()).collect());
    let sheets = of(sheets().into_keys().collect());
    assert_eq!(entries.difference(&sheets).collect::<Vec<_>>(), [""; 0], "entries without answers");
    assert_eq!(sheets.difference(&entries).collect::<Vec<_>>(), [""; 0], "answers without an entry");
}

#[test]
fn every_sheet_has_a_good_key_and_a_wrong_one() {
    for provider in entries() {
        let id = provider.id.as_str();
        let sheet = &sheets()[id];
        let good =
            if provider.test().proves == Proves::Nothing { Outcome::ReachableUnverified } else { Outcome::Connected };
        assert!(sheet.answer.iter().any(|a| a.outcome == good && !a.keyless), "{id}: no good key");
        assert!(sheet.answer.iter().any(|a| a.outcome == Outcome::InvalidKey && !a.keyless), "{id}: no wrong key");
        let keyless = provider.key_need == KeyNeed::Optional;
        assert_eq!(sheet.answer.iter().any(|a| a.keyless), keyless, "{id}: asked without a key");
    }
}

#[test]
fn every_request_is_the_one_on_the_sheet() {
    for provider in entries() {
        let sheet = &sheets()[provider.id.as_str()];
        assert_eq!(format!("{} {}", provider.test_method(), provider.test_url()), sheet.request, "{}", provider.id);
        assert_eq!(provider.test().body, sheet.body, "{}", provider.id);
    }
}

fn is_the_request_of(sheet: &Sheet, provider: &Provider, sent: &Request, keyless: bool) {
    let id = &provider.id;
    assert_eq!((sent.method.as_str(), sent.url.path()), (provider.test_method(), provider.test_url().path()), "{id}");
    assert_eq!(sent.url.query(), provider.test_url().query(), "{id}");
    let (name, _) = credential(sheet);
    for line in &sheet.headers {
        let (header, value) = line.split_once(": ").expect("a header");
        let told = sent.headers.get(header).map(|v| v.to_str().expect("text"));
        let wanted = (!keyless || header != name).then(|| value.replace("{key}", KEY));
        assert_eq!(told, wanted.as_deref(), "{id}: {header}");
    }
    if name != "authorization" {
        assert!(!sent.headers.contains_key("authorization"), "{id} sends the key in two places");
    }
    assert_eq!(String::from_utf8_lossy(&sent.body), sheet.body.as_deref().unwrap_or_default(), "{id}");
    assert_eq!(sent.headers.contains_key("content-type"), sheet.body.is_some(), "{id}");
    let agent = sent.headers["user-agent"].to_str().expect("text");
    assert!(agent.starts_with("Keystead/") && !sent.headers.contains_key("referer"), "{id}");
    assert!(!sent.url.as_str().contains(&KEY[..8]), "{id}");
}

#[tokio::test]
async fn every_answer_means_what_the_sheet_says() {
    let sheets = sheets();
    let mut rows = 0;
    for entry in entries() {
        let sheet = &sheets[entry.id.as_str()];
        for answer in &sheet.answer {
            let server = server(entry, sheet, answer).await;
            let provider = at_home(entry, &server.uri());
            let report = probe(&provider, (!answer.keyless).then_some(KEY)).await;
            let what = format!("{}: {}: {report:?}", entry.id, answer.case);
            assert_eq!((report.outcome, report.cause), (answer.outcome, answer.cause), "{what}");
            assert_eq!(report.key_proven, answer.proves_key(&provider), "{what}");
            assert_eq!(report.http_status, Some(answer.status), "{what}");
            if let Some(code) = &answer.code {
                assert_eq!(report.provider_code.as_ref(), Some(code), "{what}");
            }
            if let Some(account) = &answer.account {
                let told = serde_json::to_value(&report.account).expect("JSON");
                assert_eq!(told, serde_json::from_str::<serde_json::Value>(account).expect("JSON"), "{what}");
            }
            let shown = serde_json::to_string(&report).expect("JSON");
            assert!(!shown.contains("i9Bo") && !shown.contains("q7Zr2"), "a piece of the key: {what}");
            let sent = server.received_requests().await.expect("recorded");
            is_the_request_of(sheet, &provider, &sent[0], answer.keyless);
            let extra = usize::from(provider.more.is_some());
            assert!(sent.len() <= 1 + usize::from(answer.control.is_some()) + extra, "{what}");
            rows += 1;
        }
    }
    assert!(rows > 300, "{rows} rows");
}

/// Where the catalogue does not know whether a good answer proves a key, the same answer to a wrong key says it does not.
#[tokio::test]
async fn no_answer_that_any_key_gets_proves_one() {
    let sheets = sheets();
    for entry in entries().into_iter().filter(|p| p.test().proves != Proves::Key) {
        let sheet = &sheets[entry.id.as_str()];
        for answer in sheet.answer.iter().filter(|a| a.outcome == Outcome::Connected && !a.keyless) {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(template(answer.status, &answer.body)).mount(&server).await;
            let report = probe(&at_home(entry, &server.uri()), Some(KEY)).await;
            assert_eq!(
                (report.outcome, report.cause, report.key_proven),
                (Outcome::ReachableUnverified, Some(Cause::AnyKeyAccepted), false),
                "{}: {}",
                entry.id,
                answer.case
            );
            assert_eq!(states(&report)[4], StageState::Unproven, "{}", entry.id);
        }
    }
}

/// A region of its own is tested there, with the same rules and in its own currency.
#[tokio::test]
async fn a_sibling_is_tested_where_it_is() {
    let server = MockServer::start().await;
    let balance = r#"{"code":0,"data":{"available_balance":7.5}}"#;
    Mock::given(any()).respond_with(template(200, balance)).mount(&server).await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog/moonshotai.toml");
    let text = fs::read_to_string(file).expect("an entry").replace("https://api.moonshot.cn", &server.uri());
    let home = Provider::read("moonshotai", &text).expect("an entry");
    let report = probe(&home.at(home.sibling[0].base_url.clone()), Some(KEY)).await;
    assert_eq!((report.outcome, report.key_proven), (Outcome::Connected, true), "{report:?}");
    let yuan = AccountFact::Credit { remaining: 7.5, limit: None, currency: "CNY".into() };
    assert_eq!(report.account, [yuan]);
    let sent = server.received_requests().await.expect("recorded");
    assert_eq!((sent.len(), sent[0].url.path()), (1, "/v1/users/me/balance"));
}

/// What is said the same way everywhere, whoever says it.
#[tokio::test]
async fn every_provider_s_common_answers_are_read_alike() {
    for entry in entries() {
        let page = "<!doctype html><title>Not here</title>";
        let mut cases = vec![
            (template(429, ""), Outcome::RateLimited, None),
            (template(500, ""), Outcome::ProviderDown, None),
            (template(503, page), Outcome::ProviderDown, Some(Cause::Html)),
            (template(529, ""), Outcome::ProviderDown, None),
            (
                template(302, "").insert_header("location", "https://x.example/"),
                Outcome::WrongBaseUrl,
                Some(Cause::Redirect),
            ),
            (template(200, page), Outcome::WrongBaseUrl, Some(Cause::Html)),
            (template(200, "{\"da"), Outcome::WrongBaseUrl, Some(Cause::Shape)),
            (template(405, ""), Outcome::WrongBaseUrl, None),
            (template(401, r#"{"error":{"message":"Incorrect API key provided"}}"#), Outcome::InvalidKey, None),
            (template(402, ""), Outcome::NoCredit, None),
        ];
        if !entry.test().expect.is_empty() {
            cases.push((template(200, r#"{"hello":"world"}"#), Outcome::WrongBaseUrl, Some(Cause::Shape)));
        }
        for (answer, outcome, cause) in cases {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
            let report = probe(&at_home(entry, &server.uri()), Some(KEY)).await;
            let told = (report.outcome, report.cause.filter(|c| *c != Cause::Redirect || cause.is_some()));
            assert_eq!(told, (outcome, cause), "{}: {report:?}", entry.id);
            let sure = outcome.proves_key() && entry.test().proves == Proves::Key;
            assert_eq!(report.key_proven, sure, "{}: {outcome:?}", entry.id);
        }
    }
}

/// A refusal without a word about the key is one only where a source says so.
#[tokio::test]
async fn a_bare_refusal_is_no_verdict_from_memory() {
    for entry in entries().into_iter().filter(|p| p.test().confidence == Confidence::Low) {
        for status in [401, 403] {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(template(status, "{}")).mount(&server).await;
            let report = probe(&at_home(entry, &server.uri()), Some(KEY)).await;
            let told = (report.outcome, report.cause, report.key_proven);
            assert_eq!(told, (Outcome::ReachableUnverified, Some(Cause::Undocumented), false), "{} {status}", entry.id);
        }
    }
}

fn name(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).expect("JSON").as_str().expect("a word").to_owned()
}

fn what_good_means(provider: &Provider) -> &'static str {
    match provider.test().proves {
        Proves::Key => "proves the key",
        Proves::Unknown if provider.key_need == KeyNeed::Optional => {
            "proves the key where a wrong one is refused; none is needed"
        }
        Proves::Unknown => "proves the key where a wrong one is refused",
        Proves::Nothing => "proves nothing: reachable, unverified",
        Proves::Keyless => "needs no key; proves one where a wrong one is refused",
    }
}

fn coverage() -> String {
    let sheets = sheets();
    let mut text = String::from(
        "# What is tested of each provider\n\n\
         Made from the catalogue and from `tests/probe/answers/` by `cargo test -p keystead-core --test probe_contract`, which\n\
         fails when this page is not what they say (`KEYSTEAD_BLESS=1` writes it). Besides its own answers, every provider is\n\
         tested with a redirect, a web page, another API's answer, 405, 402, 429, 500, 503, 529, and a 401 that names the key.\n\n\
         | provider | test request | sure | a good answer | outcomes covered |\n|---|---|---|---|---|\n",
    );
    for p in entries() {
        let sheet = &sheets[p.id.as_str()];
        let outcomes: BTreeSet<_> = sheet.answer.iter().map(|a| name(a.outcome)).collect();
        let form = Catalog::builtin().form(&p.id).filter(|form| form.is_placed_by_user());
        let kind = match (p.template, form) {
            (true, _) => " (custom providers)",
            (_, Some(_)) => " (by its form)",
            _ => "",
        };
        let sure = match p.test().confidence {
            Confidence::High => "high",
            Confidence::Medium => "medium",
            Confidence::Low => "low",
        };
        let outcomes = outcomes.into_iter().collect::<Vec<_>>().join(", ");
        let fields = form
            .map(keystead_core::provider::Blueprint::fields)
            .unwrap_or_default()
            .iter()
            .filter(|field| !field.example.is_empty());
        let request =
            fields.fold(sheet.request.clone(), |r, field| r.replace(&field.example, &format!("{{{}}}", field.name)));
        writeln!(text, "| {}{kind} | `{request}` | {sure} | {} | {outcomes} |", p.name, what_good_means(p))
            .expect("text");
    }
    let count = |want: Confidence| entries().iter().filter(|p| p.test().confidence == want).count();
    let [high, medium, low] = [Confidence::High, Confidence::Medium, Confidence::Low].map(count);
    let rows: usize = sheets.values().map(|s| s.answer.len()).sum();
    let all = entries().len();
    writeln!(
        text,
        "\n{all} entries, {rows} answers of their own; sure of the test: {high} high, {medium} medium, {low} low."
    )
    .expect("text");
    text
}

#[test]
fn the_coverage_page_says_what_is_tested() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog/COVERAGE.md");
    let text = coverage();
    if std::env::var_os("KEYSTEAD_BLESS").is_some() {
        fs::write(&path, &text).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "{} is not what the catalogue says: run this with KEYSTEAD_BLESS=1", path.display());
}
